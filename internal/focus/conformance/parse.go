package conformance

import "bytes"

// class is what the bytes of a cell are made of.
type class uint8

const (
	classEnd     class = 1 << iota // ends an unquoted field: comma, CR, LF
	classQuote                     // a quotation mark
	classBlank                     // ASCII white space
	classControl                   // a control character other than tab, CR, LF
	classHigh                      // a byte beyond ASCII
)

var classes = func() (table [256]class) {
	for c := range table {
		switch {
		case c == ',':
			table[c] = classEnd
		case c == '\r' || c == '\n':
			table[c] = classEnd | classBlank
		case c == '"':
			table[c] = classQuote
		case c == ' ' || c == '\t':
			table[c] = classBlank
		case c == '\v' || c == '\f':
			table[c] = classBlank | classControl
		case c < ' ':
			table[c] = classControl
		case c >= 0x80:
			table[c] = classHigh
		}
	}
	return table
}()

// cell is one field. Null is an empty unquoted field, or the text NULL.
type cell struct {
	text  []byte
	class class
	null  bool
}

// fault is what is wrong with the CSV of a record.
type fault uint8

const (
	faultUnclosed fault = 1 << iota // a quoted field that the file does not end
	faultBehind                     // text behind a closing quote
	faultBare                       // a quote inside an unquoted field
)

var nullText = []byte("NULL")

// parser reads the records of a chunk. Doubled quotes are undone in place: the
// chunk is used up by reading it.
type parser struct {
	data []byte
	at   int
}

func (p *parser) more() bool { return p.at < len(p.data) }

// record reads one record into cells and gives the number of fields that it
// has; those beyond the cells are skipped, missing ones are null. An empty
// line is a record of one null.
func (p *parser) record(cells []cell) (fields int, faults fault) {
	var skipped cell
	for {
		c := &skipped
		if fields < len(cells) {
			c = &cells[fields]
		}
		faults |= p.field(c)
		fields++
		if p.at < len(p.data) && p.data[p.at] == ',' {
			p.at++
			continue
		}
		break
	}
	if p.at < len(p.data) && p.data[p.at] == '\r' {
		p.at++
	}
	if p.at < len(p.data) && p.data[p.at] == '\n' {
		p.at++
	}
	for i := fields; i < len(cells); i++ {
		cells[i] = cell{null: true}
	}
	return fields, faults
}

func (p *parser) field(c *cell) (faults fault) {
	if p.at < len(p.data) && p.data[p.at] == '"' {
		return p.quoted(c)
	}
	start, i, data := p.at, p.at, p.data
	var seen class
	for ; i < len(data); i++ {
		k := classes[data[i]]
		if k&classEnd != 0 {
			break
		}
		seen |= k
	}
	c.text, c.class, p.at = data[start:i], seen, i
	c.null = i == start || isNull(c.text)
	if seen&classQuote != 0 {
		faults = faultBare
	}
	return faults
}

func (p *parser) quoted(c *cell) (faults fault) {
	data, start := p.data, p.at+1
	i, w := start, start
	var seen class
	closed := false
	for ; i < len(data); i++ {
		b := data[i]
		if b == '"' {
			if i+1 == len(data) || data[i+1] != '"' {
				closed = true
				i++
				break
			}
			i++
		}
		seen |= classes[b]
		if w != i {
			data[w] = b
		}
		w++
	}
	if !closed {
		faults = faultUnclosed
	}
	for ; i < len(data) && classes[data[i]]&classEnd == 0; i++ {
		faults |= faultBehind
	}
	c.text, c.class, p.at = data[start:w], seen, i
	c.null = isNull(c.text)
	return faults
}

func isNull(text []byte) bool { return len(text) == len(nullText) && bytes.Equal(text, nullText) }
