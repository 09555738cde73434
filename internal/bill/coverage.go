package bill

import (
	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// commitment is a kind of commitment discount.
type commitment struct {
	kind     string // CommitmentDiscountType
	category string // CommitmentDiscountCategory: Usage or Spend
}

var (
	noCommitment     = commitment{}
	reservedInstance = commitment{"Reserved Instance", "Usage"}
	savingsPlan      = commitment{"Savings Plan", "Spend"}
)

// commitment fills the commitment columns.
func (m *Mapper) commitment(k commitment, id, status string, quantity amount.Null, unit string) {
	c := &m.charge
	c.CommitmentDiscountType, c.CommitmentDiscountCategory, c.CommitmentDiscountStatus = k.kind, k.category, status
	c.CommitmentDiscountId, c.CommitmentDiscountQuantity, c.CommitmentDiscountUnit = id, quantity, unit
}

// uncommitted empties the commitment columns.
func (m *Mapper) uncommitted() { m.commitment(noCommitment, "", "", amount.Null{}, "") }

// priced emits the charges of a usage or a purchase.
func (m *Mapper) priced(l *Line, money *Money, w *words, visit func(*focus.Charge) error) error {
	c, act := &m.charge, w.action
	c.ChargeCategory = act.category
	c.SkuId, c.SkuMeter, c.SkuPriceId, c.SkuPriceDetails = w.skuID, w.skuMeter, m.skuPriceID(l, w), w.skuPriceDetails

	cover := m.coverage(l, act)
	p := newPricing(l, money, money.Real.Add(cover.discounted(l)), w)
	c.Extra[xPricingBasis] = string(p.basis)
	c.PricingUnit = p.unit
	c.ListUnitPrice, c.ContractedUnitPrice = amount.Some(p.listPrice), amount.Some(p.contractedPrice)
	left := portion{cost: p.listCost, quantity: p.quantity, consumed: m.consumed(l, &p, w)}
	if money.List.Valid {
		left.cost = money.List.Amount
	}

	for _, part := range cover.parts() {
		taken := left.take(part.cost)
		m.quantities(taken, &p)
		m.commitment(part.commitment, part.id, "Used", amount.Some(part.quantityOf(taken.quantity)), part.unitOf(p.unit, w.currency))
		c.PricingCategory = "Committed"
		c.BilledCost, c.EffectiveCost = amount.Amount{}, part.effective
		if err := m.emit(visit); err != nil {
			return err
		}
	}
	if cover.any() && left.quantity.IsZero() && money.Real.IsZero() {
		return nil // covered in full
	}
	m.quantities(left, &p)
	m.rest(act, money, &p)
	if m.spreads(act, w, money.Real) {
		return m.spread(visit)
	}
	if err := m.emit(visit); err != nil || act.commitment == noCommitment {
		return err
	}
	return m.unused(l, act, visit)
}

// rest is what no commitment covered: it is billed in full. The purchase of a
// commitment has no effective cost of its own, it is used up by what it covers.
func (m *Mapper) rest(act *action, money *Money, p *pricing) {
	c := &m.charge
	c.BilledCost, c.EffectiveCost = money.Real, money.Real
	c.PricingCategory = "Standard"
	if act.dynamic {
		c.PricingCategory = "Dynamic"
	}
	if act.commitment == noCommitment || c.ResourceId == "" {
		m.uncommitted()
		return
	}
	c.EffectiveCost = amount.Amount{}
	c.PricingCategory = first(m.version.PurchaseOfCommitment, c.PricingCategory)
	if act.commitment == savingsPlan {
		m.commitment(savingsPlan, c.ResourceId, "", amount.Some(money.Real), c.BillingCurrency)
	} else {
		m.commitment(act.commitment, c.ResourceId, "", amount.Some(p.quantity), p.unit)
	}
}

// portion is a part of a line.
type portion struct {
	cost     amount.Amount // of the line's list cost
	quantity amount.Amount
	consumed amount.Null
}

// take cuts the part off that cost is of what is left.
func (left *portion) take(cost amount.Amount) portion {
	if cost.Abs().Cmp(left.cost.Abs()) >= 0 {
		taken := *left
		*left = portion{consumed: amount.Null{Valid: left.consumed.Valid}}
		return taken
	}
	share := func(of *amount.Amount) amount.Amount {
		part := withSign(of.Mul(cost).Quo(left.cost, 12), *of)
		*of = of.Sub(part)
		return part
	}
	taken := portion{cost: cost, quantity: share(&left.quantity), consumed: left.consumed}
	if left.consumed.Valid {
		taken.consumed.Amount = share(&left.consumed.Amount)
	}
	left.cost = left.cost.Sub(cost)
	return taken
}

// quantities fills what follows from the quantity of a portion.
func (m *Mapper) quantities(part portion, p *pricing) {
	c := &m.charge
	c.PricingQuantity = amount.Some(part.quantity)
	c.ListCost = part.quantity.Mul(p.listPrice)
	c.ContractedCost = part.quantity.Mul(p.contractedPrice)
	c.ConsumedQuantity = part.consumed
}

// consumed is the measured usage of a usage charge: what was paid for of it
// (usedAmount), else the duration, else the one line. Purchases consume
// nothing.
func (m *Mapper) consumed(l *Line, p *pricing, w *words) amount.Null {
	c := &m.charge
	if c.ConsumedUnit = ""; w.action.category != usage {
		return amount.Null{}
	}
	r := amountReader{line: l}
	for _, try := range [...]struct {
		amount.Null
		unit string
	}{{usedAmount(&r), w.usedUnit}, {r.read(TimeSpan), w.timeUnit}} {
		if try.Valid && try.unit != "" {
			c.ConsumedUnit = try.unit
			return amount.Some(withSign(try.Amount, p.quantity))
		}
	}
	c.ConsumedUnit = lineUnit
	return amount.Some(withSign(amount.FromInt(1), p.quantity))
}

// covered is what one commitment paid of a line.
type covered struct {
	commitment
	id        string
	cost      amount.Amount // of the list cost
	effective amount.Amount // its share of what the commitment cost, where the bill says so
	used      amount.Amount // money of a savings plan
}

// coverage is what commitments paid of a line.
type coverage struct {
	ri, sp  covered
	unrated amount.Amount // what a savings plan deducted at a rate that the line does not say
}

// coverage reads what a reserved instance and a savings plan deducted from a
// usage line, and its share of what they cost.
//
// The bill does not name the commitment. Where the day's fees leave only one
// ([Commitments]), it is that one; else the provider's own FOCUS page puts the
// instance id of such a line into CommitmentDiscountId, and so do we, and only
// a savings plan's share is known: its deduction times its deduction rate. A
// line without instance id, or whose deductions contradict its cost, is left
// whole. So is what a savings plan covered at a rate that the line does not
// say: FOCUS demands the CommitmentDiscountQuantity of a row that names a
// commitment, and the money spent is not known.
func (m *Mapper) coverage(l *Line, act *action) coverage {
	var c coverage
	if act.category != usage || m.charge.ResourceId == "" {
		return c
	}
	d := deductionsOf(l)
	if !d.any() || !d.believed() {
		return c
	}
	c.ri = m.covered(l, reservedInstance, d.ri)
	if d.sp.IsZero() || l[SPDeductionRate] != "" {
		c.sp = m.covered(l, savingsPlan, d.sp)
	} else {
		c.unrated = d.sp
	}
	return c
}

func (m *Mapper) covered(l *Line, k commitment, deducted amount.Amount) covered {
	c := covered{commitment: k, id: m.charge.ResourceId, cost: deducted}
	if c.cost.IsZero() {
		return c
	}
	c.used = usedOf(k, l).Amount
	if k == savingsPlan {
		c.effective = c.used
	}
	if p := m.cfg.Commitments.connected(k, l); p != nil {
		c.id, c.effective = p.plan, p.price().Mul(c.used)
	}
	return c
}

func (c *coverage) any() bool { return !c.ri.cost.IsZero() || !c.sp.cost.IsZero() }

// parts are the commitments that covered something, reserved instances first.
func (c *coverage) parts() []covered {
	all := [...]covered{c.ri, c.sp}
	parts := all[:0]
	for _, part := range all {
		if !part.cost.IsZero() {
			parts = append(parts, part)
		}
	}
	return parts
}

// discounted is what was covered would have cost after discounts:
// total after discount = (original cost - deductions) × discount multiplier.
func (c *coverage) discounted(l *Line) amount.Amount {
	deducted := c.ri.cost.Add(c.sp.cost).Add(c.unrated)
	if deducted.IsZero() {
		return deducted
	}
	r := amountReader{line: l}
	if discount := r.read(Discount); discount.Valid {
		return deducted.Mul(discount.Amount)
	}
	return deducted
}

// quantityOf is the quantity of the commitment that a portion used: money for
// a spend commitment, the priced quantity for a usage commitment.
func (c *covered) quantityOf(priced amount.Amount) amount.Amount {
	if c.category == "Spend" {
		return c.used
	}
	return priced
}

func (c *covered) unitOf(priced, currency string) string {
	if c.category == "Spend" {
		return currency
	}
	return priced
}
