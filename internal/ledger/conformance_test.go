package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

var (
	place = ledger.Place{UIN: "200020002001", Bucket: "https://focus-1250000000.cos.ap-singapore.myqcloud.com/a/"}
	noon  = time.Date(2025, 12, 9, 4, 0, 0, 123456789, time.UTC)
)

// samePeriod compares days without looking into them.
var samePeriod = cmp.Comparer(func(a, b period.Day) bool { return a == b })

// node opens one more node on the ledger under test.
type node func(t *testing.T, change func(*ledger.Config)) *ledger.Ledger

// suite is what every ledger must do, wherever it lies.
func suite(t *testing.T, open func(t *testing.T) node) {
	for name, test := range map[string]func(*testing.T, node){
		"activations": testActivations,
		"entries":     testEntries,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testActivations(t *testing.T, open node) {
	l := open(t, nil)
	k := lock(t, l, place.UIN)
	on := func(c period.Cadence, after time.Time, origin string) {
		t.Helper()
		if err := k.SwitchOn(t.Context(), ledger.Activation{Place: place, Cadence: c, After: after, Origin: origin}); err != nil {
			t.Fatal(err)
		}
	}
	off := func(c period.Cadence, at time.Time) {
		t.Helper()
		if err := k.SwitchOff(t.Context(), place, c, at); err != nil {
			t.Fatal(err)
		}
	}
	off(period.Daily, noon) // is off: nothing
	on(period.Daily, noon, "switched on")
	on(period.Daily, noon.Add(time.Hour), "is on already: nothing")
	on(period.Monthly, noon.Add(-time.Hour), "oldest file in the bucket")
	off(period.Daily, noon.Add(2*time.Hour))
	off(period.Daily, noon.Add(3*time.Hour)) // is off: nothing
	on(period.Daily, noon.Add(4*time.Hour), "switched on")

	got, err := l.Activations(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	want := []ledger.Activation{
		{Place: place, Cadence: period.Monthly, After: noon.Add(-time.Hour), Origin: "oldest file in the bucket"},
		{Place: place, Cadence: period.Daily, After: noon, Until: noon.Add(2 * time.Hour), Origin: "switched on"},
		{Place: place, Cadence: period.Daily, After: noon.Add(4 * time.Hour), Origin: "switched on"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	elsewhere := ledger.Place{UIN: place.UIN, Bucket: "https://other/"}
	if got, err := l.Activations(t.Context(), elsewhere); err != nil || len(got) > 0 {
		t.Errorf("another bucket of the account has %v, %v", got, err)
	}
	if err := k.SwitchOn(t.Context(), ledger.Activation{Place: elsewhere, Cadence: period.Daily, After: noon}); err != nil {
		t.Fatal(err)
	}
	off(period.Daily, noon.Add(5*time.Hour))
	off(period.Monthly, noon.Add(5*time.Hour))
	if got, err := l.Places(t.Context()); err != nil || !cmp.Equal(got, []ledger.Place{elsewhere}) {
		t.Errorf("places that are on: %v, %v", got, err)
	}
}

func day(t *testing.T, text string) period.Day {
	t.Helper()
	d, err := period.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func entry(p period.Period) ledger.Entry {
	return ledger.Entry{
		Place: place, Period: p, Key: p.Key(place.UIN), Due: noon,
		Try: ledger.Try{Result: "failed", At: noon.Add(time.Second), Attempts: 3, Next: noon.Add(time.Hour), Why: "the bucket said no", Remedy: "ask again", Node: "a"},
		Proof: ledger.Proof{
			At: noon.Add(time.Minute), Size: 1 << 40, CRC64: 1<<64 - 1, Lines: 7, Rows: 8, Days: 9, Members: 2, Gross: "123456789012345678.00000001", Billed: "-0.1",
			Snapshot: "s1", Focus: "1.2", Profile: "strict", Reconcile: "not-reconciled",
		},
	}
}

func testEntries(t *testing.T, open node) {
	l := open(t, func(c *ledger.Config) { c.Now = func() time.Time { return noon } })
	k := lock(t, l, place.UIN)
	daily, before, monthly := entry(period.DailyOf(day(t, "2025-12-09"))), entry(period.DailyOf(day(t, "2025-09-30"))), entry(period.MonthlyOf(day(t, "2025-11-30").Month()))
	before.Try, before.Proof, before.Due = ledger.Try{}, ledger.Proof{}, time.Time{}
	for _, e := range []ledger.Entry{monthly, daily, before} {
		if err := k.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	want := []ledger.Entry{before, daily, monthly}
	if diff := cmp.Diff(want, entries(t, l), samePeriod); diff != "" {
		t.Error(diff)
	}
}

func entries(t *testing.T, l *ledger.Ledger) []ledger.Entry {
	t.Helper()
	got, err := l.Entries(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func lock(t *testing.T, l *ledger.Ledger, uin string) *ledger.Lock {
	t.Helper()
	k, err := l.Lock(t.Context(), uin, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Release() })
	return k
}
