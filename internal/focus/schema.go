package focus

import (
	"fmt"
	"slices"
	"strings"
)

// Schema says what a file looks like: which columns, in which order.
type Schema struct {
	Version string // the version whose rules the file follows
	columns []schemaColumn
	extra   int // custom values of a charge
}

// schemaColumn is one column of a file: a column of the specification, or a
// custom one.
type schemaColumn struct {
	name  string
	cell  cell // the zero cell leaves the column empty
	extra int  // index in Charge.Extra; -1 for a column of the specification
}

// NewSchema has every column of the version in alphabetical order, then the
// custom columns, whose values stand in [Charge.Extra] in the given order.
func NewSchema(v Version, extra []string) Schema {
	s := Schema{Version: v.Name, extra: len(extra)}
	for _, c := range v.Columns {
		s.columns = append(s.columns, schemaColumn{name: c.Name, cell: cells[c.Name], extra: -1})
	}
	for i, name := range extra {
		s.columns = append(s.columns, schemaColumn{name: name, extra: i})
	}
	return s
}

// Header is the first record of the file.
func (s Schema) Header() []string {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = c.name
	}
	return names
}

// Select keeps the named columns alone, in the order they have in the file.
// FOCUS 1.4 demands that a user can choose; every column that is left still
// obeys all its rules. An unknown name is an error.
func (s Schema) Select(names []string) (Schema, error) {
	var unknown []string
	for _, name := range names {
		if !slices.ContainsFunc(s.columns, func(c schemaColumn) bool { return c.name == name }) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return Schema{}, fmt.Errorf("no such column: %s", strings.Join(unknown, ", "))
	}
	kept := Schema{Version: s.Version, extra: s.extra}
	for _, c := range s.columns {
		if slices.Contains(names, c.name) {
			kept.columns = append(kept.columns, c)
		}
	}
	return kept, nil
}

// Blank leaves the named columns in the file, empty in every row.
func (s Schema) Blank(names ...string) Schema {
	s.columns = slices.Clone(s.columns)
	for i, c := range s.columns {
		if slices.Contains(names, c.name) {
			s.columns[i] = schemaColumn{name: c.name, extra: -1}
		}
	}
	return s
}
