package conformance

import (
	"bytes"
	"slices"
	"testing"

	"deliverd/internal/focus"
)

// fault is one thing wrong, planted into the conforming sample.
type planted struct {
	name   string
	span   span
	plant  func(t *table)
	code   string
	column string
	// differs says why the other checker's pass or fail is another than ours,
	// in the versions of differsIn.
	differs   string
	differsIn []span
}

func cellFault(name string, s span, row int, column, raw, code string) planted {
	return planted{name: name, span: s, code: code, column: column, plant: func(t *table) { t.set(row, column, raw) }}
}

func (f planted) butOther(why string, in ...span) planted {
	f.differs, f.differsIn = why, in
	return f
}

func (f planted) differsAt(version string) bool {
	return slices.ContainsFunc(f.differsIn, func(s span) bool { return s.holds(version) })
}

// on names the column of the rule when it is not the planted one.
func (f planted) on(column string) planted {
	f.column = column
	return f
}

const notThere = "the other checker has no such rule for this version; the text of the version does"

func faults() []planted {
	all := append(fileFaults(), valueFaults()...)
	all = append(all, jsonFaults()...)
	all = append(all, companionFaults()...)
	all = append(all, priceFaults()...)
	return append(all, costFaults()...)
}

func fileFaults() []planted {
	whole := func(name, code, column string, plant func(t *table)) planted {
		return planted{name: name, code: code, column: column, plant: plant}
	}
	text := func(name, code string, change func([]byte) []byte) planted {
		return whole(name, code, "", func(t *table) { t.bytes = change })
	}
	return []planted{
		text("byte order mark", "F-CSV-BOM", func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }),
		text("no UTF-8", "F-CSV-UTF8", func(b []byte) []byte { return bytes.Replace(b, []byte("Example"), []byte("Ex\xff"), 1) }),
		text("unclosed quote", "F-CSV-QUOTE", func(b []byte) []byte { return append(b[:len(b)-1], []byte(`"`)...) }),
		whole("quote never closed", "F-CSV-QUOTE", "", func(t *table) { t.set(sampleRows-1, "x_CostCenter", `"a`) }),
		whole("bare quote", "F-CSV-QUOTE", "", func(t *table) { t.set(rowUsage, "ResourceName", `da"ta`) }),
		whole("text behind a quote", "F-CSV-QUOTE", "", func(t *table) { t.set(rowUsage, "ResourceName", `"data"x`) }),
		whole("a field too many", "F-CSV-WIDTH", "", func(t *table) { t.rows[rowTax] = append(t.rows[rowTax], "z") }),
		whole("a field too few", "F-CSV-WIDTH", "", func(t *table) { t.rows[rowTax] = t.rows[rowTax][:len(t.header)-1] }),
		text("blank line", "F-CSV-WIDTH", func(b []byte) []byte { return append(b, '\n') }),
		whole("mandatory column missing", "F-COL-MISSING", "BilledCost", func(t *table) { t.drop("BilledCost") }),
		whole("recommended column missing", "F-COL-MISSING", "AvailabilityZone", func(t *table) { t.drop("AvailabilityZone") }),
		whole("conditional column missing", "F-COL-MISSING", "Tags", func(t *table) { t.drop("Tags") }).
			butOther("it applies criteria only in 1.2 and 1.3; the text names them in every version", before1_2, from1_4),
		whole("another version's column", "F-COL-NAME", "RateId", func(t *table) { t.insert(len(t.header), "RateId", "r") }),
		whole("wrong case of a column", "F-COL-NAME", "billedCost", func(t *table) { t.header[t.at("BilledCost")] = "billedCost" }),
		whole("column twice", "F-COL-DUPLICATE", "Tags", func(t *table) { t.insert(t.at("Tags")+1, "Tags", "") }),
		whole("custom column first", "F-COL-ORDER", "x_First", func(t *table) { t.insert(0, "x_First", "a") }),
		whole("custom column in lower case", "F-COL-PASCAL", "x_first", func(t *table) { t.insert(len(t.header), "x_first", "a") }),
		whole("long name of a custom column", "F-COL-LENGTH", "x_A123456789012345678901234567890123456789012345678901234567890", func(t *table) {
			t.insert(len(t.header), "x_A123456789012345678901234567890123456789012345678901234567890", "a")
		}),
	}
}

