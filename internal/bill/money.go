package bill

import "deliverd/internal/amount"

// Money is what a line costs. All amounts are exact and in the line's currency.
type Money struct {
	List    amount.Null   // original cost at list price; absent for contract prices and some refunds
	Real    amount.Amount // after discounts and deductions, before voucher and tax
	Voucher amount.Amount // what vouchers paid
	Tax     amount.Amount // what Payable holds beyond Real - Voucher
	Payable amount.Amount // what is to be paid: Real - Voucher + Tax

	Cash, Incentive, Transfer amount.Amount // how Payable was paid
}

// lastPlace is one unit in the last of the eight decimals that the provider
// keeps of an amount: what its own rounding may shift between two columns.
var lastPlace = mustParse("0.00000001")

// Money reads the amounts of a line. The error is a [*FieldError].
//
// A bill file states what is to be paid (TotalCost); the API does not, there
// it is RealCost less the voucher (DESIGN section 3, FOCUS). Where the file's
// total exceeds that by its tax, the tax is told apart; where it differs by
// anything else, the line contradicts itself and is refused. A voucher, or the
// tax of a line with a tax rate, that is blank beside both totals is what they
// differ by. A line that
// states neither total has no price, and is refused too: money is not guessed.
// A bill that does not say how a line was paid counts it as paid in cash.
func (l *Line) Money() (Money, error) {
	var m Money
	r := amountReader{line: l}
	m.List = r.read(Cost)
	m.Voucher = r.read(VoucherPay).Amount
	if err := m.total(&r); err != nil {
		return Money{}, err
	}
	cash, incentive, transfer := r.read(CashPay), r.read(IncentivePay), r.read(TransferPay)
	m.Cash, m.Incentive, m.Transfer = cash.Amount, incentive.Amount, transfer.Amount
	if !cash.Valid && !incentive.Valid && !transfer.Valid {
		m.Cash = m.Payable
	}
	return m, r.err
}

// total settles Real, Tax and Payable.
func (m *Money) total(r *amountReader) error {
	total, realCost, voucher, taxed := r.read(TotalCost), r.read(RealCost), r.read(VoucherPay), r.read(TaxAmount)
	tax := taxed.Amount
	switch {
	case r.err != nil:
		return r.err
	case !total.Valid && !realCost.Valid:
		return &FieldError{TotalCost, "", "is blank, and so is " + RealCost.String() + ": the line has no amount",
			"correct the row, download the bill again, or leave such rows out with --skip-bad-rows"}
	case !total.Valid:
		m.Real = realCost.Amount
		m.Payable = m.Real.Sub(m.Voucher)
		return nil
	}
	m.Payable = total.Amount
	if !realCost.Valid {
		m.Tax = tax
		m.Real = m.Payable.Add(m.Voucher).Sub(tax)
		return nil
	}
	m.Real = realCost.Amount
	beyond := m.Payable.Sub(m.Real.Sub(m.Voucher))
	switch {
	case near(beyond, amount.Amount{}):
		m.Real = m.Real.Add(beyond)
	case near(beyond, tax), !taxed.Valid && beyond.Sign() > 0 && r.read(TaxRate).Valid:
		m.Tax = beyond
	case !voucher.Valid && beyond.Cmp(tax) < 0:
		m.Tax, m.Voucher = tax, tax.Sub(beyond)
	default:
		return &FieldError{TotalCost, r.line[TotalCost], "is not " + RealCost.String() + " less " + VoucherPay.String() +
			", with or without tax: " + m.Real.Sub(m.Voucher).String(), "correct the row, or download the bill again"}
	}
	return nil
}

func near(a, b amount.Amount) bool {
	return a == b || a.Sub(b).Abs().Cmp(lastPlace) <= 0
}

// amountReader reads decimal fields of a line and keeps the first error.
type amountReader struct {
	line *Line
	err  error
}

func (r *amountReader) read(f Field) amount.Null {
	text := r.line[f]
	if text == "" {
		return amount.Null{}
	}
	a, err := amount.Parse(text)
	if err != nil {
		if r.err == nil {
			r.err = &FieldError{f, text, "is no decimal number", "correct the cell, or download the bill again"}
		}
		return amount.Null{}
	}
	return amount.Some(a)
}

func mustParse(s string) amount.Amount {
	a, err := amount.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}
