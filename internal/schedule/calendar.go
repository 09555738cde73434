package schedule

import (
	"iter"
	"time"

	"deliverd/internal/period"
)

// Due is one delivery the calendar calls for, and the moment it is due.
type Due struct {
	Period period.Period
	At     time.Time // the first due time of the period
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
// time. A period whose first due time lies before the span is not in it, even
// if the expression comes true for it again.
func (s Schedule) Between(cadence period.Cadence, after, through time.Time) iter.Seq[Due] {
	return func(yield func(Due) bool) {
		for at := s.Next(after); !at.IsZero() && !at.After(through); {
			p := PeriodAt(cadence, at)
			opens, closes := window(p)
			first := s.Next(opens.Add(-time.Nanosecond))
			if first.Equal(at) && !yield(Due{Period: p, At: at}) {
				return
			}
			at = s.Next(closes.Add(-time.Nanosecond))
		}
	}
}
