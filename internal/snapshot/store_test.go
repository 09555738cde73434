package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

func TestACancelledContextEndsEveryStep(t *testing.T) {
	s := newStore(t, 0)
	lines := sampleLines(t, 100)
	snapshot := commit(t, s, lines, bill.Reading{})
	why := errors.New("told to stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	w, err := s.Create(ctx, uin, month)
	if err != nil {
		t.Fatal(err)
	}
	cancel(why)
	if err := w.Add(&lines[0]); !errors.Is(err, why) {
		t.Errorf("Add: %v", err)
	}
	if _, err := w.Commit(ctx, bill.Reading{}); !errors.Is(err, why) {
		t.Errorf("Commit: %v", err)
	}
	if err := snapshot.Each(ctx, period.Day{}, func(*bill.Line) error { return nil }); !errors.Is(err, why) {
		t.Errorf("Each: %v", err)
	}
	onlyFile(t, s, snapshot)
}

func TestABillWithoutLines(t *testing.T) {
	s := newStore(t, 0)
	commit(t, s, nil, bill.Reading{Through: month.Last()})
	snapshot, err := s.Latest(uin, month)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, snapshot, month.Last()); len(got) != 0 || snapshot.Totals().Lines != 0 {
		t.Errorf("%d lines", len(got))
	}
}

func TestWhatTheStoreRefuses(t *testing.T) {
	s := newStore(t, 0)
	if _, err := s.Latest(uin, month); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Latest of nothing: %v", err)
	}
	for _, bad := range []string{"", "..", "a/b", "../x", ".hidden"} {
		if _, err := s.Create(t.Context(), bad, month); err == nil {
			t.Errorf("account %q was taken", bad)
		}
		if _, err := s.Latest(bad, month); err == nil {
			t.Errorf("account %q was opened", bad)
		}
	}
	if _, err := write(t, s, sampleLines(t, 3), bill.Reading{Lines: 4}); err == nil {
		t.Error("a source that gave more lines than arrived was believed")
	}
	w, err := s.Create(t.Context(), uin, month)
	if err != nil {
		t.Fatal(err)
	}
	w.Discard()
	w.Discard()
	if err := w.Add(&bill.Line{}); !errors.Is(err, errFinished) {
		t.Errorf("Add after Discard: %v", err)
	}
	if _, err := w.Commit(t.Context(), bill.Reading{}); !errors.Is(err, errFinished) {
		t.Errorf("Commit after Discard: %v", err)
	}
}

func TestTheNewestTwoAreKept(t *testing.T) {
	s := newStore(t, 0)
	lines := sampleLines(t, 50)
	var all []*Snapshot
	for n := 10; n <= 50; n += 10 {
		all = append(all, commit(t, s, lines[:n], bill.Reading{}))
	}
	latest, err := s.Latest(uin, month)
	if err != nil || latest.ID() != all[4].ID() {
		t.Errorf("the latest has %v lines, %v", latest.Lines(), err)
	}
	previous, err := s.Previous(uin, month)
	if err != nil || previous.ID() != all[3].ID() {
		t.Errorf("the one before: %v", err)
	}
	if err := all[2].Each(t.Context(), period.Day{}, func(*bill.Line) error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the third newest: %v", err)
	}
	again := commit(t, s, lines, bill.Reading{Through: month.Last()})
	if previous, err = s.Previous(uin, month); err != nil || previous.ID() != all[3].ID() {
		t.Errorf("the same bill read again pushed the one before it out: %v", err)
	}
	same(t, read(t, all[4], period.Day{}), read(t, again, period.Day{}))
}
