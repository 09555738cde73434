package bill_test

import (
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
