package snapshot

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

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
		if w.sort.bytes > s.limit || len(w.sort.runs) > 2*fanIn {
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
		{"shuffled, over levels of runs", shuffled(lines), 40 << 10},
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
