package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// calendarCase is one life of one cadence: switched on and off at moments, and
// what it then expects up to the last one. Moments are of the zone of the
// expression; what is expected is written as periods, a..b for each day or
// month from one to another, or as period@due time, of the bill's zone.
type calendarCase struct {
	name   string
	at     string
	zone   string // "" is Asia/Shanghai
	since  string
	events string // "2025-12-09 10:00 on, …"; the last is "… look"
	want   string
}

var dailyCases = []calendarCase{
	{"the morning after", "0 3 * * *", "", "", "2025-12-09 10:00 on, 2025-12-10 03:00 look", "2025-12-09@12-10T03:00"},
	{"not before three", "0 3 * * *", "", "", "2025-12-09 10:00 on, 2025-12-10 02:59 look", ""},
	{"switched on before three: not today", "0 3 * * *", "", "", "2025-12-09 02:59 on, 2025-12-09 23:59 look", ""},
	{"switched on before three: tomorrow", "0 3 * * *", "", "", "2025-12-09 02:59 on, 2025-12-10 03:00 look", "2025-12-09"},
	{"switched on at midnight", "0 3 * * *", "", "", "2025-12-09 00:00 on, 2025-12-10 04:00 look", "2025-12-09"},
	{"switched on in the last minute of a day", "0 3 * * *", "", "", "2025-12-09 23:59 on, 2025-12-10 04:00 look", "2025-12-09"},
	{"a week", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-08 12:00 look", "2025-12-01..2025-12-07"},
	{"the 1st: the whole month before", "0 3 * * *", "", "", "2025-11-29 12:00 on, 2025-12-01 03:00 look", "2025-11-29@11-30T03:00 2025-11-30@12-01T03:00"},
	{"over the end of a year", "0 3 * * *", "", "", "2025-12-30 12:00 on, 2026-01-02 03:00 look", "2025-12-30@12-31T03:00 2025-12-31@01-01T03:00 2026-01-01@01-02T03:00"},
	{"the end of February", "0 3 * * *", "", "", "2026-02-26 12:00 on, 2026-03-02 03:00 look", "2026-02-26..2026-03-01"},
	{"a leap day", "0 3 * * *", "", "", "2028-02-27 12:00 on, 2028-03-01 03:00 look", "2028-02-27..2028-02-29"},
	{"a month of 30 days", "0 3 * * *", "", "", "2026-04-28 12:00 on, 2026-05-01 03:00 look", "2026-04-28..2026-04-30"},
	{"at midnight the day has just ended", "0 0 * * *", "", "", "2025-12-09 12:00 on, 2025-12-10 00:00 look", "2025-12-09@12-10T00:00"},
	{"one minute to midnight it has not", "59 23 * * *", "", "", "2025-12-09 12:00 on, 2025-12-10 23:59 look", "2025-12-09@12-10T23:59"},
	{"twice a day, once a period", "0 3,15 * * *", "", "", "2025-12-09 12:00 on, 2025-12-11 20:00 look", "2025-12-09@12-10T03:00 2025-12-10@12-11T03:00"},
	{"every hour, once a period", "0 * * * *", "", "", "2025-12-09 12:00 on, 2025-12-10 20:00 look", "2025-12-09@12-10T00:00"},
	{"Mondays alone", "0 3 * * mon", "", "", "2025-12-01 12:00 on, 2025-12-16 00:00 look", "2025-12-07@12-08T03:00 2025-12-14@12-15T03:00"},
	{"workdays", "0 3 * * 1-5", "", "", "2025-12-04 12:00 on, 2025-12-09 12:00 look", "2025-12-04@12-05T03:00 2025-12-07@12-08T03:00 2025-12-08@12-09T03:00"},
	{"the last day of a long month alone", "0 3 31 * *", "", "", "2025-12-01 12:00 on, 2026-03-31 12:00 look", "2025-12-30 2026-01-30 2026-03-30"},
	{"once a year", "0 3 1 1 *", "", "", "2025-06-01 12:00 on, 2027-01-01 03:00 look", "2025-12-31 2026-12-31"},
	{"a leap day alone", "0 3 29 2 *", "", "", "2025-06-01 12:00 on, 2032-03-01 03:00 look", "2028-02-28 2032-02-28"},
	{"every 36 hours", "@every 36h", "", "", "2025-12-01 00:00 on, 2025-12-05 12:00 look", "2025-12-01@12-02T00:00 2025-12-02@12-03T12:00 2025-12-04@12-05T00:00"},
	{"off: nothing new", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 12:00 off, 2025-12-10 12:00 look", ""},
	{"on again: the gap is not filled", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 12:00 off, 2025-12-06 12:00 on, 2025-12-08 12:00 look", "2025-12-01..2025-12-02 2025-12-06..2025-12-07"},
	{"on again before three: not today", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 12:00 off, 2025-12-06 02:00 on, 2025-12-07 12:00 look", "2025-12-01..2025-12-02 2025-12-06"},
	{"off at three sharp: that one still", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 03:00 off, 2025-12-06 12:00 on, 2025-12-06 13:00 look", "2025-12-01..2025-12-02"},
	{"off a minute before three: not that one", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 02:59 off, 2025-12-06 12:00 on, 2025-12-06 13:00 look", "2025-12-01"},
	{"off and on within a day", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 12:00 off, 2025-12-03 13:00 on, 2025-12-05 12:00 look", "2025-12-01..2025-12-04"},
	{"off and on over three o'clock: lost", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-03 02:00 off, 2025-12-03 04:00 on, 2025-12-05 12:00 look", "2025-12-01 2025-12-03..2025-12-04"},
	{"three times on", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-02 12:00 off, 2025-12-04 12:00 on, 2025-12-05 12:00 off, 2025-12-07 12:00 on, 2025-12-08 12:00 look", "2025-12-01 2025-12-04 2025-12-07"},
	{"seen on every hour: one activation", "0 3 * * *", "", "", "2025-12-01 12:00 on, 2025-12-02 12:00 on, 2025-12-03 12:00 on, 2025-12-04 12:00 look", "2025-12-01..2025-12-03"},
	{"off from the start", "0 3 * * *", "", "", "2025-12-01 12:00 off, 2025-12-05 12:00 look", ""},
	{"off, then on for the first time", "0 3 * * *", "", "", "2025-12-01 12:00 off, 2025-12-05 12:00 on, 2025-12-07 12:00 look", "2025-12-05..2025-12-06"},
	{"since a day before", "0 3 * * *", "", "2025-11-28", "2025-12-02 12:00 on, 2025-12-02 13:00 look", "2025-11-28..2025-12-01"},
	{"since, on the very day", "0 3 * * *", "", "2025-12-02", "2025-12-02 12:00 on, 2025-12-03 02:00 look", ""},
	{"since, the first file is the day's own", "0 3 * * *", "", "2025-12-02", "2025-12-02 12:00 on, 2025-12-03 03:00 look", "2025-12-02"},
	{"since a day to come", "0 3 * * *", "", "2025-12-10", "2025-12-02 12:00 on, 2025-12-11 03:00 look", "2025-12-10"},
	{"since outranks the ledger", "0 3 * * *", "", "2025-11-30", "2025-12-01 12:00 on, 2025-12-02 12:00 off, 2025-12-04 12:00 on, 2025-12-05 12:00 look", "2025-11-30..2025-12-04"},
	{"since, but off", "0 3 * * *", "", "2025-11-30", "2025-12-01 12:00 on, 2025-12-02 12:00 off, 2025-12-05 12:00 look", ""},
	{"read in UTC", "0 3 * * *", "UTC", "", "2025-12-09 12:00 on, 2025-12-10 03:00 look", "2025-12-09@12-10T11:00"},
	{"read in UTC, late in its day", "0 20 * * *", "UTC", "", "2025-12-09 12:00 on, 2025-12-10 20:00 look", "2025-12-10@12-11T04:00"},
	{"read in New York", "0 3 * * *", "America/New_York", "", "2025-12-09 12:00 on, 2025-12-10 03:00 look", "2025-12-09@12-10T16:00"},
	{"read in Honolulu, whose evening is Shanghai's afternoon", "0 22 * * *", "Pacific/Honolulu", "", "2025-12-09 12:00 on, 2025-12-10 22:00 look", "2025-12-10@12-11T16:00"},
	{"read in Kiritimati, ahead of Shanghai", "0 3 * * *", "Pacific/Kiritimati", "", "2025-12-09 12:00 on, 2025-12-10 03:00 look", "2025-12-08@12-09T21:00"},
	{"a later day is one of the expression's zone", "0 3 * * *", "Pacific/Kiritimati", "", "2025-12-09 02:00 on, 2025-12-09 23:00 look", ""},
	{"since is read on the calendar of the expression's zone", "0 3 * * *", "UTC", "2025-12-08", "2025-12-10 12:00 on, 2025-12-10 13:00 look", "2025-12-08..2025-12-09"},
	{"Berlin, the hour that is skipped", "30 2 * * *", "Europe/Berlin", "", "2026-03-27 12:00 on, 2026-03-30 12:00 look", "2026-03-27@03-28T09:30 2026-03-28@03-29T09:00 2026-03-29@03-30T08:30"},
	{"Berlin, the hour that comes twice", "30 2 * * *", "Europe/Berlin", "", "2026-10-23 12:00 on, 2026-10-26 12:00 look", "2026-10-23@10-24T08:30 2026-10-24@10-25T08:30 2026-10-25@10-26T09:30"},
	{"New York, the hour that is skipped", "30 2 * * *", "America/New_York", "", "2026-03-06 12:00 on, 2026-03-09 12:00 look", "2026-03-06@03-07T15:30 2026-03-07@03-08T15:00 2026-03-08@03-09T14:30"},
	{"Lord Howe, half an hour", "15 2 * * *", "Australia/Lord_Howe", "", "2026-10-02 12:00 on, 2026-10-05 12:00 look", "2026-10-01@10-02T23:45 2026-10-02@10-03T23:30 2026-10-03@10-04T23:15"},
	{"Beirut, whose midnight is skipped: still a later day", "0 3 * * *", "Asia/Beirut", "", "2026-03-28 12:00 on, 2026-03-29 03:00 look", "2026-03-28@03-29T08:00"},
}

var monthlyCases = []calendarCase{
	{"the 5th at three", "0 3 5 * *", "", "", "2025-12-01 12:00 on, 2025-12-05 03:00 look", "2025-11@12-05T03:00"},
	{"not a minute before", "0 3 5 * *", "", "", "2025-12-01 12:00 on, 2025-12-05 02:59 look", ""},
	{"switched on on the 5th at 02:59: today", "0 3 5 * *", "", "", "2025-12-05 02:59 on, 2025-12-05 03:00 look", "2025-11"},
	{"switched on on the 5th at 03:00: next month", "0 3 5 * *", "", "", "2025-12-05 03:00 on, 2026-01-04 12:00 look", ""},
	{"and then it comes", "0 3 5 * *", "", "", "2025-12-05 03:00 on, 2026-01-05 03:00 look", "2025-12"},
	{"switched on on the 6th", "0 3 5 * *", "", "", "2025-12-06 12:00 on, 2026-02-06 12:00 look", "2025-12..2026-01"},
	{"a year", "0 3 5 * *", "", "", "2025-01-01 12:00 on, 2026-01-05 03:00 look", "2024-12..2025-12"},
	{"the 31st leaves short months out", "0 3 31 * *", "", "", "2026-01-01 12:00 on, 2026-06-01 12:00 look", "2025-12 2026-02 2026-04"},
	{"every day: once a month, on the 1st", "0 3 * * *", "", "", "2025-11-01 00:00 on, 2026-01-02 12:00 look", "2025-10@11-01T03:00 2025-11@12-01T03:00 2025-12@01-01T03:00"},
	{"on between two times of a month: at the second", "0 3 5,20 * *", "", "", "2025-12-10 12:00 on, 2026-01-06 12:00 look", "2025-11@12-20T03:00 2025-12@01-05T03:00"},
	{"off and on over the 5th: lost", "0 3 5 * *", "", "", "2025-10-01 12:00 on, 2025-12-01 12:00 off, 2025-12-10 12:00 on, 2026-01-05 03:00 look", "2025-09..2025-10 2025-12"},
	{"since the first of a month", "0 3 5 * *", "", "2025-10-01", "2025-12-10 12:00 on, 2025-12-10 13:00 look", "2025-09..2025-11"},
	{"since the 5th itself", "0 3 5 * *", "", "2025-12-05", "2025-12-10 12:00 on, 2025-12-10 13:00 look", "2025-11"},
	{"since the 5th, due at midnight", "0 0 5 * *", "", "2025-12-05", "2025-12-10 12:00 on, 2025-12-10 13:00 look", "2025-11"},
	{"since the 6th", "0 3 5 * *", "", "2025-12-06", "2025-12-10 12:00 on, 2025-12-31 13:00 look", ""},
	{"the bill's month is that of its own zone", "0 20 31 * *", "UTC", "", "2025-12-01 12:00 on, 2025-12-31 20:00 look", "2025-12@01-01T04:00"},
	{"February", "0 3 5 * *", "", "", "2028-02-20 12:00 on, 2028-03-05 03:00 look", "2028-02"},
}

func TestCalendar(t *testing.T) {
	t.Logf("%d cases", len(dailyCases)+len(monthlyCases))
	book := openLedger(t, t.TempDir(), func() time.Time { return time.Unix(0, 0) }) // nothing here is tried again
	for cadence, cases := range map[period.Cadence][]calendarCase{period.Daily: dailyCases, period.Monthly: monthlyCases} {
		for i, test := range cases {
			account := ownAccount()
			account.UIN = fmt.Sprintf("2000%d%03d", len(cadence), i)
			t.Run(string(cadence)+"/"+test.name, func(t *testing.T) {
				got := live(t, book, account, cadence, test)
				if diff := cmp.Diff(expand(t, test.want), got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

// live leads a cadence through the events and returns what it expects at last.
func live(t *testing.T, book *ledger.Ledger, account delivery.Account, cadence period.Cadence, test calendarCase) []string {
	t.Helper()
	zoneName := test.zone
	if zoneName == "" {
		zoneName = "Asia/Shanghai"
	}
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		t.Fatal(err)
	}
	at, err := schedule.Parse(test.at, zone)
	if err != nil {
		t.Fatal(err)
	}
	set := delivery.Cadence{Calendar: schedule.Calendar{Cadence: cadence, At: at}}
	if test.since != "" {
		set.Since = day(t, test.since)
	}
	now := time.Time{}
	clock := func() time.Time { return now }
	bucket := membucket.New(membucket.Config{Now: clock})
	var plan *delivery.Plan
	for event := range strings.SplitSeq(test.events, ", ") {
		moment, what := event[:len("2025-12-09 10:00")], event[len("2025-12-09 10:00 "):]
		if now, err = time.ParseInLocation("2006-01-02 15:04", moment, zone); err != nil {
			t.Fatal(err)
		}
		if what != "look" {
			set.Enabled = what == "on"
		}
		w := delivery.NewWorker(delivery.WorkerConfig{
			Planner: delivery.Planner{
				Verifier: delivery.Verifier{Account: account, Bucket: bucket, Freshness: time.Hour}, Ledger: book,
				Place: ledger.Place{UIN: account.UIN, Bucket: "memory"}, Cadences: map[period.Cadence]delivery.Cadence{cadence: set},
			},
			Deliverer: func(context.Context, func(context.Context, period.Period) error) (*delivery.Deliverer, error) {
				return nil, errIdle
			},
			Now: clock,
		})
		done, err := w.Work(t.Context())
		if err != nil && !errors.Is(err, errIdle) {
			t.Fatal(err)
		}
		plan = done.Plan
	}
	var got []string
	for _, d := range plan.Deliveries {
		text := d.Period.String()
		if strings.Contains(test.want, "@") {
			text += "@" + d.Due.In(period.Zone).Format("01-02T15:04")
		}
		got = append(got, text)
	}
	return got
}

var errIdle = errors.New("nobody delivers here")

func openLedger(t *testing.T, dir string, now func() time.Time) *ledger.Ledger {
	t.Helper()
	book, err := ledger.Open(t.Context(), ledger.Config{Dir: dir, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	})
	return book
}

// expand writes a..b out.
func expand(t *testing.T, text string) []string {
	t.Helper()
	var all []string
	for word := range strings.FieldsSeq(text) {
		first, last, span := strings.Cut(word, "..")
		if !span {
			all = append(all, word)
			continue
		}
		for p, end := when(t, first), when(t, last); p.Through.Compare(end.Through) <= 0; {
			all = append(all, p.String())
			if p.Cadence == period.Monthly {
				p = period.MonthlyOf(p.Month().Next())
			} else {
				p = period.DailyOf(p.Through.Next())
			}
		}
	}
	return slices.Clip(all)
}
