package bill

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
)

// products.csv says what a product of the provider is in FOCUS: product code,
// English name, ServiceCategory, ServiceSubcategory, and other names that
// bills give it, separated by |.
//
//go:embed products.csv
var productsCSV string

type product struct{ name, category, subcategory string }

type products struct {
	byCode map[string]*product
	byName map[string]*product // by folded name
}

func loadProducts() *products {
	rows, err := csv.NewReader(strings.NewReader(productsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("bill: embedded products: %v", err)) // a test reads the table
	}
	table := &products{byCode: map[string]*product{}, byName: map[string]*product{}}
	for _, row := range rows[1:] {
		p := &product{name: row[1], category: row[2], subcategory: row[3]}
		table.byCode[row[0]] = p
		for _, name := range append(strings.Split(row[4], "|"), row[0], row[1]) {
			table.byName[fold(name)] = p
		}
	}
	return table
}

// find returns the product of a code, else of a name; nil when neither is known.
func (t *products) find(code, name string) *product {
	if p := t.byCode[code]; p != nil {
		return p
	}
	return t.byName[fold(name)]
}

// fold makes names comparable: bills differ in case, blanks and brackets.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(" ()（）-_\u00a0", r):
			return -1
		default:
			return r
		}
	}, strings.ToLower(name))
}
