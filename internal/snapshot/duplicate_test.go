package snapshot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/bill"
)

// inFiles says which file each of the lines was read from.
func inFiles(lines []bill.Line, files ...string) []bill.Line {
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i][bill.SourceFile] = files[i*len(files)/len(lines)]
	}
	return lines
}

func whole(t *testing.T, n int) []bill.Line {
	t.Helper()
	lines := sampleLines(t, n+5)
	for lines[n][bill.RecordID] == lines[n-1][bill.RecordID] {
		n++
	}
	return lines[:n]
}

func TestARecordInTwoFilesIsRefused(t *testing.T) {
	lines := whole(t, 3000)
	again := func(change func(l *bill.Line)) []bill.Line {
		l := lines[1234]
		change(&l)
		return append(inFiles(lines, "a.csv"), inFiles([]bill.Line{l}, "b.csv")...)
	}
	noIDs := func(lines []bill.Line) []bill.Line {
		for i := range lines {
			lines[i][bill.RecordID] = ""
		}
		return lines
	}
	id := lines[1234][bill.RecordID]
	for _, test := range []struct {
		name   string
		lines  []bill.Line
		record string
	}{
		{"alike", again(func(*bill.Line) {}), id},
		{"with another component", again(func(l *bill.Line) { l[bill.ComponentCode] = "zzz" }), id},
		{"with another bill day", again(func(l *bill.Line) { l[bill.BillDay] = "2025-12-31" }), id},
		{"with an earlier bill day", again(func(l *bill.Line) { l[bill.BillDay] = "2025-12-01" }), id},
		{"alike, without ids", noIDs(again(func(*bill.Line) {})), ""},
	} {
		for _, memory := range []int{0, 100 << 10} {
			t.Run(fmt.Sprint(test.name, ", memory ", memory), func(t *testing.T) {
				s := newStore(t, memory)
				_, err := write(t, s, test.lines, bill.Reading{})
				var duplicate *DuplicateError
				if !errors.As(err, &duplicate) {
					t.Fatalf("got %v", err)
				}
				slices.Sort(duplicate.Files[:])
				if duplicate.Record != test.record || duplicate.Files != [2]string{"a.csv", "b.csv"} {
					t.Errorf("got %+v", duplicate)
				}
				if text := err.Error(); !strings.Contains(text, "a.csv") || !strings.Contains(text, "b.csv") || !strings.Contains(duplicate.Remedy(), "remove one of the two files") {
					t.Errorf("it says %q, %q", text, duplicate.Remedy())
				}
				nothingVisible(t, s)
			})
		}
	}
}

func TestWhatIsNoDuplicate(t *testing.T) {
	lines := whole(t, 2000)
	half := 1000
	for lines[half][bill.RecordID] == lines[half-1][bill.RecordID] {
		half++
	}
	twoFiles := append(inFiles(lines[:half], "a.csv"), inFiles(lines[half:], "b.csv")...)
	for name, lines := range map[string][]bill.Line{
		"two files without a common record": twoFiles,
		"the same line twice in one file":   inFiles(append(slices.Clone(lines), lines[7]), "a.csv"),
		"the same line twice from the API":  append(slices.Clone(lines), lines[7]),
		"lines without ids, not alike": func() []bill.Line {
			some := slices.Clone(twoFiles)
			for i := range some {
				some[i][bill.RecordID] = ""
			}
			return some
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			snapshot := commit(t, newStore(t, 200<<10), lines, bill.Reading{})
			if snapshot.Lines() != int64(len(lines)) {
				t.Errorf("%d lines, want %d", snapshot.Lines(), len(lines))
			}
		})
	}
}

func TestMembersOfAnArchive(t *testing.T) {
	lines := whole(t, 2000)
	cut := 1000
	for lines[cut][bill.RecordID] != lines[cut-1][bill.RecordID] {
		cut++ // in the middle of a record
	}
	parts := append(inFiles(lines[:cut], "a.zip/1.csv"), inFiles(lines[cut:], "a.zip/2.csv")...)
	if got := commit(t, newStore(t, 0), parts, bill.Reading{}); got.Lines() != int64(len(lines)) || len(got.Reading().Warnings) != 0 {
		t.Errorf("a record cut between two members: %d lines, %q", got.Lines(), got.Reading().Warnings)
	}
	_, err := write(t, newStore(t, 0), append(parts, inFiles(lines[7:8], "a.zip/2.csv")...), bill.Reading{})
	if _, twice := errors.AsType[*DuplicateError](err); !twice {
		t.Errorf("a line of the first member in the second as well: %v", err)
	}
	got := commit(t, newStore(t, 0), append(inFiles(lines, "a.csv"), inFiles(lines[:3], "a.csv")...), bill.Reading{})
	if warnings := got.Reading().Warnings; len(warnings) != 1 || !strings.Contains(warnings[0], "3 lines are alike") {
		t.Errorf("three lines twice in one file: warnings %q", warnings)
	}
}
