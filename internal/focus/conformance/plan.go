package conformance

import (
	"fmt"
	"slices"

	"deliverd/internal/focus"
)

// plan is a version's rules fitted to the header of a file. It does not change
// once made, so that workers share it.
type plan struct {
	version string
	header  []string
	rules   []Rule
	first   map[string]int // the place of each column; of twins the first

	columns []column // by place
	rows    []rowCheck
	pairs   []pair
	fileRules

	findings []Finding // of the header
	category int       // places
	class    int
	status   int
}

// rowCheck is a row rule in a file.
type rowCheck struct {
	rule int
	at   int // the place whose value a finding shows
	test test
}

// fileRules are the places of the rules about CSV in plan.rules.
type fileRules struct{ empty, bom, utf8, quote, width, long int }

// newPlan fits the rules of v to a header. applicable are the criteria that
// make conditional columns mandatory.
func newPlan(v focus.Version, header, applicable []string) (*plan, error) {
	p := &plan{version: v.Name, header: header, first: map[string]int{}}
	for i, name := range header {
		if _, twin := p.first[name]; !twin {
			p.first[name] = i
		}
	}
	p.addFileRules()
	if err := p.addHeaderRules(v, applicable); err != nil {
		return nil, err
	}
	p.addColumns(v)
	for _, r := range rowRules() {
		p.addRowRule(r)
	}
	for _, r := range pairRules {
		p.addPairRule(r)
	}
	p.category, p.class, p.status = p.at("ChargeCategory"), p.at("ChargeClass"), p.at("CommitmentDiscountStatus")
	return p, nil
}

func (p *plan) add(r Rule) int {
	p.rules = append(p.rules, r)
	return len(p.rules) - 1
}

// at is the place of a column. The place behind the last is always null.
func (p *plan) at(name string) int {
	if i, ok := p.first[name]; ok {
		return i
	}
	return len(p.header)
}

func (p *plan) has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return p.at(name) == len(p.header) })
}

func (p *plan) addFileRules() {
	csv := func(code string, severity Severity, source, text, remedy string) int {
		return p.add(Rule{Code: code, Severity: severity, Source: source, Text: text, Remedy: remedy})
	}
	const rfc = "RFC 4180"
	p.empty = csv("F-CSV-EMPTY", Must, rfc, "the file has a header", "write the header even when there are no rows")
	p.bom = csv("F-CSV-BOM", Hazard, "RFC 3629, section 6", "the file does not begin with a byte order mark", "write UTF-8 without a mark: many loaders take it for a part of the first column's name")
	p.utf8 = csv("F-CSV-UTF8", Must, "RFC 3629", "the file is UTF-8", "convert it where it is written")
	p.quote = csv("F-CSV-QUOTE", Must, rfc+", section 2", "quotes open and close whole fields, and are doubled inside", "quote fields that hold a comma, a quote or a line end")
	p.width = csv("F-CSV-WIDTH", Must, rfc+", section 2", "every record has as many fields as the header", "look for an unquoted comma or line end, or for blank lines")
	p.long = csv("F-CSV-LONG", Must, "limit of this check", fmt.Sprintf("no record is longer than %d MiB", maxRecord>>20), "look for a quote that is never closed: the file was not checked from here on")
}

func (p *plan) addColumns(v focus.Version) {
	iso := currencies()
	p.columns = make([]column, len(p.header))
	for i, name := range p.header {
		p.columns[i] = column{name: name, notNull: -1, numeric: -1, integral: -1}
	}
	for _, c := range v.Columns {
		p.addColumn(c, iso)
	}
	for _, name := range p.header {
		if _, known := v.Column(name); !known {
			p.addColumn(focus.Column{Name: name, Nullable: true}, iso)
		}
	}
}

// addColumn adds the rules about the cells of one column.
func (p *plan) addColumn(c focus.Column, iso map[string]bool) {
	if !p.has(c.Name) {
		return
	}
	col := &p.columns[p.at(c.Name)]
	if col.mask != 0 {
		return // the twin of a column without a place in the version
	}
	col.format, col.national, col.virtual = c.Format, iso, c.Name != "BillingCurrency"
	if p.version == "1.3" {
		col.shape = elementShapes[c.Name]
	}
	if len(c.Allowed) > 0 {
		col.allowed = map[string]bool{}
		for _, value := range c.Allowed {
			col.allowed[value] = true
		}
	}
	if rule, ok := nullRule(p.version, c); ok {
		col.notNull = p.add(rule)
	}
	for _, r := range cellRules {
		if r.span.holds(p.version) && r.applies(c) {
			col.mask |= r.bit
			col.rules[bitIndex(r.bit)] = p.add(r.ruleFor(p.version, c))
		}
	}
	hazard := func(code, kind, means string) int {
		return p.add(Rule{
			Code: code, Column: c.Name, Severity: Hazard, Source: "focus_validator 2.0.1, loader",
			Text:   c.Name + " has a value that does not look like " + kind,
			Remedy: "the official validator guesses types from all values of a column and then fails " + means,
		})
	}
	switch {
	case isText(c):
		col.numeric = hazard("F-HAZARD-NUMERIC", "a number", "TypeString: expect its complaint, or use ids that are no bare numbers")
	case ofFormat(focus.Decimal, focus.NonNegative)(c):
		col.integral = hazard("F-HAZARD-INTEGER", "a whole number", "TypeDecimal: write decimals with a point, such as 24.0")
	}
}

func (p *plan) addRowRule(r rowRule) {
	if !r.span.holds(p.version) || !p.has(r.column) || !p.has(r.needs...) {
		return
	}
	rule := p.add(Rule{
		Code: r.code, Column: r.column, Severity: r.severity,
		Source: source(p.version, r.column, r.ids), Text: r.text, Remedy: r.remedy,
	})
	p.rows = append(p.rows, rowCheck{rule: rule, at: p.at(r.column), test: r.build(p.at)})
}

func (p *plan) addPairRule(r pairRule) {
	if !r.span.holds(p.version) || !p.has(r.key, r.value) {
		return
	}
	rule := p.add(Rule{
		Code: r.code, Column: r.key, Severity: r.severity,
		Source: source(p.version, r.key, r.ids), Text: r.text, Remedy: r.remedy,
	})
	p.pairs = append(p.pairs, pair{rule: rule, key: p.at(r.key), value: p.at(r.value), skipOther: r.skipOther})
}
