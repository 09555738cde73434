package bill

import (
	"slices"
	"strings"
	"testing"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
	"deliverd/internal/period"
)

// line is a completed line of November 2025 with the given fields.
func line(t *testing.T, fields map[Field]string) *Line {
	t.Helper()
	l := &Line{
		RecordID: "1", PayerUin: "100000000001", OwnerUin: "200000000002", BusinessCode: "p_cvm", BusinessName: "Cloud Virtual Machine (CVM)",
		ProductCode: "sp_cvm_s5", ProductName: "CVM Standard S5", PayModeName: "Pay-as-you-go", ActionType: "postpay_deduct_h",
		ActionTypeName: "Hourly settlement", RegionID: "9", RegionName: "Singapore", ZoneName: "Singapore Zone 1", ResourceID: "ins-1",
		ResourceName: "web", UsageStart: "2025-11-03 10:00:00", UsageEnd: "2025-11-03 10:59:59", ItemCode: "sv_cpu", ItemName: "CPU", Currency: "USD",
	}
	for f, text := range fields {
		clean, err := Clean(f, text)
		if err != nil {
			t.Fatal(err)
		}
		l[f] = clean
	}
	month, _ := period.ParseMonth("2025-11")
	if err := l.Complete(month); err != nil {
		t.Fatal(err)
	}
	return l
}

func november(t *testing.T) *Mapper {
	t.Helper()
	month, err := period.ParseMonth("2025-11")
	if err != nil {
		t.Fatal(err)
	}
	return NewMapper(MapperConfig{UIN: "100000000001", Month: month, Currency: "USD", Due: time.Date(2025, 12, 5, 3, 0, 0, 0, period.Zone)})
}

