package billsource

import (
	"context"
	"encoding/json"
	"fmt"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// partnerRequest asks for records of intlpartnersmgt 2022-09-28.
type partnerRequest struct {
	CustomerUin json.Number `json:",omitempty"` // the reseller names the customer
	Month       string
	Page        int64
	PageSize    int
}

const mostPartner = 200

func (a *API) partnerRequest(uin string, month period.Month, page int64, size int) partnerRequest {
	return partnerRequest{CustomerUin: a.customer(uin), Month: month.String(), Page: page, PageSize: size}
}

// customer is how a reseller's request names the account; a customer's own
// does not.
func (a *API) customer(uin string) json.Number {
	if a.Kind != Reseller {
		return ""
	}
	return json.Number(uin)
}

// partner reads the bill of a reseller's customer: page by page, or as a file
// where that would take too long and the month has ended. The file of a month
// that still moves may be older than its pages.
func (r *apiReader) partner(ctx context.Context) (bill.Reading, error) {
	r.begin(ctx, bill.OwnerUin)
	what := r.api.detailCall()
	size := mostPartner
	if r.api.PageSize > 0 {
		size = min(size, r.api.PageSize)
	}
	var seen map[string]bool
	short := false
	for number := int64(1); number <= mostPages; number++ {
		var got page
		if err := r.api.caller.do(ctx, what, r.api.partnerRequest(r.want.UIN, r.want.Month, number, size), &got); err != nil {
			return bill.Reading{}, err
		}
		total := got.total()
		switch {
		case len(got.records) == 0:
			return r.finishPartner(ctx, what.action)
		case short || len(got.records) > size:
			return bill.Reading{}, &MovedError{what.action, fmt.Sprintf("page %d has %d records, and the one before was no full page of %d", number, len(got.records), size)}
		case number == 1 && total >= r.api.Large && r.through == r.want.Month.Last():
			return r.file(ctx)
		}
		short = len(got.records) < size
		var err error
		if seen, err = r.neighbours(what, number, seen, got.records); err != nil {
			return bill.Reading{}, err
		}
		r.pages++
		if err := r.take(&got, what); err != nil {
			return bill.Reading{}, err
		}
		r.taker.promised = max(r.taker.promised, total)
		if r.api.Progress != nil {
			r.api.Progress(r.pages, r.taker.records, r.taker.promised)
		}
	}
	return bill.Reading{}, &MovedError{what.action, "the pages do not come to an end"}
}

func (r *apiReader) finishPartner(ctx context.Context, action string) (bill.Reading, error) {
	reading, err := r.finish(action)
	if err != nil {
		return bill.Reading{}, err
	}
	return reading, r.checkDay(ctx, &reading)
}

// firstDailyTotal is the first day that DescribeCustomerBillDetailByDay knows.
const firstDailyTotal = "2025-06-01"

// checkDay holds the lines of the asked day, the newest and so the one most
// likely to be short, against the total that the provider has for the day. The
// provider does not say by which time it assigns a line to a day, so a
// difference is a warning.
func (r *apiReader) checkDay(ctx context.Context, reading *bill.Reading) error {
	day := r.want.Through
	if r.api.Kind != Reseller || day.String() < firstDailyTotal {
		return nil
	}
	var got struct{ TotalCost string }
	what := call{partners, "DescribeCustomerBillDetailByDay", classPartner}
	ask := struct {
		CustomerUin json.Number
		Date        string
	}{json.Number(r.want.UIN), day.String()}
	if err := r.api.caller.do(ctx, what, ask, &got); err != nil {
		return err
	}
	theirs, err := amount.Parse(got.TotalCost)
	if err != nil {
		reading.Warnings = append(reading.Warnings, fmt.Sprintf("%s says %s for %s, which is no amount", what.action, shown(got.TotalCost), day))
		return nil //nolint:nilerr // a cross-check that cannot be made is told, and holds nothing up
	}
	if !theirs.Equal(r.ofDay) {
		reading.Warnings = append(reading.Warnings, fmt.Sprintf("the lines of %s come to %s, %s says %s", day, r.ofDay, what.action, theirs))
	}
	return nil
}
