package conformance

import (
	"fmt"
	"strings"

	"deliverd/internal/focus"
)

// cellRule is a rule about single cells, for all columns that it applies to.
type cellRule struct {
	bit      verdict
	code     string
	severity Severity
	span     span
	applies  func(c focus.Column) bool
	source   string // the attribute of the specification; %s is the version
	text     string // %s is the column
	remedy   string
}

func ofFormat(formats ...focus.Format) func(focus.Column) bool {
	return func(c focus.Column) bool {
		for _, f := range formats {
			if c.Format == f {
				return true
			}
		}
		return false
	}
}

func isText(c focus.Column) bool {
	return ofFormat(focus.String, focus.Currency, focus.Unit)(c)
}

func anyColumn(focus.Column) bool { return true }

func named(names ...string) func(focus.Column) bool {
	return func(c focus.Column) bool { return has(keyList(names...), []byte(c.Name)) }
}

var cellRules = []cellRule{
	{badEmpty, "F-EMPTY", Must, always, anyColumn, "FOCUS %s, NullHandling",
		"%s is null rather than an empty or blank text", "write null as an empty field without quotes"},
	{badPlaceholder, "F-PLACEHOLDER", Must, always, anyColumn, "FOCUS %s, NullHandling",
		"%s is null rather than a word for “no value”", "write null as an empty field without quotes"},
	{badSpace, "F-SPACE", Should, always, anyColumn, "FOCUS %s, StringHandling",
		"%s has no white space at its ends", "trim the value where it is read"},
	{badControl, "F-CONTROL", Must, from1_2, isText, "FOCUS %s, StringHandling",
		"%s holds no control characters", "remove them where the value is read"},
	{badNumber, "F-NUMBER", Must, always, ofFormat(focus.Decimal, focus.NonNegative), "FOCUS %s, NumericFormat",
		"%s is a number in NumericFormat", "digits, at most one point, a minus only when negative; no plus, separators, units or currency signs"},
	{badRange, "F-NUMBER-RANGE", Should, always, ofFormat(focus.Decimal, focus.NonNegative), "FOCUS %s, NumericFormat",
		"%s has at most 800 digits and an exponent of at most 400", "write the number shorter: rules that calculate with it were not applied to it"},
	{badNegative, "F-NEGATIVE", Must, always, ofFormat(focus.NonNegative), "FOCUS %s, column number range",
		"%s is not negative", "a refund has a negative quantity and a positive price"},
	{badTime, "F-TIME", Must, always, ofFormat(focus.DateTime), "FOCUS %s, DateTimeFormat",
		"%s is YYYY-MM-DDTHH:MM:SSZ", "convert to UTC, with T and Z, without fractions of a second"},
	{badCurrency, "F-CURRENCY", Must, always, ofFormat(focus.Currency), "FOCUS %s, CurrencyFormat",
		"%s is a currency code of ISO 4217", "use the three-letter code, such as CNY or USD"},
	{badUnit, "F-UNIT", Should, always, ofFormat(focus.Unit), "FOCUS %s, UnitFormat",
		"%s has a shape of UnitFormat", "write GB, GB-Hours, GB/Hour, 1000 Tokens or Units/3 Months"},
	{badJSON, "F-JSON", Must, always, ofFormat(focus.KeyValue, focus.JSONObject), "FOCUS %s, KeyValueFormat and JsonObjectFormat",
		"%s is a JSON object with no key twice", "write one JSON object (RFC 8259)"},
	{badKeyValue, "F-KEYVALUE", Must, always, ofFormat(focus.KeyValue), "FOCUS %s, KeyValueFormat",
		"%s has unique keys and values that are no objects or arrays", "flatten nested values into keys of their own"},
	{badArray, "F-JSON-ARRAY", Must, from1_3, ofFormat(focus.JSONObject), "FOCUS %s, JsonObjectFormat (A-006, A-008)",
		"arrays in %s hold no null and one type of value", "split the array, or drop its nulls"},
	{badValue, "F-VALUE", Must, always, func(c focus.Column) bool { return len(c.Allowed) > 0 }, "FOCUS %s, column allowed values",
		"%s is one of its allowed values", "use the exact spelling of the specification"},
	{badElements, "F-ELEMENTS", Must, only1_3, named("AllocatedMethodDetails", "ContractApplied"), "FOCUS %s, objects AllocatedMethodDetails and ContractApplied (O-001 to O-004)",
		"%s has a key Elements that holds an array of flat objects", "put each allocation or contract into an object of its own under Elements"},
	{badElementMissing, "F-ELEMENT-MISSING", Must, only1_3, named("AllocatedMethodDetails", "ContractApplied"), "FOCUS %s, objects AllocatedMethodDetails (O-012, O-016) and ContractApplied (O-007, O-019)",
		"every element of %s has the keys it must have", "add the missing key, null where it has no value"},
	{badElementKey, "F-ELEMENT-KEY", Must, only1_3, named("AllocatedMethodDetails", "ContractApplied"), "FOCUS %s, objects AllocatedMethodDetails (O-009) and ContractApplied (O-010)",
		"keys of %s that are not the specification's begin with x_", "rename the key"},
	{badElementType, "F-ELEMENT-TYPE", Must, only1_3, named("AllocatedMethodDetails", "ContractApplied"), "FOCUS %s, objects AllocatedMethodDetails (O-013, O-021) and ContractApplied (O-020 to O-066)",
		"the values in %s have the types and nulls of their keys", "ids are texts, costs and quantities numbers; a unit goes with a quantity"},
	{badElementUnit, "F-ELEMENT-UNIT", Should, only1_3, named("AllocatedMethodDetails", "ContractApplied"), "FOCUS %s, objects AllocatedMethodDetails (O-018) and ContractApplied (O-063)",
		"units in %s have a shape of UnitFormat", "write GB, GB-Hours, GB/Hour, 1000 Tokens or Units/3 Months"},
	{oddASCII, "F-HAZARD-ASCII", Hazard, always, isText, "focus_validator 2.0.1, FormatString",
		"%s is ASCII", "the specification allows other characters, its official validator does not: leave them, or expect its complaint"},
}

