package bill

import "deliverd/internal/amount"

// basis says where a charge's price and quantity come from; it is written to
// x_PricingBasis.
type basis string

const (
	asBilled     basis = "billed"           // list price and quantity as the bill states them
	priceDerived basis = "derived-price"    // the bill's quantity; unit price = cost ÷ quantity
	quantityFrom basis = "derived-quantity" // the bill's list price; quantity = cost ÷ price
	perLine      basis = "line"             // the bill has no usable quantity: the line is the unit
)

// pricing is how a line was priced before commitments, vouchers and tax:
// quantity × listPrice = listCost and quantity × contractedPrice =
// contractedCost hold exactly, and no price is negative.
type pricing struct {
	basis    basis
	quantity amount.Amount
	unit     string // UnitFormat

	listPrice, listCost             amount.Amount
	contractedPrice, contractedCost amount.Amount
}

// newPricing prices a line.
//
// The provider's formula is Original Cost = list price × usage × duration,
// rounded to eight decimals. FOCUS wants the product itself: where price and
// quantity of the bill explain the bill's cost, ListCost is their unrounded
// product, which rounds to the Original Cost (kept in x_OriginalCost). Where
// they do not, because a cost was summed over price tiers, because the price
// is per month and the duration in hours, or because one of them is blank, the
// missing side is derived from the cost. Without an Original Cost, price ×
// quantity stands for it where the quantity is counted in the price's unit;
// else the contracted cost does. A refund has a negative price and a
// positive usage in the bill; here the quantity carries the sign.
//
// contracted is the cost after discounts, as if no commitment had covered any
// of it.
func newPricing(l *Line, money *Money, contracted amount.Amount, w *words) pricing {
	r := amountReader{line: l}
	price := r.read(SinglePrice)
	price.Amount = price.Amount.Abs()
	if w.measure.odd {
		price = amount.Null{}
	}
	quantity, priced, hasQuantity := w.measure.quantity(&r, price, money.List)
	p := pricing{unit: w.pricingUnit}
	if !priced {
		p.unit = w.singleUnit
	}

	cost := money.List
	if !cost.Valid && price.Valid && hasQuantity && priced {
		cost = amount.Some(withSign(price.Amount.Mul(quantity), contracted))
	}
	if !cost.Valid {
		cost = amount.Some(contracted)
	}
	p.quantity = withSign(quantity, cost.Amount)
	switch {
	case hasQuantity && explains(price, quantity, cost.Amount):
		p.basis, p.listPrice = asBilled, price.Amount
	case !price.Amount.IsZero() && (!w.measure.comparable || quantity.IsZero()):
		p.basis, p.unit, p.listPrice = quantityFrom, w.pricingUnit, price.Amount
		p.quantity = withSign(quotient(cost.Amount, price.Amount), cost.Amount)
	case !quantity.IsZero():
		p.basis, p.listPrice = priceDerived, unitPrice(cost.Amount, p.quantity)
	}
	if p.basis == "" || p.quantity.IsZero() && !contracted.IsZero() { // nothing of something has no price
		p.basis, p.unit, p.listPrice = perLine, lineUnit, cost.Amount.Abs()
		p.quantity = withSign(amount.FromInt(1), first2(cost.Amount, contracted))
	}
	p.listCost = p.quantity.Mul(p.listPrice)
	p.contract(r.read(ContractPrice), r.read(Discount), contracted)
	return p
}

// contract fills the contracted side: the bill's component price, else list
// price × discount multiplier, when it explains the discounted cost, and
// otherwise the discounted cost ÷ quantity. A discounted cost of the other
// sign cannot be expressed by a price that is not negative: the list price
// stands for it then, as FOCUS does where nothing is negotiated.
func (p *pricing) contract(price, discount amount.Null, cost amount.Amount) {
	if !price.Valid && discount.Valid && p.basis != perLine {
		price = amount.Some(p.listPrice.Mul(discount.Amount))
	}
	price.Amount = price.Amount.Abs()
	switch {
	case cost.Sign()*p.quantity.Sign() < 0, p.quantity.IsZero():
		p.contractedPrice = p.listPrice
		if price.Valid && p.quantity.IsZero() {
			p.contractedPrice = price.Amount
		}
	case explains(price, p.quantity.Abs(), cost):
		p.contractedPrice = price.Amount
	case explains(amount.Some(p.listPrice), p.quantity.Abs(), cost):
		p.contractedPrice = p.listPrice
	default:
		p.contractedPrice = unitPrice(cost, p.quantity)
	}
	p.contractedCost = p.quantity.Mul(p.contractedPrice)
}

// explains reports whether price × quantity is the cost, up to the provider's
// own rounding to eight decimals.
func explains(price amount.Null, quantity, cost amount.Amount) bool {
	return price.Valid && near(price.Amount.Mul(quantity).Abs(), cost.Abs())
}

// unitPrice is |cost ÷ quantity|: the whole quotient where it ends, else
// rounded so far down that the product still rounds to the cost.
func unitPrice(cost, quantity amount.Amount) amount.Amount {
	if price, ok := cost.QuoExact(quantity, 24); ok {
		return price.Abs()
	}
	return cost.Quo(quantity, 12+quantity.IntDigits()).Abs()
}

// quotient is |cost ÷ price|, likewise.
func quotient(cost, price amount.Amount) amount.Amount {
	if q, ok := cost.QuoExact(price, 24); ok {
		return q.Abs()
	}
	return cost.Quo(price, 12+price.IntDigits()).Abs()
}

// withSign is |a| with the sign of s.
func withSign(a, s amount.Amount) amount.Amount {
	if s.Sign() < 0 {
		return a.Abs().Neg()
	}
	return a.Abs()
}

// first2 is a, or b when a is zero.
func first2(a, b amount.Amount) amount.Amount {
	if a.IsZero() {
		return b
	}
	return a
}
