package conformance

const onlyLater = "it checks this from 1.2 on; the text has it since 1.0"

func companionFaults() []planted {
	without := func(row int, column, base string, s span) planted {
		return planted{name: column + " without " + base, span: s, code: "F-ORPHAN", column: column,
			plant: func(t *table) { t.set(row, base, "") }}
	}
	alone := func(row int, base, column string, s span) planted {
		return planted{name: base + " without " + column, span: s, code: "F-COMPANION", column: column,
			plant: func(t *table) { t.set(row, column, "") }}
	}
	return []planted{
		without(rowUsage, "RegionName", "RegionId", always).butOther(onlyLater, before1_2),
		alone(rowUsage, "RegionId", "RegionName", always).butOther(onlyLater, before1_2),
		without(rowUsage, "SubAccountName", "SubAccountId", always).butOther(onlyLater, before1_2),
		alone(rowUsage, "SubAccountId", "SubAccountName", always).butOther(onlyLater, before1_2),
		alone(rowUsage, "SubAccountId", "SubAccountType", from1_2),
		alone(rowUsage, "BillingAccountId", "BillingAccountType", from1_2),
		without(rowUsage, "ResourceType", "ResourceId", always).butOther(onlyLater, before1_2),
		alone(rowUsage, "ResourceId", "ResourceType", always).butOther(onlyLater, before1_2),
		without(rowUsed, "CommitmentDiscountType", "CommitmentDiscountId", always),
		without(rowUsed, "CommitmentDiscountName", "CommitmentDiscountId", from1_2),
		alone(rowUsed, "CommitmentDiscountId", "CommitmentDiscountType", always).butOther(onlyLater, before1_2),
		alone(rowUsed, "CommitmentDiscountId", "CommitmentDiscountCategory", always).butOther(onlyLater, before1_2),
		alone(rowUsed, "CommitmentDiscountId", "CommitmentDiscountStatus", always).butOther(onlyLater, before1_2),
		alone(rowUsed, "CommitmentDiscountQuantity", "CommitmentDiscountUnit", from1_2),
		alone(rowUsage, "ConsumedQuantity", "ConsumedUnit", from1_2),
		alone(rowUsage, "PricingQuantity", "PricingUnit", from1_2),
		alone(rowUsage, "SkuId", "SkuMeter", from1_2),
		without(rowCorrection, "SkuPriceDetails", "SkuPriceId", from1_2),
		without(rowCorrection, "SkuMeter", "SkuId", from1_2),
		without(rowShared, "AllocatedResourceName", "AllocatedResourceId", only1_3),
		alone(rowShared, "AllocatedResourceId", "AllocatedResourceName", only1_3),
		cellFault("reservation without status", from1_2, rowUsage, "CapacityReservationId", "cr-1", "F-COMPANION").on("CapacityReservationStatus"),
		cellFault("reservation status without id", from1_2, rowUsage, "CapacityReservationStatus", "Unused", "F-RESERVATION-UNUSED").on("CapacityReservationId"),
		cellFault("reservation used without id", from1_2, rowUsage, "CapacityReservationStatus", "Used", "F-ORPHAN"),
		cellFault("subcategory of another category", from1_1, rowUsage, "ServiceSubcategory", "Virtual Machines", "F-SUBCATEGORY"),
		cellFault("price id with two SKUs", always, rowUsage, "SkuId", "sku-2", "F-SKU-PARENT").on("SkuPriceId"),
		{name: "service in two categories", code: "F-SERVICE-CATEGORY", column: "ServiceName", plant: func(t *table) {
			t.set(rowUsage, "ServiceCategory", "Compute")
			if at := "ServiceSubcategory"; len(t.header) > 44 {
				t.set(rowUsage, at, "Containers")
			}
		}},
		cellFault("service in two subcategories", from1_2, rowUsage, "ServiceSubcategory", "File Storage", "F-SERVICE-SUBCATEGORY").on("ServiceName"),
		cellFault("region with two names", always, rowUsage, "RegionName", "Asia One", "F-HAZARD-NAMES").on("RegionId"),
		cellFault("account with two names", always, rowUsage, "SubAccountName", "Team B", "F-HAZARD-NAMES").on("SubAccountId"),
	}
}

