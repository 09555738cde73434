package rehearse_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"deliverd/internal/delivery"
	"deliverd/internal/period"
	"deliverd/internal/rehearse"
	"deliverd/internal/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const uin = "200020002001"

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// config is one account with both cadences as they are by default, from one day
// to another, both inclusive.
func config(t *testing.T, from, to string) rehearse.Config {
	t.Helper()
	c := rehearse.Config{Zone: shanghai, From: day(t, from).Start(), To: day(t, to).End()}
	c.Accounts = []rehearse.Account{{
		Account: delivery.Account{UIN: uin, Prefix: "focus/", Currency: "USD"}, Bucket: "memory",
		Freshness: 12 * time.Hour, Cadences: map[period.Cadence]rehearse.Cadence{
			period.Daily: cadence(t, "0 3 * * *"), period.Monthly: cadence(t, "0 3 5 * *"),
		},
	}}
	return c
}

func cadence(t *testing.T, expr string) rehearse.Cadence {
	t.Helper()
	return cadenceIn(t, expr, shanghai)
}

func cadenceIn(t *testing.T, expr string, zone *time.Location) rehearse.Cadence {
	t.Helper()
	at, err := schedule.Parse(expr, zone)
	if err != nil {
		t.Fatal(err)
	}
	return rehearse.Cadence{At: at, Enabled: true}
}

