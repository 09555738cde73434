package snapshot

import (
	"encoding/binary"

	"deliverd/internal/bill"
)

// How a column of a block is stored.
const (
	constant = iota // one value for all rows
	narrow          // different values, and a byte a row that says which
	wide            // the same with two bytes a row
	plain           // a value a row
)

const (
	blockRows  = 2048     // rows of a block at most; an index fits two bytes
	blockBytes = 16 << 20 // texts of a block, after which it is closed early
	trialRows  = 256      // rows after which a column with too many values becomes plain
)

// columns collects the lines of one block, column by column. Bills repeat
// themselves: nearly all columns hold few values, many a single one.
type columns struct {
	rows  int
	bytes int
	all   [bill.NumFields]column
}

type column struct {
	last   string
	lastAt uint32
	seen   map[string]uint32 // nil in a plain column
	values []string
	at     []uint32 // a row
	lens   []byte   // of a plain column: 0 for the value of the row before, else length + 1
	texts  []byte   // of a plain column
}

func (c *columns) full() bool { return c.rows >= blockRows || c.bytes >= blockBytes }

// add adds a line. Its texts are held until the block is written.
func (c *columns) add(l *bill.Line) {
	for f := range l {
		col := &c.all[f]
		text := l[f]
		switch {
		case col.texts != nil:
			col.addPlain(text)
		case c.rows > 0 && text == col.last:
			col.at = append(col.at, col.lastAt)
		default:
			col.addIndexed(text)
		}
		col.last = text
		c.bytes += len(text)
	}
	if c.rows++; c.rows == trialRows {
		c.judge()
	}
}

func (col *column) addIndexed(text string) {
	at, ok := col.seen[text]
	if !ok {
		if col.seen == nil {
			col.seen = make(map[string]uint32)
		}
		at = uint32(len(col.values))
		col.seen[text] = at
		col.values = append(col.values, text)
	}
	col.lastAt = at
	col.at = append(col.at, at)
}

func (col *column) addPlain(text string) {
	if text == col.last {
		col.lens = append(col.lens, 0)
		return
	}
	col.lens = binary.AppendUvarint(col.lens, uint64(len(text))+1)
	col.texts = append(col.texts, text...)
}

// judge makes columns plain whose values hardly repeat.
func (c *columns) judge() {
	for f := range c.all {
		col := &c.all[f]
		if len(col.values) <= trialRows/4 {
			continue
		}
		at, values := col.at, col.values
		col.at, col.values = nil, nil
		clear(col.seen)
		col.texts = make([]byte, 0, blockRows*16)
		col.last = ""
		for _, i := range at {
			col.addPlain(values[i])
			col.last = values[i]
		}
	}
}

// appendTo appends the block's bytes and starts the next block.
func (c *columns) appendTo(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(c.rows))
	for f := range c.all {
		dst = c.all[f].appendTo(dst)
		c.all[f].reset()
	}
	c.rows, c.bytes = 0, 0
	return dst
}

func (col *column) appendTo(dst []byte) []byte {
	switch {
	case col.texts != nil:
		dst = appendBytes(append(dst, plain), col.lens)
		return appendBytes(dst, col.texts)
	case len(col.values) == 1:
		return appendText(append(dst, constant), col.values[0])
	}
	kind := byte(narrow)
	if len(col.values) > 1<<8 {
		kind = wide
	}
	dst = binary.AppendUvarint(append(dst, kind), uint64(len(col.values)))
	for _, value := range col.values {
		dst = appendText(dst, value)
	}
	for _, i := range col.at {
		if dst = append(dst, byte(i)); kind == wide {
			dst = append(dst, byte(i>>8))
		}
	}
	return dst
}

func (col *column) reset() {
	clear(col.seen)
	clear(col.values)
	*col = column{seen: col.seen, values: col.values[:0], at: col.at[:0], lens: col.lens[:0]}
}

func appendBytes(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func appendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
