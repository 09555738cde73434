package conformance

import (
	"slices"
	"unicode/utf8"

	"deliverd/internal/amount"
)

// How much of what is wrong a report shows.
const (
	maxRows   = 5  // record numbers of a finding
	maxValues = 3  // different values of a finding
	maxShown  = 80 // bytes of a value
)

var zero amount.Amount

// result is what a worker found in a chunk. Rows count from 0 in the chunk.
type result struct {
	rows    int
	stop    bool // nothing behind this chunk may be looked at
	hits    []hit
	index   []int // by rule: the place in hits, from 1; 0 for none
	columns []columnCount
	seen    []pairSeen
	arena   []byte // the texts of seen
}

// hit is one broken rule.
type hit struct {
	rule   int
	count  int64
	rows   []int64
	values []string
	gap    amount.Amount // the largest difference
}

// columnCount is what hazards over a whole column need.
type columnCount struct {
	values int64 // that are not null
	plain  bool  // one of them does not look like a number
}

func newResult(p *plan) *result {
	return &result{index: make([]int, len(p.rules)), columns: make([]columnCount, len(p.header))}
}

// reset makes the result ready for another chunk; it keeps its memory.
func (r *result) reset() {
	for i := range r.hits {
		h := &r.hits[i]
		r.index[h.rule] = 0
		*h = hit{rows: h.rows[:0], values: h.values[:0]}
	}
	clear(r.columns)
	r.rows, r.stop, r.hits, r.seen, r.arena = 0, false, r.hits[:0], r.seen[:0], r.arena[:0]
}

func (r *result) hit(rule int) *hit {
	at := r.index[rule]
	if at == 0 {
		if len(r.hits) < cap(r.hits) {
			r.hits = r.hits[:len(r.hits)+1]
		} else {
			r.hits = append(r.hits, hit{})
		}
		at = len(r.hits)
		r.hits[at-1].rule, r.index[rule] = rule, at
	}
	return &r.hits[at-1]
}

// show keeps a value, unless it is there already. Long ones are cut.
func (h *hit) show(text []byte) {
	cut := text
	if len(cut) > maxShown {
		end := maxShown
		for end > maxShown-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		cut = text[:end]
	}
	for _, value := range h.values {
		if value == string(cut) {
			return
		}
	}
	h.values = append(h.values, string(cut))
}

// merge adds what a later chunk found; before is the record number of its
// first row.
func (h *hit) merge(later *hit, before int64) {
	h.count += later.count
	for _, row := range later.rows {
		if len(h.rows) < maxRows {
			h.rows = append(h.rows, before+row)
		}
	}
	for _, value := range later.values {
		if len(h.values) < maxValues && !slices.Contains(h.values, value) {
			h.values = append(h.values, value)
		}
	}
	if later.gap.Cmp(h.gap) > 0 {
		h.gap = later.gap
	}
}
