package rehearse

import (
	"context"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// source is the invented bill of one account: a handful of lines a day, the same
// ones for the same account and day. It has a day when the day has been over for
// a while; some lines come a day and a half later still.
type source struct {
	uin  string
	now  func() time.Time
	wait func() time.Duration // how long after a day's end it has the day
}

// lateLines is how long after its day's end a late line comes.
const lateLines = 36 * time.Hour

// products are what the lines are of.
var products = [...]string{"Cloud Virtual Machine (CVM)", "Cloud Object Storage (COS)", "Content Delivery Network (CDN)"}

// Read gives the lines of a month that the source has by now.
func (s *source) Read(ctx context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error) {
	through, ok := s.ready(want.Month)
	if !ok || through.Compare(want.Through) < 0 {
		return bill.Reading{}, fmt.Errorf("the invented bill of %s is complete %s after the day's end: %w", want.Through, shortDuration(s.wait()), bill.ErrNotReady)
	}
	reading := bill.Reading{Source: "an invented bill", Through: through}
	for d := want.Month.First(); d.Compare(through) <= 0; d = d.Next() {
		if ctx.Err() != nil {
			return bill.Reading{}, context.Cause(ctx)
		}
		for i := range s.lines(d) {
			line := s.line(d, i)
			if err := line.Complete(want.Month); err != nil {
				return bill.Reading{}, err
			}
			if err := emit(&line); err != nil {
				return bill.Reading{}, err
			}
			reading.Lines++
		}
	}
	return reading, nil
}

// ready is the last day of a month that the source has.
func (s *source) ready(m period.Month) (last period.Day, ok bool) {
	last = period.LastEndedDay(s.now().Add(-s.wait()))
	if last.Compare(m.First()) < 0 {
		return last, false
	}
	return m.Clamp(last), true
}

// lines is how many lines of a day the source has by now.
func (s *source) lines(d period.Day) int {
	n := 3 + int(s.hash(d)%4)
	if late := int(s.hash(d) / 4 % 3); s.now().Before(d.End().Add(lateLines)) {
		n -= late
	}
	return n
}

// rows is how many rows the file of a period has when it is made now.
func (s *source) rows(p period.Period) int {
	last := p.Through
	if p.Whole() {
		last = p.Month().Last()
	}
	n := 0
	for d := p.Month().First(); d.Compare(last) <= 0; d = d.Next() {
		n += s.lines(d)
	}
	return n
}

func (s *source) hash(d period.Day) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, s.uin, d)
	return h.Sum64()
}

func (s *source) line(d period.Day, i int) bill.Line {
	day := d.String()
	cost := strconv.FormatUint(s.hash(d)%1000+1, 10) + ".0" + strconv.Itoa(i)
	return bill.Line{
		bill.RecordID: d.Compact() + strconv.Itoa(100+i), bill.BillDay: day,
		bill.PayerUin: s.uin, bill.OwnerUin: s.uin,
		bill.BusinessName: products[i%len(products)], bill.PayModeName: "Pay-as-you-go", bill.ActionTypeName: "Hourly settlement",
		bill.RegionName: "Singapore", bill.UsageStart: day + " 00:00:00", bill.UsageEnd: day + " 23:59:59",
		bill.UsedAmount: "24", bill.UsedAmountUnit: "Hour",
		bill.Cost: cost, bill.RealCost: cost, bill.VoucherPay: "0", bill.TotalCost: cost, bill.Currency: "USD",
	}
}
