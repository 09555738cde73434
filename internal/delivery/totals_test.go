package delivery_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

func (k *keeper) totals(month string) (ledger.Totals, bool) {
	k.t.Helper()
	m, err := period.ParseMonth(month)
	if err != nil {
		k.t.Fatal(err)
	}
	got, found, err := k.book.Totals(k.t.Context(), uin, m)
	if err != nil {
		k.t.Fatal(err)
	}
	return got, found
}

func (k *keeper) newest(month string) *snapshot.Snapshot {
	k.t.Helper()
	m, err := period.ParseMonth(month)
	if err != nil {
		k.t.Fatal(err)
	}
	snap, err := k.store.Latest(uin, m)
	if err != nil {
		k.t.Fatal(err)
	}
	return snap
}

// wantTotals holds what the ledger has of a month against its newest snapshot.
func (k *keeper) wantTotals(month string) {
	k.t.Helper()
	got, found := k.totals(month)
	snap := k.newest(month)
	if !found || got.Snapshot != snap.ID() || got.Source != "memory" || !got.Taken.Equal(k.now) {
		k.t.Errorf("%s: the ledger has %v snapshot %.8s of %s at %s, want %.8s at %s", month, found, got.Snapshot, got.Source, got.Taken, snap.ID(), k.now)
		return
	}
	totals, err := bill.DecodeTotals(got.Encoded)
	if err != nil {
		k.t.Fatal(err)
	}
	if diff := cmp.Diff(snap.Totals(), totals); diff != "" {
		k.t.Errorf("%s (-snapshot +ledger):\n%s", month, diff)
	}
}

// TestTheLedgerKnowsTheTotals of the newest snapshot after every run of a
// worker, also when what it read is held back.
func TestTheLedgerKnowsTheTotals(t *testing.T) {
	k := newKeeper(t)
	k.off[period.Monthly] = true
	k.work()
	k.wantTotals("2025-11")
	first, _ := k.totals("2025-11")

	k.source.lines = k.source.lines[:len(k.source.lines)/3]
	k.at("2025-11-11 12:00")
	done := k.wantWork(all(t, delivery.Held, "2025-11-10"))
	if len(done.Outcomes) != 1 {
		t.Fatalf("%d outcomes", len(done.Outcomes))
	}
	k.wantTotals("2025-11")
	if second, _ := k.totals("2025-11"); second.Snapshot == first.Snapshot {
		t.Error("the totals are still those of the snapshot before")
	}
}

// TestTotalsThatCannotBeRecorded fail the delivery, which is tried again: no
// file is sent for which the API could not answer.
func TestTotalsThatCannotBeRecorded(t *testing.T) {
	r := newRig(t, small())
	book := openLedger(t, t.TempDir(), nil)
	lock, err := book.Lock(t.Context(), "200020002009", 0) // another account's
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Release() }()
	r.edit = func(c *delivery.Config) {
		c.Taken = delivery.RecordTotals(lock, func() time.Time { return time.Time{} })
	}
	for _, out := range r.deliver("2025-11-01", "2025-11-02") {
		if out.Result != delivery.Failed {
			t.Errorf("%s is %s", out.Key, out.Result)
		}
	}
	if r.source.reads != 2 {
		t.Errorf("the bill was read %d times, want again for the second file", r.source.reads)
	}
}
