package bill

import (
	"strings"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// The provider's profile follows its page "FOCUS Billing Fields Description"
// (partner documentation 1085/78392, 2026-03-24), read as far as the row
// CommitmentDiscountId, and its list of conformance gaps (555/67496). What the
// page does not show is our choice, listed in docs/mapping.md.

// providerColumns are the 45 columns of the provider's table, in its order:
// those of FOCUS 1.0 and the two on capacity reservations.
const providerColumns = `AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart
CapacityReservationId CapacityReservationStatus ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart
CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity
ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity
PricingUnit ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId
SubAccountId SubAccountName Tags`

// providerEmpty are the columns that the provider leaves empty in every row.
var providerEmpty = []string{
	"BillingAccountName", "CapacityReservationId", "CapacityReservationStatus", "ChargeDescription", "CommitmentDiscountName",
	"CommitmentDiscountType", "EffectiveCost", "ResourceType", "ServiceCategory", "SkuId", "SkuPriceId", "SubAccountName",
}

// providerExtras are the provider's own custom columns.
var providerExtras = []string{"x_ComponentName", "x_ComponentType", "x_ExportTime", "x_OwnerAccountID", "x_SubproductName"}

func providerSchema(o Layout, extra []string) (focus.Schema, error) {
	v, err := focus.LoadVersion("1.1") // the capacity columns came with 1.1
	if err != nil {
		return focus.Schema{}, err
	}
	own := extra[len(extraColumns):]
	names := append(append(strings.Fields(providerColumns), providerExtras...), own...)
	schema, err := focus.NewSchema(v, extra).Select(names)
	schema.Version = o.Version
	return schema.Blank(providerEmpty...), err
}

// provider gives the charges of a line in the provider's shape: one for the
// line, net of vouchers and tax included, and a Credit whose BilledCost is 0
// for what vouchers paid. Ends are inclusive, a frequency is spelled One-time.
func (m *Mapper) provider(l *Line, money *Money, w *words, visit func(*focus.Charge) error) error {
	c := &m.charge
	c.BillingPeriodEnd = c.BillingPeriodEnd.Add(-time.Second)
	c.ChargePeriodEnd = c.ChargePeriodEnd.Add(-time.Second)
	c.ChargeFrequency = providerFrequencies[w.action.frequency]
	c.ChargeCategory = w.action.category

	cover := m.coverage(l, w.action)
	p := newPricing(l, money, money.Real.Add(cover.discounted(l)), w)
	m.whole(&p, m.consumed(l, &p, w))
	c.BilledCost = money.Payable
	switch {
	case cover.any():
		m.commitment(cover.parts()[0].commitment, c.ResourceId, "Used", amount.Null{}, "")
	case w.action.commitment != noCommitment && c.ResourceId != "":
		m.commitment(w.action.commitment, c.ResourceId, "", amount.Null{}, "")
	default:
		m.uncommitted()
	}
	if c.CommitmentDiscountId != "" {
		c.PricingCategory = "Committed"
	}
	if err := m.emit(visit); err != nil || money.Voucher.IsZero() {
		return err
	}
	m.unpriced(money.Voucher.Neg())
	c.ChargeCategory, c.BilledCost = credit, amount.Amount{}
	return m.emit(visit)
}

// whole fills the pricing columns of a charge that is not split.
func (m *Mapper) whole(p *pricing, consumed amount.Null) {
	c := &m.charge
	c.PricingUnit = p.unit
	c.ListUnitPrice, c.ContractedUnitPrice = amount.Some(p.listPrice), amount.Some(p.contractedPrice)
	m.quantities(portion{quantity: p.quantity, consumed: consumed}, p)
	c.PricingCategory = "Standard"
}

var providerFrequencies = map[string]string{oneTime: "One-time", recurring: "Recurring", usageBased: "Usage-based"}
