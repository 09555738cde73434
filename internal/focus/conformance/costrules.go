package conformance

// costRules hold costs against prices and against each other. All arithmetic
// is exact: the specification names no tolerance.
func costRules() []rowRule {
	rules := []rowRule{
		product("F-COST-LIST", "ListCost", "ListUnitPrice", until1_2, modelIDs{id12: "ListCost-C-009-C"}),
		product("F-COST-LIST", "ListCost", "ListUnitPrice", from1_3, modelIDs{id13: "ListCost-C-011-C"}),
		product("F-COST-CONTRACTED", "ContractedCost", "ContractedUnitPrice", until1_2, modelIDs{id12: "ContractedUnitPrice-C-011-C"}),
		product("F-COST-CONTRACTED", "ContractedCost", "ContractedUnitPrice", from1_3, modelIDs{id13: "ContractedCost-C-011-C"}),
		creditCost("ListCost", "ListUnitPrice"),
		creditCost("ContractedCost", "ContractedUnitPrice"),
		equalBilled("F-EFFECTIVE-CREDIT", Must, until1_3, "for a Credit", func(r *row) bool { return r.category == categoryCredit }),
		equalBilled("F-EFFECTIVE-CREDIT", Must, from1_4, "for a Tax or Credit",
			func(r *row) bool { return r.category == categoryTax || r.category == categoryCredit }),
		{
			code: "F-EFFECTIVE-USAGE", column: "EffectiveCost", severity: Should, span: from1_4,
			text:   "EffectiveCost is BilledCost for Usage without a CommitmentDiscountId",
			remedy: "name the commitment that covers the usage, or repeat BilledCost",
			build: func(at places) test {
				e, b, id := at("EffectiveCost"), at("BilledCost"), at("CommitmentDiscountId")
				return func(r *row) bool { return r.category == categoryUsage && r.null(id) && r.differ(e, b) }
			},
		},
		thirdParty("F-THIRD-PARTY", Must, only1_2, modelIDs{id12: "BilledCost-C-005-C"}),
	}
	return append(rules, issuerHazard())
}

// product: unit price × PricingQuantity = cost. Until 1.2 corrections were
// exempt.
func product(code, cost, price string, s span, ids modelIDs) rowRule {
	text, exempt := cost+" is "+price+" × PricingQuantity", s.until != ""
	if exempt {
		text += ", except on Corrections"
	}
	return rowRule{
		code: code, column: cost, severity: Must, span: s, ids: ids, text: text,
		remedy: "derive the price from cost and quantity with as many digits as the product needs, or round the cost where it is made",
		build: func(at places) test {
			p, q, c := at(price), at("PricingQuantity"), at(cost)
			return func(r *row) bool {
				if exempt && r.correction {
					return false
				}
				unit, quantity, total := r.number(p), r.number(q), r.number(c)
				if !unit.Valid || !quantity.Valid || !total.Valid {
					return false
				}
				gap := unit.Amount.Mul(quantity.Amount).Sub(total.Amount)
				r.gap = gap.Abs()
				return !gap.IsZero()
			}
		},
	}
}

func creditCost(cost, price string) rowRule {
	return rowRule{
		code: "F-COST-CREDIT", column: cost, severity: Must, span: always,
		text:   cost + " is BilledCost for a Credit without " + price,
		remedy: "repeat BilledCost",
		build: func(at places) test {
			c, p, b := at(cost), at(price), at("BilledCost")
			return func(r *row) bool {
				return r.category == categoryCredit && !r.number(p).Valid && r.differ(c, b)
			}
		},
	}
}

func equalBilled(code string, severity Severity, s span, when string, holds test) rowRule {
	return rowRule{
		code: code, column: "EffectiveCost", severity: severity, span: s,
		text: "EffectiveCost is BilledCost " + when, remedy: "repeat BilledCost",
		build: func(at places) test {
			e, b := at("EffectiveCost"), at("BilledCost")
			return func(r *row) bool { return holds(r) && r.differ(e, b) }
		},
	}
}

// thirdParty is how the 1.2 model reads "charges that a third party is paid
// for": ProviderName and InvoiceIssuerName differ.
func thirdParty(code string, severity Severity, s span, ids modelIDs) rowRule {
	return rowRule{
		code: code, column: "BilledCost", severity: severity, span: s, ids: ids,
		text:   "BilledCost is 0 when ProviderName is not InvoiceIssuerName",
		remedy: "write the same name into both columns, unless another party is paid",
		build: func(at places) test {
			provider, issuer, b := at("ProviderName"), at("InvoiceIssuerName"), at("BilledCost")
			return func(r *row) bool {
				return r.nonZero(b) && !r.null(provider) && !r.null(issuer) && !r.same(provider, issuer)
			}
		},
	}
}

func issuerHazard() rowRule {
	return rowRule{
		code: "F-HAZARD-ISSUER", column: "InvoiceIssuerName", needs: []string{"ProviderName"}, severity: Hazard, span: until1_3,
		text:   "InvoiceIssuerName is ProviderName on rows with a BilledCost",
		remedy: "the official 1.2 rules (BilledCost-C-005-C) fail such rows; the same name in both columns avoids it",
		build: func(at places) test {
			provider, issuer, b := at("ProviderName"), at("InvoiceIssuerName"), at("BilledCost")
			return func(r *row) bool { return r.nonZero(b) && !r.same(provider, issuer) }
		},
	}
}
