package schedule

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func parse(t testing.TB, expr, zoneName string) Schedule {
	t.Helper()
	s, err := Parse(expr, zone(t, zoneName))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseRefuses(t *testing.T) {
	for _, test := range []struct{ name, expr, want string }{
		{"nothing", "", "empty"},
		{"spaces", " \t ", "empty"},
		{"zone that panics the library", "TZ=0", "time zone inside"},
		{"zone without fields", "CRON_TZ=Asia/Shanghai", "time zone inside"},
		{"zone with fields", "TZ=UTC 0 3 * * *", "time zone inside"},
		{"zone after a space", "  TZ=UTC 0 3 * * *", "time zone inside"},
		{"zone in lower case", "cron_tz=UTC 0 3 * * *", "time zone inside"},
		{"31 February", "0 0 31 2 *", "never"},
		{"30 February", "0 0 30 feb *", "never"},
		{"31 of the short months", "0 0 31 2,4,6,9,11 *", "never"},
		{"half a second", "@every 500ms", "too often"},
		{"59 seconds", "@every 59s", "too often"},
		{"nothing at all", "@every 0s", "too often"},
		{"backwards", "@every -1h", "too often"},
		{"part of a second", "@every 1m0.5s", "whole number of seconds"},
		{"once in a lifetime", "@every 100000h", "too seldom"},
		{"every without a length", "@every", "no length of time"},
		{"unknown word", "@reboot", "unrecognized"},
		{"four fields", "0 3 * *", "expected exactly 5"},
		{"six fields", "0 0 3 * * *", "expected exactly 5"},
		{"minute 60", "60 3 * * *", "above maximum"},
		{"day 0", "0 3 0 * *", "below minimum"},
		{"range backwards", "0 5-3 * * *", "beyond end of range"},
		{"step 0", "*/0 * * * *", "step"},
		{"comma alone", ", * * * *", "empty item"},
		{"empty item", "1,,2 * * * *", "empty item"},
		{"star to five", "*-5 * * * *", "neither a value"},
		{"signed number", "+5 * * * *", "does not know"},
		{"control character", "0\x00 3 * * *", "does not know"},
		{"very long", strings.Repeat("1,", 400) + "1 * * * *", "longer than"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := Parse(test.expr, time.UTC)
			var refusal *ParseError
			if !errors.As(err, &refusal) {
				t.Fatalf("Parse(%q) = %v, %v; want a ParseError", test.expr, s, err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not say %q", err, test.want)
			}
			if refusal.Remedy() == "" {
				t.Error("the refusal has no remedy")
			}
			if !s.IsZero() || !s.Next(time.Unix(0, 0)).IsZero() {
				t.Error("a refused expression comes due")
			}
		})
	}
}

func TestParseRefusesTheHostsZone(t *testing.T) {
	for _, z := range []*time.Location{nil, time.Local} {
		if _, err := Parse("0 3 * * *", z); err == nil {
			t.Errorf("Parse took the zone %v", z)
		}
	}
}

func TestNext(t *testing.T) {
	for _, test := range []struct{ name, expr, zone, after, want string }{
		{"later today", "0 3 * * *", "Asia/Shanghai", "2026-01-10T02:59:59+08:00", "2026-01-10T03:00:00+08:00"},
		{"strictly after", "0 3 * * *", "Asia/Shanghai", "2026-01-10T03:00:00+08:00", "2026-01-11T03:00:00+08:00"},
		{"a moment before", "0 3 * * *", "Asia/Shanghai", "2026-01-10T02:59:59.999999999+08:00", "2026-01-10T03:00:00+08:00"},
		{"the moment is in another zone", "0 3 * * *", "Asia/Shanghai", "2026-01-09T18:00:00Z", "2026-01-10T03:00:00+08:00"},
		{"names", "0 3 * JAN mon", "Asia/Shanghai", "2026-01-10T00:00:00+08:00", "2026-01-12T03:00:00+08:00"},
		{"day of month or of week", "0 3 13 * 5", "UTC", "2026-02-01T00:00:00Z", "2026-02-06T03:00:00Z"},
		{"@daily", "@daily", "Asia/Shanghai", "2026-01-10T00:00:00+08:00", "2026-01-11T00:00:00+08:00"},
		{"@monthly", "@monthly", "UTC", "2026-01-10T00:00:00Z", "2026-02-01T00:00:00Z"},
		{"@yearly", "@yearly", "UTC", "2026-01-10T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"leap day around 2100", "0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"every six hours from midnight", "@every 6h", "Asia/Shanghai", "2026-01-10T00:00:01+08:00", "2026-01-10T06:00:00+08:00"},
		{"every, strictly after", "@every 6h", "Asia/Shanghai", "2026-01-10T06:00:00+08:00", "2026-01-10T12:00:00+08:00"},
		{"every, before 1970", "@every 6h", "UTC", "1969-12-31T17:00:00Z", "1969-12-31T18:00:00Z"},

		{"Berlin, skipped time moves behind the gap", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		{"Berlin, the day after the gap", "30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
		{"Berlin, doubled time at its first showing", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"Berlin, not at its second", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		{"Berlin, asked between the two showings", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:59:00Z", "2026-10-26T01:30:00Z"},
		{"Berlin, matches of one gap are one", "*/15 * * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z"},
		{"Cairo, midnight is skipped", "0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z"},
		{"Lord Howe, half an hour is skipped", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z"},
		{"Apia, a whole day is skipped", "0 3 30 12 *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-30T10:00:00Z"},
		{"Apia, the day before stays", "0 12 29 12 *", "Pacific/Apia", "2011-12-29T00:00:00Z", "2011-12-29T22:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := parse(t, test.expr, test.zone).Next(moment(t, test.after))
			if want := moment(t, test.want); !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
			if got.Location().String() != test.zone {
				t.Errorf("the due time is in zone %s, want %s", got.Location(), test.zone)
			}
		})
	}
}

// Over twenty years in which the clocks change forty times, a daily expression
// comes due exactly once for every date.
func TestEveryDateOnceInAZoneWithSummerTime(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Sao_Paulo", "Asia/Shanghai"} {
		for _, expr := range []string{"0 0 * * *", "30 0 * * *", "15 1 * * *", "30 2 * * *", "0 3 * * *", "59 23 * * *"} {
			t.Run(name+" "+expr, func(t *testing.T) {
				s := parse(t, expr, name)
				date := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
				at := s.Next(time.Date(2009, 12, 31, 23, 59, 59, 0, zone(t, name)))
				for date.Year() < 2030 {
					if got, want := at.Format(time.DateOnly), date.Format(time.DateOnly); got != want {
						t.Fatalf("due at %s, want a time on %s", at, want)
					}
					at, date = s.Next(at), date.AddDate(0, 0, 1)
				}
			})
		}
	}
}

func TestEqual(t *testing.T) {
	daily := parse(t, "0 3 * * *", "Asia/Shanghai")
	for _, test := range []struct {
		name  string
		other Schedule
		want  bool
	}{
		{"the same", parse(t, " 0 3 * * *", "Asia/Shanghai"), true},
		{"another hour", parse(t, "0 4 * * *", "Asia/Shanghai"), false},
		{"another zone", parse(t, "0 3 * * *", "UTC"), false},
		{"none", Schedule{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := daily.Equal(test.other); got != test.want {
				t.Errorf("Equal = %t, want %t", got, test.want)
			}
		})
	}
	if !(Schedule{}).Equal(Schedule{}) {
		t.Error("the zero Schedule is not itself")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0 3 * * *", "@daily", "@every 1h30m", "TZ=0", "CRON_TZ=Asia/Shanghai", "0 0 31 2 *", "*/5 1-3,7 ? jan-dec/2 mon",
		"@every 500ms", ", * * * *", "1/9223372036854775807 * * * *", "0 0 29 2 1", "@every 9999999h", "0 0 31 4/5 *",
	} {
		f.Add(seed)
	}
	berlin := zone(f, "Europe/Berlin")
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := Parse(expr, berlin)
		if err != nil {
			var refusal *ParseError
			if !errors.As(err, &refusal) || refusal.Remedy() == "" {
				t.Fatalf("Parse(%q): %v is no refusal with a remedy", expr, err)
			}
			return
		}
		last := start
		for range 20 {
			next := s.Next(last)
			if !next.After(last) {
				t.Fatalf("Parse(%q): due at %s after %s", expr, next, last)
			}
			if next.Sub(last) > 9*366*24*time.Hour {
				t.Fatalf("Parse(%q): nothing due for more than eight years after %s", expr, last)
			}
			last = next
		}
	})
}
