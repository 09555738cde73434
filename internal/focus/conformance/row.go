package conformance

import "deliverd/internal/amount"

// row is one record as rules see it. Columns are places in the file; a column
// that the file lacks has the place of a cell that is always null.
type row struct {
	cells  []cell
	values []value // valid where the cell is not null

	category   category
	correction bool // ChargeClass is Correction
	unused     bool // CommitmentDiscountStatus is Unused
	gap        amount.Amount
}

// category is the ChargeCategory of a row.
type category uint8

const (
	categoryOther category = iota // null or no allowed value
	categoryUsage
	categoryPurchase
	categoryTax
	categoryCredit
	categoryAdjustment
)

func categoryOf(c *cell) category {
	if c.null {
		return categoryOther
	}
	switch string(c.text) {
	case "Usage":
		return categoryUsage
	case "Purchase":
		return categoryPurchase
	case "Tax":
		return categoryTax
	case "Credit":
		return categoryCredit
	case "Adjustment":
		return categoryAdjustment
	}
	return categoryOther
}

// priced says that the row is a charge with prices: Usage or Purchase, and no
// correction.
func (r *row) priced() bool {
	return (r.category == categoryUsage || r.category == categoryPurchase) && !r.correction
}

func (r *row) null(at int) bool { return r.cells[at].null }

func (r *row) is(at int, text string) bool {
	return !r.cells[at].null && string(r.cells[at].text) == text
}

// same compares two cells; nulls are the same as each other.
func (r *row) same(a, b int) bool {
	x, y := &r.cells[a], &r.cells[b]
	return x.null == y.null && (x.null || string(x.text) == string(y.text))
}

// number is absent for a null and for a text that is no number.
func (r *row) number(at int) amount.Null {
	if r.cells[at].null {
		return amount.Null{}
	}
	return r.values[at].number
}

func (r *row) moment(at int) (seconds int64, ok bool) {
	if r.cells[at].null {
		return 0, false
	}
	return r.values[at].seconds, r.values[at].timed
}

// differ says whether two numbers are both there and not equal.
func (r *row) differ(a, b int) bool {
	x, y := r.number(a), r.number(b)
	return x.Valid && y.Valid && !x.Amount.Equal(y.Amount)
}

// nonZero says whether the cell is a number other than 0.
func (r *row) nonZero(at int) bool {
	n := r.number(at)
	return n.Valid && !n.Amount.IsZero()
}
