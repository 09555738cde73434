package conformance

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"deliverd/internal/focus"
)

// criteria.csv says what makes a conditional column mandatory (M) or advised
// (R): all criteria of one of its rows. The names are those of the 1.3
// requirements model; COMMITMENT_PROGRAMS_SUPPORTED and
// PAYABLE_INVOICES_SUPPORTED name conditions of 1.4, whose model we have not
// seen.
//
//go:embed data/criteria.csv
var criteriaCSV string

// ApplicableAll declares every applicability criterion.
const ApplicableAll = "ALL"

// Criteria are the names that Options.Applicable takes besides ApplicableAll.
func Criteria() []string {
	var names []string
	for _, c := range criteria() {
		names = append(names, c.names...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type criterion struct {
	column string
	level  focus.Level
	names  []string
}

func criteria() []criterion {
	var all []criterion
	for _, line := range strings.Split(strings.TrimSpace(criteriaCSV), "\n")[1:] {
		field := strings.Split(line, ",")
		all = append(all, criterion{field[0], focus.Level(field[1][0]), strings.Fields(field[2])})
	}
	return all
}

// maxName is the advised length of a column's name.
const maxName = 50

// addHeaderRules adds the rules about columns, and at once what the header
// breaks of them.
func (p *plan) addHeaderRules(v focus.Version, applicable []string) error {
	missing, err := missingRules(v, applicable)
	if err != nil {
		return err
	}
	for _, r := range missing {
		p.add(r)
		if !p.has(r.Column) {
			p.findings = append(p.findings, Finding{Rule: r, Count: 1})
		}
	}
	handling := "FOCUS " + v.Name + ", ColumnHandling"
	p.eachColumn(Rule{Code: "F-COL-NAME", Severity: Must, Source: handling,
		Text: "a column is one of the version or begins with x_", Remedy: "correct the spelling, give it the prefix x_, or choose the version that has it"},
		func(i int) bool { return !known(v, p.header[i]) && !strings.HasPrefix(p.header[i], "x_") })
	p.eachColumn(Rule{Code: "F-COL-DUPLICATE", Severity: Must, Source: handling,
		Text: "no two columns have the same name", Remedy: "drop or rename one: only the first was checked"},
		func(i int) bool { return p.first[p.header[i]] != i })
	p.eachColumn(Rule{Code: "F-COL-ORDER", Severity: Should, Source: handling,
		Text: "custom columns come after those of FOCUS", Remedy: "move it to the end"},
		func(i int) bool {
			return !known(v, p.header[i]) && slices.ContainsFunc(p.header[i:], func(name string) bool { return known(v, name) })
		})
	p.eachColumn(Rule{Code: "F-COL-LENGTH", Severity: Should, Source: handling,
		Text: fmt.Sprintf("a column's name has at most %d characters", maxName), Remedy: "shorten it"},
		func(i int) bool { return len([]rune(p.header[i])) > maxName })
	p.eachColumn(Rule{Code: "F-COL-PASCAL", Severity: Should, Source: handling,
		Text: "a custom column is x_ and a name in Pascal case", Remedy: "such as x_CostCenter"},
		func(i int) bool {
			return strings.HasPrefix(p.header[i], "x_") && !known(v, p.header[i]) && !isPascal(p.header[i][2:])
		})
	return nil
}

// eachColumn adds a rule, and a finding of it for each column of the header
// that breaks it.
func (p *plan) eachColumn(r Rule, broken func(i int) bool) {
	p.add(r)
	for i, name := range p.header {
		if broken(i) {
			f := Finding{Rule: r, Count: 1, Rows: []int64{1}, Note: fmt.Sprintf("column %d", i+1)}
			f.Rule.Column = name
			p.findings = append(p.findings, f)
		}
	}
}

func known(v focus.Version, name string) bool {
	_, ok := v.Column(name)
	return ok
}

// missingRules are the rules about the presence of columns.
func missingRules(v focus.Version, applicable []string) ([]Rule, error) {
	all := criteria()
	valid := append(Criteria(), ApplicableAll)
	for _, name := range applicable {
		if !slices.Contains(valid, name) {
			return nil, fmt.Errorf("applicability criterion %q is not known: choose of %s", name, strings.Join(valid, ", "))
		}
	}
	declared := func(name string) bool {
		return slices.Contains(applicable, ApplicableAll) || slices.Contains(applicable, name)
	}
	var rules []Rule
	for _, c := range v.Columns {
		rule := Rule{
			Code: "F-COL-MISSING", Column: c.Name, Severity: Must, Source: fmt.Sprintf("FOCUS %s, %s, feature level", v.Name, c.Name),
			Text: c.Name + " is present: it is mandatory", Remedy: "add the column; where it may be null, empty cells will do",
		}
		level := c.Level
		for _, k := range all {
			if level == focus.Conditional && k.column == c.Name && !slices.ContainsFunc(k.names, func(n string) bool { return !declared(n) }) {
				level = k.level
				rule.Text = fmt.Sprintf("%s is present: declared applicable (%s)", c.Name, strings.Join(k.names, ", "))
			}
		}
		switch level {
		case focus.Conditional:
			continue
		case focus.Recommended:
			rule.Severity = Should
			if c.Level == focus.Recommended {
				rule.Text = c.Name + " is present: it is recommended"
			}
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

// isPascal says whether a name is an upper-case letter and then letters and digits.
func isPascal(name string) bool {
	for i, c := range name {
		upper, lower, digit := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9'
		if !upper && (i == 0 || !lower && !digit) {
			return false
		}
	}
	return name != ""
}
