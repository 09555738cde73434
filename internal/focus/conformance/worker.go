package conformance

import (
	"bytes"
	"hash/maphash"
	"math/bits"
	"unicode/utf8"
)

// worker holds chunks against a plan, one at a time. What it keeps between
// rows only saves work: results depend on the chunk alone.
type worker struct {
	plan  *plan
	seeds seeds
	limit int // of a record, in bytes
	row   row
	last  []lastText
	scan  jsonScanner
	sieve pairSieve
	raw   []byte // the chunk before quotes were undone, when it is no UTF-8
	res   *result
}

// lastText is the last value of a column that was not null.
type lastText struct {
	text []byte
	ok   bool
}

func newWorker(p *plan, s seeds, limit int) *worker {
	width := len(p.header)
	w := &worker{plan: p, seeds: s, limit: limit, last: make([]lastText, width)}
	w.row.cells = make([]cell, width+1)
	w.row.cells[width].null = true
	w.row.values = make([]value, width+1)
	return w
}

// check reads all records of a chunk, which it uses up, into res.
func (w *worker) check(data []byte, res *result) {
	w.res = res
	clear(w.last) // they point into the chunk before
	w.raw = w.raw[:0]
	if !utf8.Valid(data) {
		w.raw = append(w.raw, data...)
	}
	width := len(w.plan.header)
	for p := (parser{data: data}); p.more(); {
		start := p.at
		fields, faults := p.record(w.row.cells[:width])
		if p.at-start > w.limit {
			w.hit(w.plan.long, nil)
			res.stop = true
			return
		}
		if faults != 0 {
			w.hit(w.plan.quote, nil)
		}
		if fields != width {
			w.hit(w.plan.width, nil)
		}
		if len(w.raw) > 0 && !utf8.Valid(w.raw[start:p.at]) {
			w.hit(w.plan.utf8, nil)
		}
		w.checkRow()
		res.rows++
	}
}

func (w *worker) checkRow() {
	r, p := &w.row, w.plan
	for i := range p.columns {
		w.checkCell(i)
	}
	r.category = categoryOf(&r.cells[p.category])
	r.correction = r.is(p.class, "Correction")
	r.unused = r.is(p.status, "Unused")
	for i := range p.rows {
		if check := &p.rows[i]; check.test(r) {
			w.hit(check.rule, &r.cells[check.at])
		}
	}
	for i := range p.pairs {
		w.pair(i)
	}
}

func (w *worker) checkCell(i int) {
	c, col := &w.row.cells[i], &w.plan.columns[i]
	if c.null {
		if col.notNull >= 0 {
			w.hit(col.notNull, nil)
		}
		return
	}
	v, last := &w.row.values[i], &w.last[i]
	if !last.ok || !bytes.Equal(last.text, c.text) {
		*v = col.examine(c.text, c.class, &w.scan)
		last.text, last.ok = c.text, true
	}
	count := &w.res.columns[i]
	count.values++
	count.plain = count.plain || !v.numeric
	for bad := v.bad; bad != 0; bad &= bad - 1 {
		w.hit(col.rules[bits.TrailingZeros32(uint32(bad))], c)
	}
}

// pair hands a key and its value to the merger, unless it was just there.
func (w *worker) pair(i int) {
	p := &w.plan.pairs[i]
	key, value := &w.row.cells[p.key], &w.row.cells[p.value]
	if key.null || value.null || p.skipOther && bytes.HasPrefix(value.text, other) {
		return
	}
	first := maphash.Bytes(w.seeds[0], key.text)
	third := maphash.Bytes(w.seeds[2], value.text)
	if !w.sieve.fresh(first^third<<1^uint64(i), i, key.text, value.text) {
		return
	}
	seen := pairSeen{pair: i, row: w.res.rows, value: third, start: len(w.res.arena)}
	seen.key = [2]uint64{first, maphash.Bytes(w.seeds[1], key.text)}
	seen.mid = seen.start + len(key.text)
	seen.end = seen.mid + len(value.text)
	w.res.arena = append(append(w.res.arena, key.text...), value.text...)
	w.res.seen = append(w.res.seen, seen)
}

// hit notes that the current row breaks a rule; c is the cell to show.
func (w *worker) hit(rule int, c *cell) {
	h := w.res.hit(rule)
	h.count++
	if len(h.rows) < maxRows {
		h.rows = append(h.rows, int64(w.res.rows))
	}
	if c != nil && !c.null && len(h.values) < maxValues {
		h.show(c.text)
	}
	if w.row.gap.Sign() != 0 && c != nil {
		if w.row.gap.Cmp(h.gap) > 0 {
			h.gap = w.row.gap
		}
		w.row.gap = zero
	}
}
