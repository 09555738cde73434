package bill

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

// products.csv says what a product of the provider is in FOCUS. Code is the
// bill's product code (p_…), several of them separated by |, or codes of its
// sub-products (sp_…) where only those are public; it is blank where no public
// text shows one: then the product is known by its names alone. Name is the
// English name that becomes the ServiceName; OtherNames are what else bills
// call it, separated by |.
//
// Source is where the code and the names were checked, the code first:
//
//	tccli S A            the example A of the service S in TencentCloud/tencentcloud-cli;
//	                     DescribeVoucherList shows codes without names, and only those
//	                     were taken from it that spell the name
//	tencentcloud-sdk S   a comment on the service S in TencentCloud/tencentcloud-sdk-nodejs
//	console U            a page of the provider's console, as public texts link to it
//	terraform-provider F the page F of tencentcloudstack/terraform-provider-tencentcloud
//	… module for P       a public Terraform module that buys the product P by its codes
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

// productCodes are the codes of products.csv as they stand there.
var productCodes = sync.OnceValue(func() map[string]bool {
	codes := map[string]bool{}
	for _, row := range tableRows(productsCSV) {
		for _, code := range strings.Split(row[0], "|") {
			codes[code] = code != ""
		}
	}
	return codes
})

// codeOfSubproduct is the code of the product table that a sub-product's code
// leads to: itself, else the longest product code that it begins with. So
// sp_cvm_s5 is of p_cvm, and sp_tcb_mp_cloudbase_dau of p_tcb_mp rather than of
// p_tcb. It is "" where the table has none. All public pairs of codes are built
// that way; a test has them.
func codeOfSubproduct(sub string) string {
	codes := productCodes()
	if codes[sub] {
		return sub
	}
	stem, more := strings.CutPrefix(sub, "sp_")
	for more {
		if code := "p_" + stem; codes[code] {
			return code
		}
		end := strings.LastIndexByte(stem, '_')
		if more = end >= 0; more {
			stem = stem[:end]
		}
	}
	return ""
}

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
