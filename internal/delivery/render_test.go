package delivery_test

import (
	"context"
	"io"
	"slices"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/object"
)

// recorder is a bucket that keeps what was asked of it.
type recorder struct {
	delivery.Bucket
	puts *[]object.PutOptions
}

func (r recorder) Put(ctx context.Context, key string, body io.Reader, opt object.PutOptions) (object.Object, error) {
	*r.puts = append(*r.puts, opt)
	return r.Bucket.Put(ctx, key, body, opt)
}

// TestOnlyWhatIsThereIsReplaced: a new key goes out without Replace, so that
// nobody's object is written over.
func TestOnlyWhatIsThereIsReplaced(t *testing.T) {
	r := newRig(t, small())
	var puts []object.PutOptions
	r.edit = func(c *delivery.Config) { c.Bucket = recorder{r.bucket, &puts} }
	r.must(delivery.Delivered, "2025-11-10")
	r.source.lines[0] = charged(1, "2025-11-01", "200030010001", "11")
	r.must(delivery.Replaced, "2025-11-10")
	r.must(delivery.Delivered, "2025-11-11")
	var got []bool
	for _, opt := range puts {
		got = append(got, opt.Replace)
	}
	if !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("Replace: got %v, want it for the object that was there alone", got)
	}
}

// TestCommitmentsAreThoseOfTheLastReading: what a month says of commitments is
// gathered anew when a later day makes it be read again.
func TestCommitmentsAreThoseOfTheLastReading(t *testing.T) {
	const day = "2025-11-06"
	fee := charged(10, day, "200030010001", "3")
	fee[bill.ActionType], fee[bill.ActionTypeName], fee[bill.ResourceID] = "svp_hour_pay", "", "sp-1"
	use := charged(11, day, "200030010001", "2")
	use[bill.ResourceID], use[bill.SinglePrice], use[bill.UsedAmount], use[bill.RealCost] = "ins-1", "2", "1", "0"
	use[bill.CostWithSP], use[bill.SPDeductionRate] = "2", "0.6"
	later := append(small(), fee, use)

	fresh := newRig(t, later)
	fresh.must(delivery.Delivered, day)
	r := newRig(t, small())
	r.source.through = when(t, "2025-11-05").Through
	r.source.before = func(s *source, read int) error {
		if read == 2 {
			s.lines, s.through = later, when(t, day).Through
		}
		return nil
	}
	r.deliver("2025-11-05", day)
	if got, want := r.content(day), fresh.content(day); got != want || r.source.reads != 2 {
		t.Errorf("after %d readings the file is\n%s\nwant\n%s", r.source.reads, got, want)
	}
}

// TestSeveralCurrencies: a sum over them is no amount of money.
func TestSeveralCurrencies(t *testing.T) {
	r := newRig(t, small())
	r.source.lines[1][bill.Currency] = "CNY"
	if out := r.must(delivery.Delivered, "2025-11-01"); len(out.Warnings) != 0 {
		t.Errorf("a file in one currency: got warnings %q", out.Warnings)
	}
	for range 2 { // unchanged at the second
		out := r.deliver("2025-11-10")[0]
		if want := []string{"billed is the sum over several currencies: CNY, USD"}; !slices.Equal(out.Warnings, want) {
			t.Errorf("%s: got warnings %q, want %q", out.Result, out.Warnings, want)
		}
	}
}
