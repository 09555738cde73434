package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/ledger"
)

var update = flag.Bool("update", false, "write the golden files")

const dailyKey = "focus/FOCUS-bill_details-200020002001-20251102.CSV"

// unstable is what follows from the bytes of a file, which another mapping
// changes: the rest of the output is held to the letter.
var unstable = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\d+ bytes, CRC-64 \d+`), "N bytes, CRC-64 N"},
	{regexp.MustCompile(`"bytes": [1-9]\d*`), `"bytes": N`},
	{regexp.MustCompile(`"crc64": "\d+"`), `"crc64": "N"`},
	{regexp.MustCompile(`"snapshot": "[0-9a-f]{32}"`), `"snapshot": "S"`},
	{regexp.MustCompile(`request id [0-9a-f]+`), "request id R"},
}

func stable(text string) string {
	for _, u := range unstable {
		text = u.pattern.ReplaceAllString(text, u.text)
	}
	return text
}

func (s *site) want(want ended, args ...string) {
	s.t.Helper()
	got := s.run(args...)
	got.stdout, got.stderr = stable(got.stdout), stable(got.stderr)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(ended{})); diff != "" {
		s.t.Errorf("deliverd %s (-want +got):\n%s", strings.Join(args, " "), diff)
	}
}

func (s *site) deliver(flags ...string) []string {
	return append([]string{"deliver", "--config", "{config}"}, flags...)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestDeliverAndVerify(t *testing.T) {
	s := newSite(t)
	file := dailyKey + "  2 rows of 2 lines, billed 30.0, N bytes, CRC-64 N, not-reconciled\n"
	s.want(ended{exitDone, "would-deliver " + file, ""}, s.deliver("--daily", "2025-11-02", "--dry-run")...)
	if s.objects() != 0 {
		t.Error("a dry run wrote an object")
	}
	s.want(ended{exitDone, "delivered     " + file, ""}, s.deliver("--daily", "2025-11-02")...)
	s.want(ended{exitDone, "unchanged     " + file, ""}, s.deliver("--daily", "2025-11-02")...)
	s.want(ended{exitNotAsShould, "late      focus/FOCUS-bill_details-200020002001-20251101.CSV  (due since 2025-11-02T03:00:00+08:00)\n" +
		"present   " + dailyKey + "  2 rows, billed 30.0, N bytes, CRC-64 N\n1 of 2 files are present and proved\n", ""},
		"verify", "--config", "{config}", "--from", "2025-11-01", "--to", "2025-11-02")
	s.want(ended{exitDone, "present   " + dailyKey + "  2 rows, billed 30.0, N bytes, CRC-64 N\n1 of 1 files are present and proved\n", ""},
		"verify", "--config", "{config}", "--from", "2025-11-02", "--to", "2025-11-02")
	got := s.run(s.deliver("--from", "2025-11-01", "--to", "2025-11-03", "--json")...)
	if got.code != exitDone || got.stderr != "" {
		t.Errorf("deliver --json: exit code %d, stderr %q", got.code, got.stderr)
	}
	golden(t, "deliver.json", stable(got.stdout))
	got = s.run("verify", "--config", "{config}", "--from", "2025-11-01", "--to", "2025-11-04", "--json")
	if got.code != exitNotAsShould || got.stderr != "" {
		t.Errorf("verify --json: exit code %d, stderr %q", got.code, got.stderr)
	}
	golden(t, "verify.json", stable(got.stdout))
}

func TestNoMonthIsWhole(t *testing.T) {
	s := newSite(t)
	got := s.run(s.deliver("--from", "2025-11-01", "--to", "2025-11-29", "--cadence", "monthly")...)
	if got.code != exitDone || !strings.Contains(got.stdout, "a monthly one needs its whole month") {
		t.Errorf("got %+v", got)
	}
}

func TestNothingToDeliver(t *testing.T) {
	s := newSite(t)
	s.configure("    daily: {enabled: false}\n    monthly: {enabled: false}\n")
	s.want(ended{exitDone, "nothing to deliver: no switched-on or chosen cadence has a file in these days (a monthly one needs its whole month); say --cadence daily, monthly or both\n", ""}, s.deliver("--from", "2025-11-01", "--to", "2025-11-03")...)
	if got := s.run(s.deliver("--from", "2025-11-01", "--to", "2025-11-03", "--cadence", "daily")...); got.code != exitDone || s.objects() != 3 {
		t.Errorf("got %+v and %d objects, want 3", got, s.objects())
	}
}

func TestWaiting(t *testing.T) {
	s := newSite(t)
	s.want(ended{exitHeld, "waiting       focus/FOCUS-bill_details-200020002001-20251120.CSV\n" +
		"  read the bill of 2025-11: detail.csv in {dir}/bills: source is not ready: the last bill day in it is 2025-11-03, and 2025-11-20 is asked for\n" +
		"  try: put a bill there that reaches 2025-11-20, or give it the provider's name: 200020002001-20251120-bill_details.zip\n", ""},
		s.deliver("--daily", "2025-11-20")...)
}

func TestHeld(t *testing.T) {
	s := newSite(t)
	s.run(s.deliver("--daily", "2025-11-02")...)
	s.write("bills/detail.csv", billOf("10", "19", "30"))
	s.want(ended{exitHeld, "held          " + dailyKey + "  2 rows of 2 lines, billed 29.0, N bytes, CRC-64 N, not-reconciled\n" +
		"  shrink: a lower gross: 29.0, 1.0 lower than " + dailyKey + " has\n" +
		"    product Cloud Virtual Machine (CVM): 1.0 lower\n    member " + testUIN + ": 1.0 lower\n    bill day 2025-11-02: 1.0 lower\n" +
		"  try: see whether the source is complete; if the bill really became smaller, run deliver again with --accept-shrink\n", ""},
		s.deliver("--daily", "2025-11-02")...)
	s.want(ended{exitDone, "replaced      " + dailyKey + "  2 rows of 2 lines, billed 29.0, N bytes, CRC-64 N, not-reconciled\n", ""},
		s.deliver("--daily", "2025-11-02", "--accept-shrink")...)
}

func TestBadRows(t *testing.T) {
	s := newSite(t)
	s.write("bills/detail.csv", billOf("10", "x20", "30"))
	s.want(ended{exitFailed, "failed        " + dailyKey + "\n" +
		"  read the bill of 2025-11: detail.csv, row 3, column \"Original Cost\": \"x20\" is no decimal number\n" +
		"  try: correct the cell, or download the bill again, or leave such rows out with --skip-bad-rows\n", ""},
		s.deliver("--daily", "2025-11-02")...)
	if s.objects() != 0 {
		t.Error("an object is in the bucket")
	}
	s.want(ended{exitNotAsShould, "delivered     " + dailyKey + "  1 rows of 1 lines, billed 10.0, N bytes, CRC-64 N, not-reconciled\n" +
		"  WITHOUT 1 bad rows of the bill:\n    detail.csv, row 3, column \"Original Cost\": \"x20\" is no decimal number\n", ""},
		s.deliver("--daily", "2025-11-02", "--skip-bad-rows")...)
}

func TestWrongSecret(t *testing.T) {
	s := newSite(t)
	s.write("secret-key", "another-secret\n")
	for _, args := range [][]string{s.deliver("--daily", "2025-11-02"), s.deliver("--daily", "2025-11-02", "--json"), {"verify", "--config", "{config}"}} {
		got := s.run(args...)
		text := got.stdout + got.stderr
		if got.code != exitFailed || !strings.Contains(text, "SignatureDoesNotMatch") || !strings.Contains(text, "check the secret key") {
			t.Errorf("%v: got %+v, want a clear failure", args, got)
		}
		if strings.Contains(text, "another-secret") || strings.Contains(text, testSecret) || strings.Contains(text, "q-signature") {
			t.Errorf("%v: the secret or a signature is in the output:\n%s", args, text)
		}
	}
	if s.objects() != 0 {
		t.Error("an object is in the bucket")
	}
}

// TestInterrupted interrupts a delivery when it has begun to talk to the bucket.
func TestInterrupted(t *testing.T) {
	for _, op := range []string{"list-uploads", "head", "put"} {
		t.Run(op, func(t *testing.T) {
			s := newSite(t)
			ctx, stop := context.WithCancel(t.Context())
			s.faults.Inject(cosserver.Fault{Op: op, Kind: "hang"})
			s.watch(func(e cosserver.Event) {
				if e.Op == op {
					stop()
				}
			})
			got := s.runWith(ctx, s.deliver("--daily", "2025-11-02")...)
			if want := (ended{exitInterrupted, "", "deliverd: interrupted; nothing is left half done\n"}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if s.objects() != 0 {
				t.Error("an object is in the bucket")
			}
			s.watch(nil)
			if got := s.run(s.deliver("--daily", "2025-11-02")...); got.code != exitDone {
				t.Errorf("the run after: got %+v", got)
			}
		})
	}
}

// TestInterruptedAndNotTidiedUp: when the upload of an interrupted delivery
// cannot be aborted, that is what is said, and no more.
func TestInterruptedAndNotTidiedUp(t *testing.T) {
	s := newSite(t)
	s.run(s.deliver("--daily", "2025-11-02")...)
	s.write("bills/detail.csv", billOf("10", "21", "30"))
	ctx, stop := context.WithCancel(t.Context())
	s.faults.Inject(cosserver.Fault{Op: "part", Kind: "hang", Count: -1})
	s.faults.Inject(cosserver.Fault{Op: "abort", Kind: "denied", Count: -1})
	s.watch(func(e cosserver.Event) {
		if e.Op == "part" {
			stop()
		}
	})
	got := s.runWith(ctx, s.deliver("--daily", "2025-11-02")...)
	if got.code != exitInterrupted || got.stdout != "" || strings.Contains(got.stderr, "nothing is left") {
		t.Errorf("got %+v", got)
	}
	for _, want := range []string{"deliverd: interrupted\n", "an upload may have stayed open: abort the upload of " + dailyKey + ": status 403 AccessDenied", "\ntry: run deliver again"} {
		if !strings.Contains(got.stderr, want) {
			t.Errorf("no %q in %q", want, got.stderr)
		}
	}
	s.watch(nil)
	s.faults.Clear()
	if got := s.run(s.deliver("--daily", "2025-11-02")...); got.code != exitDone {
		t.Errorf("the run after: got %+v", got)
	}
	s.checkClean(s.contents())
}

// TestASecondDeliverIsToldTheHolder: one state folder, one worker an account.
func TestASecondDeliverIsToldTheHolder(t *testing.T) {
	s := newSite(t)
	lock, err := ledger.LockAccount(t.Context(), filepath.Join(s.dir, "state"), testUIN, 0)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	second := newApp(&stdout, &stderr)
	second.lockWait = time.Nanosecond
	code := second.run(t.Context(), []string{"deliver", "--config", s.config, "--daily", "2025-11-02"})
	want := fmt.Sprintf("deliverd: account 200020002001 is being worked on by process %d\ntry: wait until it has finished, or stop it\n", os.Getpid())
	if code != exitFailed || stdout.String() != "" || stderr.String() != want {
		t.Errorf("got %d, %q, %q, want %d, nothing, %q", code, stdout.String(), stderr.String(), exitFailed, want)
	}

	waiting := make(chan ended)
	go func() { waiting <- s.run(s.deliver("--daily", "2025-11-02")...) }()
	select {
	case got := <-waiting:
		t.Fatalf("it did not wait: %+v", got)
	default:
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if got := <-waiting; got.code != exitDone || s.objects() != 1 {
		t.Errorf("after the release: got %+v and %d objects", got, s.objects())
	}
}
