package conformance

import "slices"

// Finding is a rule that the file breaks.
type Finding struct {
	Rule   Rule     `json:"rule"`
	Count  int64    `json:"count"`            // rows, or keys of a rule over keys
	Rows   []int64  `json:"rows,omitempty"`   // the first five: numbers of CSV records, the header is 1
	Values []string `json:"values,omitempty"` // the first three different ones, cut at 80 bytes
	Note   string   `json:"note,omitempty"`
}

// Report is the outcome of [Check].
type Report struct {
	Version    string    `json:"version"`
	VersionWhy string    `json:"versionWhy"`
	Rows       int64     `json:"rows"` // without the header
	Columns    int       `json:"columns"`
	Findings   []Finding `json:"findings"`         // in the order of Rules; nothing else is wrong
	Limits     []string  `json:"limits,omitempty"` // what was not checked, and why
	Stopped    bool      `json:"stopped,omitempty"`
}

// Failed counts the findings of severity Must: a file with none conforms, as
// far as it was checked (see Limits).
func (r Report) Failed() int { return r.CountOf(Must) }

// CountOf counts the findings of a severity.
func (r Report) CountOf(s Severity) int {
	n := 0
	for _, f := range r.Findings {
		if f.Rule.Severity == s {
			n++
		}
	}
	return n
}

// Finding returns the finding of a rule by its code and column; ok is false
// when the file keeps the rule.
func (r Report) Finding(code, column string) (f Finding, ok bool) {
	at := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Rule.Code == code && f.Rule.Column == column })
	if at < 0 {
		return Finding{}, false
	}
	return r.Findings[at], true
}

// note adds what is wrong with the beginning of the file.
func (r *Report) note(p *plan, bom bool, faults headerFaults) {
	first := func(rule int) {
		r.Findings = append(r.Findings, Finding{Rule: p.rules[rule], Count: 1, Rows: []int64{1}})
	}
	if faults.empty {
		first(p.empty)
	}
	if bom {
		first(p.bom)
	}
	if faults.utf8 {
		first(p.utf8)
	}
	if faults.quote {
		first(p.quote)
	}
	if faults.long {
		first(p.long)
		r.Stopped = true
		r.Limits = append(r.Limits, "F-CSV-LONG: nothing was checked, the header does not end")
	}
}

// order joins what header and rows have of the same rule, and sorts findings
// like the rules of the plan.
func (r *Report) order(p *plan) {
	place := map[[2]string]int{}
	for i, rule := range p.rules {
		place[[2]string{rule.Code, rule.Column}] = i
	}
	at := func(f Finding) int {
		if i, ok := place[[2]string{f.Rule.Code, f.Rule.Column}]; ok {
			return i
		}
		return place[[2]string{f.Rule.Code, ""}] // of one column of the header
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return at(a) - at(b) })
	joined := make([]Finding, 0, len(r.Findings)) // never nil: JSON shows an empty list
	for _, f := range r.Findings {
		if n := len(joined); n > 0 && joined[n-1].Rule == f.Rule && f.Note == joined[n-1].Note {
			last := &joined[n-1]
			last.Count += f.Count
			last.Rows = append(last.Rows, f.Rows...)
			last.Rows = last.Rows[:min(len(last.Rows), maxRows)]
			continue
		}
		joined = append(joined, f)
	}
	r.Findings = joined
}
