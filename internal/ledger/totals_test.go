package ledger_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

func month(t *testing.T, text string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// testTotals: every node reads what one wrote; a later snapshot takes the place
// of an earlier; another month or account has its own or none.
func testTotals(t *testing.T, r *rig) {
	l := r.open(t)
	other := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	december := month(t, "2025-12")
	read := func(uin string, of period.Month, known string) (ledger.Totals, bool) {
		t.Helper()
		got, found, err := other.TotalsUnless(t.Context(), uin, of, known)
		if err != nil {
			t.Fatal(err)
		}
		return got, found
	}
	check := func(what string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b period.Month) bool { return a == b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if got, found := read(place.UIN, december, ""); found {
		t.Errorf("before anything was recorded: %+v", got)
	}
	want := ledger.Totals{
		UIN: place.UIN, Month: december, Snapshot: "s1", Source: "bills/2025-12.zip", Taken: noon,
		Encoded: []byte(`{"list":"0.00000001","name":"云服务器 \"é\" ` + strings.Repeat("x", 1<<20) + `"}`),
	}
	put := func(totals ledger.Totals) {
		t.Helper()
		if err := k.RecordTotals(t.Context(), totals); err != nil {
			t.Fatal(err)
		}
	}
	put(want)
	got, found := read(place.UIN, december, "")
	check("first", want, got)
	if !found {
		t.Error("not found")
	}
	want.Snapshot, want.Source, want.Taken, want.Encoded = "s2", "", time.Time{}, []byte("{}")
	put(want)
	got, _ = read(place.UIN, december, "s1")
	check("replaced", want, got)
	known := want
	known.Encoded = []byte{}
	got, found = read(place.UIN, december, "s2")
	check("known", known, got)
	if !found {
		t.Error("what is known is not found")
	}
	if got, found := read(place.UIN, month(t, "2025-11"), ""); found {
		t.Errorf("another month: %+v", got)
	}
	if got, found := read("200020002002", december, ""); found {
		t.Errorf("another account: %+v", got)
	}
	if err := k.RecordTotals(t.Context(), ledger.Totals{UIN: "200020002002", Month: december, Snapshot: "s3"}); err == nil {
		t.Error("totals of another account were recorded")
	}
}

// testTotalsOfALostLock: who has lost the account writes no totals.
func testTotalsOfALostLock(t *testing.T, r *rig) {
	c := r.node(t)
	l := open(t, c)
	k := lock(t, l)
	r.part(t, r, c, place.UIN)
	if err := k.RecordTotals(t.Context(), ledger.Totals{UIN: place.UIN, Month: month(t, "2025-12"), Snapshot: "s"}); err == nil {
		t.Error("recorded without the lock")
	}
	if _, found, err := l.Totals(t.Context(), place.UIN, month(t, "2025-12")); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
	_ = k.Release()
}

// testUpgrade: a ledger of before totals keeps what it remembers.
func testUpgrade(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	want := entry(december9)
	record(t, k, want)
	release(t, k)
	r.exec(t, "DROP TABLE ledger_totals")
	r.exec(t, "UPDATE ledger_version SET version = 1")
	l = r.open(t)
	same(t, "entries", []ledger.Entry{want}, entries(t, l))
	if _, found, err := l.Totals(t.Context(), place.UIN, month(t, "2025-12")); err != nil || found {
		t.Errorf("found %v, %v", found, err)
	}
}
