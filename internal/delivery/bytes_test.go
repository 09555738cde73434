package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/delivery"
	"deliverd/internal/sample"
)

// TestSameInputSameBytes delivers one bill in many orders, into buckets and
// state folders of their own.
func TestSameInputSameBytes(t *testing.T) {
	lines := invent(t, 400, 3)
	for _, p := range []string{"2025-11-17", "2025-11"} {
		first := newRig(t, lines)
		firstOut := first.must(delivery.Delivered, p)
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%s, order %d", p, seed), func(t *testing.T) {
				shuffled := slices.Clone(lines)
				rng := rand.New(rand.NewPCG(seed, 0))
				if seed > 0 {
					rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
				}
				r := newRig(t, shuffled)
				out := r.must(delivery.Delivered, p)
				if r.content(p) != first.content(p) || out.CRC64 != firstOut.CRC64 {
					t.Error("the same lines gave other bytes")
				}
				if out.Snapshot != firstOut.Snapshot {
					t.Errorf("the same lines are snapshot %s and snapshot %s", firstOut.Snapshot, out.Snapshot)
				}
			})
		}
	}
}

// TestALaterReadingOfTheSameDaysGivesTheSameBytes: a daily file does not change
// because the month went on.
func TestALaterReadingOfTheSameDaysGivesTheSameBytes(t *testing.T) {
	r := newRig(t, nil)
	lines := invent(t, 400, 3)
	through := slices.IndexFunc(lines, func(l bill.Line) bool { return l[bill.BillDay] > "2025-11-17" })
	r.source.lines, r.source.through = lines[:through], day(t, "2025-11-17")
	r.must(delivery.Delivered, "2025-11-17")
	r.source.lines, r.source.through = lines, day(t, "2025-11-30")
	r.must(delivery.Unchanged, "2025-11-17")
}

// TestHowTheFileWasCutDoesNotShow writes one bill as one file and as several.
func TestHowTheFileWasCutDoesNotShow(t *testing.T) {
	lines := invent(t, 400, 4)
	var contents []string
	for _, cuts := range []int{1, 2, 7} {
		dir := t.TempDir()
		for i := range cuts {
			part := lines[len(lines)*i/cuts : len(lines)*(i+1)/cuts]
			writeFile(t, filepath.Join(dir, fmt.Sprintf("part%d.csv", i)), sample.DirectCSV, part)
		}
		files, err := billsource.New(billsource.Config{FS: os.DirFS(dir), Name: dir})
		if err != nil {
			t.Fatal(err)
		}
		r := newRig(t, nil)
		r.edit = func(c *delivery.Config) { c.Source = files }
		r.must(delivery.Delivered, "2025-11")
		contents = append(contents, r.content("2025-11"))
	}
	if contents[0] == "" || contents[1] != contents[0] || contents[2] != contents[0] {
		t.Error("the same bill in other files gave other bytes")
	}
}

// writeFile renders lines in a dialect into a file that has settled.
func writeFile(t *testing.T, path string, d sample.Dialect, lines []bill.Line) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := write(file, filepath.Ext(path), d, lines); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	settle(t, path)
}

func write(file *os.File, extension string, d sample.Dialect, lines []bill.Line) error {
	all := func(yield func(*bill.Line) bool) {
		for i := range lines {
			if line := lines[i]; !yield(&line) {
				return
			}
		}
	}
	switch extension {
	case ".zip":
		return sample.WriteZip(file, "bill"+d.Extension(), d, all)
	case ".gz":
		return sample.WriteGzip(file, d, all)
	default:
		return sample.Write(file, d, all)
	}
}

// settle makes a file look as if it had lain still since the end of its month.
func settle(t *testing.T, path string) {
	t.Helper()
	was := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, was, was); err != nil {
		t.Fatal(err)
	}
}
