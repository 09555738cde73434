package rehearse_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/period"
	"deliverd/internal/rehearse"
)

// A script that is parsed prints as it was written, by time.
func TestParse(t *testing.T) {
	const script = `
# comments and blank lines say nothing
2026-02-07 02:55 kill 7
2026-02-01 02:00 bucket down   # nor does this
2026-02-01 09:30  bucket   up
2026-02-01 10:00 bucket read-only
2026-02-01 11:00 bucket mute
2026-02-02 source late 6h
2026-02-02 00:00 source late 1h30m
2026-02-03 09:00 off daily 200020002001
2026-02-05 09:00 on monthly 200020002001
2026-02-07 03:00 kill
2026-02-07 08:00 start
2026-02-08 lose state
2026-02-09 12:00 delete 2026-02-01..2026-02-05 200020002001
2026-02-09 12:00 delete 2026-02-01 200020002001
2026-02-10 12:00 delete 2026-01 200020002001
2026-02-10 23:59 delete 2025-12..2026-01 200020002001
`
	want := []string{
		"2026-02-01 02:00 bucket down", "2026-02-01 09:30 bucket up", "2026-02-01 10:00 bucket read-only", "2026-02-01 11:00 bucket mute",
		"2026-02-02 00:00 source late 6h", "2026-02-02 00:00 source late 1h30m", "2026-02-03 09:00 off daily 200020002001", "2026-02-05 09:00 on monthly 200020002001",
		"2026-02-07 02:55 kill 7", "2026-02-07 03:00 kill", "2026-02-07 08:00 start", "2026-02-08 00:00 lose state",
		"2026-02-09 12:00 delete 2026-02-01..2026-02-05 200020002001", "2026-02-09 12:00 delete 2026-02-01 200020002001",
		"2026-02-10 12:00 delete 2026-01 200020002001", "2026-02-10 23:59 delete 2025-12..2026-01 200020002001",
	}
	c := config(t, "2026-02-01", "2026-02-10")
	events, err := c.Parse(script)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, lines(events)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := c.Parse(strings.Join(lines(events), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(events, again, cmp.Comparer(time.Time.Equal), cmp.Comparer(func(a, b period.Period) bool { return a == b })); diff != "" {
		t.Errorf("parsed again (-want +got):\n%s", diff)
	}
}

func lines(events []rehearse.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.String())
	}
	return all
}

func TestScriptMistakes(t *testing.T) {
	c := config(t, "2026-02-01", "2026-02-10")
	for _, test := range []struct{ name, line, want string }{
		{"no date", "soon kill", `line 2: "soon" is no date`},
		{"no such date", "2026-02-30 kill", `line 2: "2026-02-30" is no date`},
		{"no time", "2026-02-01 25:00 kill", `line 2: "25:00" is no time of the day`},
		{"before the first day", "2026-01-31 23:59 kill", "line 2: 2026-01-31 23:59 lies outside the rehearsal"},
		{"after the last day", "2026-02-11 kill", "line 2: 2026-02-11 00:00 lies outside the rehearsal"},
		{"nothing happens", "2026-02-01 02:00", `line 2: nobody knows what "" means`},
		{"an unknown word", "2026-02-01 02:00 bucket explodes", `line 2: nobody knows what "bucket explodes" means`},
		{"a word that begins like a known one", "2026-02-01 02:00 killed", `line 2: nobody knows what "killed" means`},
		{"too much", "2026-02-01 02:00 bucket down now", `line 2: nothing comes after bucket down, "now" does`},
		{"kill at no step", "2026-02-01 02:00 kill 0", "line 2: kill takes the number of a step of the bucket, from 1, or nothing"},
		{"kill at two steps", "2026-02-01 02:00 kill 1 2", "line 2: kill takes the number of a step of the bucket, from 1, or nothing"},
		{"late without a time", "2026-02-01 02:00 source late", "line 2: source late takes how long after a day's end the source has the day"},
		{"early", "2026-02-01 02:00 source late -1h", "line 2: source late takes how long after a day's end the source has the day"},
		{"off without an account", "2026-02-01 02:00 off daily", "line 2: off takes a cadence, daily or monthly, and an account"},
		{"no cadence", "2026-02-01 02:00 on weekly 200020002001", "line 2: on takes a cadence, daily or monthly, and an account"},
		{"another account", "2026-02-01 02:00 on daily 999999", "line 2: account 999999 is not rehearsed"},
		{"delete nothing", "2026-02-01 02:00 delete", "line 2: delete takes days or months, and an account"},
		{"delete backwards", "2026-02-01 02:00 delete 2026-02-02..2026-02-01 200020002001", `line 2: "2026-02-02..2026-02-01" names no days or months`},
		{"delete days and months", "2026-02-01 02:00 delete 2026-01..2026-02-01 200020002001", `line 2: "2026-01..2026-02-01" names no days or months`},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := c.Parse("2026-02-01 01:00 start\n" + test.line)
			var wrong *rehearse.ScriptError
			if !errors.As(err, &wrong) || err.Error() != test.want || wrong.Remedy() == "" || events != nil {
				t.Errorf("got %v, %v; want %s, with a remedy", events, err, test.want)
			}
		})
	}
}

// A random script can be replayed from its print, is another one for another
// seed, and ends in peace.
func TestRandom(t *testing.T) {
	c := config(t, "2026-02-01", "2026-06-10")
	seen := map[string]bool{}
	for seed := range uint64(20) {
		events := c.Random(seed)
		text := strings.Join(lines(events), "\n")
		if seen[text] || len(events) < 20 {
			t.Errorf("seed %d: %d events, as another seed or few", seed, len(events))
		}
		seen[text] = true
		again, err := c.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(lines(events), lines(again)); diff != "" {
			t.Errorf("seed %d, parsed (-want +got):\n%s", seed, diff)
		}
		last := map[string]rehearse.Event{}
		for _, e := range events {
			kind, _, _ := strings.Cut(string(e.Verb), " ")
			switch e.Verb {
			case rehearse.SwitchOff, rehearse.SwitchOn:
				kind = string(e.Cadence)
			case rehearse.Kill:
				kind = string(rehearse.Start)
			}
			last[kind] = e
		}
		for kind, want := range map[string]rehearse.Verb{"bucket": rehearse.BucketUp, "daily": rehearse.SwitchOn, "monthly": rehearse.SwitchOn, "start": rehearse.Start} {
			if got := last[kind].Verb; got != want && got != "" {
				t.Errorf("seed %d: the last of %s is %q, want %q", seed, kind, last[kind], want)
			}
		}
	}
}
