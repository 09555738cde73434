package conformance

import (
	"fmt"
	"strings"

	"deliverd/internal/focus"
)

// Severity says how much a finding weighs.
type Severity byte

// The severities. Only a broken Must makes a file fail.
const (
	Must   Severity = iota + 1 // the specification demands it
	Should                     // the specification advises it
	Hazard                     // conformant, but known to trip readers of such files
)

var severityNames = [...]string{Must: "must", Should: "should", Hazard: "hazard"}

func (s Severity) String() string {
	if s < Must || s > Hazard {
		return fmt.Sprintf("severity %d", byte(s))
	}
	return severityNames[s]
}

// MarshalText is the lower-case name, for --json.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Rule is one rule of one version for one column. Code and Column together
// name it; both are stable between releases of deliverd.
type Rule struct {
	Code     string   `json:"code"`             // such as F-COST-LIST
	Column   string   `json:"column,omitempty"` // empty for rules of the file as a whole
	Severity Severity `json:"severity"`
	Source   string   `json:"source"` // rule id of the requirements model, or section of the text
	Text     string   `json:"text"`   // what has to hold
	Remedy   string   `json:"remedy"` // what to do when it does not
}

// Rules are all rules that a file of the version is held against, in the
// order in which a [Report] lists findings.
func Rules(version string) ([]Rule, error) {
	v, err := focus.LoadVersion(version)
	if err != nil {
		return nil, err
	}
	var header []string
	for _, c := range v.Columns {
		header = append(header, c.Name)
	}
	p, err := newPlan(v, header, []string{ApplicableAll})
	if err != nil {
		return nil, err
	}
	return p.rules, nil
}

// span is the range of versions that a rule belongs to, both ends inclusive;
// an empty end is open.
type span struct{ since, until string }

func (s span) holds(version string) bool {
	return (s.since == "" || version >= s.since) && (s.until == "" || version <= s.until)
}

// The spans that rules share.
var (
	always    = span{}
	before1_2 = span{until: "1.1"}
	from1_1   = span{since: "1.1"}
	from1_2   = span{since: "1.2"}
	from1_3   = span{since: "1.3"}
	only1_2   = span{since: "1.2", until: "1.2"}
	only1_3   = span{since: "1.3", until: "1.3"}
	until1_2  = span{until: "1.2"}
	until1_3  = span{until: "1.3"}
	from1_4   = span{since: "1.4"}
)

// source names where a version demands something of a column: the rule id of
// its requirements model where there is one (the 1.3 model put a prefix before
// the ids and renumbered some), else the section of the text.
func source(version, column string, ids modelIDs) string {
	switch id := ids.in(version); {
	case id != "" && version == "1.4":
		return "FOCUS 1.4, " + column + " (1.3 model: " + id + ")"
	case id != "":
		return id
	}
	return "FOCUS " + version + ", " + column
}

// modelIDs are the ids of a rule in the requirements models of 1.2 and of 1.3.
// An empty id13 stands for the same number as in 1.2; "-" for none.
type modelIDs struct{ id12, id13 string }

func (m modelIDs) in(version string) string {
	switch {
	case version < "1.2":
		return ""
	case version == "1.2":
		return strings.TrimPrefix(m.id12, "-")
	}
	id := m.id13
	if id == "" {
		id = m.id12
	}
	if id == "" || id == "-" {
		return ""
	}
	return "CAU-" + id
}
