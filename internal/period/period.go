// Package period holds the calendar of a bill: bill days and bill months in
// the bill's own zone, the periods a delivery covers, and the key a delivery
// has in the bucket.
//
// It knows no clock (a moment is always a parameter) and no cron: which
// periods are due is the business of internal/schedule.
package period

import (
	"cmp"
	"fmt"
	"time"
)

// Zone is the zone of every bill time: UTC+8, without daylight saving
// (the provider's page on bill times; DESIGN section 3). It is not the zone
// in which cron expressions are read.
var Zone = time.FixedZone("UTC+8", 8*60*60)

// Day is one bill day. The zero Day is no day.
type Day struct{ days int32 } // days since 1970-01-01, plus one

// Month is one bill month. The zero Month is no month.
type Month struct{ months int32 } // months since 1970-01, plus one

const secondsPerDay = 24 * 60 * 60

// DayOf returns the bill day that contains t.
func DayOf(t time.Time) Day { return dayAt(t.In(Zone)) }

// LastEndedDay returns the last bill day that has fully ended at t.
func LastEndedDay(t time.Time) Day { return DayOf(t).Prev() }

// NewDay returns a calendar date as a bill day; ok is false for a date that
// does not exist.
func NewDay(year int, month time.Month, day int) (d Day, ok bool) {
	t := time.Date(year, month, day, 0, 0, 0, 0, Zone)
	if t.Year() != year || t.Month() != month || t.Day() != day {
		return Day{}, false
	}
	return dayAt(t), true
}

// ParseDay reads 2025-12-09 or 20251209.
func ParseDay(s string) (Day, error) {
	for _, layout := range []string{"2006-01-02", "20060102"} {
		if t, err := time.ParseInLocation(layout, s, Zone); err == nil {
			return dayAt(t), nil
		}
	}
	return Day{}, fmt.Errorf("%q is no day: write it as 2025-12-09", s)
}

func dayAt(t time.Time) Day {
	_, offset := t.Zone()
	local := t.Unix() + int64(offset)
	days := local / secondsPerDay
	if local%secondsPerDay < 0 {
		days--
	}
	return Day{int32(days) + 1}
}

// Start is the first moment of the day.
func (d Day) Start() time.Time {
	_, offset := time.Time{}.In(Zone).Zone()
	return time.Unix(int64(d.days-1)*secondsPerDay-int64(offset), 0).In(Zone)
}

// End is the first moment after the day.
func (d Day) End() time.Time { return d.Next().Start() }

// Next is the day after d, Prev the day before.
func (d Day) Next() Day { return Day{d.days + 1} }
func (d Day) Prev() Day { return Day{d.days - 1} }

// Month is the bill month that d lies in.
func (d Day) Month() Month {
	t := d.Start()
	return Month{int32((t.Year()-1970)*12+int(t.Month())-1) + 1}
}

// IsZero reports whether d is no day.
func (d Day) IsZero() bool { return d.days == 0 }

// Compare orders days by time.
func (d Day) Compare(e Day) int { return cmp.Compare(d.days, e.days) }

// String is the day as 2025-12-09.
func (d Day) String() string { return d.Start().Format("2006-01-02") }

// Compact is the day as 20251209.
func (d Day) Compact() string { return d.Start().Format("20060102") }

// MonthOf returns the bill month that contains t.
func MonthOf(t time.Time) Month { return DayOf(t).Month() }

// ParseMonth reads 2025-12 or 202512.
func ParseMonth(s string) (Month, error) {
	for _, layout := range []string{"2006-01", "200601"} {
		if t, err := time.ParseInLocation(layout, s, Zone); err == nil {
			return dayAt(t).Month(), nil
		}
	}
	return Month{}, fmt.Errorf("%q is no month: write it as 2025-12", s)
}

// First is the first day of the month, Last its last day.
func (m Month) First() Day {
	d, _ := NewDay(m.year(), m.month(), 1)
	return d
}
func (m Month) Last() Day { return m.Next().First().Prev() }

// Start is the first moment of the month, End the first moment after it.
func (m Month) Start() time.Time { return m.First().Start() }
func (m Month) End() time.Time   { return m.Next().Start() }

// Next is the month after m, Prev the month before.
func (m Month) Next() Month { return Month{m.months + 1} }
func (m Month) Prev() Month { return Month{m.months - 1} }

// Clamp returns d, or the nearest day of the month when d lies outside it.
func (m Month) Clamp(d Day) Day {
	if first := m.First(); d.Compare(first) < 0 {
		return first
	}
	if last := m.Last(); d.Compare(last) > 0 {
		return last
	}
	return d
}

// IsZero reports whether m is no month.
func (m Month) IsZero() bool { return m.months == 0 }

// Compare orders months by time.
func (m Month) Compare(n Month) int { return cmp.Compare(m.months, n.months) }

// String is the month as 2025-12.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m.year(), m.month()) }

// Compact is the month as 202512.
func (m Month) Compact() string { return fmt.Sprintf("%04d%02d", m.year(), m.month()) }

func (m Month) year() int { return 1970 + floorDiv(int(m.months-1), 12) }
func (m Month) month() time.Month {
	return time.Month(int(m.months-1)-12*floorDiv(int(m.months-1), 12)) + 1
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
