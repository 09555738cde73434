package billsource

import (
	"context"
	"errors"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// peeked is what the first good row of an undated file says about its month.
type peeked struct {
	rows  bool // there is a row
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
	p.rows = true
	p.month, p.known = parseMonth(month)
	return errPeeked
}

// bad rows are judged when the file is read.
func (p *peeked) bad(*RowError) error {
	p.rows = true
	return nil
}
