package bill

import (
	"slices"
	"testing"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// month gives the charges of lines as a file has them: the commitments of all
// lines are known before the first charge is made.
func month(t *testing.T, layout Layout, lines ...*Line) []focus.Charge {
	t.Helper()
	commitments := &Commitments{}
	payable := amount.Amount{}
	for _, l := range lines {
		commitments.Add(l)
		m, err := l.Money()
		if err != nil {
			t.Fatal(err)
		}
		payable = payable.Add(m.Payable)
	}
	cfg := november(t).cfg
	cfg.Layout, cfg.Commitments = layout, commitments
	mapper := NewMapper(cfg)
	var all []focus.Charge
	billed := amount.Amount{}
	for _, l := range lines {
		if err := mapper.Charges(l, func(c *focus.Charge) error {
			all = append(all, *c)
			billed = billed.Add(c.BilledCost)
			checkProducts(t, c)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if !billed.Equal(payable) {
		t.Errorf("charges come to %s, the lines to %s", billed, payable)
	}
	return all
}

// usedUp is the EffectiveCost of what a commitment covered and left unused.
func usedUp(charges []focus.Charge, id string) (used, unused amount.Amount) {
	for _, c := range charges {
		switch {
		case c.CommitmentDiscountId != id:
		case c.CommitmentDiscountStatus == "Used":
			used = used.Add(c.EffectiveCost)
		case c.CommitmentDiscountStatus == "Unused":
			unused = unused.Add(c.EffectiveCost)
		}
	}
	return used, unused
}

func spFee(t *testing.T, plan, hour, fee string) *Line {
	return line(t, map[Field]string{ActionType: "svp_hour_pay", ResourceID: plan, RealCost: fee, UsageStart: "2025-11-03 " + hour + ":00:00", UsageEnd: "2025-11-03 " + hour + ":59:59"})
}

func spUse(t *testing.T, instance, cost, rate string) *Line {
	return line(t, map[Field]string{ResourceID: instance, SinglePrice: cost, UsedAmount: "1", Cost: cost, CostWithSP: cost, SPDeductionRate: rate, RealCost: "0"})
}

func TestASavingsPlansDayComesToItsFee(t *testing.T) {
	charges := month(t, Layout{Version: "1.2"}, spFee(t, "sp-1", "10", "1.5"), spFee(t, "sp-1", "11", "1.5"), spUse(t, "ins-1", "2", "0.6"), spUse(t, "ins-2", "1", "0.7"))
	used, unused := usedUp(charges, "sp-1")
	if used.String() != "1.9" || unused.String() != "1.1" {
		t.Errorf("used %s, unused %s, want 1.9 and 1.1 of a fee of 3", used, unused)
	}
	at := slices.IndexFunc(charges, func(c focus.Charge) bool { return c.CommitmentDiscountStatus == "Unused" })
	if c := charges[at]; c.ResourceId != "sp-1" || c.ChargeCategory != "Usage" || !c.BilledCost.IsZero() || c.ConsumedQuantity.Valid || c.CommitmentDiscountQuantity.Amount.String() != "1.1" {
		t.Errorf("the unused part is %+v", c)
	}
}

func riFee(t *testing.T, id string, fields map[Field]string) *Line {
	all := map[Field]string{ActionType: "ri_hour_pay", ResourceID: id, RegionID: "9", RealCost: "1", UsedAmount: "3", TimeSpan: "1", TimeUnit: "hour"}
	for f, text := range fields {
		all[f] = text
	}
	return line(t, all)
}

func riUse(t *testing.T, span, unit string) *Line {
	return line(t, map[Field]string{SinglePrice: "1", UsedAmount: "1", Cost: "1", CostWithRI: "1", RITimeSpan: span, TimeUnit: unit, RealCost: "0"})
}

func TestAReservedInstancesDayComesToItsFee(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []*Line
		used  string // of a fee of 1
		hours string // left
	}{
		{"hours", []*Line{riFee(t, "ri-1", nil), riUse(t, "1", ""), riUse(t, "0.5", "hour")}, "0.5", "1.5"},
		{"minutes and seconds", []*Line{riFee(t, "ri-1", map[Field]string{TimeSpan: "45", TimeUnit: "minute", UsedAmount: "2"}), riUse(t, "2700", "second")}, "0.5", "0.75"},
		{"a day", []*Line{riFee(t, "ri-1", map[Field]string{TimeSpan: "1", TimeUnit: "天", UsedAmount: "1"}), riUse(t, "6", "小时")}, "0.25", "18.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			all := month(t, Layout{Version: "1.2"}, test.lines...)
			used, unused := usedUp(all, "ri-1")
			if !used.Add(unused).Equal(mustParse("1")) || used.Round(8).String() != test.used {
				t.Errorf("used %s and unused %s, want 1 in all, %s of it used", used, unused, test.used)
			}
			at := slices.IndexFunc(all, func(c focus.Charge) bool { return c.CommitmentDiscountStatus == "Unused" })
			if at < 0 || all[at].CommitmentDiscountQuantity.Amount.String() != test.hours || all[at].CommitmentDiscountUnit != "Hours" {
				t.Errorf("the unused part is not %s hours", test.hours)
			}
		})
	}
}

// madeUp fails on a share of a fee: on what was used of any commitment, and on
// anything unused.
func madeUp(t *testing.T, charges []focus.Charge) {
	t.Helper()
	for _, c := range charges {
		if c.CommitmentDiscountStatus == "Unused" || c.CommitmentDiscountStatus == "Used" && (c.CommitmentDiscountId != c.ResourceId || c.CommitmentDiscountType == "Reserved Instance" && !c.EffectiveCost.IsZero()) {
			t.Errorf("%s of %s: an EffectiveCost of %s was made up", c.CommitmentDiscountStatus, c.CommitmentDiscountId, c.EffectiveCost)
		}
	}
}

func TestWhereOneMonthCannotKnowNothingIsMadeUp(t *testing.T) {
	other := func(id string, f Field, text string) *Line { return riFee(t, id, map[Field]string{f: text}) }
	nameless := riUse(t, "1", "")
	nameless[ResourceID] = ""
	tooMuch := riUse(t, "1", "")
	tooMuch[CostWithRI] = "5"
	for name, lines := range map[string][]*Line{
		"two reserved instances could have covered it": {riFee(t, "ri-1", nil), riFee(t, "ri-2", nil), riUse(t, "1", "")},
		"two that take turns":                          {riFee(t, "ri-1", nil), riFee(t, "ri-2", nil), riFee(t, "ri-1", nil), riUse(t, "1", "")},
		"more is used than was paid for":               {riFee(t, "ri-1", nil), riUse(t, "9", "")},
		"the line does not say how long":               {riFee(t, "ri-1", nil), riUse(t, "", "")},
		"the line's duration is in months":             {riFee(t, "ri-1", nil), riUse(t, "1", "month")},
		"the line's unit is no time":                   {riFee(t, "ri-1", nil), riUse(t, "1", "GB")},
		"a covered line has no instance":               {riFee(t, "ri-1", nil), riUse(t, "1", ""), nameless},
		"a deduction contradicts its line":             {riFee(t, "ri-1", nil), riUse(t, "1", ""), tooMuch},
		"the fee was paid up front":                    {riUse(t, "1", "")},
		"the fee does not say how many":                {riFee(t, "ri-1", nil), other("ri-1", UsedAmount, ""), riUse(t, "0.5", "")},
		"the fee does not say how long":                {riFee(t, "ri-1", nil), other("ri-1", TimeSpan, ""), riUse(t, "0.5", "")},
		"the fee does not say in what":                 {riFee(t, "ri-1", nil), other("ri-1", TimeUnit, ""), riUse(t, "0.5", "")},
		"the fee is for a month":                       {riFee(t, "ri-1", nil), other("ri-1", TimeUnit, "month"), riUse(t, "0.5", "")},
		"the fee is for a third of an hour":            {riFee(t, "ri-1", nil), riFee(t, "ri-1", map[Field]string{TimeUnit: "minute", TimeSpan: "20", UsedAmount: "1"}), riUse(t, "0.5", "")},
		"two savings plans":                            {spFee(t, "sp-1", "10", "1.5"), spFee(t, "sp-2", "10", "1.5"), spUse(t, "ins-1", "2", "0.6")},
		"two savings plans that take turns":            {spFee(t, "sp-1", "10", "1.5"), spFee(t, "sp-2", "10", "1.5"), spFee(t, "sp-1", "11", "1.5"), spUse(t, "ins-1", "2", "0.6")},
		"a savings plan's rate is not said":            {spFee(t, "sp-1", "10", "1.5"), spUse(t, "ins-1", "2", "")},
	} {
		t.Run(name, func(t *testing.T) { madeUp(t, month(t, Layout{Version: "1.2"}, lines...)) })
	}
	t.Run("the fee is of another region", func(t *testing.T) {
		used, unused := usedUp(month(t, Layout{Version: "1.2"}, riFee(t, "ri-1", map[Field]string{RegionID: "1"}), riUse(t, "1", "")), "ri-1")
		if !used.IsZero() || !unused.Equal(mustParse("1")) {
			t.Errorf("used %s, unused %s: it is wholly unused", used, unused)
		}
	})
}

func TestThePurchaseOfACommitmentHasNoEffectiveCost(t *testing.T) {
	for name, l := range map[string]*Line{
		"savings plan":                spFee(t, "sp-1", "10", "1.5"),
		"reserved instance":           riFee(t, "ri-1", map[Field]string{RealCost: "1.5"}),
		"reserved instance, up front": line(t, map[Field]string{ActionType: "ripay_purchase", ResourceID: "ri-2", RealCost: "1.5"}),
	} {
		if c := charges(t, l)[0]; c.ChargeCategory != "Purchase" || c.BilledCost.String() != "1.5" || !c.EffectiveCost.IsZero() || c.CommitmentDiscountId != l[ResourceID] {
			t.Errorf("%s: %s of %s, billed %s, effective %s", name, c.ChargeCategory, c.CommitmentDiscountId, c.BilledCost, c.EffectiveCost)
		}
	}
}

func TestSubscriptionsAreSpreadOnDemand(t *testing.T) {
	l := line(t, map[Field]string{ActionType: "prepay_purchase", PayModeName: "Monthly subscription", SinglePrice: "30", UsedAmount: "1", Cost: "30", RealCost: "30", VoucherPay: "5",
		UsageStart: "2025-11-16 00:00:00", UsageEnd: "2026-01-15 23:59:59"})
	effective := func(charges []focus.Charge) (shares []string) {
		for _, c := range charges {
			shares = append(shares, c.ChargeCategory+" "+c.ChargePeriodStart.Format("01-02")+" "+c.BilledCost.String()+" "+c.EffectiveCost.String())
		}
		return shares
	}
	if got, want := effective(month(t, Layout{Version: "1.2"}, l)), []string{"Purchase 11-16 30.0 30.0", "Credit 11-16 -5.0 -5.0"}; !slices.Equal(got, want) {
		t.Errorf("billed: got %q, want %q", got, want)
	}
	want := []string{"Purchase 11-16 30.0 7.37704918", "Purchase 12-01 0.0 15.24590164", "Purchase 01-01 0.0 7.37704918", "Credit 11-16 -5.0 -5.0"}
	if got := effective(month(t, Layout{Version: "1.2", Amortise: true}, l)); !slices.Equal(got, want) {
		t.Errorf("amortised: got %q, want %q", got, want)
	}
}
