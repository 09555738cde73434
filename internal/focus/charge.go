package focus

import (
	"time"

	"deliverd/internal/amount"
)

// Charge is one row of a Cost and Usage file: every column of every version,
// by its name in the specification. Absent values are blank texts, absent
// [amount.Null] and zero times; they are written as empty cells. A version
// that has no such column leaves the value out.
//
// JSON columns hold their final text.
type Charge struct {
	// Costs are never absent; they are in BillingCurrency.
	BilledCost     amount.Amount
	EffectiveCost  amount.Amount
	ListCost       amount.Amount
	ContractedCost amount.Amount

	// Prices and quantities. Unit prices are never negative.
	CommitmentDiscountQuantity         amount.Null
	ConsumedQuantity                   amount.Null
	ContractedUnitPrice                amount.Null
	ListUnitPrice                      amount.Null
	PricingCurrencyContractedUnitPrice amount.Null
	PricingCurrencyEffectiveCost       amount.Null
	PricingCurrencyListUnitPrice       amount.Null
	PricingQuantity                    amount.Null

	// Periods: starts inclusive, ends exclusive.
	BillingPeriodEnd   time.Time
	BillingPeriodStart time.Time
	ChargePeriodEnd    time.Time
	ChargePeriodStart  time.Time

	AllocatedMethodDetails              string // a JSON object
	AllocatedMethodId                   string
	AllocatedResourceId                 string
	AllocatedResourceName               string
	AllocatedTags                       string // a JSON object of scalars
	AvailabilityZone                    string
	BillingAccountId                    string
	BillingAccountName                  string
	BillingAccountType                  string
	BillingCurrency                     string
	CapacityReservationId               string
	CapacityReservationStatus           string
	ChargeCategory                      string
	ChargeClass                         string
	ChargeDescription                   string
	ChargeFrequency                     string
	CommitmentDiscountCategory          string
	CommitmentDiscountId                string
	CommitmentDiscountName              string
	CommitmentDiscountStatus            string
	CommitmentDiscountType              string
	CommitmentDiscountUnit              string
	CommitmentProgramEligibilityDetails string // a JSON object
	ConsumedUnit                        string
	ContractApplied                     string // a JSON object
	HostProviderName                    string
	InvoiceDetailId                     string
	InvoiceId                           string
	InvoiceIssuerName                   string
	PricingCategory                     string
	PricingCurrency                     string
	PricingUnit                         string
	ProviderName                        string
	PublisherName                       string
	RegionId                            string
	RegionName                          string
	ResourceId                          string
	ResourceName                        string
	ResourceType                        string
	ServiceCategory                     string
	ServiceName                         string
	ServiceProviderName                 string
	ServiceSubcategory                  string
	SkuId                               string
	SkuMeter                            string
	SkuPriceDetails                     string // a JSON object of scalars
	SkuPriceId                          string
	SubAccountId                        string
	SubAccountName                      string
	SubAccountType                      string
	Tags                                string // a JSON object of scalars

	// Extra are the values of the schema's custom columns, in its order.
	Extra []string
}
