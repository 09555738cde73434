package focus

import (
	"fmt"
	"io"
	"strings"
	"time"

	"deliverd/internal/amount"
)

// Encoder writes charges as CSV (RFC 4180, lines end in \n): null is an
// unquoted empty field, a field is quoted only where it must be, decimals are
// written with a point, times in UTC to the second. The same charges give the
// same bytes. It allocates nothing per row once its buffer has grown to the
// longest row.
//
// An Encoder is not safe for concurrent use.
type Encoder struct {
	w       io.Writer
	columns []schemaColumn
	seen    []seen // what each column held in the row before
	extra   int    // custom values that a charge must have
	row     []byte
}

// seen is the last value of a column. Most columns hold in most rows what they
// held in the row before: then it is known how to write it.
type seen struct {
	text   string // needs no quotes
	moment time.Time
	number amount.Amount
	bytes  []byte // moment or number, written
}

// NewEncoder returns an encoder that has written the schema's header to w. It
// writes w once a row: give it a buffered writer.
func NewEncoder(w io.Writer, s Schema) (*Encoder, error) {
	e := &Encoder{w: w, columns: s.columns, seen: make([]seen, len(s.columns)), extra: s.extra}
	for i, name := range s.Header() {
		if i > 0 {
			e.row = append(e.row, ',')
		}
		e.row = appendText(e.row, name)
	}
	return e, e.flush()
}

// Encode writes one charge. The charge may be changed afterwards.
func (e *Encoder) Encode(c *Charge) error {
	if len(c.Extra) != e.extra {
		return fmt.Errorf("charge has %d custom values, the schema was made for %d", len(c.Extra), e.extra)
	}
	for i := range e.columns {
		if i > 0 {
			e.row = append(e.row, ',')
		}
		if at := e.columns[i].extra; at >= 0 {
			e.row = e.seen[i].appendText(e.row, c.Extra[at])
		} else {
			e.row = e.columns[i].cell.append(e.row, c, &e.seen[i])
		}
	}
	return e.flush()
}

func (e *Encoder) flush() error {
	e.row = append(e.row, '\n')
	_, err := e.w.Write(e.row)
	e.row = e.row[:0]
	return err
}

func (f *cell) append(dst []byte, c *Charge, last *seen) []byte {
	switch {
	case f.text != nil:
		return last.appendText(dst, f.text(c))
	case f.cost != nil:
		return last.appendNumber(dst, f.cost(c))
	case f.number != nil:
		if n := f.number(c); n.Valid {
			return last.appendNumber(dst, n.Amount)
		}
	case f.moment != nil:
		return last.appendMoment(dst, f.moment(c))
	}
	return dst
}

func (last *seen) appendText(dst []byte, s string) []byte {
	if s == last.text {
		return append(dst, s...)
	}
	if !needsQuotes(s) {
		last.text = s
		return append(dst, s...)
	}
	return appendQuoted(dst, s)
}

func (last *seen) appendNumber(dst []byte, a amount.Amount) []byte {
	if a != last.number || last.bytes == nil {
		last.number, last.bytes = a, a.AppendText(last.bytes[:0])
	}
	return append(dst, last.bytes...)
}

func (last *seen) appendMoment(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	if t != last.moment {
		last.moment, last.bytes = t, appendTime(last.bytes[:0], t)
	}
	return append(dst, last.bytes...)
}

// appendText appends s, quoted where a reader would take it for something else.
func appendText(dst []byte, s string) []byte {
	if needsQuotes(s) {
		return appendQuoted(dst, s)
	}
	return append(dst, s...)
}

func needsQuotes(s string) bool {
	for i := range len(s) {
		if special[s[i]] {
			return true
		}
	}
	return false
}

// special are the characters that quotes are for.
var special = [256]bool{',': true, '"': true, '\n': true, '\r': true}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for {
		quote := strings.IndexByte(s, '"')
		if quote < 0 {
			break
		}
		dst = append(dst, s[:quote+1]...)
		dst = append(dst, '"')
		s = s[quote+1:]
	}
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendTime appends t as 2025-12-09T15:59:59Z (DateTimeFormat), which is
// several times as fast as time.Time.AppendFormat.
func appendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = appendDigits(dst, year, 4)
	dst = appendDigits(append(dst, '-'), int(month), 2)
	dst = appendDigits(append(dst, '-'), day, 2)
	dst = appendDigits(append(dst, 'T'), hour, 2)
	dst = appendDigits(append(dst, ':'), minute, 2)
	dst = appendDigits(append(dst, ':'), second, 2)
	return append(dst, 'Z')
}

// appendDigits appends n with leading zeros to width digits.
func appendDigits(dst []byte, n, width int) []byte {
	for power := [...]int{1, 1, 10, 100, 1000}[width]; power > 0; power /= 10 {
		dst = append(dst, byte('0'+n/power%10))
	}
	return dst
}
