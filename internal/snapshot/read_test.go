package snapshot

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

func TestASnapshotIsTheSameWhenOpenedAgain(t *testing.T) {
	s := newStore(t, 0)
	r := bill.Reading{
		Source: "3 files in /srv/bills", Through: month.First(), Lines: 500, SkippedRows: 2,
		Skipped: []string{"row 7"}, Warnings: []string{"odd"},
	}
	committed := commit(t, s, sampleLines(t, 500), r)
	opened, err := s.Latest(uin, month)
	if err != nil {
		t.Fatal(err)
	}
	for _, snapshot := range []*Snapshot{committed, opened} {
		if snapshot.UIN() != uin || snapshot.Month() != month || snapshot.Through() != month.First() || snapshot.Lines() != 500 {
			t.Errorf("got %v", snapshot.foot)
		}
		if diff := cmp.Diff(r, snapshot.Reading(), cmp.Comparer(func(a, b period.Day) bool { return a == b })); diff != "" {
			t.Error(diff)
		}
	}
	if committed.ID() != opened.ID() {
		t.Errorf("id %s, then %s", committed.ID(), opened.ID())
	}
	if diff := cmp.Diff(committed.Totals(), opened.Totals()); diff != "" {
		t.Errorf("totals differ when opened again: %s", diff)
	}
	same(t, read(t, opened, period.Day{}), read(t, committed, period.Day{}))
}

func TestTheIDIsThatOfTheContent(t *testing.T) {
	lines := sampleLines(t, 200)
	first := commit(t, newStore(t, 0), lines, bill.Reading{}).ID()
	for i := range lines {
		lines[i][bill.SourceFile] = "elsewhere.csv"
	}
	if got := commit(t, newStore(t, 0), lines, bill.Reading{Through: month.Last()}).ID(); got != first {
		t.Errorf("another file, another id: %s, %s", first, got)
	}
	for f := range bill.SourceFile {
		if f.Kind() == bill.Decimal || f == bill.BillDay || f == bill.Tags {
			continue
		}
		changed := slices.Clone(lines)
		changed[17][f] += "x"
		if got := commit(t, newStore(t, 0), changed, bill.Reading{}).ID(); got == first {
			t.Errorf("%s is not in the id", f)
		}
	}
}

func TestEachStopsAfterTheDay(t *testing.T) {
	lines := sorted(sampleLines(t, 4_000))
	snapshot := commit(t, newStore(t, 0), lines, bill.Reading{})
	for day := month.First(); day.Compare(month.Last()) <= 0; day = day.Next() {
		var want []bill.Line
		for _, l := range lines {
			if l[bill.BillDay] <= day.String() {
				want = append(want, l)
			}
		}
		same(t, read(t, snapshot, day), want)
	}
	if got := read(t, snapshot, month.First().Prev()); len(got) != 0 {
		t.Errorf("%d lines before the month", len(got))
	}
}

func TestSeveralReadAtOnce(t *testing.T) {
	snapshot := commit(t, newStore(t, 0), sampleLines(t, 10_000), bill.Reading{})
	want := read(t, snapshot, period.Day{})
	var wait sync.WaitGroup
	got := make([][]bill.Line, 4)
	for i := range got {
		wait.Go(func() {
			if err := snapshot.Each(t.Context(), period.Day{}, func(l *bill.Line) error {
				got[i] = append(got[i], *l)
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, lines := range got {
		same(t, lines, want)
	}
}

func TestReadingALineAllocatesNothing(t *testing.T) {
	snapshot := commit(t, newStore(t, 0), sampleLines(t, 10_000), bill.Reading{})
	allocations := testing.AllocsPerRun(3, func() {
		if err := snapshot.Each(t.Context(), period.Day{}, func(*bill.Line) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 1000 {
		t.Errorf("%v allocations to read 10,000 lines", allocations)
	}
}

func TestAnErrorOfTheVisitorEndsTheReading(t *testing.T) {
	snapshot := commit(t, newStore(t, 0), sampleLines(t, 100), bill.Reading{})
	stop, seen := errors.New("stop"), 0
	err := snapshot.Each(t.Context(), period.Day{}, func(*bill.Line) error { seen++; return stop })
	if !errors.Is(err, stop) || seen != 1 {
		t.Errorf("got %v after %d lines", err, seen)
	}
}