func valueFaults() []planted {
	return []planted{
		cellFault("null billed cost", always, rowUsage, "BilledCost", "", "F-NULL"),
		cellFault("text NULL", always, rowUsage, "ServiceName", "NULL", "F-NULL"),
		cellFault("null account name", from1_2, rowUsage, "BillingAccountName", "", "F-NULL"),
		cellFault("null description", from1_2, rowUsage, "ChargeDescription", "", "F-NULL"),
		cellFault("null pricing currency", from1_2, rowUsage, "PricingCurrency", "", "F-NULL"),
		cellFault("null subcategory", from1_1, rowUsage, "ServiceSubcategory", "", "F-NULL"),
		cellFault("quoted empty", always, rowUsage, "AvailabilityZone", `""`, "F-EMPTY"),
		cellFault("blank", always, rowUsage, "AvailabilityZone", "  ", "F-EMPTY"),
		cellFault("empty custom value", always, rowUsage, "x_CostCenter", `""`, "F-EMPTY"),
		cellFault("placeholder N/A", always, rowUsage, "AvailabilityZone", "N/A", "F-PLACEHOLDER"),
		cellFault("placeholder dash", always, rowUsage, "SubAccountName", "-", "F-PLACEHOLDER"),
		cellFault("placeholder in Chinese", always, rowUsage, "AvailabilityZone", "不适用", "F-PLACEHOLDER"),
		cellFault("space at the end", always, rowUsage, "RegionName", "Asia 1 ", "F-SPACE"),
		cellFault("no-break space", always, rowUsage, "RegionName", "\u00a0Asia", "F-SPACE"),
		cellFault("control character", from1_2, rowUsage, "ResourceName", "da\x01ta", "F-CONTROL"),
		cellFault("plus sign", always, rowUsage, "ConsumedQuantity", "+3.5", "F-NUMBER"),
		cellFault("plus in the exponent", always, rowUsage, "ConsumedQuantity", "35.2E+7", "F-NUMBER"),
		cellFault("thousands separator", always, rowUsage, "ConsumedQuantity", `"1,000.0"`, "F-NUMBER"),
		cellFault("currency sign", always, rowUsage, "BilledCost", "$1.5", "F-NUMBER"),
		cellFault("no number", always, rowUsage, "PricingQuantity", "ten", "F-NUMBER"),
		cellFault("point without digits", always, rowUsage, "ConsumedQuantity", "3.", "F-NUMBER"),
		cellFault("huge exponent", always, rowUsage, "ConsumedQuantity", "1e500", "F-NUMBER-RANGE"),
		cellFault("negative price", always, rowCorrection, "ListUnitPrice", "-0.2", "F-NEGATIVE"),
		cellFault("time with offset", always, rowUsage, "ChargePeriodStart", "2025-12-09T08:00:00+08:00", "F-TIME"),
		cellFault("time with a blank", always, rowUsage, "ChargePeriodStart", "2025-12-09 00:00:00", "F-TIME"),
		cellFault("time with millis", always, rowUsage, "BillingPeriodEnd", "2026-01-01T00:00:00.000Z", "F-TIME"),
		cellFault("30 February", always, rowUsage, "ChargePeriodStart", "2025-02-30T00:00:00Z", "F-TIME"),
		cellFault("leap second", always, rowUsage, "ChargePeriodStart", "2025-12-09T23:59:60Z", "F-TIME"),
		cellFault("no currency", always, rowUsage, "BillingCurrency", "RMB", "F-CURRENCY").
			butOther(notThere, before1_2),
		cellFault("currency in lower case", always, rowUsage, "BillingCurrency", "usd", "F-CURRENCY").
			butOther(notThere, before1_2),
		cellFault("no pricing currency", from1_2, rowUsage, "PricingCurrency", "ZZZ", "F-CURRENCY"),
		cellFault("unit", always, rowUsage, "PricingUnit", "GB per hour/", "F-UNIT"),
		cellFault("commitment unit", from1_1, rowUsed, "CommitmentDiscountUnit", "1 hour-", "F-UNIT"),
		cellFault("category", always, rowUsage, "ChargeCategory", "usage", "F-VALUE"),
		cellFault("class", always, rowUsage, "ChargeClass", "Refund", "F-VALUE"),
		cellFault("frequency", always, rowUsage, "ChargeFrequency", "Usage-based", "F-VALUE"),
		cellFault("pricing category", always, rowUsage, "PricingCategory", "On-Demand", "F-VALUE"),
		cellFault("status", always, rowCommitment, "CommitmentDiscountStatus", "Active", "F-VALUE"),
		cellFault("service category", always, rowUsage, "ServiceCategory", "Database", "F-VALUE"),
		cellFault("service subcategory", from1_1, rowUsage, "ServiceSubcategory", "Disks", "F-VALUE"),
		cellFault("not ASCII", always, rowUsage, "ServiceName", "云硬盘", "F-HAZARD-ASCII"),
		{name: "ids of digits", code: "F-HAZARD-NUMERIC", column: "BillingAccountId", plant: func(t *table) { t.setAll("BillingAccountId", "100200") }},
		{name: "whole numbers", code: "F-HAZARD-INTEGER", column: "EffectiveCost", plant: func(t *table) { t.setAll("EffectiveCost", "0") }},
	}
}

