package conformance

import (
	"bytes"
	"math/bits"
	"unsafe"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// verdict is what is wrong with one cell, whatever else the row says: a bit
// per rule of cellRules.
type verdict uint32

const (
	badEmpty verdict = 1 << iota
	badPlaceholder
	badSpace
	badControl
	badNumber
	badRange
	badNegative
	badTime
	badCurrency
	badUnit
	badJSON
	badKeyValue
	badArray
	badValue
	badElements
	badElementMissing
	badElementKey
	badElementType
	badElementUnit
	oddASCII
)

const verdicts = 20

// column is what the rules of a version say about one column of the file.
type column struct {
	name     string
	format   focus.Format // empty for a custom column
	mask     verdict      // the bits that have a rule
	rules    [verdicts]int
	notNull  int // the rule against nulls, -1 for none
	allowed  map[string]bool
	national map[string]bool // the currencies of ISO 4217, for Currency columns
	virtual  bool            // other than three-letter texts are virtual currencies
	shape    *elementsShape
	numeric  int // the hazard rules over the whole column, -1 for none
	integral int
}

func bitIndex(bit verdict) int { return bits.TrailingZeros32(uint32(bit)) }

// value is a cell as the rules see it.
type value struct {
	bad     verdict
	number  amount.Null
	seconds int64
	timed   bool // seconds is set
	numeric bool // looks like a number to a loader that guesses types
}

// examine judges the text of a cell that is not null. A worker asks again only
// when the text changes from one row to the next.
func (c *column) examine(text []byte, kind class, scan *jsonScanner) (v value) {
	v.bad = general(text, kind)
	switch c.format {
	case focus.Decimal, focus.NonNegative:
		v.numeric = isInteger(text)
		c.examineNumber(text, &v)
	case focus.DateTime:
		if v.seconds, v.timed = parseTime(text); !v.timed {
			v.bad |= badTime
		}
	case focus.KeyValue, focus.JSONObject:
		v.bad |= c.examineJSON(text, scan)
	case focus.Currency:
		v.numeric = looksNumeric(text)
		if !c.national[string(text)] && (!c.virtual || isThreeLetters(text)) {
			v.bad |= badCurrency
		}
	case focus.Unit:
		v.numeric = looksNumeric(text)
		if !isUnit(text) {
			v.bad |= badUnit
		}
	case focus.String:
		v.numeric = looksNumeric(text)
	}
	if c.allowed != nil && !c.allowed[string(text)] {
		v.bad |= badValue
	}
	v.bad &= c.mask
	return v
}

// general is what can be wrong with a cell of any column.
func general(text []byte, kind class) (bad verdict) {
	if kind&classControl != 0 {
		bad |= badControl
	}
	if kind&classHigh != 0 {
		bad |= oddASCII
	}
	bare := text
	if kind&(classBlank|classHigh) != 0 {
		if bare = bytes.TrimSpace(text); len(bare) < len(text) {
			bad |= badSpace
		}
	}
	switch {
	case len(bare) == 0:
		bad |= badEmpty
	case isPlaceholder(bare):
		bad |= badPlaceholder
	}
	return bad
}

// isPlaceholder says whether text is a word that people write for "no value".
func isPlaceholder(text []byte) bool {
	const longest = len("not applicable")
	if len(text) > longest {
		return false
	}
	switch text[0] {
	case 'n', 'N', 'u', 'U', '-', "不"[0], "无"[0]:
	default:
		return false
	}
	var buffer [longest]byte
	lower := buffer[:len(text)]
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	switch string(lower) {
	case "-", "--", "na", "n/a", "nan", "nil", "none", "null", "not applicable", "undefined", "unknown", "不适用", "无":
		return true
	}
	return false
}

func (c *column) examineNumber(text []byte, v *value) {
	if !isNumber(text) {
		v.bad |= badNumber
		return
	}
	n, err := amount.Parse(unsafe.String(unsafe.SliceData(text), len(text))) // Parse keeps nothing of it
	if err != nil {
		v.bad |= badRange
		return
	}
	v.number = amount.Some(n)
	if c.format == focus.NonNegative && n.Sign() < 0 {
		v.bad |= badNegative
	}
}

func (c *column) examineJSON(text []byte, scan *jsonScanner) (bad verdict) {
	text = trimmed(text)
	flaws := scan.check(text)
	if flaws&(flawSyntax|flawNoObject) != 0 {
		return badJSON
	}
	if flaws&flawDuplicate != 0 {
		bad |= badJSON
	}
	if c.format == focus.KeyValue && flaws&(flawDuplicate|flawNested) != 0 {
		bad |= badKeyValue
	}
	if c.format == focus.JSONObject && flaws&flawArray != 0 {
		bad |= badArray
	}
	if c.shape != nil {
		bad |= c.shape.check(text)
	}
	return bad
}

func isThreeLetters(text []byte) bool {
	for _, c := range text {
		if c |= 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return len(text) == 3
}

// trimmed is text without the white space that JSON allows around a value.
func trimmed(text []byte) []byte { return bytes.Trim(text, " \t\r\n") }
