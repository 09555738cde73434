package main

import (
	"time"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

// span is which deliveries a person asks for, by flags.
type span struct {
	daily, monthly, from, to, cadence string
}

// asked returns the deliveries of one account that the span names, oldest
// first. Their bill days must have ended at now.
func (s span) asked(account config.Account, now time.Time) ([]delivery.Delivery, error) {
	var periods []period.Period
	switch {
	case s.daily != "":
		d, err := endedDay("--daily", s.daily, now)
		if err != nil {
			return nil, err
		}
		periods = []period.Period{period.DailyOf(d)}
	case s.monthly != "":
		m, err := period.ParseMonth(s.monthly)
		if err != nil {
			return nil, usage("--monthly 2025-12", "--monthly: %w", err)
		}
		if now.Before(m.End()) {
			return nil, usage("--monthly with a month that is over", "--monthly: %s has not ended", m)
		}
		periods = []period.Period{period.MonthlyOf(m)}
	default:
		from, to, err := s.days(now)
		if err != nil {
			return nil, err
		}
		periods = periodsWithin(from, to, s.wants(account, period.Daily), s.wants(account, period.Monthly))
	}
	deliveries := make([]delivery.Delivery, len(periods))
	for i, p := range periods {
		deliveries[i] = delivery.Delivery{Period: p, Due: dueOf(account, p)}
	}
	return deliveries, nil
}

// check refuses flags that do not name exactly one thing.
func (s span) check() error {
	modes := 0
	for _, set := range []bool{s.daily != "", s.monthly != "", s.from != "" || s.to != ""} {
		if set {
			modes++
		}
	}
	const try = "deliverd deliver --config F --daily 2025-12-09, or --monthly 2025-12, or --from 2025-11-01 --to 2025-11-30, or --due"
	if modes != 1 {
		return usage(try, "say what to deliver: exactly one of --daily, --monthly, --from with --to, and --due")
	}
	if (s.from == "") != (s.to == "") {
		return usage(try, "--from and --to go together")
	}
	switch s.cadence {
	case "", "both", string(period.Daily), string(period.Monthly):
	default:
		return usage("--cadence daily, monthly or both", "--cadence: %q is no cadence", s.cadence)
	}
	if s.cadence != "" && s.from == "" {
		return usage(try, "--cadence goes with --from and --to")
	}
	return nil
}

func (s span) days(now time.Time) (from, to period.Day, err error) {
	if from, err = endedDay("--from", s.from, now); err != nil {
		return from, to, err
	}
	if to, err = endedDay("--to", s.to, now); err != nil {
		return from, to, err
	}
	if to.Compare(from) < 0 {
		return from, to, usage("--from before --to", "--to %s lies before --from %s", to, from)
	}
	return from, to, nil
}

// wants reports whether a span takes a cadence: the one that --cadence names,
// else those that are switched on.
func (s span) wants(account config.Account, c period.Cadence) bool {
	switch s.cadence {
	case "both", string(c):
		return true
	case "":
		return account.Cadence(c).Enabled
	default:
		return false
	}
}

func endedDay(flag, text string, now time.Time) (period.Day, error) {
	d, err := period.ParseDay(text)
	if err != nil {
		return d, usage(flag+" 2025-12-09", "%s: %w", flag, err)
	}
	if d.Compare(period.LastEndedDay(now)) > 0 {
		return d, usage(flag+" with a day that is over", "%s: %s has not ended (bill days end at midnight, UTC+8)", flag, d)
	}
	return d, nil
}

// periodsWithin are the daily periods from one day to another, both inclusive,
// and the monthly ones of months that lie wholly inside.
func periodsWithin(from, to period.Day, daily, monthly bool) []period.Period {
	var periods []period.Period
	for d := from; d.Compare(to) <= 0; d = d.Next() {
		if daily {
			periods = append(periods, period.DailyOf(d))
		}
		if m := d.Month(); monthly && d == m.Last() && from.Compare(m.First()) <= 0 {
			periods = append(periods, period.MonthlyOf(m))
		}
	}
	return periods
}

// dueOf is when a period is due by the account's calendar; a period that a
// sparse cron leaves out, and that a person asks for, is due when it has ended.
func dueOf(account config.Account, p period.Period) time.Time {
	if due, ok := account.Cadence(p.Cadence).At.DueAt(p); ok {
		return due
	}
	return p.Through.End()
}
