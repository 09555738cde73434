package bill

import "deliverd/internal/amount"

// deductions are what commitments took off a line's original cost, and what
// they have to fit in.
type deductions struct {
	ri, sp amount.Amount
	cost   amount.Null
	total  amount.Amount // after them
}

func deductionsOf(l *Line) deductions {
	r := amountReader{line: l}
	d := deductions{ri: r.read(CostWithRI).Amount, sp: r.read(CostWithSP).Amount}
	if d.any() {
		d.cost, d.total = r.read(Cost), r.read(RealCost).Amount
	}
	return d
}

func (d deductions) any() bool { return !d.ri.IsZero() || !d.sp.IsZero() }

// believed reports whether the deductions are parts of the cost: of its sign,
// as those of a refund are negative, and no more than it but for the
// provider's rounding. Without a cost, they are of the sign of the total.
func (d deductions) believed() bool {
	sum := d.ri.Add(d.sp)
	whole := d.total
	if d.cost.Valid {
		whole = d.cost.Amount
	}
	if d.ri.Sign()*d.sp.Sign() < 0 || sum.Sign()*whole.Sign() < 0 {
		return false
	}
	return !d.cost.Valid || sum.Abs().Sub(whole.Abs()).Cmp(lastPlace) <= 0
}
