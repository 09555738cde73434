package delivery_test

import (
	"strings"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
)

// TestAFileThatBreaksARule leaves out a column that FOCUS demands.
func TestAFileThatBreaksARule(t *testing.T) {
	for _, test := range []struct {
		conformance delivery.Conformance
		want        delivery.Result
		warned      bool
	}{
		{delivery.HoldNonconforming, delivery.Held, false},
		{delivery.WarnNonconforming, delivery.Delivered, true},
		{delivery.SkipConformance, delivery.Delivered, false},
	} {
		t.Run(string(test.conformance), func(t *testing.T) {
			r := newRig(t, small())
			r.edit = func(c *delivery.Config) {
				c.Conformance, c.Layout = test.conformance, bill.Layout{Version: "1.2", Columns: []string{"BilledCost", "BillingCurrency"}}
			}
			out := r.must(test.want, "2025-11")
			if warned := len(out.Warnings) > 0; warned != test.warned {
				t.Errorf("warnings: got %q", out.Warnings)
			}
			if held := len(out.Reasons) > 0 && out.Reasons[0].Kind == delivery.ReasonConformance && out.Remedy() != ""; held != (test.want == delivery.Held) {
				t.Errorf("reasons: got %+v", out.Reasons)
			}
			if there := strings.HasPrefix(r.content("2025-11"), "BilledCost,BillingCurrency\n"); there != (test.want == delivery.Delivered) {
				t.Errorf("the bucket holds %q", r.content("2025-11"))
			}
			r.checkTidy()
		})
	}
}
