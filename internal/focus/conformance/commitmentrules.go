package conformance

// commitmentRules are about commitment discounts (DiscountHandling).
func commitmentRules() []rowRule {
	return []rowRule{
		commitmentQuantityNull(),
		commitmentQuantity(),
		{
			code: "F-COMMIT-EFFECTIVE", column: "EffectiveCost", severity: Must, span: always,
			ids:    modelIDs{id12: "EffectiveCost-C-005-C"},
			text:   "EffectiveCost is 0 for the Purchase of a commitment",
			remedy: "write 0: the cost is spread over the usage that the commitment covers",
			build: func(at places) test {
				e, id := at("EffectiveCost"), at("CommitmentDiscountId")
				return func(r *row) bool { return r.category == categoryPurchase && !r.null(id) && r.nonZero(e) }
			},
		},
		{
			code: "F-COMMIT-BILLED", column: "BilledCost", severity: Should, span: always,
			text:   "BilledCost is 0 on usage that a commitment covers (CommitmentDiscountStatus Used)",
			remedy: "write 0 and carry the share in EffectiveCost; split the row when only part is covered",
			build: func(at places) test {
				b, status := at("BilledCost"), at("CommitmentDiscountStatus")
				return func(r *row) bool { return r.is(status, "Used") && r.nonZero(b) }
			},
		},
		{
			code: "F-COMMIT-UNUSED-ID", column: "ResourceId", severity: Must, span: always,
			text:   "the unused part of a commitment has ResourceId = CommitmentDiscountId",
			remedy: "repeat CommitmentDiscountId in ResourceId",
			build: func(at places) test {
				resource, id := at("ResourceId"), at("CommitmentDiscountId")
				return func(r *row) bool { return r.unused && !r.same(resource, id) }
			},
		},
		{
			code: "F-COMMIT-PURCHASE-ID", column: "ResourceId", severity: Must, span: always,
			text:   "the Purchase of a commitment has ResourceId = CommitmentDiscountId",
			remedy: "repeat CommitmentDiscountId in ResourceId",
			build: func(at places) test {
				resource, id := at("ResourceId"), at("CommitmentDiscountId")
				return func(r *row) bool {
					return r.category == categoryPurchase && !r.null(id) && !r.same(resource, id)
				}
			},
		},
		committed(span{until: "1.0"}, "PricingCategory is Committed for a charge under a commitment discount"),
		committed(from1_1, "PricingCategory is Committed for a charge under a commitment discount that is not its purchase"),
		{
			code: "F-UNCOMMITTED", column: "PricingCategory", severity: Must, span: always,
			text:   "PricingCategory Committed needs a CommitmentDiscountId",
			remedy: "name the commitment, or use Standard",
			build: func(at places) test {
				c, id := at("PricingCategory"), at("CommitmentDiscountId")
				return func(r *row) bool { return r.null(id) && r.is(c, "Committed") }
			},
		},
		contractResource(),
	}
}

func committed(s span, text string) rowRule {
	purchases := s.until == "1.0"
	return rowRule{
		code: "F-COMMITTED", column: "PricingCategory", severity: Must, span: s, text: text,
		remedy: "use Committed, or clear CommitmentDiscountId",
		build: func(at places) test {
			c, id := at("PricingCategory"), at("CommitmentDiscountId")
			return func(r *row) bool {
				return !r.null(id) && !r.null(c) && !r.is(c, "Committed") && (purchases || r.category != categoryPurchase)
			}
		},
	}
}

func commitmentQuantityNull() rowRule {
	return rowRule{
		code: "F-COMMIT-QUANTITY-NULL", column: "CommitmentDiscountQuantity", severity: Must, span: from1_2,
		ids:    modelIDs{id12: "CommitmentDiscountQuantity-C-007-C"},
		text:   "CommitmentDiscountQuantity is null without a CommitmentDiscountId, and for what is neither Usage nor Purchase",
		remedy: "clear it, or name the commitment",
		build: func(at places) test {
			c, id := at("CommitmentDiscountQuantity"), at("CommitmentDiscountId")
			return func(r *row) bool {
				return !r.null(c) && (r.null(id) || r.category != categoryUsage && r.category != categoryPurchase)
			}
		},
	}
}

func commitmentQuantity() rowRule {
	return rowRule{
		code: "F-COMMIT-QUANTITY", column: "CommitmentDiscountQuantity", severity: Must, span: from1_2,
		ids:    modelIDs{id12: "CommitmentDiscountQuantity-C-005-C"},
		text:   "CommitmentDiscountQuantity is not null for Usage and Purchase under a commitment that are no Correction",
		remedy: "fill in how much of the commitment the row buys or uses",
		build: func(at places) test {
			c, id := at("CommitmentDiscountQuantity"), at("CommitmentDiscountId")
			return func(r *row) bool { return r.priced() && !r.null(id) && r.null(c) }
		},
	}
}

// contractResource reads the ids out of the elements of ContractApplied.
func contractResource() rowRule {
	key := []byte("ContractCommitmentId")
	return rowRule{
		code: "F-CONTRACT-RESOURCE", column: "ContractApplied", needs: []string{"ResourceId"}, severity: Must, span: only1_3,
		ids:    modelIDs{id13: "ContractAppliedObject-O-039-C"},
		text:   "ContractCommitmentId in ContractApplied is ResourceId for a Purchase",
		remedy: "repeat the id of the commitment in ResourceId",
		build: func(at places) test {
			c, resource := at("ContractApplied"), at("ResourceId")
			return func(r *row) bool {
				if r.category != categoryPurchase || r.null(c) || r.values[c].bad&(badJSON|badElements) != 0 {
					return false
				}
				elements, _ := lookup(trimmed(r.cells[c].text), []byte("Elements"))
				for it := iterate(elements); it.next(); {
					id, ok := lookup(it.value, key)
					if ok && id[0] != 'n' && !r.is(resource, string(unquoted(id))) {
						return true
					}
				}
				return false
			}
		},
	}
}