func day(t *testing.T, text string) period.Day {
	t.Helper()
	d, err := period.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func run(t *testing.T, c rehearse.Config) *rehearse.Report {
	t.Helper()
	report, err := rehearse.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// rehearseScript runs a script; what it lands is told as "02-03 03:00 20260202".
func rehearseScript(t *testing.T, c rehearse.Config, script string) (*rehearse.Report, []string) {
	t.Helper()
	var err error
	if c.Script, err = c.Parse(script); err != nil {
		t.Fatal(err)
	}
	report := run(t, c)
	var landed []string
	for _, e := range report.Log {
		if e.Key == "" || e.Bytes == 0 {
			continue
		}
		told := e.At.Format("01-02 15:04 ") + strings.TrimSuffix(strings.TrimPrefix(e.Key, "focus/FOCUS-bill_details-"+uin+"-"), ".CSV")
		if e.What != rehearse.Landed {
			told += " " + e.What
		}
		if e.Late {
			told += " late"
		}
		landed = append(landed, told)
	}
	return report, landed
}

// TestScripts says by hand what lands when.
func TestScripts(t *testing.T) {
	for _, test := range []struct {
		name     string
		from, to string
		edit     func(*testing.T, *rehearse.Account)
		script   string
		want     []string
		summary  rehearse.Summary
	}{
		{name: "nothing goes wrong", from: "2026-02-27", to: "2026-03-05",
			want:    []string{"02-28 03:00 20260227", "03-01 03:00 20260228", "03-02 03:00 20260301", "03-03 03:00 20260302", "03-04 03:00 20260303", "03-05 03:00 202602", "03-05 03:00 20260304"},
			summary: rehearse.Summary{Expected: 7, Landed: 7}},
		{name: "an outage", from: "2026-02-10", to: "2026-02-14", script: "2026-02-12 02:00 bucket down\n2026-02-13 03:30 bucket up",
			want:    []string{"02-11 03:00 20260210", "02-13 03:30 20260211 late", "02-13 03:30 20260212", "02-14 03:00 20260213"},
			summary: rehearse.Summary{Expected: 4, Landed: 4, Late: 1}},
		{name: "a bucket that nobody may look into at first", from: "2026-02-10", to: "2026-02-13", script: "2026-02-10 00:00 bucket down\n2026-02-12 12:00 bucket up",
			want:    []string{"02-12 12:00 20260210 late", "02-12 12:00 20260211", "02-13 03:00 20260212"},
			summary: rehearse.Summary{Expected: 3, Landed: 3, Late: 1}},
		{name: "a bucket that takes nothing", from: "2026-02-10", to: "2026-02-12", script: "2026-02-11 02:00 bucket read-only\n2026-02-11 03:01 bucket up",
			want:    []string{"02-11 03:01 20260210", "02-12 03:00 20260211"},
			summary: rehearse.Summary{Expected: 2, Landed: 2}},
		{name: "a bucket whose answers are lost", from: "2026-02-10", to: "2026-02-12", script: "2026-02-11 02:00 bucket mute\n2026-02-11 09:00 bucket up",
			want:    []string{"02-11 03:00 20260210", "02-12 03:00 20260211"},
			summary: rehearse.Summary{Expected: 2, Landed: 2}},
		{name: "a late source", from: "2026-02-10", to: "2026-02-12", script: "2026-02-10 source late 5h\n2026-02-11 20:00 source late 2h30m",
			want:    []string{"02-11 05:00 20260210", "02-12 03:00 20260211"},
			summary: rehearse.Summary{Expected: 2, Landed: 2}},
		{name: "off and on", from: "2026-02-10", to: "2026-02-16", script: "2026-02-12 09:00 off daily " + uin + "\n2026-02-14 02:59 on daily " + uin,
			want:    []string{"02-11 03:00 20260210", "02-12 03:00 20260211", "02-15 03:00 20260214", "02-16 03:00 20260215"},
			summary: rehearse.Summary{Expected: 4, Landed: 4}},
		{name: "off and on while the bucket is down", from: "2026-02-10", to: "2026-02-15",
			script:  "2026-02-12 01:00 bucket down\n2026-02-12 09:00 off daily " + uin + "\n2026-02-13 04:00 on daily " + uin + "\n2026-02-14 03:30 bucket up",
			want:    []string{"02-11 03:00 20260210", "02-14 03:30 20260211 late", "02-14 03:30 20260213", "02-15 03:00 20260214"},
			summary: rehearse.Summary{Expected: 4, Landed: 4, Late: 1}},
		{name: "on at the minute the month is due", from: "2026-02-01", to: "2026-03-05",
			edit:    func(_ *testing.T, a *rehearse.Account) { a.Cadences[period.Daily] = off(a.Cadences[period.Daily]) },
			script:  "2026-02-01 off monthly " + uin + "\n2026-02-05 03:00 on monthly " + uin,
			want:    []string{"03-05 03:00 202602"},
			summary: rehearse.Summary{Expected: 1, Landed: 1}},
		{name: "killed while it writes, dead for two days", from: "2026-02-10", to: "2026-02-14", script: "2026-02-12 02:55 kill 8\n2026-02-14 12:00 start",
			want:    []string{"02-11 03:00 20260210", "02-14 12:00 20260211 late", "02-14 12:00 20260212 late", "02-14 12:00 20260213"},
			summary: rehearse.Summary{Expected: 4, Landed: 4, Late: 2, Kills: 1}},
		{name: "killed, and nobody starts it", from: "2026-02-10", to: "2026-02-13", script: "2026-02-12 02:55 kill 8",
			want:    []string{"02-11 03:00 20260210"},
			summary: rehearse.Summary{Expected: 3, Landed: 1, Missing: 2, OpenUploads: 1, Kills: 1}},
		{name: "the source never has the last day", from: "2026-02-10", to: "2026-02-12", script: "2026-02-11 12:00 source late 25h",
			want:    []string{"02-11 03:00 20260210"},
			summary: rehearse.Summary{Expected: 2, Landed: 1, Missing: 1}},
		{name: "deleted files come again", from: "2026-02-10", to: "2026-02-14", script: "2026-02-13 12:00 delete 2026-02-10..2026-02-11 " + uin,
			want:    []string{"02-11 03:00 20260210", "02-12 03:00 20260211", "02-13 03:00 20260212", "02-14 03:00 20260210 restored", "02-14 03:00 20260211 restored", "02-14 03:00 20260213"},
			summary: rehearse.Summary{Expected: 4, Landed: 4}},
		{name: "killed when a file made again is stored and the ledger does not know", from: "2026-02-10", to: "2026-02-15",
			script:  "2026-02-12 12:00 delete 2026-02-10 " + uin + "\n2026-02-13 02:55 kill 9\n2026-02-13 05:00 start",
			want:    []string{"02-11 03:00 20260210", "02-12 03:00 20260211", "02-13 03:00 20260210 restored", "02-13 05:00 20260212", "02-14 03:00 20260213", "02-15 03:00 20260214"},
			summary: rehearse.Summary{Expected: 5, Landed: 5, Kills: 1}},
		{name: "lost state: adopted, not sent again", from: "2026-02-10", to: "2026-02-13", script: "2026-02-12 12:00 lose state\n2026-02-12 12:00 start",
			want:    []string{"02-11 03:00 20260210", "02-12 03:00 20260211", "02-13 03:00 20260212"},
			summary: rehearse.Summary{Expected: 3, Landed: 3}},
		{name: "lost state: the gap is forgotten too", from: "2026-02-10", to: "2026-02-15",
			script:  "2026-02-11 09:00 off daily " + uin + "\n2026-02-13 09:00 on daily " + uin + "\n2026-02-14 12:00 lose state\n2026-02-14 12:00 start",
			want:    []string{"02-11 03:00 20260210", "02-14 03:00 20260213", "02-14 12:00 20260211 late", "02-14 12:00 20260212 late", "02-15 03:00 20260214"},
			summary: rehearse.Summary{Expected: 5, Landed: 5, Late: 2}},
		{name: "since", from: "2026-02-10", to: "2026-02-11",
			edit: func(t *testing.T, a *rehearse.Account) {
				set := a.Cadences[period.Daily]
				set.Since = day(t, "2026-02-08")
				a.Cadences[period.Daily] = set
			},
			want:    []string{"02-10 00:00 20260208 late", "02-10 03:00 20260209", "02-11 03:00 20260210"},
			summary: rehearse.Summary{Expected: 3, Landed: 3, Late: 1}},
		{name: "missed: latest", from: "2026-02-10", to: "2026-02-15", edit: func(_ *testing.T, a *rehearse.Account) { a.Missed = rehearse.MissedLatest },
			script:  "2026-02-11 12:00 kill\n2026-02-14 12:00 start",
			want:    []string{"02-11 03:00 20260210", "02-14 12:00 20260213", "02-15 03:00 20260214"},
			summary: rehearse.Summary{Expected: 5, Landed: 3, LeftOut: 2, Kills: 1}},
		{name: "missed: none", from: "2026-02-10", to: "2026-02-15", edit: func(_ *testing.T, a *rehearse.Account) { a.Missed = rehearse.MissedNone },
			script:  "2026-02-11 12:00 kill\n2026-02-14 12:00 start",
			want:    []string{"02-11 03:00 20260210", "02-15 03:00 20260214"},
			summary: rehearse.Summary{Expected: 5, Landed: 2, LeftOut: 3, Kills: 1}},
		{name: "once a week", from: "2026-02-01", to: "2026-02-15", edit: func(t *testing.T, a *rehearse.Account) { a.Cadences[period.Daily] = cadence(t, "0 12 * * 1") },
			want:    []string{"02-02 12:00 20260201", "02-05 03:00 202601", "02-09 12:00 20260208"},
			summary: rehearse.Summary{Expected: 3, Landed: 3}},
		{name: "four times a day", from: "2026-02-10", to: "2026-02-12", edit: func(t *testing.T, a *rehearse.Account) { a.Cadences[period.Daily] = cadence(t, "0 */6 * * *") },
			want:    []string{"02-11 02:00 20260210", "02-12 02:00 20260211"},
			summary: rehearse.Summary{Expected: 2, Landed: 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config(t, test.from, test.to)
			if test.edit != nil {
				test.edit(t, &c.Accounts[0])
			}
			report, landed := rehearseScript(t, c, test.script)
			if diff := cmp.Diff(test.want, landed); diff != "" {
				t.Errorf("landed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.summary, report.Summary); diff != "" {
				t.Errorf("summary (-want +got):\n%s\n%v", diff, report.Wrong)
			}
			if want := test.summary.Missing+test.summary.OpenUploads == 0; report.AsShould() != want {
				t.Errorf("AsShould is %t, want %t: %v", !want, want, report.Wrong)
			}
		})
	}
}

func off(c rehearse.Cadence) rehearse.Cadence {
	c.Enabled = false
	return c
}

// TestKilledAtEveryStep kills the node at each of the steps that a day's work
// takes in the bucket, with its state folder and without.
func TestKilledAtEveryStep(t *testing.T) {
	struck := 0
	for _, lose := range []string{"", "2026-02-13 04:00 lose state\n"} {
		for step := 1; ; step++ {
			c := config(t, "2026-02-10", "2026-02-14")
			report, _ := rehearseScript(t, c, fmt.Sprintf("2026-02-13 02:00 kill %d\n%s2026-02-13 05:00 start\n", step, lose))
			if !report.AsShould() || report.Summary.Landed != 4 {
				t.Errorf("step %d: %+v %v", step, report.Summary, report.Wrong)
			}
			if report.Summary.Kills == 0 {
				break
			}
			struck++
		}
	}
	if struck < 12 {
		t.Errorf("killed at %d steps, that shows little", struck)
	}
}

// What a script does, it does every time.
func TestTheSameAgain(t *testing.T) {
	c := config(t, "2026-02-01", "2026-02-20")
	c.Script = c.Random(3)
	if diff := cmp.Diff(run(t, c), run(t, c)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	c := config(t, "2026-02-01", "2026-03-10")
	interrupt := errors.New("enough")
	c.Told = func(e rehearse.Entry) {
		if e.What == rehearse.Landed {
			cancel(interrupt)
		}
	}
	if report, err := rehearse.Run(ctx, c); !errors.Is(err, interrupt) || report != nil {
		t.Errorf("got %v, %v; want %v", report, err, interrupt)
	}
}
