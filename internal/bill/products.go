package bill

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

// products.csv says what a product of the provider is in FOCUS. Code is the
// bill's product code, several of them separated by |, and blank where no
// public text shows it: then the product is known by its names alone. Name is
// the English name that becomes the ServiceName; OtherNames are what else bills
// call it, separated by |.
//
// Source is where the code and the names were checked:
//
//	tccli S A            the example A of the service S in TencentCloud/tencentcloud-cli
//	document/product/N   the product with that number in the provider's documentation,
//	                     as TencentCloud/tencentcloud-sdk-python lists it in products.md
//	N/M                  the page N/M of the provider's international documentation
//	provider.md          the English name in tencentcloudstack/terraform-provider-tencentcloud
//	product list, icon list
//	                     the provider's catalogue and the names of its icons, as public
//	                     repositories repeat them
//	third-party …        only the code of others shows it
//	English ours         the provider's English name was not found; it is our translation
//
//go:embed products.csv
var productsCSV string

type product struct{ name, category, subcategory, resourceType string }

// products are the known products by their folded codes and names.
type products map[string]*product

// productTable is products.csv, read once: mappers are made by the thousand.
var productTable = sync.OnceValue(func() products {
	table := products{}
	for _, row := range tableRows(productsCSV) {
		p := &product{name: row[1], category: row[2], subcategory: row[3], resourceType: row[4]}
		for _, word := range strings.Split(row[0]+"|"+row[1]+"|"+row[5], "|") {
			if word != "" {
				table[fold(word)] = p
			}
		}
	}
	return table
})

// tableRows are the rows of an embedded table without its header. A test reads
// all tables, so an error cannot reach a user.
func tableRows(text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("bill: embedded table: %v", err))
	}
	return rows[1:]
}

// find is the product of the first of the words, codes or names, that is
// known; nil when none is.
func (t products) find(words ...string) *product {
	for _, word := range words {
		if p := t[fold(word)]; p != nil {
			return p
		}
	}
	return nil
}

// fold makes names comparable: bills differ in case, blanks, brackets and
// punctuation.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \u00a0()（）-_·/,，、:：", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}
