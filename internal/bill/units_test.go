package bill

import (
	"testing"

	"deliverd/internal/focus"
)

func TestPriceUnits(t *testing.T) {
	for _, test := range []struct{ text, timeUnit, unit, currency, single string }{
		{"USD/GB/Hour", "hour", "GB-Hours", "USD", "GB-Hours"},
		{"元/100个/小时", "小时", "100 Unit Hours", "CNY", "Unit-Hours"},
		{"元/个/月", "小时", "Unit-Months", "CNY", "Unit-Hours"},
		{"USD/10,000 requests", "", "10000 Requests", "USD", "Requests"},
		{"USD/10k requests", "", "10000 Requests", "USD", "Requests"},
		{"USD/1.5k requests", "", "1500 Requests", "USD", "Requests"},
		{"元/万次", "", "10000 Requests", "CNY", "Requests"},
		{"USD/0.5 million requests", "", "500000 Requests", "USD", "Requests"},
		{"USD/0.5 GB", "", "GB", "USD", "GB"},
		{"USD/unit/3 months", "month", "Unit-Months", "USD", "Unit-Months"},
		{"USD/0 GB", "", "GB", "USD", "GB"},
		{"USD/unit/3 months", "hour", "Unit-Hours", "USD", "Unit-Hours"},
		{"USD/unit/1 month", "month", "Unit-Months", "USD", "Unit-Months"},
		{"USD/3 months", "", "3 Months", "USD", "Months"},
		{"USD/10-month", "", "10 Months", "USD", "Months"},
		{"USD/month", "day", "Months", "USD", "Days"},
		{"USD per GB-month", "", "GB-Months", "USD", "GB-Months"},
		{"USD per GB per month", "", "GB-Months", "USD", "GB-Months"},
		{"USD/GB-month", "", "GB-Months", "USD", "GB-Months"},
		{"USD/GB·month", "", "GB-Months", "USD", "GB-Months"},
		{"USD/(GB*month)", "", "GB-Months", "USD", "GB-Months"},
		{"USD/(GB/month)", "", "GB-Months", "USD", "GB-Months"},
		{"GB-Hours", "", "GB-Hours", "", "GB-Hours"},
		{"元/核·时", "", "Core-Hours", "CNY", "Core-Hours"},
		{"USD/request(s)", "", "Requests", "USD", "Requests"},
		{"USD/per-call", "", "Per Calls", "USD", "Per Calls"},
		{"USD/SKU-s", "", "SKU S", "USD", "SKU S"},
		{"", "", "", "", ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			unit, currency, m := priceUnit(test.text, test.timeUnit)
			if unit != test.unit || currency != test.currency || m.single != test.single {
				t.Errorf("got %q, %q, single %q; want %q, %q, single %q", unit, currency, m.single, test.unit, test.currency, test.single)
			}
		})
	}
}

func TestTheUnitOfAUsageDoesNotDependOnTheLineBefore(t *testing.T) {
	without := line(t, map[Field]string{TimeSpan: "2", TimeUnit: "hour", RealCost: "1"})
	with := line(t, map[Field]string{UsedAmount: "3", TimeSpan: "2", TimeUnit: "hour", RealCost: "1"})
	m := november(t)
	var units []string
	for _, l := range []*Line{without, with} {
		if err := m.Charges(l, func(c *focus.Charge) error {
			units = append(units, c.ConsumedQuantity.Amount.String()+" "+c.ConsumedUnit)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if units[0] != "2.0 Hours" || units[1] != "3.0 Units" {
		t.Errorf("got %q", units)
	}
}
