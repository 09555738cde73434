package bill_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

func TestTotalsComeBackFromTheirEncoding(t *testing.T) {
	want := tallyOf(t, sampleBill(t, 5000))
	text, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := bill.DecodeTotals(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTotalsOfAnotherEncodingAreRefused(t *testing.T) {
	for _, text := range []string{"", "{}", `{"version":1}`, `{"version":2,"totals":{}}`, `{"version":1,"totals":{"list":"much"}}`} {
		if got, err := bill.DecodeTotals([]byte(text)); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

// TestTotalsCountLines: every partition of the bill has all its lines.
func TestTotalsCountLines(t *testing.T) {
	totals := tallyOf(t, sampleBill(t, 5000))
	for name, groups := range map[string]map[string]*bill.Group{
		"regions": totals.Regions, "projects": totals.Projects, "pay modes": totals.PayModes, "owners": totals.Owners,
	} {
		lines, byProduct := int64(0), int64(0)
		for _, g := range groups {
			lines += g.Lines
			for _, e := range g.Products {
				byProduct += e.Lines
			}
		}
		if lines != totals.Lines || byProduct != totals.Lines {
			t.Errorf("%s have %d lines, by product %d; the bill has %d", name, lines, byProduct, totals.Lines)
		}
	}
}

// TestTotalsByOperator are the totals of each operator's lines alone, whether
// there is one or there are several, in whatever order they come.
func TestTotalsByOperator(t *testing.T) {
	for name, operators := range map[string][]string{"one": {"7"}, "three": {"7", "", "8"}} {
		var tally bill.Tally
		alone := map[string]*bill.Tally{}
		number := 0
		err := sampleBill(t, 5000).Each(func(l *bill.Line) error {
			number++
			l[bill.OperateUin] = operators[number/40%len(operators)]
			one := alone[l[bill.OperateUin]]
			if one == nil {
				one = &bill.Tally{}
				alone[l[bill.OperateUin]] = one
			}
			if number == 2000 {
				tally.Totals() // asked in between
			}
			return errors.Join(tally.Add(l), one.Add(l))
		})
		if err != nil {
			t.Fatal(err)
		}
		text, err := tally.Totals().Encode()
		if err != nil {
			t.Fatal(err)
		}
		totals, err := bill.DecodeTotals(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(totals.Operators) != len(operators) {
			t.Errorf("%s: %d operators", name, len(totals.Operators))
		}
		for uin, tally := range alone {
			if diff := cmp.Diff(jsonOf(t, tally.Totals().Parts), jsonOf(t, totals.OfOperator(uin))); diff != "" {
				t.Errorf("%s: operator %q (-alone +of all):\n%s", name, uin, diff)
			}
		}
		if nobody := totals.OfOperator("nobody"); nobody != nil {
			t.Errorf("%s: nobody has %+v", name, nobody)
		}
	}
}
