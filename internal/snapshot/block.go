package snapshot

import (
	"errors"

	"deliverd/internal/bill"
)

var errMalformed = errors.New("block is malformed")

// block reads the lines of one block, see [columns]. The texts of its lines
// are parts of one string, so reading a line allocates nothing.
type block struct {
	rows   int
	row    int
	line   bill.Line
	active []activeColumn // those that hold more than one value
	values []string       // of all indexed columns
}

type activeColumn struct {
	field  bill.Field
	kind   byte
	values []string
	at     string // a byte or two a row
	lens   string
	texts  string
}

// load starts a block. schema is the field of every column.
func (b *block) load(raw string, schema []bill.Field) error {
	p := parser{rest: raw}
	b.rows, b.row = p.number(), 0
	b.active, b.values = b.active[:0], b.values[:0]
	if b.rows < 1 || b.rows > blockRows {
		return errMalformed
	}
	b.line = bill.Line{}
	for _, f := range schema {
		b.column(f, &p)
	}
	if p.bad || p.rest != "" {
		return errMalformed
	}
	return nil
}

func (b *block) column(f bill.Field, p *parser) {
	c := activeColumn{field: f, kind: p.byte()}
	switch c.kind {
	case constant:
		b.line[f] = p.text(p.number())
		return
	case plain:
		c.lens = p.text(p.number())
		c.texts = p.text(p.number())
		p.bad = p.bad || !c.plainHolds(b.rows)
	case narrow, wide:
		n, from := p.number(), len(b.values)
		if n > b.rows {
			p.bad = true
			return
		}
		for range n {
			b.values = append(b.values, p.text(p.number()))
		}
		c.values = b.values[from:]
		c.at = p.text(b.rows * int(c.kind))
		p.bad = p.bad || !c.indexHolds()
	default:
		p.bad = true
	}
	b.active = append(b.active, c)
}

// plainHolds reports whether the lengths fit the rows and the texts.
func (c *activeColumn) plainHolds(rows int) bool {
	p, sum := parser{rest: c.lens}, 0
	for range rows {
		if n := p.number(); n > 0 {
			sum += n - 1
		}
	}
	return !p.bad && p.rest == "" && sum == len(c.texts)
}

func (c *activeColumn) indexHolds() bool {
	for i := 0; i < len(c.at); i += int(c.kind) {
		if c.index(i) >= len(c.values) {
			return false
		}
	}
	return true
}

func (c *activeColumn) index(i int) int {
	if c.kind == narrow {
		return int(c.at[i])
	}
	return int(c.at[i]) | int(c.at[i+1])<<8
}

// next gives the next line, nil after the last. It is valid until the next
// call; its texts stay.
func (b *block) next() *bill.Line {
	if b.row >= b.rows {
		return nil
	}
	for i := range b.active {
		c := &b.active[i]
		switch c.kind {
		case narrow:
			b.line[c.field] = c.values[c.at[b.row]]
		case wide:
			b.line[c.field] = c.values[c.index(2*b.row)]
		default:
			c.nextPlain(&b.line[c.field])
		}
	}
	b.row++
	return &b.line
}

func (c *activeColumn) nextPlain(text *string) {
	n := int(c.lens[0])
	if n < 0x80 {
		c.lens = c.lens[1:]
	} else {
		p := parser{rest: c.lens}
		n, c.lens = p.number(), p.rest
	}
	if n > 0 {
		*text, c.texts = c.texts[:n-1], c.texts[n-1:]
	}
}

// parser reads numbers and texts from a string; after bad bytes it is bad and
// gives zeros.
type parser struct {
	rest string
	bad  bool
}

const maxNumber = 1 << 32

func (p *parser) number() int {
	n, shift := uint64(0), 0
	for i := range len(p.rest) {
		c := p.rest[i]
		n |= uint64(c&0x7f) << shift
		if shift += 7; n > maxNumber || shift > 42 {
			break
		}
		if c < 0x80 {
			p.rest = p.rest[i+1:]
			return int(n)
		}
	}
	p.bad = true
	return 0
}

func (p *parser) text(n int) string {
	if n > len(p.rest) {
		p.bad = true
		return ""
	}
	text := p.rest[:n]
	p.rest = p.rest[n:]
	return text
}

func (p *parser) byte() byte {
	if text := p.text(1); text != "" {
		return text[0]
	}
	return constant
}
