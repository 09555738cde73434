package schedule

import (
	"slices"
	"testing"
	"time"

	"deliverd/internal/period"
)

func day(t testing.TB, s string) period.Day {
	t.Helper()
	d, err := period.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func month(t testing.TB, s string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDueDaily(t *testing.T) {
	for _, test := range []struct{ name, expr, zone, day, want string }{
		{"the morning after", "0 3 * * *", "Asia/Shanghai", "2025-12-09", "2025-12-10T03:00:00+08:00"},
		{"the last of a month, on the 1st", "0 3 * * *", "Asia/Shanghai", "2025-12-31", "2026-01-01T03:00:00+08:00"},
		{"at midnight the day has ended", "0 0 * * *", "Asia/Shanghai", "2025-12-09", "2025-12-10T00:00:00+08:00"},
		{"the first of several", "0 3,15 * * *", "Asia/Shanghai", "2025-12-09", "2025-12-10T03:00:00+08:00"},
		{"cron in another zone, same UTC date", "0 3 * * *", "UTC", "2025-12-09", "2025-12-10T11:00:00+08:00"},
		{"cron in another zone, late in its day", "0 20 * * *", "UTC", "2025-12-09", "2025-12-10T04:00:00+08:00"},
		{"New York", "0 3 * * *", "America/New_York", "2025-12-09", "2025-12-10T16:00:00+08:00"},
		{"weekly, the day before Monday", "0 3 * * mon", "Asia/Shanghai", "2025-12-07", "2025-12-08T03:00:00+08:00"},
		{"weekly, any other day", "0 3 * * mon", "Asia/Shanghai", "2025-12-08", ""},
		{"Berlin, the day of the gap", "30 2 * * *", "Europe/Berlin", "2026-03-28", "2026-03-29T09:00:00+08:00"},
		{"Berlin, the doubled hour", "30 2 * * *", "Europe/Berlin", "2026-10-24", "2026-10-25T08:30:00+08:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := parse(t, test.expr, test.zone)
			got, ok := s.DueDaily(day(t, test.day))
			if ok != (test.want != "") {
				t.Fatalf("due %s, %t; want %q", got, ok, test.want)
			}
			if ok && !got.Equal(moment(t, test.want)) {
				t.Errorf("due %s, want %s", got, test.want)
			}
			if p := PeriodAt(period.Daily, got); ok && p != period.DailyOf(day(t, test.day)) {
				t.Errorf("the period of its own due time is %s", p)
			}
		})
	}
}

func TestDueMonthly(t *testing.T) {
	for _, test := range []struct{ name, expr, zone, month, want string }{
		{"the 5th", "0 3 5 * *", "Asia/Shanghai", "2025-12", "2026-01-05T03:00:00+08:00"},
		{"the first of several", "0 3 * * *", "Asia/Shanghai", "2025-12", "2026-01-01T03:00:00+08:00"},
		{"the 31st", "0 3 31 * *", "Asia/Shanghai", "2025-12", "2026-01-31T03:00:00+08:00"},
		{"the 31st of a short month", "0 3 31 * *", "Asia/Shanghai", "2026-01", ""},
		{"the bill's zone decides the month", "0 20 31 * *", "UTC", "2025-12", "2026-01-01T04:00:00+08:00"},
		{"once a year", "0 3 1 1 *", "Asia/Shanghai", "2025-12", "2026-01-01T03:00:00+08:00"},
		{"once a year, another month", "0 3 1 1 *", "Asia/Shanghai", "2025-11", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := parse(t, test.expr, test.zone)
			got, ok := s.DueMonthly(month(t, test.month))
			if ok != (test.want != "") {
				t.Fatalf("due %s, %t; want %q", got, ok, test.want)
			}
			if ok && !got.Equal(moment(t, test.want)) {
				t.Errorf("due %s, want %s", got, test.want)
			}
			if p := PeriodAt(period.Monthly, got); ok && p != period.MonthlyOf(month(t, test.month)) {
				t.Errorf("the period of its own due time is %s", p)
			}
		})
	}
}

