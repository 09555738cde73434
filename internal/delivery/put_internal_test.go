package delivery

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// emptyBill is a source without lines.
type emptyBill struct{}

func (emptyBill) Read(_ context.Context, want bill.Request, _ func(*bill.Line) error) (bill.Reading, error) {
	return bill.Reading{Through: want.Month.Last()}, nil
}

// TestBytesThatDifferFromTheProofNeverBecomeVisible changes the proof between
// rendering and sending: the second rendering is then not what was proved.
func TestBytesThatDifferFromTheProofNeverBecomeVisible(t *testing.T) {
	store, err := snapshot.NewStore(snapshot.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	bucket := membucket.New(membucket.Config{})
	d, err := New(Config{Account: Account{UIN: "200020002001"}, Layout: bill.Layout{Version: "1.2"}, Source: emptyBill{}, Bucket: bucket, Snapshots: store})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := period.ParseMonth("2025-11")
	want := Delivery{Period: period.MonthlyOf(m), Due: time.Unix(0, 0)}
	snap, err := d.read(t.Context(), want.Period)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*file){
		"size":   func(f *file) { f.size++ },
		"CRC-64": func(f *file) { f.crc64 ^= 1 },
	} {
		for _, exists := range []bool{false, true} {
			f, err := d.render(t.Context(), snap, want)
			if err != nil {
				t.Fatal(err)
			}
			change(f)
			err = d.put(t.Context(), snap, want, f, &before{exists: exists})
			if err == nil || !strings.Contains(err.Error(), "the bytes sent") {
				t.Errorf("another %s, exists %v: got %v, want the put stopped", name, exists, err)
			}
			if _, err := bucket.Stat(t.Context(), d.cfg.Account.Key(want.Period)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("another %s, exists %v: an object is visible (%v)", name, exists, err)
			}
		}
	}
}

// TestAFileThatIsNotItsLinesIsRefused changes what the lines come to behind
// the mapper's back.
func TestAFileThatIsNotItsLinesIsRefused(t *testing.T) {
	store, err := snapshot.NewStore(snapshot.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(Config{Account: Account{UIN: "200020002001"}, Layout: bill.Layout{Version: "1.2"}, Source: emptyBill{}, Bucket: membucket.New(membucket.Config{}), Snapshots: store})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := period.ParseMonth("2025-11")
	want := Delivery{Period: period.MonthlyOf(m), Due: time.Unix(0, 0)}
	snap, err := d.read(t.Context(), want.Period)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.render(t.Context(), snap, want); err != nil {
		t.Errorf("as it is: got %v", err)
	}
	payable, err := amount.Parse("0.00000001")
	if err != nil {
		t.Fatal(err)
	}
	snap.Totals().Days = map[string]map[string]*bill.DaySums{"2025-11-01": {"200020002001": {Lines: 1, Payable: payable}}}
	if _, err := d.render(t.Context(), snap, want); err == nil || !strings.Contains(err.Error(), "the charges come to 0") || !strings.Contains(err.Error(), "the lines to 0.00000001") {
		t.Errorf("lines of more money than the charges: got %v, want it refused", err)
	}
}

// TestAPanicOfWhoReceivesIsAnError of the relay, and leaves nobody waiting.
func TestAPanicOfWhoReceivesIsAnError(t *testing.T) {
	r := newRelay(func(n *int) error {
		if *n == 3 {
			panic("out of cheese")
		}
		return nil
	})
	for i := range 100 {
		batch := r.next()
		*batch = i
		_ = r.send(batch)
	}
	if err := r.end(); err == nil || !strings.Contains(err.Error(), "panic: out of cheese") {
		t.Errorf("got %v", err)
	}
}
