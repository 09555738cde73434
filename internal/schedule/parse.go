package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

const (
	longestExpr   = 256
	shortestEvery = time.Minute
	longestEvery  = 366 * 24 * time.Hour
)

// ParseError says why a cron expression is refused.
type ParseError struct {
	Expr string // as given, shortened when very long
	What string // what is wrong with it
	Try  string // what to write instead
}

func (e *ParseError) Error() string { return fmt.Sprintf("cron expression %q: %s", e.Expr, e.What) }

// Remedy says what to write instead.
func (e *ParseError) Remedy() string { return e.Try }

const tryFields = `write five fields: minute, hour, day of month, month, day of week, like "0 3 * * *"`

// Parse reads a cron expression of five fields (minute, hour, day of month,
// month, day of week) or one of the words @hourly, @daily, @midnight, @weekly,
// @monthly, @yearly, @annually and "@every 90m", all read in zone. Errors are
// of type [*ParseError].
//
// It refuses what the library underneath accepts but answers badly: a zone
// inside the expression (it may panic, and zone has a setting of its own), an
// expression that never comes true, and intervals below one minute.
func Parse(expr string, zone *time.Location) (Schedule, error) {
	trimmed := strings.TrimSpace(expr)
	refuse := func(what, try string) (Schedule, error) {
		shown := expr
		if len(shown) > longestExpr {
			shown = shown[:longestExpr] + "…"
		}
		return Schedule{}, &ParseError{Expr: shown, What: what, Try: try}
	}
	switch {
	case zone == nil || zone == time.Local:
		return refuse("it is read in no zone of its own", "name a time zone: due times never depend on the host's")
	case trimmed == "":
		return refuse("it is empty", tryFields)
	case len(trimmed) > longestExpr:
		return refuse(fmt.Sprintf("it is longer than %d characters", longestExpr), tryFields)
	case strings.Contains(strings.ToUpper(trimmed), "TZ="):
		return refuse("it names a time zone inside itself", "leave TZ= out and set the time zone in its own place")
	}
	s := Schedule{expr: trimmed, zone: zone}
	if rest, isEvery := strings.CutPrefix(trimmed, "@every"); isEvery {
		every, what := parseEvery(strings.TrimSpace(rest))
		if what != "" {
			return refuse(what, "write @every 1h30m, at least @every 1m")
		}
		s.every = every
		return s, nil
	}
	if what := badField(trimmed); what != "" {
		return refuse(what, tryFields)
	}
	spec, err := parseSpec(trimmed)
	if err != nil {
		return refuse(err.Error(), tryFields)
	}
	s.spec = spec
	if s.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, zone)).IsZero() {
		return refuse("no date ever fits it, so it never comes true", "check the day of month against the month: there is no 30 February")
	}
	return s, nil
}

// parseSpec runs the library's parser, which has been seen to panic.
func parseSpec(expr string) (spec cron.SpecSchedule, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it cannot be read (%v)", r)
		}
	}()
	parsed, err := cron.ParseStandard(expr)
	if err != nil {
		return spec, err
	}
	found, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return spec, fmt.Errorf("it is not made of fields")
	}
	spec = *found
	spec.Location = time.UTC // see Schedule.Next
	return spec, nil
}

func parseEvery(text string) (every time.Duration, what string) {
	every, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Sprintf("%q is no length of time", text)
	case every < shortestEvery:
		return 0, fmt.Sprintf("every %s is too often: at most once a minute", every)
	case every > longestEvery:
		return 0, fmt.Sprintf("every %s is too seldom: at least once a year", every)
	case every%time.Second != 0:
		return 0, fmt.Sprintf("every %s is not a whole number of seconds", every)
	}
	return every, ""
}

var (
	fieldPattern = regexp.MustCompile(`^[0-9A-Za-z*?/,-]+$`)
	itemPattern  = regexp.MustCompile(`^([*?]|[0-9]+|[A-Za-z]+)(-([0-9]+|[A-Za-z]+))?(/[0-9]+)?$`)
	wildRange    = regexp.MustCompile(`^[*?]-`)
)

// badField says what the library would read leniently: an empty item of a list
// is dropped there (and a list of nothing never comes true), and what follows
// the hyphen of *-5 is ignored.
func badField(expr string) string {
	if strings.HasPrefix(expr, "@") {
		return ""
	}
	for field := range strings.FieldsSeq(expr) {
		if !fieldPattern.MatchString(field) {
			return fmt.Sprintf("field %q has a character that cron does not know", field)
		}
		for item := range strings.SplitSeq(field, ",") {
			switch {
			case item == "":
				return fmt.Sprintf("field %q has an empty item", field)
			case !itemPattern.MatchString(item) || wildRange.MatchString(item):
				return fmt.Sprintf("%q is neither a value, a range nor a step", item)
			}
		}
	}
	return ""
}
