package bill

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"deliverd/internal/focus"
)

var update = flag.Bool("update", false, "write docs/mapping.md anew")

func TestMappingHasEveryColumn(t *testing.T) {
	v, err := focus.LoadVersion("1.2")
	if err != nil {
		t.Fatal(err)
	}
	rows := Mapping()
	if len(rows) != len(v.Columns) {
		t.Errorf("%d rows, FOCUS 1.2 has %d columns", len(rows), len(v.Columns))
	}
	for i, c := range v.Columns {
		if i < len(rows) && rows[i].Column != c.Name {
			t.Fatalf("row %d is %s, want %s", i, rows[i].Column, c.Name)
		}
	}
}

func TestMappingPageIsThisTable(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "mapping.md")
	want := mappingPage()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("docs/mapping.md is not what the code says: go test ./internal/bill -run Mapping -update")
	}
}

// mappingPage is docs/mapping.md: what people wrote, and between it what the
// code says.
func mappingPage() []byte {
	var page bytes.Buffer
	page.WriteString(aboutColumns)
	for _, row := range Mapping() {
		fmt.Fprintf(&page, "| %s | %s | %s |\n", row.Column, row.Source, row.Rule)
	}
	products, codes, subcodes := countProducts()
	fmt.Fprintf(&page, aboutProducts, products, codes, subcodes)
	page.WriteString(aboutTransactions)
	for _, a := range actions {
		fmt.Fprintf(&page, "| %s | %s | %s | %s | %s |\n", strings.Join(a.codes, " "), strings.Join(a.signs, " · "), a.category, a.frequency, strings.Join(notesOf(&a), "; "))
	}
	page.WriteString(aboutCommitments)
	for _, c := range extraColumns {
		fmt.Fprintf(&page, "| %s | %s |\n", c.name, sourceOf(&c))
	}
	page.WriteString(aboutProvider)
	return page.Bytes()
}

// countProducts counts the product table: products, product codes, and codes of
// sub-products.
func countProducts() (products, codes, subcodes int) {
	for _, row := range tableRows(productsCSV) {
		products++
		for _, code := range strings.Split(row[0], "|") {
			switch {
			case strings.HasPrefix(code, "p_"):
				codes++
			case strings.HasPrefix(code, "sp_"):
				subcodes++
			}
		}
	}
	return products, codes, subcodes
}

func notesOf(a *action) (notes []string) {
	if a.corrects {
		notes = append(notes, "Correction when of an earlier month")
	}
	if a.dynamic {
		notes = append(notes, "PricingCategory Dynamic")
	}
	if a.commitment != noCommitment {
		notes = append(notes, "buys a "+a.commitment.kind)
	}
	return notes
}

func sourceOf(c *extraColumn) string {
	source := "-"
	switch {
	case c.name == "x_TransactionTime":
		source = "PayTime, in UTC"
	case c.name == "x_PayMode":
		source = "PayModeName"
	case c.field < NumFields:
		source = c.field.String()
	}
	if c.once {
		source += " (once)"
	}
	return source
}

const aboutColumns = `# From a bill line to FOCUS

What each column of a file comes from, in FOCUS 1.2 with the profile ` + "`strict`" + `. The table is written from the
code (internal/bill/mapping.go). Fields have their names in the provider's billing API; internal/bill/line.go gives
the console's names beside them. A blank source field gives null unless a row says otherwise. A line makes one
charge, or more: what a reserved instance or a savings plan covered is a charge of its own, so are a voucher (Credit)
and the tax that a bill file shows (Tax).

| column | source | rule |
|---|---|---|
`

const aboutProducts = `
## Products

The product table (internal/bill/products.csv) knows %d products by their names in English and Chinese, %d product codes
(p_cvm) and %d codes of sub-products beside them. No public list of the provider's codes was found. These are all
that its API examples, the comments of its SDKs, its documentation, Terraform modules and programs that read its bills
were found to show beside a product's name, or that spell the name themselves; each row says where. No code is guessed
from a name, and a code that is shown without saying what it is of (p_email, p_bgp) is left out: such a product is
known by its name, which the bill gives beside the code.

A line without a product code whose names are not known goes by the code of its sub-product, which begins with that of
the product: sp_cvm_s5 is of p_cvm. A product that still is not known has the category Other, is counted and named in
the result, and can be given its words under ` + "`products`" + ` in the configuration.
`

