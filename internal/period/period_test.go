package period

import (
	"testing"
	"time"
)

func day(t *testing.T, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDayIsTheCivilDayInUTC8(t *testing.T) {
	for _, test := range []struct{ name, moment, want string }{
		{"before midnight in UTC+8", "2025-12-09T15:59:59Z", "2025-12-09"},
		{"midnight in UTC+8", "2025-12-09T16:00:00Z", "2025-12-10"},
		{"another zone", "2025-12-09T23:30:00-05:00", "2025-12-10"},
		{"leap day", "2028-02-29T00:00:00+08:00", "2028-02-29"},
		{"before 1970", "1969-12-31T12:00:00+08:00", "1969-12-31"},
	} {
		t.Run(test.name, func(t *testing.T) {
			moment, err := time.Parse(time.RFC3339, test.moment)
			if err != nil {
				t.Fatal(err)
			}
			if got := DayOf(moment).String(); got != test.want {
				t.Errorf("DayOf(%s) = %s, want %s", test.moment, got, test.want)
			}
		})
	}
}

func TestDayStartAndEndAreMidnights(t *testing.T) {
	d := day(t, "2028-02-28")
	for day := range 800 {
		if got := DayOf(d.Start()); got != d {
			t.Fatalf("DayOf(start of %s) = %s", d, got)
		}
		if got := d.End().Sub(d.Start()); got != 24*time.Hour {
			t.Fatalf("%s is %s long", d, got)
		}
		if got := DayOf(d.End().Add(-time.Second)); got != d {
			t.Fatalf("the last second of %s lies in %s (step %d)", d, got, day)
		}
		d = d.Next()
	}
}

func TestLastEndedDay(t *testing.T) {
	due := time.Date(2025, 12, 10, 3, 0, 0, 0, Zone)
	if got := LastEndedDay(due); got != day(t, "2025-12-09") {
		t.Errorf("at %s the last ended day is %s", due, got)
	}
	midnight := time.Date(2025, 12, 10, 0, 0, 0, 0, Zone)
	if got := LastEndedDay(midnight); got != day(t, "2025-12-09") {
		t.Errorf("at midnight the day before has ended, got %s", got)
	}
}

func TestMonth(t *testing.T) {
	for _, test := range []struct{ month, first, last, next, prev string }{
		{"2025-12", "2025-12-01", "2025-12-31", "2026-01", "2025-11"},
		{"2026-02", "2026-02-01", "2026-02-28", "2026-03", "2026-01"},
		{"2028-02", "2028-02-01", "2028-02-29", "2028-03", "2028-01"},
		{"1969-12", "1969-12-01", "1969-12-31", "1970-01", "1969-11"},
	} {
		t.Run(test.month, func(t *testing.T) {
			m, err := ParseMonth(test.month)
			if err != nil {
				t.Fatal(err)
			}
			got := []string{m.String(), m.First().String(), m.Last().String(), m.Next().String(), m.Prev().String()}
			for i, want := range []string{test.month, test.first, test.last, test.next, test.prev} {
				if got[i] != want {
					t.Errorf("got %v, want %s at %d", got, want, i)
				}
			}
		})
	}
}

func TestClamp(t *testing.T) {
	m, _ := ParseMonth("2025-11")
	for in, want := range map[string]string{
		"2025-10-31": "2025-11-01", "2025-11-17": "2025-11-17", "2025-12-02": "2025-11-30",
	} {
		if got := m.Clamp(day(t, in)).String(); got != want {
			t.Errorf("clamp %s into %s = %s, want %s", in, m, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2025-13-01", "2025-02-30", "20250230", "2025/12/09", "2025-1-1"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", s, d)
		}
	}
	for _, s := range []string{"", "2025-13", "202500", "2025-12-09", "25-12"} {
		if m, err := ParseMonth(s); err == nil {
			t.Errorf("ParseMonth(%q) = %s, want an error", s, m)
		}
	}
}

func TestKeysAreTheProvidersExamples(t *testing.T) {
	for _, test := range []struct {
		period Period
		key    string
		whole  bool
	}{
		{DailyOf(day(t, "2025-12-09")), "FOCUS-bill_details-200020002001-20251209.CSV", false},
		{DailyOf(day(t, "2025-12-31")), "FOCUS-bill_details-200020002001-20251231.CSV", true},
		{MonthlyOf(day(t, "2025-12-31").Month()), "FOCUS-bill_details-200020002001-202512.CSV", true},
	} {
		t.Run(test.key, func(t *testing.T) {
			if got := test.period.Key("200020002001"); got != test.key {
				t.Errorf("key %s, want %s", got, test.key)
			}
			if got := test.period.Whole(); got != test.whole {
				t.Errorf("whole month: %t, want %t", got, test.whole)
			}
			uin, p, ok := ParseKey(test.key)
			if !ok || uin != "200020002001" || p != test.period {
				t.Errorf("ParseKey = %s %v %t", uin, p, ok)
			}
		})
	}
	for _, key := range []string{"FOCUS-bill_details-200020002001-20251309.CSV", "FOCUS-bill_details-1-202512.csv", "x/FOCUS-bill_details-1-202512.CSV", "a"} {
		if _, _, ok := ParseKey(key); ok {
			t.Errorf("ParseKey(%q) took a key that is none of ours", key)
		}
	}
}
