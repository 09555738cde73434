package conformance

import "deliverd/internal/focus"

// priceRules say which prices, quantities and ids a kind of charge has.
func priceRules() []rowRule {
	id := func(n12 string) modelIDs { return modelIDs{id12: n12} }
	id13 := func(n13 string) modelIDs { return modelIDs{id12: "-", id13: n13} }
	return []rowRule{
		taxNull("ContractedUnitPrice", always, id("ContractedUnitPrice-C-005-C")),
		taxNull("ListUnitPrice", always, id("ListUnitPrice-C-004-C")),
		taxNull("PricingCategory", always, id("PricingCategory-C-003-C")),
		taxNull("PricingCurrencyListUnitPrice", from1_2, id("PricingCurrencyListUnitPrice-C-004-C")),
		taxNull("PricingQuantity", always, id("PricingQuantity-C-004-C")),
		taxNull("PricingUnit", before1_2, modelIDs{}),
		taxNull("SkuId", always, id("SkuId-C-004-C")),
		taxNull("SkuPriceId", always, id("SkuPriceId-C-004-C")),

		priced("ContractedUnitPrice", always, id("ContractedUnitPrice-C-006-C")),
		priced("ListUnitPrice", always, id("ListUnitPrice-C-005-C")),
		priced("PricingCategory", always, id("PricingCategory-C-004-C")),
		priced("PricingCurrencyListUnitPrice", from1_2, id("PricingCurrencyListUnitPrice-C-005-C")),
		priced("PricingQuantity", always, id("PricingQuantity-C-005-C")),
		priced("PricingUnit", before1_2, modelIDs{}),
		priced("SkuId", always, id("SkuId-C-005-C")),
		priced("SkuPriceId", always, id("SkuPriceId-C-005-C")),

		orphan("CommitmentDiscountQuantity", "SkuPriceId", from1_3, id13("CommitmentDiscountQuantity-C-016-C")),
		orphan("ConsumedQuantity", "SkuPriceId", from1_3, id13("ConsumedQuantity-C-009-C")),
		orphan("ContractedUnitPrice", "SkuPriceId", from1_3, id13("ContractedUnitPrice-C-014-C")),
		orphan("ListUnitPrice", "SkuPriceId", from1_3, id13("ListUnitPrice-C-012-C")),
		orphan("PricingCategory", "SkuPriceId", from1_3, id13("PricingCategory-C-012-C")),
		orphan("PricingCurrencyContractedUnitPrice", "SkuPriceId", from1_3, id13("PricingCurrencyContractedUnitPrice-C-011-C")),
		orphan("PricingCurrencyListUnitPrice", "SkuPriceId", from1_3, id13("PricingCurrencyListUnitPrice-C-011-C")),
		orphan("PricingQuantity", "SkuPriceId", from1_3, id13("PricingQuantity-C-011-C")),
		companion("ContractedUnitPrice", "SkuPriceId", Must, from1_3, id13("ContractedUnitPrice-C-015-C")),
		companion("ListUnitPrice", "SkuPriceId", Must, from1_3, id13("ListUnitPrice-C-013-C")),
		companion("PricingCurrencyContractedUnitPrice", "SkuPriceId", Must, from1_3, id13("PricingCurrencyContractedUnitPrice-C-012-C")),
		companion("PricingCurrencyListUnitPrice", "SkuPriceId", Must, from1_3, id13("PricingCurrencyListUnitPrice-C-012-C")),

		consumedNull("ConsumedQuantity", always, id("ConsumedQuantity-C-004-C")),
		consumedNull("ConsumedUnit", before1_2, modelIDs{}),
		unusedNull("ConsumedQuantity", from1_2, id("ConsumedQuantity-C-004-C")),
		consumed("ConsumedQuantity", always, id("ConsumedQuantity-C-006-C")),
		consumed("ConsumedUnit", before1_2, modelIDs{}),
		purchaseFrequency(),
		negativeQuantity("PricingQuantity"),
		negativeQuantity("ConsumedQuantity"),
	}
}

func taxNull(column string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-TAX-NULL", column: column, severity: Must, span: s, ids: ids,
		text: column + " is null for a Tax", remedy: "clear it: a tax has no price of its own",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool { return r.category == categoryTax && !r.null(c) }
		},
	}
}

func priced(column string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-PRICED", column: column, severity: Must, span: s, ids: ids,
		text:   column + " is not null for Usage and Purchase that are no Correction",
		remedy: "fill it in; where nothing is negotiated, contracted prices are the list prices",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool { return r.priced() && r.null(c) }
		},
	}
}

func consumedNull(column string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-CONSUMED-NULL", column: column, severity: Must, span: s, ids: ids,
		text: column + " is null for charges that are not Usage", remedy: "clear it: only usage consumes",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool { return r.category != categoryUsage && !r.null(c) }
		},
	}
}

func unusedNull(column string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-UNUSED-NULL", column: column, severity: Must, span: s, ids: ids,
		text:   column + " is null for the unused part of a commitment",
		remedy: "clear it: what was not used was not consumed",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool { return r.category == categoryUsage && r.unused && !r.null(c) }
		},
	}
}

func consumed(column string, s span, ids modelIDs) rowRule {
	return rowRule{
		code: "F-CONSUMED", column: column, severity: Must, span: s, ids: ids,
		text:   column + " is not null for Usage that is no Correction and no unused commitment",
		remedy: "fill in the measured amount, or the priced one where the source has no other",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool {
				return r.category == categoryUsage && !r.correction && !r.unused && r.null(c)
			}
		},
	}
}

func purchaseFrequency() rowRule {
	return rowRule{
		code: "F-FREQUENCY", column: "ChargeFrequency", severity: Must, span: always,
		ids:  modelIDs{id12: "ChargeFrequency-C-004-C"},
		text: "ChargeFrequency of a Purchase is not Usage-Based", remedy: "One-Time or Recurring",
		build: func(at places) test {
			c := at("ChargeFrequency")
			return func(r *row) bool { return r.category == categoryPurchase && r.is(c, "Usage-Based") }
		},
	}
}

func negativeQuantity(column string) rowRule {
	return rowRule{
		code: "F-SIGN", column: column, severity: Should, span: before1_2,
		text: column + " is negative on Corrections only", remedy: "mark the row a Correction, or deliver FOCUS 1.2 or later, which allows it",
		build: func(at places) test {
			c := at(column)
			return func(r *row) bool {
				n := r.number(c)
				return n.Valid && n.Amount.Sign() < 0 && !r.correction
			}
		},
	}
}

func subcategoryParent() rowRule {
	return rowRule{
		code: "F-SUBCATEGORY", column: "ServiceSubcategory", severity: Must, span: from1_1,
		ids:    modelIDs{id12: "ServiceSubcategory-C-004-M"},
		text:   "ServiceSubcategory belongs to the row's ServiceCategory",
		remedy: "correct whichever of the two is wrong",
		build: func(at places) test {
			sub, category := at("ServiceSubcategory"), at("ServiceCategory")
			parents := focus.SubcategoryParents()
			return func(r *row) bool {
				if r.null(sub) {
					return false
				}
				parent, known := parents[string(r.cells[sub].text)]
				return known && !r.is(category, parent)
			}
		},
	}
}