const aboutTransactions = `
## Transaction types

The provider documents the codes and the names but not this conversion (its own table could not be read): it is our
reading of the names within the bounds that FOCUS sets. The first row that has the line's code counts, else the first
whose sign is part of the display name.

| codes | signs in the name | ChargeCategory | ChargeFrequency | notes |
|---|---|---|---|---|
`

const aboutCommitments = `
## Commitments

The bill charges an hourly fee for a reserved instance or a savings plan and shows on a usage line what was deducted
from it, but does not connect the two. They are connected day by day where only one connection is possible among the
fees of that bill: one savings plan pays fees that day, or one reserved instance of the product and region does, and no
more was used of it than was paid for. Then covered usage carries its share, what is left is a charge with
CommitmentDiscountStatus Unused, and the EffectiveCost of a day is its fee, to the last digit. A commitment that was paid
up front in another month is invisible: what it covered beside one that pays by the hour is taken for the latter's.

Nothing is connected where several could have covered a line, where a line does not say how much it bought or used or
contradicts itself, or where the fee was paid up front (One-off RI Fee): no unused part is shown, a reserved instance's
share is 0, and the purchase stands with EffectiveCost 0, as FOCUS demands. The share of a savings plan is the exception:
deduction × rate stands on the line itself and is written whether or not its plan is known.

Hours bought are UsedAmount × TimeSpan in TimeUnitName. RiTimeSpan ("the duration of use deducted by reserved instances")
is taken to be in TimeUnitName too, and in hours where that is blank. A month or a year is no number of hours.

With ` + "`effective-cost: amortised`" + ` a subscription that reaches beyond one bill month is a charge for every month of its
period, all in the file of the month it was bought in: the first carries the billed cost, each its share of the
EffectiveCost by the seconds of its month, the last what rounding left. A later month's file cannot repeat them: its
bill does not have the purchase.

## Custom columns

What FOCUS has no column for, and the bill's own words and numbers beside what was derived from them. The first five
have the provider's names and spelling. Columns marked *once* are amounts of the line: they stand on the first of its
charges only, so that they can be summed. x_ExportTime is the due time of the delivery, x_PayMode is prePay, postPay
or riPay, x_PricingBasis is billed, derived-price, derived-quantity or line.

| column | source |
|---|---|
`

const aboutProvider = `
## The profile ` + "`provider`" + `

The provider's own FOCUS 1.0 file as far as its page could be read: 45 columns in the page's order and its five custom
columns. What differs from the table above:

| column | in this profile | known from |
|---|---|---|
| BilledCost | what the line is to be paid (net of vouchers, with tax); 0 on Credit rows | the page |
| rows | one a line, and a Credit for its voucher; nothing is split by commitment, no Tax row | the page: categories; one Credit a line is our choice |
| ListCost, ContractedCost of a Credit | minus the voucher | our choice |
| BillingPeriodEnd, ChargePeriodEnd | inclusive, the second before ours | the page |
| ChargeFrequency | One-time, Recurring, Usage-based | the page |
| CommitmentDiscountCategory, -Id | on purchases of a reserved instance and usage it covered: Usage, the line's instance id; likewise Spend for savings plans | the page, the list of gaps |
| CommitmentDiscountStatus | Used on covered usage | our choice |
| RegionId, RegionName, AvailabilityZone | the bill's own | our choice |
| CapacityReservationId, -Status, ChargeDescription | empty | the page |
| CommitmentDiscountType, EffectiveCost, ResourceType, ServiceCategory, SkuId, SkuPriceId | empty | the list of gaps |
| BillingAccountName, CommitmentDiscountName, SubAccountName | empty: the bill has no names | our choice |
| every other column | as in the table above | our choice |

Σ BilledCost is that of the strict file. FOCUS rules that this shape breaks are reported, and hold nothing.

## Not known

- How the provider itself converts transaction types, and how it fills the columns after CommitmentDiscountId: its page
  could not be read further.
- Which commitment covered a usage line, where a day has several.
- Whether a bill time is inclusive: only the second 59 tells.
`