// nullRules are the columns that must not be null although the column table of
// their version allows it.
var nullRules = []struct {
	column   string
	span     span
	severity Severity
	ids      modelIDs
}{
	{"BillingAccountName", from1_2, Must, modelIDs{id12: "BillingAccountName-C-003-C"}},
	{"ChargeDescription", from1_2, Should, modelIDs{id12: "ChargeDescription-C-003-O"}},
	{"PricingCurrency", from1_2, Must, modelIDs{id12: "PricingCurrency-C-004-M"}},
	{"PricingCurrencyEffectiveCost", from1_2, Must, modelIDs{id12: "PricingCurrencyEffectiveCost-C-003-M"}},
}

func nullRule(version string, c focus.Column) (Rule, bool) {
	r := Rule{
		Code: "F-NULL", Column: c.Name, Severity: Must, Source: fmt.Sprintf("FOCUS %s, %s, allows nulls: false", version, c.Name),
		Text: c.Name + " is not null", Remedy: "fill it in, or deliver the row when its source has the value",
	}
	for _, n := range nullRules {
		if n.column == c.Name && n.span.holds(version) {
			r.Severity, r.Source = n.severity, source(version, c.Name, n.ids)
			return r, true
		}
	}
	return r, !c.Nullable
}

// ruleFor is the cell rule for one column; format is empty for custom ones,
// where the attributes are advice.
func (c cellRule) ruleFor(version string, col focus.Column) Rule {
	r := Rule{
		Code: c.code, Column: col.Name, Severity: c.severity, Source: strings.ReplaceAll(c.source, "%s", version),
		Text: fmt.Sprintf(c.text, col.Name), Remedy: c.remedy,
	}
	if col.Format == "" && r.Severity == Must {
		r.Severity = Should
	}
	return r
}
