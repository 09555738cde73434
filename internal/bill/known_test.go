package bill_test

import (
	"strings"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/focus"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

// TestSampleBillsAreKnown maps bills in both languages, with their codes and
// without: every product and every place is known.
func TestSampleBillsAreKnown(t *testing.T) {
	month, err := period.ParseMonth("2025-11")
	if err != nil {
		t.Fatal(err)
	}
	for _, chinese := range []bool{false, true} {
		for _, codes := range []bool{true, false} {
			mapper := bill.NewMapper(bill.MapperConfig{UIN: "200020002001", Month: month, Currency: "USD", Due: time.Unix(0, 0)})
			for l := range (sample.Bill{UIN: "200020002001", Month: month, Lines: 3000, Seed: 1, Members: 3, Chinese: chinese}).All() {
				own := *l
				if !codes {
					own[bill.BusinessCode], own[bill.RegionID], own[bill.ZoneID] = "", "", ""
				}
				err := mapper.Charges(&own, func(c *focus.Charge) error {
					if c.RegionId != "" && (!strings.Contains(c.RegionId, "-") || !strings.HasPrefix(c.AvailabilityZone, c.RegionId+"-")) {
						t.Errorf("region %q, zone %q", c.RegionId, c.AvailabilityZone)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if unknown := mapper.UnknownProducts(); len(unknown) > 0 {
				t.Errorf("chinese %v, codes %v: unknown %q", chinese, codes, unknown)
			}
		}
	}
}
