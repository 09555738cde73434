package bill

import (
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
	"deliverd/internal/period"
)

// spreads reports whether the layout asks for the purchase's EffectiveCost to
// be spread over the period it pays for: a subscription that reaches beyond
// one bill month. Refunds and commitments are not spread.
func (m *Mapper) spreads(act *action, w *words, real amount.Amount) bool {
	c := &m.charge
	return m.cfg.Layout.Amortise && act.category == purchase && act.commitment == noCommitment && w.payMode == PrePay && real.Sign() > 0 &&
		period.MonthOf(c.ChargePeriodStart) != period.MonthOf(c.ChargePeriodEnd.Add(-time.Second))
}

// spread emits the purchase as a charge for every month of its period. The
// first has the billed cost, the prices and the quantity; the others have
// their share of the EffectiveCost alone, by the seconds of the period that lie
// in their month. The shares sum to the billed cost: the last takes what
// rounding left.
func (m *Mapper) spread(visit func(*focus.Charge) error) error {
	c := &m.charge
	start, end := c.ChargePeriodStart, c.ChargePeriodEnd
	whole := amount.FromInt(int64(end.Sub(start) / time.Second))
	left := c.EffectiveCost
	total := c.EffectiveCost
	for from := start; from.Before(end); {
		to := period.MonthOf(from).End()
		share := left
		if to.Before(end) {
			share = total.Mul(amount.FromInt(int64(to.Sub(from)/time.Second))).Quo(whole, 8)
		} else {
			to = end
		}
		left = left.Sub(share)
		c.ChargePeriodStart, c.ChargePeriodEnd, c.EffectiveCost = from, to, share
		if err := m.emit(visit); err != nil {
			return err
		}
		nothing := amount.Amount{}
		c.BilledCost, c.ListCost, c.ContractedCost, c.PricingQuantity = nothing, nothing, nothing, amount.Some(nothing)
		from = to
	}
	c.ChargePeriodStart, c.ChargePeriodEnd = start, end
	return nil
}