func TestBetween(t *testing.T) {
	for _, test := range []struct {
		name, expr, zone string
		cadence          period.Cadence
		after, through   string
		want             []string
	}{
		{"every day", "0 3 * * *", "Asia/Shanghai", period.Daily, "2025-12-30T03:00:00+08:00", "2026-01-02T03:00:00+08:00",
			[]string{"2025-12-30 2025-12-31T03:00:00+08:00", "2025-12-31 2026-01-01T03:00:00+08:00", "2026-01-01 2026-01-02T03:00:00+08:00"}},
		{"nothing in an empty span", "0 3 * * *", "Asia/Shanghai", period.Daily, "2026-01-02T03:00:00+08:00", "2026-01-02T03:00:00+08:00", nil},
		{"a period once though due twice", "0 3,15 * * *", "Asia/Shanghai", period.Daily, "2026-01-01T15:00:00+08:00", "2026-01-02T20:00:00+08:00",
			[]string{"2026-01-01 2026-01-02T03:00:00+08:00"}},
		{"from between two due times of a period", "0 3,15 * * *", "Asia/Shanghai", period.Daily, "2026-01-01T03:00:00+08:00", "2026-01-02T20:00:00+08:00",
			[]string{"2025-12-31 2026-01-01T15:00:00+08:00", "2026-01-01 2026-01-02T03:00:00+08:00"}},
		{"a week", "0 3 * * mon", "Asia/Shanghai", period.Daily, "2025-12-01T03:00:00+08:00", "2025-12-20T00:00:00+08:00",
			[]string{"2025-12-07 2025-12-08T03:00:00+08:00", "2025-12-14 2025-12-15T03:00:00+08:00"}},
		{"months", "0 3 5 * *", "Asia/Shanghai", period.Monthly, "2025-11-05T03:00:00+08:00", "2026-01-05T03:00:00+08:00",
			[]string{"2025-11 2025-12-05T03:00:00+08:00", "2025-12 2026-01-05T03:00:00+08:00"}},
		{"a month once though due daily", "0 3 * * *", "Asia/Shanghai", period.Monthly, "2025-12-05T00:00:00+08:00", "2026-02-05T00:00:00+08:00",
			[]string{"2025-11 2025-12-05T03:00:00+08:00", "2025-12 2026-01-01T03:00:00+08:00", "2026-01 2026-02-01T03:00:00+08:00"}},
		{"the doubled hour", "30 2 * * *", "Europe/Berlin", period.Daily, "2026-10-24T03:00:00Z", "2026-10-26T12:00:00Z",
			[]string{"2026-10-24 2026-10-25T08:30:00+08:00", "2026-10-25 2026-10-26T09:30:00+08:00"}},
		{"the skipped hour", "30 2 * * *", "Europe/Berlin", period.Daily, "2026-03-28T03:00:00Z", "2026-03-30T12:00:00Z",
			[]string{"2026-03-28 2026-03-29T09:00:00+08:00", "2026-03-29 2026-03-30T08:30:00+08:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for due := range parse(t, test.expr, test.zone).Between(test.cadence, moment(t, test.after), moment(t, test.through)) {
				got = append(got, due.Period.String()+" "+due.At.In(period.Zone).Format(time.RFC3339))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Between and DueAt answer the same question from two sides: over two years,
// for sparse and dense expressions, they must agree on every period but the
// first, of which earlier due times may lie before the span.
func TestBetweenAgreesWithDueAt(t *testing.T) {
	after, through := moment(t, "2025-12-31T16:00:00Z"), moment(t, "2027-12-31T16:00:00Z")
	for _, expr := range []string{"0 3 * * *", "*/20 * * * *", "0 3 * * mon", "0 3 31 * *", "@every 36h", "30 2 * * *", "@yearly", "0 0 29 2 *"} {
		for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "Pacific/Kiritimati", "America/New_York"} {
			t.Run(expr+" "+name, func(t *testing.T) {
				s := parse(t, expr, name)
				var got, want []Due
				for due := range s.Between(period.Daily, after, through) {
					got = append(got, due)
				}
				for d := day(t, "2025-12-30"); d.Start().Before(through); d = d.Next() {
					if at, ok := s.DueDaily(d); ok && at.After(after) && !at.After(through) {
						want = append(want, Due{period.DailyOf(d), at})
					}
				}
				if len(got) > 0 {
					first := got[0].Period
					if at, ok := s.DueAt(first); !ok || at.After(got[0].At) {
						t.Errorf("%s is due at %s, and by DueAt first at %s", first, got[0].At, at)
					}
					got = got[1:]
					want = slices.DeleteFunc(want, func(d Due) bool { return d.Period == first })
				}
				if len(got) == 0 && len(want) == 0 {
					return
				}
				if !slices.EqualFunc(got, want, func(a, b Due) bool { return a.Period == b.Period && a.At.Equal(b.At) }) {
					t.Errorf("Between has %d deliveries, DueDaily %d", len(got), len(want))
				}
			})
		}
	}
}

func TestBetweenStopsWhenAsked(t *testing.T) {
	seen := 0
	for range parse(t, "0 3 * * *", "Asia/Shanghai").Between(period.Daily, time.Unix(0, 0), moment(t, "9000-01-01T00:00:00Z")) {
		if seen++; seen == 3 {
			break
		}
	}
	if seen != 3 {
		t.Errorf("saw %d deliveries, want 3", seen)
	}
}

func BenchmarkAYearOfDueTimes(b *testing.B) {
	for _, expr := range []string{"0 3 * * *", "*/5 * * * *", "0 3 * * mon"} {
		b.Run(expr, func(b *testing.B) {
			s := parse(b, expr, "Europe/Berlin")
			from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
			for b.Loop() {
				for range s.Between(period.Daily, from, to) {
				}
			}
		})
	}
}
