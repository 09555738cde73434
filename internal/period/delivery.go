package period

import (
	"fmt"
	"regexp"
)

// Cadence is how often a file is delivered.
type Cadence string

// The two cadences.
const (
	Daily   Cadence = "daily"   // one file a day: the month to date
	Monthly Cadence = "monthly" // one file a month: the whole month
)

// Period is what one delivery covers: the days of a month up to Through
// (daily), or the whole month (monthly).
type Period struct {
	Cadence Cadence
	Through Day // the last bill day the file covers
}

// DailyOf is the period of the daily file named for d.
func DailyOf(d Day) Period { return Period{Daily, d} }

// MonthlyOf is the period of the monthly file of m.
func MonthlyOf(m Month) Period { return Period{Monthly, m.Last()} }

// Month is the bill month whose lines the file holds.
func (p Period) Month() Month { return p.Through.Month() }

// Whole reports whether the file holds every line of its month: monthly files
// do, and the daily file of a month's last day, to which no day filter applies
// (DESIGN section 3, Calendar).
func (p Period) Whole() bool { return p.Cadence == Monthly || p.Through == p.Month().Last() }

// String is 2025-12-09 for a daily period and 2025-12 for a monthly one.
func (p Period) String() string {
	if p.Cadence == Monthly {
		return p.Month().String()
	}
	return p.Through.String()
}

// Key is the object key of the delivery, without the bucket's prefix, as the
// provider's page names it: FOCUS-bill_details-<uin>-YYYYMMDD.CSV for a daily
// file and FOCUS-bill_details-<uin>-YYYYMM.CSV for a monthly one.
func (p Period) Key(uin string) string {
	date := p.Through.Compact()
	if p.Cadence == Monthly {
		date = p.Month().Compact()
	}
	return fmt.Sprintf("%s%s.CSV", KeyPrefix(uin), date)
}

// KeyPrefix is what the keys of all deliveries of an account begin with.
func KeyPrefix(uin string) string { return "FOCUS-bill_details-" + uin + "-" }

var keyPattern = regexp.MustCompile(`^FOCUS-bill_details-([0-9A-Za-z]+)-([0-9]{6}|[0-9]{8})\.CSV$`)

// ParseKey reads a key made by [Period.Key]; ok is false for any other name.
func ParseKey(key string) (uin string, p Period, ok bool) {
	match := keyPattern.FindStringSubmatch(key)
	if match == nil {
		return "", Period{}, false
	}
	if len(match[2]) == 6 {
		m, err := ParseMonth(match[2])
		return match[1], MonthlyOf(m), err == nil
	}
	d, err := ParseDay(match[2])
	return match[1], DailyOf(d), err == nil
}
