package rehearse

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"deliverd/internal/period"
)

// Parse reads the script of a rehearsal: a line is a date, a time of the day
// (midnight where there is none) in the rehearsal's zone, and what happens then.
// Blank lines, and what follows a #, say nothing. The lines may come in any
// order; the events come by time, those of one moment in the script's order.
// The error is a [*ScriptError].
func (c *Config) Parse(script string) ([]Event, error) {
	var events []Event
	for i, text := range strings.Split(script, "\n") {
		text, _, _ = strings.Cut(text, "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		e, wrong := c.line(words)
		if wrong != nil {
			wrong.Line = i + 1
			return nil, wrong
		}
		events = append(events, e)
	}
	sortEvents(events)
	return events, nil
}

// Merge is two scripts as one.
func Merge(a, b []Event) []Event {
	all := append(slices.Clone(a), b...)
	sortEvents(all)
	return all
}

func sortEvents(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int { return a.At.Compare(b.At) })
}

func wrongf(fix, format string, args ...any) *ScriptError {
	return &ScriptError{Problem: fmt.Sprintf(format, args...), Fix: fix}
}

func (c *Config) line(words []string) (e Event, wrong *ScriptError) {
	const fix = "begin the line with a date and a time: 2026-02-01 09:30"
	at, err := time.ParseInLocation(time.DateOnly, words[0], c.Zone)
	if err != nil {
		return e, wrongf(fix, "%q is no date", words[0])
	}
	words = words[1:]
	if len(words) > 0 && strings.Contains(words[0], ":") {
		if at, err = time.ParseInLocation(scriptTime, at.Format(time.DateOnly)+" "+words[0], c.Zone); err != nil {
			return e, wrongf(fix, "%q is no time of the day", words[0])
		}
		words = words[1:]
	}
	if at.Before(c.From) || !at.Before(c.To) {
		return e, wrongf("a moment from the first day of the rehearsal to its last", "%s lies outside the rehearsal", at.Format(scriptTime))
	}
	e.At = at
	return e, c.happening(&e, words)
}

// happening reads what comes after the time.
func (c *Config) happening(e *Event, words []string) *ScriptError {
	text := strings.Join(words, " ")
	for _, verb := range []Verb{BucketUp, BucketDown, BucketReadOnly, BucketMute, Start, LoseState, SourceLate, SwitchOff, SwitchOn, Kill, Delete} {
		rest, is := strings.CutPrefix(text+" ", string(verb)+" ")
		if !is {
			continue
		}
		e.Verb = verb
		return c.arguments(e, strings.Fields(rest))
	}
	return wrongf("bucket up|down|read-only|mute, source late 6h, off|on daily|monthly UIN, kill [N], start, lose state, delete DAYS UIN",
		"nobody knows what %q means", text)
}

func (c *Config) arguments(e *Event, args []string) *ScriptError {
	switch e.Verb {
	case SourceLate:
		return e.late(args)
	case Kill:
		return e.kill(args)
	case SwitchOff, SwitchOn:
		if len(args) != 2 || args[0] != string(period.Daily) && args[0] != string(period.Monthly) {
			return wrongf(string(e.Verb)+" daily 200020002001", "%s takes a cadence, daily or monthly, and an account", e.Verb)
		}
		e.Cadence = period.Cadence(args[0])
		return c.account(e, args[1])
	case Delete:
		if len(args) != 2 {
			return wrongf("delete 2026-02-01..2026-02-05 200020002001", "delete takes days or months, and an account")
		}
		if wrong := e.periods(args[0]); wrong != nil {
			return wrong
		}
		return c.account(e, args[1])
	}
	if len(args) > 0 {
		return wrongf(string(e.Verb), "nothing comes after %s, %q does", e.Verb, strings.Join(args, " "))
	}
	return nil
}

func (e *Event) late(args []string) *ScriptError {
	if len(args) == 1 {
		if d, err := time.ParseDuration(args[0]); err == nil && d >= 0 {
			e.Late = d
			return nil
		}
	}
	return wrongf("source late 6h", "source late takes how long after a day's end the source has the day")
}

func (e *Event) kill(args []string) *ScriptError {
	if e.Steps = 1; len(args) == 0 {
		return nil
	}
	steps, err := strconv.Atoi(args[0])
	if err != nil || steps < 1 || len(args) > 1 {
		return wrongf("kill, or kill 7", "kill takes the number of a step of the bucket, from 1, or nothing")
	}
	e.Steps = steps
	return nil
}

// periods reads 2026-02-01..2026-02-05, 2026-02-01, or the same of months.
func (e *Event) periods(text string) *ScriptError {
	first, last, span := strings.Cut(text, "..")
	if !span {
		last = first
	}
	var ok, alsoOK bool
	e.First, ok = parsePeriod(first)
	e.Last, alsoOK = parsePeriod(last)
	if !ok || !alsoOK || e.First.Cadence != e.Last.Cadence || e.Last.Through.Compare(e.First.Through) < 0 {
		return wrongf("delete 2026-02-01..2026-02-05 200020002001, or delete 2026-01 200020002001", "%q names no days or months", text)
	}
	return nil
}

// parsePeriod reads the day of a daily file, or the month of a monthly one.
func parsePeriod(text string) (p period.Period, ok bool) {
	if len(text) == len("2026-02") {
		m, err := period.ParseMonth(text)
		return period.MonthlyOf(m), err == nil
	}
	d, err := period.ParseDay(text)
	return period.DailyOf(d), err == nil
}

func (c *Config) account(e *Event, uin string) *ScriptError {
	if !slices.ContainsFunc(c.Accounts, func(a Account) bool { return a.UIN == uin }) {
		return wrongf("an account of the configuration", "account %s is not rehearsed", uin)
	}
	e.UIN = uin
	return nil
}