func jsonFaults() []planted {
	return []planted{
		cellFault("tags no JSON", always, rowUsage, "Tags", "env=prod", "F-JSON"),
		cellFault("tags an array", always, rowUsage, "Tags", `"[""a""]"`, "F-JSON"),
		cellFault("tags with a key twice", always, rowUsage, "Tags", `"{""a"":1,""a"":2}"`, "F-KEYVALUE"),
		cellFault("tags with a key twice, escaped", always, rowUsage, "Tags", `"{""a"":1,""\u0061"":2}"`, "F-KEYVALUE"),
		cellFault("tags nested", always, rowUsage, "Tags", `"{""a"":{""b"":1}}"`, "F-KEYVALUE"),
		cellFault("tags with NaN", always, rowUsage, "Tags", `"{""a"":NaN}"`, "F-JSON").
			butOther("its JSON reader takes NaN, which RFC 8259 does not have", always),
		cellFault("price details nested", from1_1, rowUsage, "SkuPriceDetails", `"{""a"":[1]}"`, "F-KEYVALUE"),
		cellFault("allocation no object", from1_3, rowUsage, "AllocatedMethodDetails", "half", "F-JSON"),
		cellFault("allocation with a key twice", from1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[],""Elements"":[]}"`, "F-JSON").
			butOther(notThere, from1_4),
		cellFault("allocation with a mixed array", from1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[],""x_A"":[1,""a""]}"`, "F-JSON-ARRAY").
			butOther(notThere, from1_3),
		cellFault("allocation without elements", only1_3, rowUsage, "AllocatedMethodDetails", `"{""x_A"":1}"`, "F-ELEMENTS"),
		cellFault("allocation without ratio", only1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[{""x_A"":1}]}"`, "F-ELEMENT-MISSING"),
		cellFault("allocation with a strange key", only1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[{""AllocatedRatio"":1,""Node"":1}]}"`, "F-ELEMENT-KEY"),
		cellFault("allocation ratio no number", only1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[{""AllocatedRatio"":""half""}]}"`, "F-ELEMENT-TYPE"),
		cellFault("allocation unit", only1_3, rowUsage, "AllocatedMethodDetails", `"{""Elements"":[{""AllocatedRatio"":1,""UsageQuantity"":1,""UsageUnit"":""h-""}]}"`, "F-ELEMENT-UNIT"),
		cellFault("contract without a key", only1_3, rowUsage, "ContractApplied", `"{""Elements"":[{""ContractId"":""c""}]}"`, "F-ELEMENT-MISSING"),
		cellFault("contract id a number", only1_3, rowUsage, "ContractApplied",
			`"{""Elements"":[{""ContractId"":1,""ContractCommitmentId"":""a"",""ContractCommitmentAppliedCost"":1,""ContractCommitmentAppliedQuantity"":1,""ContractCommitmentAppliedUnit"":""Hours""}]}"`, "F-ELEMENT-TYPE"),
		cellFault("contract on another resource", only1_3, rowPurchase, "ContractApplied",
			`"{""Elements"":[{""ContractId"":""c"",""ContractCommitmentId"":""a"",""ContractCommitmentAppliedCost"":1,""ContractCommitmentAppliedQuantity"":1,""ContractCommitmentAppliedUnit"":""Hours""}]}"`, "F-CONTRACT-RESOURCE"),
	}
}

func TestFaultsAreFound(t *testing.T) {
	for _, version := range focus.Versions() {
		for _, f := range faults() {
			if !f.span.holds(version) {
				continue
			}
			t.Run(version+"/"+f.name, func(t *testing.T) {
				tb := sampleTable(t, version)
				f.plant(tb)
				report := check(t, tb.csv(), Options{Version: version, Applicable: []string{ApplicableAll}})
				if _, ok := report.Finding(f.code, f.column); !ok {
					t.Errorf("no %s %s among %d findings", f.code, f.column, len(report.Findings))
					for _, g := range report.Findings {
						t.Logf("%s %s %v %q", g.Rule.Code, g.Rule.Column, g.Rows, g.Values)
					}
				}
			})
		}
	}
}
