package snapshot

import (
	"strings"
	"testing"

	"deliverd/internal/bill"
)

// TestRowsCompareLikeLines holds the order of rows against that of lines, for
// lines that differ in any one or two fields, blank, short or long.
func TestRowsCompareLikeLines(t *testing.T) {
	row := func(l *bill.Line) string { return string(appendRow(nil, l)) }
	var lines []bill.Line
	base := sampleLines(t, 1)[0]
	for f := range bill.NumFields {
		for _, text := range []string{"", "a", "b", strings.Repeat("long ", 40), "\xff"} {
			l := base
			l[f] = text
			lines = append(lines, l)
			l[(f+7)%bill.NumFields] = "z"
			lines = append(lines, l)
		}
	}
	rows := make([]string, len(lines))
	for i := range lines {
		var back bill.Line
		rows[i] = row(&lines[i])
		if readRow(rows[i], &back); back != lines[i] {
			t.Fatalf("got %q, want %q", back, lines[i])
		}
		for j := range i {
			if got, want := compareRows(rows[i], rows[j]), lines[i].Compare(&lines[j]); got != want {
				t.Fatalf("%d, want %d: %q and %q", got, want, lines[i], lines[j])
			}
		}
	}
}

// TestColumnsKeepAnyText writes blocks of few and many values, short and long
// ones, and values that come and go.
func TestColumnsKeepAnyText(t *testing.T) {
	var c columns
	var b block
	for round := range 3 { // the same columns again and again
		var want []bill.Line
		for i := range blockRows - round*900 {
			l := bill.Line{
				bill.BillDay:      "2025-12-01",
				bill.RecordID:     strings.Repeat("r", i%9) + string(rune('a'+i%7)),
				bill.ResourceID:   strings.Repeat("x", i),
				bill.ResourceName: string(rune(0x4e00 + i/3)),
				bill.Cost:         string(rune('a' + i%300)),
			}
			if i%5 == 0 {
				l[bill.ResourceName] = ""
			}
			want = append(want, l)
			c.add(&l)
		}
		if err := b.load(string(c.appendTo(nil)), wholeLine()); err != nil {
			t.Fatal(err)
		}
		var got []bill.Line
		for l := b.next(); l != nil; l = b.next() {
			got = append(got, *l)
		}
		same(t, got, want)
	}
}

// FuzzBlock feeds the reader bytes that no writer wrote: it may refuse them,
// it may not panic.
func FuzzBlock(f *testing.F) {
	var c columns
	for _, l := range sampleLines(f, 300) {
		c.add(&l)
	}
	f.Add(c.appendTo(nil))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var b block
		if b.load(string(raw), wholeLine()) != nil {
			return
		}
		for l := b.next(); l != nil; l = b.next() {
		}
	})
}
