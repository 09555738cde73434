package conformance

import (
	"fmt"
)

// maxKeys is how many keys of a pair rule are kept: 100,000 take about 6 MB.
const maxKeys = 100_000

// merger joins the results of chunks in the order of the file.
type merger struct {
	plan    *plan
	total   *result
	rows    int64
	tables  []pairTable
	stopped bool
}

func newMerger(p *plan, keys int) *merger {
	m := &merger{plan: p, total: newResult(p), tables: make([]pairTable, len(p.pairs))}
	for i := range m.tables {
		m.tables[i].maxKeys = keys
	}
	return m
}

// add takes in the next chunk.
func (m *merger) add(r *result) {
	before := m.rows + 2 // the header is record 1
	for i := range r.hits {
		m.total.hit(r.hits[i].rule).merge(&r.hits[i], before)
	}
	for i, c := range r.columns {
		m.total.columns[i].values += c.values
		m.total.columns[i].plain = m.total.columns[i].plain || c.plain
	}
	for _, s := range r.seen {
		m.pair(r, s, before+int64(s.row))
	}
	m.rows += int64(r.rows)
	m.stopped = r.stop
}

func (m *merger) pair(r *result, s pairSeen, row int64) {
	first, second := m.tables[s.pair].add(s.key, s.value, row)
	if !second {
		return
	}
	h := m.total.hit(m.plan.pairs[s.pair].rule)
	h.count++
	if len(h.rows) < maxRows {
		h.rows = append(h.rows, row)
	}
	if len(h.values) < maxValues {
		h.show(fmt.Appendf(nil, "%s: %s, but another in record %d", r.arena[s.start:s.mid], r.arena[s.mid:s.end], first))
	}
}

// finish makes the report of what was added.
func (m *merger) finish(report *Report) {
	p := m.plan
	for i, c := range m.total.columns {
		if c.values == 0 || c.plain {
			continue
		}
		for _, rule := range []int{p.columns[i].numeric, p.columns[i].integral} {
			if rule >= 0 {
				m.total.hit(rule).count = c.values
			}
		}
	}
	found := p.findings
	for rule := range p.rules {
		at := m.total.index[rule]
		if at == 0 {
			continue
		}
		h := m.total.hits[at-1]
		f := Finding{Rule: p.rules[rule], Count: h.count, Rows: h.rows, Values: h.values}
		if h.gap.Sign() != 0 {
			f.Note = "largest difference " + h.gap.String()
		}
		found = append(found, f)
	}
	report.Findings = append(report.Findings, found...)
	for i, t := range m.tables {
		if t.full {
			report.Limits = append(report.Limits, t.limit(p.rules[p.pairs[i].rule]))
		}
	}
	report.Rows, report.Stopped = m.rows, m.stopped
	if m.stopped {
		report.Limits = append(report.Limits, fmt.Sprintf("F-CSV-LONG: nothing from record %d on was checked", m.rows+2))
	}
}
