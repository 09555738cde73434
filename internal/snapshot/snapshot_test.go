package snapshot

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

const uin = "200020002001"

var month = sampleMonth()

func sampleMonth() period.Month {
	m, err := period.ParseMonth("2025-12")
	if err != nil {
		panic(err)
	}
	return m
}

func newStore(t testing.TB, memory int) *Store {
	t.Helper()
	s, err := NewStore(Config{Dir: t.TempDir(), MemoryLimit: memory})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func commit(t testing.TB, s *Store, lines []bill.Line, r bill.Reading) *Snapshot {
	t.Helper()
	snapshot, err := write(t, s, lines, r)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func write(t testing.TB, s *Store, lines []bill.Line, r bill.Reading) (*Snapshot, error) {
	t.Helper()
	w, err := s.Create(t.Context(), uin, month)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	for i := range lines {
		if err := w.Add(&lines[i]); err != nil {
			return nil, err
		}
		if w.sort.bytes > s.limit || len(w.sort.runs) > fanIn {
			t.Fatalf("%d bytes and %d runs at line %d: memory grows with the bill", w.sort.bytes, len(w.sort.runs), i)
		}
	}
	return w.Commit(t.Context(), r)
}

func read(t testing.TB, s *Snapshot, through period.Day) []bill.Line {
	t.Helper()
	var lines []bill.Line
	if err := s.Each(t.Context(), through, func(l *bill.Line) error {
		lines = append(lines, *l)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return lines
}

func sorted(lines []bill.Line) []bill.Line {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b bill.Line) int { return a.Compare(&b) })
	return lines
}

func shuffled(lines []bill.Line) []bill.Line {
	lines = slices.Clone(lines)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return lines
}

func same(t *testing.T, got, want []bill.Line) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d lines, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("line %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// TestLinesComeBackSorted goes every way a sort can go: in memory, streamed,
// streamed and given up, over runs, over runs of runs.
func TestLinesComeBackSorted(t *testing.T) {
	lines := sampleLines(t, 8_000)
	late := append(slices.Clone(lines[4000:]), lines[:4000]...)
	var id string
	for _, test := range []struct {
		name   string
		lines  []bill.Line
		memory int
	}{
		{"in memory", lines, 0},
		{"streamed", lines, 1 << 20},
		{"given up in the middle", late, 1 << 20},
		{"given up at the end", append(slices.Clone(lines[1:]), lines[0]), 1 << 20},
		{"shuffled, in memory", shuffled(lines), 0},
		{"shuffled, over runs", shuffled(lines), 1 << 20},
		{"shuffled, over more runs than are merged at a time", shuffled(lines), 40 << 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t, test.memory)
			snapshot := commit(t, s, test.lines, bill.Reading{})
			same(t, read(t, snapshot, period.Day{}), sorted(lines))
			if snapshot.Lines() != int64(len(lines)) || snapshot.Totals().Lines != int64(len(lines)) {
				t.Errorf("%d lines, %d in the totals", snapshot.Lines(), snapshot.Totals().Lines)
			}
			if id == "" {
				id = snapshot.ID()
			}
			if snapshot.ID() != id {
				t.Errorf("id %s, want %s: the order of reading changed it", snapshot.ID(), id)
			}
			onlyFile(t, s, snapshot)
		})
	}
}

func onlyFile(t *testing.T, s *Store, snapshot *Snapshot) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, uin))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || filepath.Join(s.dir, uin, entries[0].Name()) != snapshot.path {
		t.Errorf("the folder holds %v", entries)
	}
}

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
