package bill

import "slices"

// MappingRow says where a column of the FOCUS file comes from. The rows
// together are docs/mapping.md; a test holds that page, the columns of the
// FOCUS version and this table together.
type MappingRow struct {
	Column string
	Source string // fields of the line, by their names in the provider's API
	Rule   string // how the value follows from them, and why
}

// Mapping is the table of FOCUS columns that a [Mapper] fills, by column.
func Mapping() []MappingRow { return slices.Clone(mapping[:]) }

var mapping = [...]MappingRow{
	{"AvailabilityZone", "ZoneName, else ZoneId", "The zone's code (ap-guangzhou-2) for a text of the form Guangzhou Zone 2 or 广州二区 that fits the line's region, else copied; null for the provider's word for no zone (other, 其他). x_AvailabilityZone keeps the bill's text."},
	{"BilledCost", "RealCost, VoucherPayAmount, TaxAmount, TotalCost", "Usage, Purchase and Adjustment: RealCost (in a bill file without it: TotalCost + voucher - tax). Credit: minus the voucher. Tax: what TotalCost exceeds RealCost - voucher by, which must be the tax. What a commitment covered: 0. The charges of a line sum to its payable, to the last digit."},
	{"BillingAccountId", "PayerUin", "Who is billed. Blank: the account the file is for."},
	{"BillingAccountName", "PayerUin", "The bill has no name of the payer, FOCUS 1.2 demands one: \"Account\" and its number stand for it."},
	{"BillingAccountType", "-", "\"Payer Account\"."},
	{"BillingCurrency", "Currency", "The ISO 4217 code of what the bill calls it (美元 and US$ are USD, 元 and RMB are CNY). Blank: the currency of PriceUnit (USD/GB/Hour, 元/个/月), else `currency` of the configuration."},
	{"BillingPeriodEnd", "the bill month", "The first moment after the month in UTC+8, written in UTC; exclusive."},
	{"BillingPeriodStart", "the bill month", "The month's first moment in UTC+8, written in UTC."},
	{"CapacityReservationId", "-", "Null: the bill names no capacity reservation."},
	{"CapacityReservationStatus", "-", "Null, likewise."},
	{"ChargeCategory", "ActionType, else ActionTypeName, else PayModeName", "By the transaction table below; the voucher part of a line is a Credit, its tax a Tax. A type that the table does not know is a Purchase for a subscription, else Usage."},
	{"ChargeClass", "ActionType, FeeEndTime", "Correction for adjustments, refunds and reversals of usage that ended before the bill month began; else null."},
	{"ChargeDescription", "BusinessCodeName, ProductCodeName, ItemCodeName, ActionTypeName, RegionName (or their codes)", "Service - sub-product: component, transaction in region. ASCII, because FOCUS tools stumble over anything else here: a name that is not ASCII gives way to its code."},
	{"ChargeFrequency", "ActionType, else ActionTypeName", "By the transaction table below. Credits and taxes have that of their line."},
	{"ChargePeriodEnd", "FeeEndTime", "UTC+8 to UTC, exclusive: an end at second 59 is inclusive in the bill and moved by one second, as is an end equal to its start (refunds). Blank: the end of the bill day."},
	{"ChargePeriodStart", "FeeBeginTime", "UTC+8 to UTC. Blank: the start of the bill day."},
	{"CommitmentDiscountCategory", "as CommitmentDiscountType", "Usage for reserved instances, Spend for savings plans."},
	{"CommitmentDiscountId", "ResourceId", "Purchases of reserved instances and savings plans, and usage they covered (OriginalCostWithRI, OriginalCostWithSP). The bill does not name the commitment that covered a usage line: where the day's hourly fees leave only one (see Commitments below) it is that one, else the line's instance id, which the provider's own FOCUS page fills in."},
	{"CommitmentDiscountName", "-", "Null: the bill has no name of a commitment."},
	{"CommitmentDiscountQuantity", "as PricingQuantity; OriginalCostWithSP, SPDeductionRate", "Reserved instances: the priced quantity bought or covered. Savings plans: the money bought, or spent on the line (deduction × rate). FOCUS demands it where a commitment is named, so what a savings plan covered at a blank rate is left with the rest of the line, its part of ContractedCost included, and has no commitment columns; x_SPDeductionCost has the deduction. A line is left whole, too, whose deductions exceed Cost or have the other sign."},
	{"CommitmentDiscountStatus", "OriginalCostWithRI, OriginalCostWithSP", "Used on covered usage, Unused on what a day's fee bought and nothing used (see Commitments below)."},
	{"CommitmentDiscountType", "ActionType; OriginalCostWithRI, OriginalCostWithSP", "Reserved Instance or Savings Plan. Resource packages are not commitments here: the bill prices only what they leave, and does not say what they spent; x_DeductedUsage shows their part."},
	{"CommitmentDiscountUnit", "as PricingUnit; Currency", "The priced unit for reserved instances, the currency for savings plans."},
	{"ConsumedQuantity", "UsedAmount, else RealTotalMeasure - DeductedMeasure, else TimeSpan", "Usage only; the component usage after what packages deducted (where it is blank: the original usage less what they deducted), negative on a refund. With none of them: 1, the line itself. Split like PricingQuantity where a commitment covered a part."},
	{"ConsumedUnit", "UsedAmountUnit, else TimeUnitName", "In FOCUS spelling (个 and pieces are Units, 次 and times are Requests)."},
	{"ContractedCost", "RealCost, OriginalCostWithRI, OriginalCostWithSP, Discount", "ContractedUnitPrice × PricingQuantity: what the charge costs after discounts and before commitments and vouchers."},
	{"ContractedUnitPrice", "ContractPrice, else SinglePrice × Discount", "Where that explains the discounted cost; else discounted cost ÷ quantity. Never negative. Null on Adjustment, Credit and Tax."},
	{"EffectiveCost", "RealCost; OriginalCostWithSP, SPDeductionRate", "BilledCost, but 0 for the purchase of a commitment, and its share of the fee for what the commitment covered (see Commitments below): deduction × rate for a savings plan, also where several could have covered it, covered hours × the fee's price per hour for a reserved instance, 0 where the fee is not known. With `effective-cost: amortised`, a subscription's is spread over the months it pays for."},
	{"InvoiceId", "-", "Null: a bill line does not name its invoice. x_TransactionId is the provider's transaction."},
	{"InvoiceIssuerName", "-", "\"Tencent Cloud\", the same text as ProviderName: the official model of FOCUS 1.2 takes any other issuer for a third party's payment and demands BilledCost 0."},
	{"ListCost", "Cost", "ListUnitPrice × PricingQuantity. Equal to Cost where the bill's own numbers multiply exactly, else its unrounded form, which rounds to Cost; Cost itself is in x_OriginalCost. Without Cost: list price × quantity, where usage and duration are in the units of the price; else (contract prices, a price per month and a duration in hours) the contracted cost."},
	{"ListUnitPrice", "SinglePrice", "Without its sign. Where price and usage do not explain Cost (tiers, blank price, a block that does not divide): Cost ÷ quantity. x_PricingBasis tells which. Null on Adjustment, Credit and Tax."},
	{"PricingCategory", "ActionType; OriginalCostWithRI, OriginalCostWithSP", "Committed on covered usage, Dynamic for spot, Standard otherwise; null on Adjustment, Credit and Tax."},
	{"PricingCurrency", "as BillingCurrency", "The provider prices and bills in one currency."},
	{"PricingCurrencyContractedUnitPrice", "as ContractedUnitPrice", ""},
	{"PricingCurrencyEffectiveCost", "as EffectiveCost", ""},
	{"PricingCurrencyListUnitPrice", "as ListUnitPrice", ""},
	{"PricingQuantity", "UsedAmount, else RealTotalMeasure - DeductedMeasure; TimeSpan, PriceUnit", "Usage after what packages deducted, times the duration where the price is per time, divided by the block of the price (100 in USD/100 units). Where the bill did not divide or the block does not (10 in USD/3 units), and where the price is for a fraction or for several months (USD/0.5 GB, USD/unit/3 months): the usage, times the duration, as it stands. A refund is negative here, since prices may not be. Where the price is per month and the duration in hours: Cost (blank: the contracted cost) ÷ list price. Without usable usage, and where nothing was used but something is charged: 1, the line itself. x_PricingBasis tells which."},
	{"PricingUnit", "PriceUnit, else UsedAmountUnit", "In FOCUS spelling: GB-Months, 100 Unit Hours, 10000 Requests; per, - · and * before a time are read as a slash. Without the block, and with the time unit of the duration, where PricingQuantity is the usage as it stands (GB, Units, GB-Hours). x_ComponentPriceUnit keeps the bill's text."},
	{"ProviderName", "-", "\"Tencent Cloud\"."},
	{"PublisherName", "-", "\"Tencent Cloud\"; the bill does not tell marketplace sellers apart."},
	{"RegionId", "RegionId, else RegionName", "The region's code (ap-guangzhou) from the region table (internal/bill/regions.csv) where the bill's id or name is known: the whole name, else the city in its last brackets. Else copied, as is the id of an area that is no region (1005, Europe). Null for the provider's word for no region (other, 其他; id 0). x_RegionId keeps the bill's id."},
	{"RegionName", "RegionId, else RegionName", "The English name from the region table, likewise; else copied. Null where RegionId is. x_Region keeps the bill's name."},
	{"ResourceId", "ResourceId", "Copied."},
	{"ResourceName", "ResourceName", "Copied; null where ResourceId is."},
	{"ResourceType", "ProductCodeName; ServiceName; ProductCode", "The sub-product's name where it is ASCII, else what the product table calls a resource of the product, else the sub-product's code. x_SubproductName keeps the bill's text. Null where ResourceId is."},
	{"ServiceCategory", "ServiceName", "By the overrides of the configuration, then the product table (internal/bill/products.csv); Other for a product that neither knows."},
	{"ServiceName", "BusinessCode, BusinessCodeName, else ProductCodeName, ProductCode", "The product's English name from overrides or product table where code or name is known, or where the line has no product code and its sub-product's is known (see Products below); else as the bill says it. x_ProductName keeps the bill's text."},
	{"ServiceSubcategory", "ServiceName", "Likewise."},
	{"SkuId", "ProductCode / ItemCode, else their names", "The bill has no SKU id: a SKU is a component of a sub-product. Null on Adjustment, Credit and Tax."},
	{"SkuMeter", "ItemCodeName, ComponentCodeName, ItemCode, ComponentCode", "What is metered: the first of them that is ASCII, else the first name. x_ComponentName and x_ComponentType keep the names. Null where SkuId is."},
	{"SkuPriceDetails", "PayModeName, PriceUnit, InstanceType", "JSON; null where SkuPriceId is."},
	{"SkuPriceId", "SkuId, RegionId, Currency, PriceUnit, SinglePrice", "A SKU in a region at a list price: the same in every bill."},
	{"SubAccountId", "OwnerUin", "Copied: tells members of a group apart."},
	{"SubAccountName", "OwnerUin", "The bill has no name of the owner, FOCUS demands one: \"Account\" and its number stand for it."},
	{"SubAccountType", "OwnerUin", "\"Owner Account\"; null where SubAccountId is."},
	{"Tags", "Tags", "JSON, keys sorted; null without tags."},
}
