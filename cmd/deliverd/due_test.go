package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/period"
)

// TestDeliverDueIsEager: what did not come about is tried at once when a person
// asks, although its next try is later; with --dry-run nothing is written, not
// in the ledger either.
func TestDeliverDueIsEager(t *testing.T) {
	for _, test := range []struct {
		name, before, after string // bills
		code                int
		result              string
	}{
		{"failed", billOf("10", "20", "x30"), billOf("10", "20", "30"), exitFailed, "failed"},
		{"waiting", billOf("10", "20"), billOf("10", "20", "30"), exitHeld, "waiting"},
		{"held", billOf("5", "5", "5"), billOf("10", "20", "30"), exitHeld, "held"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			s.configure("    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n")
			s.write("bills/detail.csv", billOf("10", "20"))
			if got := s.at("2025-11-03T12:00:00+08:00", "deliver", "--due"); got.code != exitDone || s.objects() != 2 {
				t.Fatalf("the days before: %+v", got)
			}
			const key = "focus/FOCUS-bill_details-" + testUIN + "-20251103.CSV"
			result := func(got ended, code int, want string) {
				t.Helper()
				if got.code != code || !strings.HasPrefix(got.stdout, want+" ") || !strings.Contains(strings.SplitN(got.stdout, "\n", 2)[0], key) {
					t.Errorf("got %+v, want %s", got, want)
				}
			}
			s.write("bills/detail.csv", test.before)
			result(s.at(testNoon, "deliver", "--due"), test.code, test.result)
			samePeriod := cmp.Comparer(func(a, b period.Period) bool { return a == b })
			tried := s.entries(t)
			if next := tried[key].Try.Next; !next.After(tried[key].Try.At) || tried[key].Try.Attempts != 1 {
				t.Fatalf("the ledger says %+v", tried[key])
			}
			result(s.at(testNoon, "deliver", "--due", "--dry-run"), test.code, test.result)
			s.write("bills/detail.csv", test.after)
			result(s.at(testNoon, "deliver", "--due", "--dry-run"), exitDone, "would-deliver")
			if diff := cmp.Diff(tried, s.entries(t), samePeriod); diff != "" || s.objects() != 2 {
				t.Errorf("after dry runs there are %d objects, and the ledger has (-before +after):\n%s", s.objects(), diff)
			}
			result(s.at(testNoon, "deliver", "--due"), exitDone, "delivered")
		})
	}
}

// TestDryRunFindsNothingWrittenDown: of a calendar that nobody has seen to yet a
// dry run records no beginning, no try and no proof.
func TestDryRunFindsNothingWrittenDown(t *testing.T) {
	s := newSite(t)
	s.configure("    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n")
	got := s.at(testNoon, "deliver", "--due", "--dry-run")
	if got.code != exitDone || strings.Count(got.stdout, "would-deliver ") != 3 || s.objects() != 0 {
		t.Errorf("got %+v and %d objects", got, s.objects())
	}
	if entries := s.entries(t); len(entries) != 0 {
		t.Errorf("the ledger has %+v", entries)
	}
}