// charges are the charges of a line, checked for what holds of every line.
func charges(t *testing.T, l *Line) []focus.Charge {
	t.Helper()
	var all []focus.Charge
	billed := amount.Amount{}
	err := november(t).Charges(l, func(c *focus.Charge) error {
		kept := *c
		kept.Extra = append([]string(nil), c.Extra...)
		all = append(all, kept)
		billed = billed.Add(c.BilledCost)
		checkProducts(t, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if money, _ := l.Money(); !billed.Equal(money.Payable) {
		t.Errorf("charges come to %s, the line to %s", billed, money.Payable)
	}
	return all
}

func checkProducts(t *testing.T, c *focus.Charge) {
	t.Helper()
	for _, product := range []struct {
		name  string
		price amount.Null
		cost  amount.Amount
	}{{"list", c.ListUnitPrice, c.ListCost}, {"contracted", c.ContractedUnitPrice, c.ContractedCost}} {
		if !product.price.Valid {
			continue
		}
		if product.price.Amount.Sign() < 0 {
			t.Errorf("%s unit price %s is negative", product.name, product.price.Amount)
		}
		if got := product.price.Amount.Mul(c.PricingQuantity.Amount); !got.Equal(product.cost) {
			t.Errorf("%s unit price × quantity = %s, the cost is %s", product.name, got, product.cost)
		}
	}
}

// priced is what a pricing test looks at.
type priced struct{ basis, quantity, unit, listPrice, listCost, contractedPrice, contractedCost, billed string }

func pricedOf(c *focus.Charge) priced {
	text := func(n amount.Null) string {
		if !n.Valid {
			return ""
		}
		return n.Amount.String()
	}
	return priced{
		basis: c.Extra[xPricingBasis], quantity: text(c.PricingQuantity), unit: c.PricingUnit,
		listPrice: text(c.ListUnitPrice), listCost: c.ListCost.String(),
		contractedPrice: text(c.ContractedUnitPrice), contractedCost: c.ContractedCost.String(), billed: c.BilledCost.String(),
	}
}

func TestPricing(t *testing.T) {
	for _, test := range []struct {
		name   string
		fields map[Field]string
		want   priced
	}{
		{"price per hour", map[Field]string{SinglePrice: "0.05", PriceUnit: "USD/unit/hour", UsedAmount: "2", UsedAmountUnit: "unit", TimeSpan: "3", TimeUnit: "hour", Cost: "0.3", RealCost: "0.3"},
			priced{"billed", "6.0", "Unit-Hours", "0.05", "0.3", "0.05", "0.3", "0.3"}},
		{"price per 100 units, as the organization example", map[Field]string{SinglePrice: "0.50000000", PriceUnit: "元/100个/小时", UsedAmount: "100", UsedAmountUnit: "个", TimeSpan: "1", TimeUnit: "小时", Cost: "0.50000000", Discount: "0.680405", ContractPrice: "0.34020250", RealCost: "0.34020250", Currency: "CNY"},
			priced{"billed", "1.0", "100 Unit Hours", "0.5", "0.5", "0.3402025", "0.3402025", "0.3402025"}},
		{"refund: negative price, positive quantity, zero-length period", map[Field]string{ActionType: "pre_to_post", SinglePrice: "-80.89000000", PriceUnit: "元/个/月", UsedAmount: "1", UsedAmountUnit: "个", TimeSpan: "1", TimeUnit: "月", Cost: "-80.89000000", Discount: "1", ContractPrice: "-80.89", RealCost: "-80.89000000", UsageStart: "2025-11-07 16:14:21", UsageEnd: "2025-11-07 16:14:21"},
			priced{"billed", "-1.0", "Unit-Months", "80.89", "-80.89", "80.89", "-80.89", "-80.89"}},
		{"rounded by the provider: the product itself", map[Field]string{SinglePrice: "0.12", PriceUnit: "USD/GB", UsedAmount: "1.23456789", UsedAmountUnit: "GB", Cost: "0.14814815", RealCost: "0.14814815"},
			priced{"billed", "1.23456789", "GB", "0.12", "0.1481481468", "0.12", "0.1481481468", "0.14814815"}},
		{"discounted", map[Field]string{SinglePrice: "0.2", PriceUnit: "USD/GB", UsedAmount: "10", UsedAmountUnit: "GB", Cost: "2", Discount: "0.85", RealCost: "1.7"},
			priced{"billed", "10.0", "GB", "0.2", "2.0", "0.17", "1.7", "1.7"}},
		{"tiered: the cost is not price × usage", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB", UsedAmount: "200", UsedAmountUnit: "GB", Cost: "25", RealCost: "25"},
			priced{"derived-price", "200.0", "GB", "0.125", "25.0", "0.125", "25.0", "25.0"}},
		{"price per GB and month, duration in hours", map[Field]string{SinglePrice: "0.024", PriceUnit: "USD/GB/month", UsedAmount: "100", UsedAmountUnit: "GB", TimeSpan: "372", TimeUnit: "hour", Cost: "1.2", RealCost: "1.2"},
			priced{"derived-quantity", "50.0", "GB-Months", "0.024", "1.2", "0.024", "1.2", "1.2"}},
		{"per 10,000 requests", map[Field]string{SinglePrice: "0.002", PriceUnit: "USD/10,000 requests", UsedAmount: "123456", UsedAmountUnit: "times", Cost: "0.0246912", RealCost: "0.0246912"},
			priced{"billed", "12.3456", "10000 Requests", "0.002", "0.0246912", "0.002", "0.0246912", "0.0246912"}},
		{"contract price: no list price, no original cost", map[Field]string{SinglePrice: "-", Cost: "-", PriceUnit: "USD/GB", UsedAmount: "8", UsedAmountUnit: "GB", RealCost: "1"},
			priced{"derived-price", "8.0", "GB", "0.125", "1.0", "0.125", "1.0", "1.0"}},
		{"no usage at all: the line is the unit", map[Field]string{RealCost: "-3.5"},
			priced{"line", "-1.0", "Units", "3.5", "-3.5", "3.5", "-3.5", "-3.5"}},
		{"free of charge", map[Field]string{SinglePrice: "0.2", PriceUnit: "USD/GB", UsedAmount: "10", UsedAmountUnit: "GB", Cost: "2", Discount: "0", RealCost: "0"},
			priced{"billed", "10.0", "GB", "0.2", "2.0", "0.0", "0.0", "0.0"}},
		{"used up by a resource package", map[Field]string{SinglePrice: "0.2", PriceUnit: "USD/GB", UsedAmount: "0", RealTotalMeasure: "5", DeductedMeasure: "5", UsedAmountUnit: "GB", Cost: "0", RealCost: "0"},
			priced{"billed", "0.0", "GB", "0.2", "0.0", "0.2", "0.0", "0.0"}},
		{"usage blank: the original usage less what a package deducted", map[Field]string{SinglePrice: "0.2", PriceUnit: "USD/GB", RealTotalMeasure: "8", DeductedMeasure: "5", UsedAmountUnit: "GB", RealCost: "0.6"},
			priced{"billed", "3.0", "GB", "0.2", "0.6", "0.2", "0.6", "0.6"}},
		{"usage blank, nothing deducted", map[Field]string{SinglePrice: "0.2", PriceUnit: "USD/GB", RealTotalMeasure: "8", UsedAmountUnit: "GB", RealCost: "1.6"},
			priced{"billed", "8.0", "GB", "0.2", "1.6", "0.2", "1.6", "1.6"}},
		{"usage blank, more deducted than was used", map[Field]string{PriceUnit: "USD/GB", RealTotalMeasure: "5", DeductedMeasure: "8", UsedAmountUnit: "GB", RealCost: "0.6"},
			priced{"line", "1.0", "Units", "0.6", "0.6", "0.6", "0.6", "0.6"}},
		{"cost blank, price per month, duration in hours: the contracted cost stands", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB/month", UsedAmount: "100", UsedAmountUnit: "GB", TimeSpan: "720", TimeUnit: "hour", RealCost: "10"},
			priced{"derived-quantity", "100.0", "GB-Months", "0.1", "10.0", "0.1", "10.0", "10.0"}},
		{"cost blank, price and duration in hours: their product", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB/hour", UsedAmount: "10", UsedAmountUnit: "GB", TimeSpan: "2", TimeUnit: "hour", Discount: "0.5", RealCost: "1"},
			priced{"billed", "20.0", "GB-Hours", "0.1", "2.0", "0.05", "1.0", "1.0"}},
		{"no price, price unit per month, duration in hours: the unit is the duration's", map[Field]string{PriceUnit: "USD/GB/month", UsedAmount: "10", UsedAmountUnit: "GB", TimeSpan: "5", TimeUnit: "hour", RealCost: "10"},
			priced{"derived-price", "50.0", "GB-Hours", "0.2", "10.0", "0.2", "10.0", "10.0"}},
		{"no usage and no cost, but an amount: the line is the unit", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB", UsedAmount: "0", UsedAmountUnit: "GB", Cost: "0", RealCost: "5"},
			priced{"line", "1.0", "Units", "0.0", "0.0", "5.0", "5.0", "5.0"}},
		{"likewise a refund", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB", UsedAmount: "0", UsedAmountUnit: "GB", Cost: "0", RealCost: "-5"},
			priced{"line", "-1.0", "Units", "0.0", "0.0", "5.0", "-5.0", "-5.0"}},
		{"a block that does not divide the usage", map[Field]string{SinglePrice: "3", PriceUnit: "USD/3 units", UsedAmount: "10", UsedAmountUnit: "unit", Cost: "10", RealCost: "10"},
			priced{"derived-price", "10.0", "Units", "1.0", "10.0", "1.0", "10.0", "10.0"}},
		{"likewise, cost blank", map[Field]string{SinglePrice: "3", PriceUnit: "USD/3 units", UsedAmount: "10", UsedAmountUnit: "unit", RealCost: "10"},
			priced{"derived-price", "10.0", "Units", "1.0", "10.0", "1.0", "10.0", "10.0"}},
		{"a block that divides it", map[Field]string{SinglePrice: "3", PriceUnit: "USD/3 units", UsedAmount: "9", UsedAmountUnit: "unit", Cost: "9", RealCost: "9"},
			priced{"billed", "3.0", "3 Units", "3.0", "9.0", "3.0", "9.0", "9.0"}},
		{"a block that the bill itself ignores", map[Field]string{SinglePrice: "2", PriceUnit: "USD/5 units", UsedAmount: "10", UsedAmountUnit: "unit", Cost: "20", RealCost: "20"},
			priced{"billed", "10.0", "Units", "2.0", "20.0", "2.0", "20.0", "20.0"}},
		{"a block that the bill itself ignores and that does not divide", map[Field]string{SinglePrice: "1", PriceUnit: "USD/3 units", UsedAmount: "10", UsedAmountUnit: "unit", Cost: "10", RealCost: "10"},
			priced{"billed", "10.0", "Units", "1.0", "10.0", "1.0", "10.0", "10.0"}},
		{"a block with a fraction", map[Field]string{SinglePrice: "1", PriceUnit: "USD/0.5 GB", UsedAmount: "10", UsedAmountUnit: "GB", Cost: "20", RealCost: "20"},
			priced{"derived-price", "10.0", "GB", "2.0", "20.0", "2.0", "20.0", "20.0"}},
		{"likewise, cost blank", map[Field]string{SinglePrice: "1", PriceUnit: "USD/0.5 GB", UsedAmount: "10", UsedAmountUnit: "GB", RealCost: "20"},
			priced{"derived-price", "10.0", "GB", "2.0", "20.0", "2.0", "20.0", "20.0"}},
		{"a price per one month, written out", map[Field]string{SinglePrice: "30", PriceUnit: "USD/unit/1 month", UsedAmount: "2", UsedAmountUnit: "unit", TimeSpan: "6", TimeUnit: "month", Cost: "360", RealCost: "360"},
			priced{"billed", "12.0", "Unit-Months", "30.0", "360.0", "30.0", "360.0", "360.0"}},
		{"a price that is said to be per month and is per hour", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB/month", UsedAmount: "10", UsedAmountUnit: "GB", TimeSpan: "5", TimeUnit: "hour", Cost: "5", RealCost: "5"},
			priced{"billed", "50.0", "GB-Hours", "0.1", "5.0", "0.1", "5.0", "5.0"}},
		{"a price per month for which the duration does not count", map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/GB/month", UsedAmount: "10", UsedAmountUnit: "GB", TimeSpan: "720", TimeUnit: "hour", Cost: "1", RealCost: "1"},
			priced{"billed", "10.0", "GB-Months", "0.1", "1.0", "0.1", "1.0", "1.0"}},
		{"a duration alone, in another unit than the price's", map[Field]string{PriceUnit: "USD/month", TimeSpan: "5", TimeUnit: "hour", RealCost: "10"},
			priced{"derived-price", "5.0", "Hours", "2.0", "10.0", "2.0", "10.0", "10.0"}},
		{"a price per three months", map[Field]string{SinglePrice: "30", PriceUnit: "USD/unit/3 months", UsedAmount: "2", UsedAmountUnit: "unit", TimeSpan: "6", TimeUnit: "month", Cost: "120", RealCost: "120"},
			priced{"derived-price", "12.0", "Unit-Months", "10.0", "120.0", "10.0", "120.0", "120.0"}},
		{"a price that does not divide", map[Field]string{PriceUnit: "USD/GB", UsedAmount: "3", UsedAmountUnit: "GB", Cost: "1", RealCost: "1"},
			priced{"derived-price", "3.0", "GB", "0.3333333333333", "0.9999999999999", "0.3333333333333", "0.9999999999999", "1.0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := charges(t, line(t, test.fields))
			if len(all) != 1 {
				t.Fatalf("%d charges, want 1", len(all))
			}
			if got := pricedOf(&all[0]); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestChargePeriodEndsAreExclusive(t *testing.T) {
	for _, test := range []struct{ name, start, end, wantStart, wantEnd string }{
		{"inclusive end", "2025-11-03 10:00:00", "2025-11-03 10:59:59", "2025-11-03T02:00:00Z", "2025-11-03T03:00:00Z"},
		{"exclusive end", "2025-11-07 16:14:21", "2025-12-07 16:14:21", "2025-11-07T08:14:21Z", "2025-12-07T08:14:21Z"},
		{"zero length", "2025-11-07 16:14:21", "2025-11-07 16:14:21", "2025-11-07T08:14:21Z", "2025-11-07T08:14:22Z"},
		{"no start", "", "2025-11-03 10:59:59", "2025-11-02T16:00:00Z", "2025-11-03T03:00:00Z"},
		{"no end", "2025-11-03 10:00:00", "", "2025-11-03T02:00:00Z", "2025-11-03T16:00:00Z"},
		{"neither", "", "", "2025-10-31T16:00:00Z", "2025-11-01T16:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := line(t, map[Field]string{UsageStart: test.start, UsageEnd: test.end, RealCost: "1"})
			c := charges(t, l)[0]
			if got := c.ChargePeriodStart.UTC().Format(time.RFC3339); got != test.wantStart {
				t.Errorf("start %s, want %s", got, test.wantStart)
			}
			if got := c.ChargePeriodEnd.UTC().Format(time.RFC3339); got != test.wantEnd {
				t.Errorf("end %s, want %s", got, test.wantEnd)
			}
			if got := c.BillingPeriodStart.UTC().Format(time.RFC3339) + " " + c.BillingPeriodEnd.UTC().Format(time.RFC3339); got != "2025-10-31T16:00:00Z 2025-11-30T16:00:00Z" {
				t.Errorf("billing period %s", got)
			}
		})
	}
}

func TestVoucherAndTaxAreChargesOfTheirOwn(t *testing.T) {
	l := line(t, map[Field]string{SinglePrice: "1", PriceUnit: "USD/GB", UsedAmount: "10", UsedAmountUnit: "GB", Cost: "10", RealCost: "10", VoucherPay: "4", TaxAmount: "0.6", TotalCost: "6.6"})
	all := charges(t, l)
	var got []string
	for _, c := range all {
		got = append(got, c.ChargeCategory+" "+c.BilledCost.String()+" "+c.EffectiveCost.String()+" "+c.ListCost.String())
	}
	want := []string{"Usage 10.0 10.0 10.0", "Tax 0.6 0.6 0.6", "Credit -4.0 -4.0 -4.0"}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("charge %d: %q, want %q", i, got[i], want[i])
		}
	}
	once := extraIndex("x_TotalCost")
	if all[0].Extra[once] != "6.6" || all[1].Extra[once] != "" || all[2].Extra[once] != "" {
		t.Errorf("x_TotalCost must stand on the first charge alone: %q %q %q", all[0].Extra[once], all[1].Extra[once], all[2].Extra[once])
	}
}

func TestCoverageSplitsTheCharge(t *testing.T) {
	base := map[Field]string{SinglePrice: "0.1", PriceUnit: "USD/unit/hour", UsedAmount: "10", UsedAmountUnit: "unit", TimeSpan: "1", TimeUnit: "hour", Cost: "1"}
	with := func(more map[Field]string) map[Field]string {
		all := map[Field]string{}
		for _, fields := range []map[Field]string{base, more} {
			for f, text := range fields {
				all[f] = text
			}
		}
		return all
	}
	for _, test := range []struct {
		name   string
		fields map[Field]string
		want   []string // status, quantity, billed, effective, list cost, contracted cost, pricing category, quantity and unit of the commitment
	}{
		{"not covered", with(map[Field]string{RealCost: "1", CostWithRI: "0.00000000"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"by a reserved instance in full", with(map[Field]string{RealCost: "0", CostWithRI: "1"}), []string{"Used 10.0 0.0 0.0 1.0 1.0 Committed 10.0 Unit-Hours"}},
		{"by a reserved instance in part", with(map[Field]string{RealCost: "0.6", CostWithRI: "0.4"}),
			[]string{"Used 4.0 0.0 0.0 0.4 0.4 Committed 4.0 Unit-Hours", " 6.0 0.6 0.6 0.6 0.6 Standard  "}},
		{"by a savings plan in part, with a discount", with(map[Field]string{Discount: "0.5", RealCost: "0.4", CostWithSP: "0.2", SPDeductionRate: "0.7"}),
			[]string{"Used 2.0 0.0 0.14 0.2 0.1 Committed 0.14 USD", " 8.0 0.4 0.4 0.8 0.4 Standard  "}},
		{"by both, in full", with(map[Field]string{RealCost: "0", CostWithRI: "0.3333333", CostWithSP: "0.6666667", SPDeductionRate: "0.5"}),
			[]string{"Used 3.333333 0.0 0.0 0.3333333 0.3333333 Committed 3.333333 Unit-Hours", "Used 6.666667 0.0 0.33333335 0.6666667 0.6666667 Committed 0.33333335 USD"}},
		{"a refund of what was covered", with(map[Field]string{SinglePrice: "-0.1", Cost: "-1", RealCost: "-0.6", CostWithSP: "-0.4", SPDeductionRate: "0.5"}),
			[]string{"Used -4.0 0.0 -0.2 -0.4 -0.4 Committed -0.2 USD", " -6.0 -0.6 -0.6 -0.6 -0.6 Standard  "}},
		{"the provider's last digit is no contradiction", with(map[Field]string{RealCost: "0", CostWithRI: "1.00000001"}), []string{"Used 10.0 0.0 0.0 1.0 1.0 Committed 10.0 Unit-Hours"}},
		{"more than the cost: whole", with(map[Field]string{RealCost: "1", CostWithRI: "1.5"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"together more than the cost: whole", with(map[Field]string{RealCost: "1", CostWithRI: "0.7", CostWithSP: "0.7", SPDeductionRate: "1"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"of the other sign: whole", with(map[Field]string{RealCost: "1", CostWithRI: "-0.5"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"a savings plan of the other sign: whole", with(map[Field]string{RealCost: "1", CostWithSP: "-0.5", SPDeductionRate: "1"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"signs that differ from each other: whole", with(map[Field]string{RealCost: "1", CostWithRI: "0.5", CostWithSP: "-0.2", SPDeductionRate: "1"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"no original cost, of the other sign than the total: whole", with(map[Field]string{Cost: "", RealCost: "1", CostWithRI: "-0.5"}), []string{" 10.0 1.0 1.0 1.0 1.0 Standard  "}},
		{"no original cost", with(map[Field]string{Cost: "", RealCost: "0.3", CostWithRI: "0.7"}),
			[]string{"Used 7.0 0.0 0.0 0.7 0.7 Committed 7.0 Unit-Hours", " 3.0 0.3 0.3 0.3 0.3 Standard  "}},
		{"a savings plan at a rate that is not said: whole", with(map[Field]string{RealCost: "0", CostWithSP: "1"}), []string{" 10.0 0.0 0.0 1.0 1.0 Standard  "}},
		{"likewise beside a reserved instance", with(map[Field]string{Discount: "0.5", RealCost: "0", CostWithRI: "0.4", CostWithSP: "0.6"}),
			[]string{"Used 4.0 0.0 0.0 0.4 0.2 Committed 4.0 Unit-Hours", " 6.0 0.0 0.0 0.6 0.3 Standard  "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range charges(t, line(t, test.fields)) {
				quantity := ""
				if c.CommitmentDiscountQuantity.Valid {
					quantity = c.CommitmentDiscountQuantity.Amount.String()
				}
				got = append(got, strings.Join([]string{c.CommitmentDiscountStatus, c.PricingQuantity.Amount.String(), c.BilledCost.String(), c.EffectiveCost.String(),
					c.ListCost.String(), c.ContractedCost.String(), c.PricingCategory, quantity, c.CommitmentDiscountUnit}, " "))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestTheLastDigitOfATotalIsNotLost(t *testing.T) {
	for _, total := range []string{"0.99999999", "1.00000001"} {
		c := charges(t, line(t, map[Field]string{SinglePrice: "1", UsedAmount: "1", Cost: "1", RealCost: "1", TotalCost: total})) // checks the sum
		if got := c[0].BilledCost.String(); got != total || len(c) != 1 {
			t.Errorf("BilledCost %s of %d charges, want %s and no tax", got, len(c), total)
		}
	}
}

func TestConsumedIsWhatPackagesLeft(t *testing.T) {
	for _, test := range []struct{ used, original, deducted, want string }{
		{"2", "9", "5", "2.0 GB"}, {"", "9", "5", "4.0 GB"}, {"", "9", "", "9.0 GB"}, {"", "", "", "3.0 Hours"}, {"", "5", "9", "3.0 Hours"},
	} {
		c := charges(t, line(t, map[Field]string{UsedAmount: test.used, RealTotalMeasure: test.original, DeductedMeasure: test.deducted, UsedAmountUnit: "GB", TimeSpan: "3", TimeUnit: "hour", RealCost: "1"}))[0]
		if got := c.ConsumedQuantity.Amount.String() + " " + c.ConsumedUnit; got != test.want {
			t.Errorf("%q of %q less %q: got %s, want %s", test.used, test.original, test.deducted, got, test.want)
		}
	}
}

func TestTransactionTypes(t *testing.T) {
	for _, test := range []struct {
		code, name, mode string
		want             string // category, frequency, pricing category, commitment type
	}{
		{"postpay_deduct_h", "", "", "Usage Usage-Based Standard "},
		{"", "Daily settlement", "", "Usage Usage-Based Standard "},
		{"", "按量计费小时结", "", "Usage Usage-Based Standard "},
		{"", "Spot", "", "Usage Usage-Based Dynamic "},
		{"", "Deduction", "", "Usage Usage-Based Standard "},
		{"", "Purchase", "", "Purchase One-Time Standard "},
		{"", "New yearly/monthly subscription", "", "Purchase One-Time Standard "},
		{"", "Monthly subscription renewal", "", "Purchase Recurring Standard "},
		{"", "Yearly/monthly subscription specification adjustment", "", "Purchase One-Time Standard "},
		{"", "Monthly subscription refund", "", "Purchase One-Time Standard "},
		{"pre_to_post", "包年包月转按量", "", "Purchase One-Time Standard "},
		{"", "包年包月转按量", "", "Purchase One-Time Standard "},
		{"", "One-off RI Fee", "", "Purchase One-Time Standard Reserved Instance"},
		{"", "Hourly RI fee", "", "Purchase Recurring Standard Reserved Instance"},
		{"svp_hour_pay", "", "", "Purchase Recurring Standard Savings Plan"},
		{"", "adjust-CR", "", "Adjustment One-Time  "},
		{"", "Adjustment - deduction", "", "Adjustment One-Time  "},
		{"recon_guarantee", "Minimum spend deduction", "", "Adjustment One-Time  "},
		{"", "Offline project deduction", "", "Purchase One-Time Standard "},
		{"", "something new", "Monthly subscription", "Purchase One-Time Standard "},
		{"", "something new", "Pay-as-you-go", "Usage Usage-Based Standard "},
		{"", "", "", "Usage Usage-Based Standard "},
	} {
		t.Run(test.code+" "+test.name, func(t *testing.T) {
			l := line(t, map[Field]string{ActionType: test.code, ActionTypeName: test.name, PayModeName: test.mode, RealCost: "1", UsedAmount: "1"})
			c := charges(t, l)[0]
			if got := c.ChargeCategory + " " + c.ChargeFrequency + " " + c.PricingCategory + " " + c.CommitmentDiscountType; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestOnlyCorrectionsOfEarlierMonthsAreCorrections(t *testing.T) {
	for _, test := range []struct{ name, action, start, end, want string }{
		{"adjustment of an earlier month", "recon_increase", "2025-09-01 00:00:00", "2025-09-30 23:59:59", "Correction"},
		{"adjustment up to the month's first moment", "recon_deduct", "2025-10-01 00:00:00", "2025-10-31 23:59:59", "Correction"},
		{"adjustment within the month", "recon_deduct", "2025-11-01 00:00:00", "2025-11-02 23:59:59", ""},
		{"refund of an earlier month", "prepay_return", "2025-10-01 00:00:00", "2025-10-20 10:00:00", "Correction"},
		{"late usage is no correction", "postpay_deduct_h", "2025-10-31 23:00:00", "2025-10-31 23:59:59", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := line(t, map[Field]string{ActionType: test.action, UsageStart: test.start, UsageEnd: test.end, RealCost: "1"})
			if got := charges(t, l)[0].ChargeClass; got != test.want {
				t.Errorf("ChargeClass %q, want %q", got, test.want)
			}
		})
	}
}

func TestBlankSourceFieldsGiveNull(t *testing.T) {
	l := &Line{RealCost: "2.5"}
	month, _ := period.ParseMonth("2025-11")
	if err := l.Complete(month); err != nil {
		t.Fatal(err)
	}
	c := charges(t, l)[0]
	for name, got := range map[string]string{
		"SubAccountId": c.SubAccountId, "SubAccountName": c.SubAccountName, "SubAccountType": c.SubAccountType, "RegionId": c.RegionId, "RegionName": c.RegionName,
		"ResourceId": c.ResourceId, "ResourceName": c.ResourceName, "ResourceType": c.ResourceType, "AvailabilityZone": c.AvailabilityZone, "Tags": c.Tags,
		"ChargeClass": c.ChargeClass, "CommitmentDiscountId": c.CommitmentDiscountId, "InvoiceId": c.InvoiceId,
	} {
		if got != "" {
			t.Errorf("%s = %q, want null", name, got)
		}
	}
	for name, got := range map[string]string{
		"BillingAccountId": c.BillingAccountId, "BillingCurrency": c.BillingCurrency, "ServiceName": c.ServiceName, "ServiceCategory": c.ServiceCategory,
		"ServiceSubcategory": c.ServiceSubcategory, "SkuId": c.SkuId, "SkuPriceId": c.SkuPriceId, "PricingUnit": c.PricingUnit, "ConsumedUnit": c.ConsumedUnit,
		"ChargeDescription": c.ChargeDescription,
	} {
		if got == "" {
			t.Errorf("%s is null, and may not be", name)
		}
	}
}

func TestDescriptionIsASCII(t *testing.T) {
	l := line(t, map[Field]string{RealCost: "1", BusinessCode: "p_unheardof", BusinessName: "云服务器CVM", ProductName: "标准型S2", ProductCode: "sp_x", ItemName: "运算组件-标准型S2-2核4G", ItemCode: "virtual_v_cvm", ActionType: "postpay_deduct_h", ActionTypeName: "按量计费小时结", RegionName: "华南地区（广州）", RegionID: "1"})
	got := charges(t, l)[0].ChargeDescription
	if want := "Cloud Virtual Machine (CVM) - sp_x: virtual_v_cvm, postpay_deduct_h in South China (Guangzhou)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
