package schedule

import (
	"iter"
	"time"

	"deliverd/internal/period"
)

// Due is one delivery the calendar calls for, and the moment it is due.
type Due struct {
	Period period.Period
	At     time.Time // the first due time of the period that counts
}

// PeriodAt is the period that the due time t stands for (DESIGN section 3).
// Daily: the last bill day that has fully ended at t. Monthly: the month
// before the bill month that t lies in. Both are read in the bill's zone,
// whatever zone the cron expression is read in.
func PeriodAt(cadence period.Cadence, t time.Time) period.Period {
	if cadence == period.Monthly {
		return period.MonthlyOf(period.MonthOf(t).Prev())
	}
	return period.DailyOf(period.LastEndedDay(t))
}

// window is the span of moments, from opens up to but without closes, at which
// a due time stands for p: the bill day, or the bill month, after it.
func window(p period.Period) (opens, closes time.Time) {
	if p.Cadence == period.Monthly {
		return p.Month().End(), p.Month().Next().End()
	}
	return p.Through.End(), p.Through.Next().End()
}

// DueAt is the first due time whose period is p. ok is false where there is
// none: an expression that comes true once a week delivers one day of seven,
// and one for the 31st leaves out the months before the short months.
func (s Schedule) DueAt(p period.Period) (due time.Time, ok bool) {
	opens, closes := window(p)
	due = s.Next(opens.Add(-time.Nanosecond))
	if due.IsZero() || !due.Before(closes) {
		return time.Time{}, false
	}
	return due, true
}

// DueDaily is [Schedule.DueAt] for the daily file named for d.
func (s Schedule) DueDaily(d period.Day) (due time.Time, ok bool) {
	return s.DueAt(period.DailyOf(d))
}

// DueMonthly is [Schedule.DueAt] for the monthly file of m.
func (s Schedule) DueMonthly(m period.Month) (due time.Time, ok bool) {
	return s.DueAt(period.MonthlyOf(m))
}

// Between yields, oldest first, the deliveries of a cadence that come due after
// the first moment and not after the second: each period once, at its first due
// time in the span. Due times before the span do not count, so a cadence that
// was switched on between two due times of a period is due at the second.
func (s Schedule) Between(cadence period.Cadence, after, through time.Time) iter.Seq[Due] {
	return func(yield func(Due) bool) {
		for at := s.Next(after); !at.IsZero() && !at.After(through); {
			p := PeriodAt(cadence, at)
			if !yield(Due{Period: p, At: at}) {
				return
			}
			_, closes := window(p)
			at = s.Next(closes.Add(-time.Nanosecond))
		}
	}
}

// Calendar is what one cadence of an account calls for.
type Calendar struct {
	Cadence period.Cadence
	At      Schedule
}

// Counts is the moment after which due times count for a cadence that is
// switched on at the given one. Monthly: that very moment. Daily: the end of
// its calendar day, in the zone the expression is read in, so that the first
// file comes on a later day.
func (c Calendar) Counts(on time.Time) time.Time {
	if c.Cadence == period.Monthly {
		return on
	}
	y, m, d := on.In(c.At.Zone()).Date()
	return c.midnight(y, m, d+1).Add(-time.Nanosecond)
}

// CountsSince is the moment after which due times count for `since`: daily as if
// the cadence was switched on on that day, monthly from the day's beginning,
// both by the calendar of the zone the expression is read in.
func (c Calendar) CountsSince(since period.Day) time.Time {
	y, m, d := since.Start().Date()
	begin := c.midnight(y, m, d)
	if c.Cadence == period.Monthly {
		return begin.Add(-time.Nanosecond)
	}
	return c.Counts(begin)
}

// midnight is the first moment of a date; where the clocks skip midnight, the
// first moment after the gap.
func (c Calendar) midnight(y int, m time.Month, d int) time.Time {
	return momentOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), c.At.Zone())
}

// Between yields what comes due after the first moment and not after the
// second, oldest first, each period once.
func (c Calendar) Between(after, through time.Time) iter.Seq2[period.Period, time.Time] {
	return func(yield func(period.Period, time.Time) bool) {
		for due := range c.At.Between(c.Cadence, after, through) {
			if !yield(due.Period, due.At) {
				return
			}
		}
	}
}

// Next is the first due time after the given moment; zero beyond the year 9999.
func (c Calendar) Next(after time.Time) time.Time { return c.At.Next(after) }

// DueAt is the first due time whose period is p, if there is one.
func (c Calendar) DueAt(p period.Period) (time.Time, bool) { return c.At.DueAt(p) }
