// Package focus is the FinOps Open Cost and Usage Specification (FOCUS), as
// far as a writer of Cost and Usage files needs it: its versions and their
// columns ([Version], data in spec/), one row ([Charge]) and the CSV encoder
// ([Encoder]). The rules a file has to satisfy are in focus/conformance.
//
// The package does not know any cloud: which charge a bill line is, is decided
// in internal/bill. It does not know where files go either.
package focus

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
)

// spec/columns.csv says for every column its format and, per version, how it
// is required: M mandatory, C conditional, R recommended, blank for absent; an
// exclamation mark when the version allows no nulls in it. spec/values.csv
// lists the allowed values of the columns that have such, the same in every
// version. Both are facts of the specification (CC-BY-4.0), sections "Columns"
// of the releases 1.0 to 1.4. spec/versions.csv holds what else differs
// between versions in a value that a writer fills in.
var (
	//go:embed spec/columns.csv
	columnsCSV string
	//go:embed spec/values.csv
	valuesCSV string
	//go:embed spec/versions.csv
	versionsCSV string
)

// Format is the value format of a column, by the specification's attributes.
type Format string

// The formats of a column.
const (
	String      Format = "String"
	Decimal     Format = "Decimal"     // NumericFormat
	NonNegative Format = "NonNegative" // NumericFormat, not below zero
	DateTime    Format = "DateTime"    // DateTimeFormat
	Currency    Format = "Currency"    // CurrencyFormat
	Unit        Format = "Unit"        // UnitFormat
	KeyValue    Format = "KeyValue"    // KeyValueFormat
	JSONObject  Format = "JSONObject"  // JsonObjectFormat
)

// Level says how a version requires a column.
type Level byte

// The levels of a column.
const (
	Mandatory   Level = 'M'
	Conditional Level = 'C'
	Recommended Level = 'R'
)

// Column is one column of a version.
type Column struct {
	Name     string
	Format   Format
	Level    Level
	Nullable bool
	Allowed  []string // the allowed values; empty: any
}

// Version is one release of the specification: its Cost and Usage columns in
// alphabetical order, which is the order they are written in.
type Version struct {
	Name    string // "1.2"
	Columns []Column

	// PurchaseOfCommitment is the PricingCategory of the purchase of a
	// commitment discount: Committed in 1.0, which knows no exception for it.
	PurchaseOfCommitment string
}

// Versions are the names of the versions that the package has data of, oldest first.
func Versions() []string {
	header, _, _ := strings.Cut(columnsCSV, "\n")
	return strings.Split(header, ",")[2:]
}

// LoadVersion returns a version by its name, such as "1.2".
func LoadVersion(name string) (Version, error) {
	at := slices.Index(Versions(), name)
	if at < 0 {
		return Version{}, fmt.Errorf("FOCUS version %q is not known: choose one of %s", name, strings.Join(Versions(), ", "))
	}
	allowed := allowedValues()
	v := Version{Name: name}
	for _, row := range records(versionsCSV) {
		if row[0] == name {
			v.PurchaseOfCommitment = row[2]
		}
	}
	for _, row := range records(columnsCSV) {
		if level := row[2+at]; level != "" {
			v.Columns = append(v.Columns, Column{
				Name: row[0], Format: Format(row[1]), Level: Level(level[0]),
				Nullable: !strings.HasSuffix(level, "!"), Allowed: allowed[row[0]],
			})
		}
	}
	return v, nil
}

// Column returns the version's column of that name; ok is false when the
// version has none.
func (v Version) Column(name string) (c Column, ok bool) {
	at := slices.IndexFunc(v.Columns, func(c Column) bool { return c.Name == name })
	if at < 0 {
		return Column{}, false
	}
	return v.Columns[at], true
}

// SubcategoryParents gives for every allowed ServiceSubcategory its one
// ServiceCategory.
func SubcategoryParents() map[string]string {
	parents := map[string]string{}
	for _, row := range records(valuesCSV) {
		if row[2] != "" {
			parents[row[1]] = row[2]
		}
	}
	return parents
}

func allowedValues() map[string][]string {
	allowed := map[string][]string{}
	for _, row := range records(valuesCSV) {
		allowed[row[0]] = append(allowed[row[0]], row[1])
	}
	return allowed
}

// records are the rows of embedded data without their header. That the data
// can be read is held by a test.
func records(data string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("focus: embedded data: %v", err))
	}
	return rows[1:]
}
