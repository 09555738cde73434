package conformance

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// The rows of the conforming sample.
const (
	rowUsage = iota
	rowUsed
	rowUnused
	rowCommitment
	rowTax
	rowCredit
	rowCorrection
	rowPurchase
	rowShared
	sampleRows
)

func number(text string) amount.Amount {
	a, err := amount.Parse(text)
	if err != nil {
		panic(err)
	}
	return a
}

func some(text string) amount.Null { return amount.Some(number(text)) }

// sampleCharges are charges of every kind that keep all rules of all versions.
func sampleCharges() []focus.Charge {
	charges := make([]focus.Charge, sampleRows)
	for i := range charges {
		charges[i] = baseCharge()
	}
	covered := func(c *focus.Charge) {
		c.CommitmentDiscountId, c.CommitmentDiscountName = "sp-01", "savings plan"
		c.CommitmentDiscountCategory, c.CommitmentDiscountType = "Spend", "Savings Plan"
		c.CommitmentDiscountQuantity, c.CommitmentDiscountUnit = some("1.5"), "Hours"
		c.PricingCategory = "Committed"
	}
	used := &charges[rowUsed]
	covered(used)
	used.CommitmentDiscountStatus, used.BilledCost = "Used", number("0")
	unused := &charges[rowUnused]
	covered(unused)
	unused.CommitmentDiscountStatus, unused.BilledCost = "Unused", number("0")
	unused.ResourceId, unused.ResourceName, unused.ResourceType = "sp-01", "savings plan", "Plan"
	unused.ConsumedQuantity, unused.ConsumedUnit = amount.Null{}, ""
	purchase := &charges[rowCommitment]
	covered(purchase)
	purchase.ChargeCategory, purchase.ChargeFrequency = "Purchase", "Recurring"
	purchase.EffectiveCost, purchase.PricingCategory = number("0"), "Committed"
	purchase.ResourceId, purchase.ResourceName, purchase.ResourceType = "sp-01", "savings plan", "Plan"
	purchase.ConsumedQuantity, purchase.ConsumedUnit = amount.Null{}, ""
	unpriced(&charges[rowTax], "Tax")
	unpriced(&charges[rowCredit], "Credit")
	correction := &charges[rowCorrection]
	correction.ChargeClass = "Correction"
	oneTime := &charges[rowPurchase]
	oneTime.ChargeCategory, oneTime.ChargeFrequency = "Purchase", "One-Time"
	oneTime.ConsumedQuantity, oneTime.ConsumedUnit = amount.Null{}, ""
	shared := &charges[rowShared]
	shared.AllocatedMethodId, shared.AllocatedResourceId, shared.AllocatedResourceName = "split-1", "pod-7", "billing, worker"
	shared.AllocatedMethodDetails = `{"Elements":[{"AllocatedRatio":0.25,"UsageUnit":"Hours","UsageQuantity":2.5,"x_Node":"n1"}]}`
	shared.AllocatedTags = `{"team":"blue","spot":true}`
	shared.ContractApplied = `{"Elements":[{"ContractId":"c-1","ContractCommitmentId":"cc-1","ContractCommitmentAppliedCost":1.5,"ContractCommitmentAppliedQuantity":2,"ContractCommitmentAppliedUnit":"Hours"}]}`
	return charges
}

func unpriced(c *focus.Charge, category string) {
	c.ChargeCategory, c.ChargeFrequency = category, "One-Time"
	c.ListUnitPrice, c.ContractedUnitPrice, c.PricingQuantity, c.ConsumedQuantity = amount.Null{}, amount.Null{}, amount.Null{}, amount.Null{}
	c.PricingCurrencyListUnitPrice, c.PricingCurrencyContractedUnitPrice = amount.Null{}, amount.Null{}
	c.PricingUnit, c.ConsumedUnit, c.PricingCategory = "", "", ""
	c.SkuId, c.SkuPriceId, c.SkuMeter, c.SkuPriceDetails = "", "", "", ""
	cost := number("-1.25")
	c.BilledCost, c.EffectiveCost, c.ListCost, c.ContractedCost = cost, cost, cost, cost
}

