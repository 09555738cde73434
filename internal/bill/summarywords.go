package bill

import (
	"strings"
	"sync"
)

// SummaryRegion is the id and the name under which DescribeBillSummary lists a
// group of [Totals.Regions]: the provider's numeric id, and the bill's name. A
// bill without ids names its regions, or gives their codes; the table of
// regions tells which they are. What belongs to no region is 0, other; so is
// what the table does not know, and known is false then.
func SummaryRegion(key, name string) (id, text string, known bool) {
	const otherID, otherName = "0", "other"
	if key != "" && strings.Trim(key, "0123456789") == "" {
		switch r := regionTable().byID[key]; {
		case name != "":
			return key, name, true
		case r != nil:
			return key, r.name, true
		default:
			return key, otherName, true
		}
	}
	if key == "" || isOther(key) || isOther(name) || isOther(city(name)) {
		return otherID, otherName, true
	}
	if r := regionTable().find(key, name); r != nil && r.id != "" {
		return r.id, r.name, true
	}
	return otherID, otherName, false
}

// SummaryProduct is the code and the name under which DescribeBillSummary lists
// an entry of [Totals.Products]. A bill without codes names its products; the
// product table tells the codes of those that have one, and of the others the
// name stands for the code.
func SummaryProduct(key, name string) (code, text string) {
	if key != name {
		return key, name
	}
	return first(codesByName()[fold(name)], key), name
}

// codesByName are the product codes of products.csv by folded names.
var codesByName = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for _, row := range tableRows(productsCSV) {
		if !strings.HasPrefix(row[0], "p_") || strings.Contains(row[0], "|") {
			continue
		}
		for _, name := range append(strings.Split(row[5], "|"), row[1]) {
			if name != "" {
				codes[fold(name)] = row[0]
			}
		}
	}
	return codes
})
