package conformance

// test says whether a row breaks a rule.
type test func(r *row) bool

// places gives the place of a column in the file; see [row].
type places func(column string) int

// rowRule is a rule over several columns of one row. It is applied when the
// file has its Column and all that it needs; other columns that it reads count
// as null where the file lacks them.
type rowRule struct {
	code     string
	column   string
	needs    []string
	severity Severity
	span     span
	ids      modelIDs
	text     string
	remedy   string
	build    func(at places) test
}

// rowRules are all rules over rows, in the order of the report.
func rowRules() []rowRule {
	var all []rowRule
	for _, rules := range [][]rowRule{companionRules(), priceRules(), costRules(), commitmentRules(), periodRules()} {
		all = append(all, rules...)
	}
	return all
}

// orphan: column is null where base is null.
func orphan(column, base string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-ORPHAN", column: column, severity: Must, span: s, ids: ids,
		text:   column + " is null when " + base + " is null",
		remedy: "clear it, or fill " + base,
		build: func(at places) test {
			c, b := at(column), at(base)
			return func(r *row) bool { return !r.null(c) && r.null(b) }
		},
	}
}

// companion: column is not null where base is not null.
func companion(column, base string, severity Severity, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-COMPANION", column: column, severity: severity, span: s, ids: ids,
		text:   column + " is not null when " + base + " is not null",
		remedy: "fill it in, or clear " + base,
		build: func(at places) test {
			c, b := at(column), at(base)
			return func(r *row) bool { return r.null(c) && !r.null(b) }
		},
	}
}

// usageCompanion: column is not null where base is not null and the row is Usage.
func usageCompanion(column, base string, s span, ids modelIDs) rowRule {
	r := companion(column, base, Must, s, ids)
	r.text += " and ChargeCategory is Usage"
	r.build = func(at places) test {
		c, b := at(column), at(base)
		return func(r *row) bool { return r.category == categoryUsage && r.null(c) && !r.null(b) }
	}
	return r
}

// companionRules tie columns to the id, or the number, that they describe.
func companionRules() []rowRule {
	id := func(n12 string) modelIDs { return modelIDs{id12: n12} }
	return []rowRule{
		orphan("AllocatedResourceName", "AllocatedResourceId", only1_3, id("AllocatedResourceName-C-004-C")),
		companion("AllocatedResourceName", "AllocatedResourceId", Must, only1_3, id("AllocatedResourceName-C-005-C")),
		orphan("BillingAccountType", "BillingAccountId", from1_2, id("BillingAccountType-C-004-C")),
		companion("BillingAccountType", "BillingAccountId", Must, from1_2, id("BillingAccountType-C-005-C")),
		orphan("CapacityReservationStatus", "CapacityReservationId", from1_2, id("CapacityReservationStatus-C-003-C")),
		usageCompanion("CapacityReservationStatus", "CapacityReservationId", from1_2, id("CapacityReservationStatus-C-004-C")),
		unusedReservation(),
		orphan("CommitmentDiscountCategory", "CommitmentDiscountId", always, id("CommitmentDiscountCategory-C-003-C")),
		companion("CommitmentDiscountCategory", "CommitmentDiscountId", Must, always, id("CommitmentDiscountCategory-C-004-C")),
		orphan("CommitmentDiscountName", "CommitmentDiscountId", from1_2, id("CommitmentDiscountName-C-004-C")),
		orphan("CommitmentDiscountStatus", "CommitmentDiscountId", always, id("CommitmentDiscountStatus-C-003-C")),
		usageCompanion("CommitmentDiscountStatus", "CommitmentDiscountId", always, id("CommitmentDiscountStatus-C-004-C")),
		orphan("CommitmentDiscountType", "CommitmentDiscountId", always, id("CommitmentDiscountType-C-004-C")),
		companion("CommitmentDiscountType", "CommitmentDiscountId", Must, always, id("CommitmentDiscountType-C-005-C")),
		orphan("CommitmentDiscountUnit", "CommitmentDiscountQuantity", from1_2, id("CommitmentDiscountUnit-C-005-C")),
		companion("CommitmentDiscountUnit", "CommitmentDiscountQuantity", Must, from1_2, id("CommitmentDiscountUnit-C-006-C")),
		orphan("ConsumedUnit", "ConsumedQuantity", from1_2, id("ConsumedUnit-C-005-C")),
		companion("ConsumedUnit", "ConsumedQuantity", Must, from1_2, id("ConsumedUnit-C-006-C")),
		orphan("PricingUnit", "PricingQuantity", from1_2, id("PricingUnit-C-005-C")),
		companion("PricingUnit", "PricingQuantity", Must, from1_2, id("PricingUnit-C-006-C")),
		orphan("RegionName", "RegionId", always, id("RegionName-C-004-C")),
		companion("RegionName", "RegionId", Must, always, id("RegionName-C-005-C")),
		orphan("ResourceType", "ResourceId", always, id("ResourceType-C-004-C")),
		companion("ResourceType", "ResourceId", Must, always, id("ResourceType-C-005-C")),
		orphan("SkuMeter", "SkuId", from1_2, id("SkuMeter-C-004-C")),
		companion("SkuMeter", "SkuId", Should, from1_2, id("SkuMeter-C-005-C")),
		orphan("SkuPriceDetails", "SkuPriceId", from1_2, id("SkuPriceDetails-C-004-C")),
		orphan("SubAccountName", "SubAccountId", always, id("SubAccountName-C-004-C")),
		companion("SubAccountName", "SubAccountId", Must, always, id("SubAccountName-C-005-C")),
		orphan("SubAccountType", "SubAccountId", from1_2, id("SubAccountType-C-004-C")),
		companion("SubAccountType", "SubAccountId", Must, from1_2, id("SubAccountType-C-005-C")),
		subcategoryParent(),
	}
}

func unusedReservation() rowRule {
	return rowRule{
		code: "F-RESERVATION-UNUSED", column: "CapacityReservationId", severity: Must, span: from1_2,
		ids:    modelIDs{id12: "CapacityReservationId-C-005-C"},
		text:   "CapacityReservationId is not null when CapacityReservationStatus is Unused",
		remedy: "name the reservation that the row is the unused part of",
		build: func(at places) test {
			id, status := at("CapacityReservationId"), at("CapacityReservationStatus")
			return func(r *row) bool { return r.null(id) && r.is(status, "Unused") }
		},
	}
}