func baseCharge() focus.Charge {
	day := time.Date(2025, 12, 9, 0, 0, 0, 0, time.UTC)
	return focus.Charge{
		BilledCost: number("1.5"), EffectiveCost: number("1.5"), ListCost: number("2.0"), ContractedCost: number("1.5"),
		ConsumedQuantity: some("10.5"), ContractedUnitPrice: some("0.15"), ListUnitPrice: some("0.2"), PricingQuantity: some("10"),
		PricingCurrencyContractedUnitPrice: some("0.15"), PricingCurrencyEffectiveCost: some("1.5"), PricingCurrencyListUnitPrice: some("0.2"),
		BillingPeriodStart: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC), BillingPeriodEnd: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		ChargePeriodStart: day, ChargePeriodEnd: day.AddDate(0, 0, 1),
		AvailabilityZone: "zone-1", BillingAccountId: "acct-2001", BillingAccountName: "Example, Inc.", BillingAccountType: "Payer",
		BillingCurrency: "USD", ChargeCategory: "Usage", ChargeDescription: `disk "fast" 10 GB`, ChargeFrequency: "Usage-Based",
		ConsumedUnit: "Hours", HostProviderName: "Cloud", InvoiceId: "inv-1", InvoiceDetailId: "inv-1-7", InvoiceIssuerName: "Cloud",
		PricingCategory: "Standard", PricingCurrency: "USD", PricingUnit: "GB-Hours", ProviderName: "Cloud", PublisherName: "Cloud",
		RegionId: "ap-1", RegionName: "Asia 1", ResourceId: "disk-1", ResourceName: "data", ResourceType: "Disk",
		ServiceCategory: "Storage", ServiceName: "Block Disk", ServiceProviderName: "Cloud", ServiceSubcategory: "Block Storage",
		SkuId: "sku-1", SkuMeter: "Capacity", SkuPriceDetails: `{"CoreCount":4}`, SkuPriceId: "price-1",
		SubAccountId: "sub-1", SubAccountName: "Team A", SubAccountType: "Project", Tags: `{"env":"prod","user:cost":"a, \"b\""}`,
		Extra: []string{"a"},
	}
}

// table is a CSV file as raw fields, quotes included, so that tests can plant
// what no writer would write.
type table struct {
	header []string
	rows   [][]string
	bytes  func([]byte) []byte // the last change, to the whole text
}

func sampleTable(t testing.TB, version string) *table {
	t.Helper()
	v, err := focus.LoadVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	enc, err := focus.NewEncoder(&out, focus.NewSchema(v, []string{"x_CostCenter"}))
	if err != nil {
		t.Fatal(err)
	}
	charges := sampleCharges()
	for i := range charges {
		if err := enc.Encode(&charges[i]); err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		for i, field := range record {
			record[i] = rawField(field)
		}
	}
	return &table{header: records[0], rows: records[1:]}
}

func rawField(text string) string {
	if strings.ContainsAny(text, ",\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

func (tb *table) set(row int, column, raw string) {
	tb.rows[row][tb.at(column)] = raw
}

func (tb *table) setAll(column, raw string) {
	for i := range tb.rows {
		tb.set(i, column, raw)
	}
}

func (tb *table) at(column string) int {
	at := slices.Index(tb.header, column)
	if at < 0 {
		panic("no column " + column)
	}
	return at
}

func (tb *table) drop(column string) {
	at := tb.at(column)
	tb.header = slices.Delete(tb.header, at, at+1)
	for i, row := range tb.rows {
		tb.rows[i] = slices.Delete(row, at, at+1)
	}
}

func (tb *table) insert(at int, column, raw string) {
	tb.header = slices.Insert(tb.header, at, column)
	for i, row := range tb.rows {
		tb.rows[i] = slices.Insert(row, at, raw)
	}
}

func (tb *table) csv() []byte {
	var out []byte
	for _, record := range append([][]string{tb.header}, tb.rows...) {
		out = append(append(out, strings.Join(record, ",")...), '\n')
	}
	if tb.bytes != nil {
		out = tb.bytes(out)
	}
	return out
}

func check(t testing.TB, file []byte, opt Options) Report {
	t.Helper()
	report, err := Check(context.Background(), bytes.NewReader(file), opt)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestSampleConformsInEveryVersion(t *testing.T) {
	for _, version := range focus.Versions() {
		report := check(t, sampleTable(t, version).csv(), Options{Version: version, Applicable: []string{ApplicableAll}})
		if report.Rows != sampleRows {
			t.Errorf("%s: %d rows, want %d", version, report.Rows, sampleRows)
		}
		for _, f := range report.Findings {
			t.Errorf("%s: %s %s: %d rows %v %q %s", version, f.Rule.Code, f.Rule.Column, f.Count, f.Rows, f.Values, f.Note)
		}
	}
}
