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

func TestAReservedInstancesDayComesToItsFee(t *testing.T) {
	fee := func(id, region string) *Line {
		return line(t, map[Field]string{ActionType: "ri_hour_pay", ResourceID: id, RegionID: region, RealCost: "1", UsedAmount: "3", TimeSpan: "1", TimeUnit: "hour"})
	}
	use := func(hours string) *Line {
		return line(t, map[Field]string{SinglePrice: "1", UsedAmount: "1", Cost: "1", CostWithRI: "1", RITimeSpan: hours, RealCost: "0"})
	}
	charges := month(t, Layout{Version: "1.2"}, fee("ri-1", "9"), use("1"), use("0.5"))
	used, unused := usedUp(charges, "ri-1")
	if !used.Add(unused).Equal(mustParse("1")) || used.Round(8).String() != "0.5" {
		t.Errorf("used %s and unused %s, want 1 in all, half of it used", used, unused)
	}
	for name, lines := range map[string][]*Line{
		"two reserved instances could have covered it": {fee("ri-1", "9"), fee("ri-2", "9"), use("1")},
		"more is used than was paid for":               {fee("ri-1", "9"), use("9")},
		"the line does not say how long":               {fee("ri-1", "9"), use("")},
		"the fee is of another region":                 {fee("ri-1", "1"), use("1")},
		"the fee was paid up front":                    {use("1")},
	} {
		t.Run(name, func(t *testing.T) {
			used, unused := usedUp(month(t, Layout{Version: "1.2"}, lines...), "ri-1")
			if name == "the fee is of another region" {
				unused = amount.Amount{} // that one is wholly unused, rightly
			}
			if !used.IsZero() || !unused.IsZero() {
				t.Errorf("used %s, unused %s were made up", used, unused)
			}
		})
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