func priceFaults() []planted {
	var all []planted
	for column, s := range map[string]span{
		"ContractedUnitPrice": always, "ListUnitPrice": always, "PricingCategory": always, "PricingQuantity": always,
		"PricingUnit": before1_2, "SkuId": always, "SkuPriceId": always, "PricingCurrencyListUnitPrice": from1_2,
	} {
		value := "1.5"
		switch column {
		case "PricingCategory":
			value = "Standard"
		case "PricingUnit":
			value = "Hours"
		}
		all = append(all,
			cellFault("tax with "+column, s, rowTax, column, value, "F-TAX-NULL"),
			cellFault("usage without "+column, s, rowUsage, column, "", "F-PRICED"))
	}
	for column, value := range map[string]string{
		"ConsumedQuantity": "1.5", "ContractedUnitPrice": "0.5", "ListUnitPrice": "0.5",
		"PricingCategory": "Standard", "PricingCurrencyContractedUnitPrice": "0.5", "PricingCurrencyListUnitPrice": "0.5", "PricingQuantity": "1.5",
	} {
		all = append(all, cellFault("credit with "+column+" and no SkuPriceId", from1_3, rowCredit, column, value, "F-ORPHAN"))
	}
	for _, column := range []string{"ContractedUnitPrice", "ListUnitPrice", "PricingCurrencyContractedUnitPrice", "PricingCurrencyListUnitPrice"} {
		all = append(all, cellFault("correction with SkuPriceId and no "+column, from1_3, rowCorrection, column, "", "F-COMPANION"))
	}
	return append(all,
		cellFault("purchase with ConsumedQuantity", always, rowPurchase, "ConsumedQuantity", "1.5", "F-CONSUMED-NULL"),
		cellFault("purchase with ConsumedUnit", before1_2, rowPurchase, "ConsumedUnit", "Hours", "F-CONSUMED-NULL"),
		cellFault("unused with ConsumedQuantity", from1_2, rowUnused, "ConsumedQuantity", "1.5", "F-UNUSED-NULL"),
		cellFault("usage without ConsumedQuantity", always, rowUsage, "ConsumedQuantity", "", "F-CONSUMED"),
		cellFault("usage without ConsumedUnit", before1_2, rowUsage, "ConsumedUnit", "", "F-CONSUMED"),
		cellFault("usage-based purchase", always, rowPurchase, "ChargeFrequency", "Usage-Based", "F-FREQUENCY"),
		cellFault("negative consumption", before1_2, rowUsage, "ConsumedQuantity", "-1.5", "F-SIGN"),
	)
}

func costFaults() []planted {
	return []planted{
		cellFault("list cost is no product", always, rowUsage, "ListCost", "2.0000001", "F-COST-LIST"),
		cellFault("contracted cost is no product", always, rowUsage, "ContractedCost", "1.4", "F-COST-CONTRACTED"),
		cellFault("list cost of a correction is no product", from1_3, rowCorrection, "ListCost", "2.1", "F-COST-LIST"),
		cellFault("list cost of a credit", always, rowCredit, "ListCost", "-1.3", "F-COST-CREDIT"),
		cellFault("contracted cost of a credit", always, rowCredit, "ContractedCost", "-1.3", "F-COST-CREDIT"),
		cellFault("effective cost of a credit", always, rowCredit, "EffectiveCost", "-1.3", "F-EFFECTIVE-CREDIT"),
		cellFault("effective cost of a tax", from1_4, rowTax, "EffectiveCost", "-1.3", "F-EFFECTIVE-CREDIT"),
		cellFault("effective cost of usage", from1_4, rowUsage, "EffectiveCost", "1.4", "F-EFFECTIVE-USAGE"),
		cellFault("effective cost of a commitment", always, rowCommitment, "EffectiveCost", "1.5", "F-COMMIT-EFFECTIVE"),
		cellFault("billed cost under a commitment", always, rowUsed, "BilledCost", "0.5", "F-COMMIT-BILLED"),
		cellFault("unused commitment on another resource", always, rowUnused, "ResourceId", "disk-1", "F-COMMIT-UNUSED-ID").on("ResourceId"),
		cellFault("commitment bought on another resource", always, rowCommitment, "ResourceId", "disk-1", "F-COMMIT-PURCHASE-ID").on("ResourceId"),
		cellFault("standard price under a commitment", always, rowUsed, "PricingCategory", "Standard", "F-COMMITTED"),
		cellFault("standard price of a commitment's purchase", span{until: "1.0"}, rowCommitment, "PricingCategory", "Standard", "F-COMMITTED"),
		cellFault("committed price without commitment", always, rowUsage, "PricingCategory", "Committed", "F-UNCOMMITTED"),
		cellFault("commitment quantity of usage", from1_2, rowUsed, "CommitmentDiscountQuantity", "", "F-COMMIT-QUANTITY"),
		{name: "commitment quantity without commitment", span: from1_2, code: "F-COMMIT-QUANTITY-NULL", column: "CommitmentDiscountQuantity", plant: func(t *table) {
			t.set(rowUsage, "CommitmentDiscountQuantity", "1.5")
			t.set(rowUsage, "CommitmentDiscountUnit", "Hours")
		}},
		cellFault("charge ends before it starts", always, rowUsage, "ChargePeriodEnd", "2025-12-08T00:00:00Z", "F-PERIOD-ORDER").on("ChargePeriodStart"),
		cellFault("charge takes no time", always, rowUsage, "ChargePeriodEnd", "2025-12-09T00:00:00Z", "F-PERIOD-EMPTY").on("ChargePeriodStart"),
		cellFault("billing period backwards", always, rowTax, "BillingPeriodEnd", "2025-11-01T00:00:00Z", "F-PERIOD-ORDER").on("BillingPeriodStart"),
		cellFault("billing period takes no time", always, rowTax, "BillingPeriodEnd", "2025-12-01T00:00:00Z", "F-PERIOD-EMPTY").on("BillingPeriodStart"),
		cellFault("charge outside its billing period", always, rowUsage, "ChargePeriodEnd", "2026-01-02T00:00:00Z", "F-PERIOD-INSIDE").on("ChargePeriodStart"),
		cellFault("third party", only1_2, rowUsage, "InvoiceIssuerName", "Reseller", "F-THIRD-PARTY").on("BilledCost"),
		cellFault("issuer is not the provider", until1_3, rowUsage, "InvoiceIssuerName", "Reseller", "F-HAZARD-ISSUER"),
	}
}
