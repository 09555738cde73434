package snapshot

import (
	"encoding/binary"
	"slices"
	"strings"

	"deliverd/internal/bill"
)

// A row is a line as one string, made to be compared: where the texts begin
// (two bytes), the length of every text, the texts, in contentOrder; then the
// file the line was read from, which is no content of the bill.
//
// contentOrder begins with the fields by which [bill.Line.Compare] sorts.
var contentOrder = func() []bill.Field {
	order := []bill.Field{bill.BillDay, bill.RecordID, bill.ComponentCode, bill.ComponentName, bill.ItemCode, bill.ItemName}
	for f := range bill.SourceFile {
		if !slices.Contains(order, f) {
			order = append(order, f)
		}
	}
	return order
}()

func appendRow(dst []byte, l *bill.Line) []byte {
	return append(appendContent(dst, l), l[bill.SourceFile]...)
}

// appendContent appends a row less the file.
func appendContent(dst []byte, l *bill.Line) []byte {
	start := len(dst)
	dst = append(dst, 0, 0)
	for _, f := range contentOrder {
		if n := len(l[f]); n < 0x80 {
			dst = append(dst, byte(n))
		} else {
			dst = binary.AppendUvarint(dst, uint64(n))
		}
	}
	binary.LittleEndian.PutUint16(dst[start:], uint16(len(dst)-start))
	for _, f := range contentOrder {
		dst = append(dst, l[f]...)
	}
	return dst
}

func textsOf(row string) int { return int(row[0]) | int(row[1])<<8 }

// compareRows is bill.Line.Compare.
func compareRows(a, b string) int {
	textsA, textsB := a[textsOf(a):], b[textsOf(b):]
	lensA, lensB := parser{rest: a[2:]}, parser{rest: b[2:]}
	for range contentOrder {
		n, m := lensA.number(), lensB.number()
		if c := strings.Compare(textsA[:n], textsB[:m]); c != 0 {
			return c
		}
		textsA, textsB = textsA[n:], textsB[m:]
	}
	return 0
}

// readRow fills the line from a row; the texts are parts of it.
func readRow(row string, l *bill.Line) {
	texts, lens := row[textsOf(row):], row[2:]
	for _, f := range contentOrder {
		n := int(lens[0])
		if n < 0x80 {
			lens = lens[1:]
		} else {
			p := parser{rest: lens}
			n, lens = p.number(), p.rest
		}
		l[f], texts = texts[:n], texts[n:]
	}
	l[bill.SourceFile] = texts
}
