package sample

import (
	"math/rand/v2"

	"deliverd/internal/bill"
)

// entry is one line in numbers.
type entry struct {
	rand  *rand.Rand
	index int // within the record

	unit     *unit
	price    e8 // list price of per units for a unit of time
	per      int64
	used     e8    // after what packages deducted
	deducted e8    // what packages deducted
	span     int64 // units of time

	tier             e8 // of price × usage, where lower steps of a price count
	riShare, spShare e8 // of the cost
	discount         e8
	contract         bool   // the list price is not told
	suffix           string // more decimals of an amount without deductions

	voucher             e8 // of what is to be paid
	incentive, transfer e8 // of what remains then

	instanceType, reduceType name
	formula, orders          bool
}

// fill writes the numbers into texts: what follows from them as well.
func (e *entry) fill(t *texts) {
	cost := e.price.times(e.used*e8(e.span), e.per)
	if e.tier != one {
		cost = cost.times(e.tier, 1)
	}
	ri, sp := cost.times(e.riShare, 1), cost.times(e.spShare, 1)
	realCost := (cost - ri - sp).times(e.discount, 1)
	e.prices(t)
	e.quantities(t)
	if !e.contract {
		t.set(bill.Cost, append(cost.fixed(t.bytes), e.suffix...))
		t.set(bill.Discount, e.discount.short(t.bytes))
		t.set(bill.BlendedDiscount, blended(realCost, cost, e.discount).fixed(t.bytes))
	}
	t.set(bill.RITimeSpan, (e8(e.span) * e.riShare).fixed(t.bytes))
	t.set(bill.CostWithRI, ri.fixed(t.bytes))
	t.set(bill.SPDeductionRate, e.spShare.fixed(t.bytes))
	t.set(bill.CostWithSP, sp.fixed(t.bytes))
	t.set(bill.RealCost, append(realCost.fixed(t.bytes), e.suffix...))
	e.payments(t, realCost)
}

func (e *entry) prices(t *texts) {
	if !e.contract {
		t.set(bill.SinglePrice, e.price.fixed(t.bytes))
	}
	t.set(bill.ContractPrice, e.price.times(e.discount, 1).fixed(t.bytes))
}

func (e *entry) quantities(t *texts) {
	t.set(bill.UsedAmount, e.used.short(t.bytes))
	t.set(bill.RealTotalMeasure, (e.used + e.deducted).short(t.bytes))
	t.set(bill.DeductedMeasure, e.deducted.short(t.bytes))
	t.set(bill.TimeSpan, (e8(e.span) * one).short(t.bytes))
}

func (e *entry) payments(t *texts, realCost e8) {
	voucher := realCost.times(e.voucher, 1)
	payable := realCost - voucher
	incentive, transfer := payable.times(e.incentive, 1), payable.times(e.transfer, 1)
	t.set(bill.VoucherPay, voucher.fixed(t.bytes))
	t.set(bill.CashPay, append((payable-incentive-transfer).fixed(t.bytes), e.suffix...))
	t.set(bill.IncentivePay, incentive.fixed(t.bytes))
	t.set(bill.TransferPay, transfer.fixed(t.bytes))
}

// blended is what is paid of the list price after all deductions.
func blended(realCost, cost, discount e8) e8 {
	switch {
	case cost == 0:
		return discount
	case cost < 0:
		return (-realCost).over(-cost)
	default:
		return realCost.over(cost)
	}
}
