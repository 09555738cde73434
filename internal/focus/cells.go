package focus

import (
	"time"

	"deliverd/internal/amount"
)

// cell reads one column of a charge. Exactly one of its functions is set.
type cell struct {
	text   func(*Charge) string
	cost   func(*Charge) amount.Amount
	number func(*Charge) amount.Null
	moment func(*Charge) time.Time
}

// cells tells where each column of the specification stands in a [Charge]; a
// test holds it against spec/columns.csv.
var cells = map[string]cell{
	"AllocatedMethodDetails":              {text: func(c *Charge) string { return c.AllocatedMethodDetails }},
	"AllocatedMethodId":                   {text: func(c *Charge) string { return c.AllocatedMethodId }},
	"AllocatedResourceId":                 {text: func(c *Charge) string { return c.AllocatedResourceId }},
	"AllocatedResourceName":               {text: func(c *Charge) string { return c.AllocatedResourceName }},
	"AllocatedTags":                       {text: func(c *Charge) string { return c.AllocatedTags }},
	"AvailabilityZone":                    {text: func(c *Charge) string { return c.AvailabilityZone }},
	"BilledCost":                          {cost: func(c *Charge) amount.Amount { return c.BilledCost }},
	"BillingAccountId":                    {text: func(c *Charge) string { return c.BillingAccountId }},
	"BillingAccountName":                  {text: func(c *Charge) string { return c.BillingAccountName }},
	"BillingAccountType":                  {text: func(c *Charge) string { return c.BillingAccountType }},
	"BillingCurrency":                     {text: func(c *Charge) string { return c.BillingCurrency }},
	"BillingPeriodEnd":                    {moment: func(c *Charge) time.Time { return c.BillingPeriodEnd }},
	"BillingPeriodStart":                  {moment: func(c *Charge) time.Time { return c.BillingPeriodStart }},
	"CapacityReservationId":               {text: func(c *Charge) string { return c.CapacityReservationId }},
	"CapacityReservationStatus":           {text: func(c *Charge) string { return c.CapacityReservationStatus }},
	"ChargeCategory":                      {text: func(c *Charge) string { return c.ChargeCategory }},
	"ChargeClass":                         {text: func(c *Charge) string { return c.ChargeClass }},
	"ChargeDescription":                   {text: func(c *Charge) string { return c.ChargeDescription }},
	"ChargeFrequency":                     {text: func(c *Charge) string { return c.ChargeFrequency }},
	"ChargePeriodEnd":                     {moment: func(c *Charge) time.Time { return c.ChargePeriodEnd }},
	"ChargePeriodStart":                   {moment: func(c *Charge) time.Time { return c.ChargePeriodStart }},
	"CommitmentDiscountCategory":          {text: func(c *Charge) string { return c.CommitmentDiscountCategory }},
	"CommitmentDiscountId":                {text: func(c *Charge) string { return c.CommitmentDiscountId }},
	"CommitmentDiscountName":              {text: func(c *Charge) string { return c.CommitmentDiscountName }},
	"CommitmentDiscountQuantity":          {number: func(c *Charge) amount.Null { return c.CommitmentDiscountQuantity }},
	"CommitmentDiscountStatus":            {text: func(c *Charge) string { return c.CommitmentDiscountStatus }},
	"CommitmentDiscountType":              {text: func(c *Charge) string { return c.CommitmentDiscountType }},
	"CommitmentDiscountUnit":              {text: func(c *Charge) string { return c.CommitmentDiscountUnit }},
	"CommitmentProgramEligibilityDetails": {text: func(c *Charge) string { return c.CommitmentProgramEligibilityDetails }},
	"ConsumedQuantity":                    {number: func(c *Charge) amount.Null { return c.ConsumedQuantity }},
	"ConsumedUnit":                        {text: func(c *Charge) string { return c.ConsumedUnit }},
	"ContractApplied":                     {text: func(c *Charge) string { return c.ContractApplied }},
	"ContractedCost":                      {cost: func(c *Charge) amount.Amount { return c.ContractedCost }},
	"ContractedUnitPrice":                 {number: func(c *Charge) amount.Null { return c.ContractedUnitPrice }},
	"EffectiveCost":                       {cost: func(c *Charge) amount.Amount { return c.EffectiveCost }},
	"HostProviderName":                    {text: func(c *Charge) string { return c.HostProviderName }},
	"InvoiceDetailId":                     {text: func(c *Charge) string { return c.InvoiceDetailId }},
	"InvoiceId":                           {text: func(c *Charge) string { return c.InvoiceId }},
	"InvoiceIssuerName":                   {text: func(c *Charge) string { return c.InvoiceIssuerName }},
	"ListCost":                            {cost: func(c *Charge) amount.Amount { return c.ListCost }},
	"ListUnitPrice":                       {number: func(c *Charge) amount.Null { return c.ListUnitPrice }},
	"PricingCategory":                     {text: func(c *Charge) string { return c.PricingCategory }},
	"PricingCurrency":                     {text: func(c *Charge) string { return c.PricingCurrency }},
	"PricingCurrencyContractedUnitPrice":  {number: func(c *Charge) amount.Null { return c.PricingCurrencyContractedUnitPrice }},
	"PricingCurrencyEffectiveCost":        {number: func(c *Charge) amount.Null { return c.PricingCurrencyEffectiveCost }},
	"PricingCurrencyListUnitPrice":        {number: func(c *Charge) amount.Null { return c.PricingCurrencyListUnitPrice }},
	"PricingQuantity":                     {number: func(c *Charge) amount.Null { return c.PricingQuantity }},
	"PricingUnit":                         {text: func(c *Charge) string { return c.PricingUnit }},
	"ProviderName":                        {text: func(c *Charge) string { return c.ProviderName }},
	"PublisherName":                       {text: func(c *Charge) string { return c.PublisherName }},
	"RegionId":                            {text: func(c *Charge) string { return c.RegionId }},
	"RegionName":                          {text: func(c *Charge) string { return c.RegionName }},
	"ResourceId":                          {text: func(c *Charge) string { return c.ResourceId }},
	"ResourceName":                        {text: func(c *Charge) string { return c.ResourceName }},
	"ResourceType":                        {text: func(c *Charge) string { return c.ResourceType }},
	"ServiceCategory":                     {text: func(c *Charge) string { return c.ServiceCategory }},
	"ServiceName":                         {text: func(c *Charge) string { return c.ServiceName }},
	"ServiceProviderName":                 {text: func(c *Charge) string { return c.ServiceProviderName }},
	"ServiceSubcategory":                  {text: func(c *Charge) string { return c.ServiceSubcategory }},
	"SkuId":                               {text: func(c *Charge) string { return c.SkuId }},
	"SkuMeter":                            {text: func(c *Charge) string { return c.SkuMeter }},
	"SkuPriceDetails":                     {text: func(c *Charge) string { return c.SkuPriceDetails }},
	"SkuPriceId":                          {text: func(c *Charge) string { return c.SkuPriceId }},
	"SubAccountId":                        {text: func(c *Charge) string { return c.SubAccountId }},
	"SubAccountName":                      {text: func(c *Charge) string { return c.SubAccountName }},
	"SubAccountType":                      {text: func(c *Charge) string { return c.SubAccountType }},
	"Tags":                                {text: func(c *Charge) string { return c.Tags }},
}
