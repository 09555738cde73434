package billsource

import (
	"context"
	"errors"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// peeked is what the first good row of an undated file says about its month.
type peeked struct {
	rows  bool      // there is a row
	good  bool      // a good one
	first *RowError // the first bad one
	known bool
	month period.Month
}

var errPeeked = errors.New("seen enough")

// peek reads an undated file up to its first good row.
func (f *Files) peek(ctx context.Context, c *candidate) (peeked, error) {
	var p peeked
	err := f.eachPart(ctx, c, nil, func(part *part) error { return part.read(ctx, &p) })
	if errors.Is(err, errPeeked) {
		err = nil
	}
	return p, err
}

func (p *peeked) take(lines []bill.Line, month string, _ *place) error {
	if month == "" {
		month = lines[0][bill.BillDay]
	}
	p.rows, p.good = true, true
	p.month, p.known = parseMonth(month)
	return errPeeked
}

// bad rows are judged when the file is read.
func (p *peeked) bad(e *RowError) error {
	if p.rows = true; p.first == nil {
		p.first = e
	}
	return nil
}
