package sample

import (
	"strings"
	"testing"

	"deliverd/internal/bill"
)

// TestEveryKindOccurs finds every kind of line that the package promises in a
// bill of 10,000 lines, by what the line says.
func TestEveryKindOccurs(t *testing.T) {
	has := func(f bill.Field, parts ...string) func(*bill.Line) bool {
		return func(l *bill.Line) bool {
			for _, part := range parts {
				if strings.Contains(l[f], part) {
					return true
				}
			}
			return false
		}
	}
	action := func(codes ...string) func(*bill.Line) bool {
		return func(l *bill.Line) bool {
			for _, code := range codes {
				if l[bill.ActionType] == code {
					return true
				}
			}
			return false
		}
	}
	all := func(of ...func(*bill.Line) bool) func(*bill.Line) bool {
		return func(l *bill.Line) bool {
			for _, f := range of {
				if !f(l) {
					return false
				}
			}
			return true
		}
	}
	nonzero := func(f bill.Field) func(*bill.Line) bool {
		return func(l *bill.Line) bool { return strings.Trim(l[f], "-0.") != "" }
	}
	not := func(f func(*bill.Line) bool) func(*bill.Line) bool { return func(l *bill.Line) bool { return !f(l) } }
	negativeOf := func(f bill.Field) func(*bill.Line) bool {
		return func(l *bill.Line) bool { return strings.HasPrefix(l[f], "-") && nonzero(f)(l) }
	}
	earlier := func(l *bill.Line) bool { return l[bill.UsageEnd] < "2025-12-01" }
	instant := func(l *bill.Line) bool { return l[bill.UsageStart] == l[bill.UsageEnd] }
	tags := func(n int) func(*bill.Line) bool {
		return func(l *bill.Line) bool { return len(parseTags(l[bill.Tags])) == n }
	}
	tests := map[string]func(*bill.Line) bool{
		"hourly":                 action("postpay_deduct_h"),
		"daily":                  action("postpay_deduct_d"),
		"monthly":                action("postpay_deduct_m"),
		"spot":                   action("postpay_deduct_s"),
		"purchase":               action("prepay_purchase"),
		"renewal":                action("prepay_renew"),
		"upgrade":                all(action("prepay_modify"), not(negativeOf(bill.RealCost))),
		"downgrade":              all(action("prepay_modify"), negativeOf(bill.RealCost)),
		"refund":                 all(action("prepay_return"), instant, negativeOf(bill.SinglePrice), negativeOf(bill.Cost), negativeOf(bill.RealCost), has(bill.UsedAmount, "1")),
		"pre to post":            all(action("pre_to_post"), instant, negativeOf(bill.RealCost), nonzero(bill.AssociatedOrder)),
		"deduction":              all(action("recon_deduct"), not(earlier)),
		"compensation":           all(action("recon_increase"), not(earlier), negativeOf(bill.RealCost)),
		"deduction, earlier":     all(action("recon_deduct"), earlier),
		"compensation, earlier":  all(action("recon_increase"), earlier, negativeOf(bill.RealCost)),
		"minimum spend":          action("recon_guarantee"),
		"offline":                action("offline_deduct"),
		"one-off RI":             all(action("ripay_purchase"), has(bill.PayModeName, "Standard RI")),
		"hourly RI":              action("ri_hour_pay"),
		"hourly SP":              action("svp_hour_pay"),
		"wholly by RI":           all(nonzero(bill.RITimeSpan), nonzero(bill.CostWithRI), not(nonzero(bill.RealCost))),
		"partly by RI":           all(nonzero(bill.RITimeSpan), nonzero(bill.CostWithRI), nonzero(bill.RealCost)),
		"wholly by SP":           all(nonzero(bill.SPDeductionRate), nonzero(bill.CostWithSP), not(nonzero(bill.RealCost))),
		"partly by SP":           all(nonzero(bill.SPDeductionRate), nonzero(bill.CostWithSP), nonzero(bill.RealCost)),
		"package, whole":         all(nonzero(bill.DeductedMeasure), not(nonzero(bill.UsedAmount))),
		"package, part":          all(nonzero(bill.DeductedMeasure), nonzero(bill.UsedAmount)),
		"voucher, whole":         all(nonzero(bill.VoucherPay), func(l *bill.Line) bool { return l[bill.VoucherPay] == l[bill.RealCost] }),
		"voucher, part":          all(nonzero(bill.VoucherPay), nonzero(bill.CashPay)),
		"incentive":              nonzero(bill.IncentivePay),
		"transfer":               nonzero(bill.TransferPay),
		"per 100":                has(bill.PriceUnit, "/100 Units"),
		"per GB":                 func(l *bill.Line) bool { return l[bill.PriceUnit] == "USD/GB" },
		"per GB-month":           has(bill.PriceUnit, "/GB/Month"),
		"per 10,000":             has(bill.PriceUnit, "/10,000 Requests"),
		"tiered":                 tieredLine,
		"discount":               all(nonzero(bill.ReduceType), has(bill.Discount, "0.33333333", "0.680405")),
		"contract price":         all(func(l *bill.Line) bool { return l[bill.SinglePrice]+l[bill.Cost] == "" }, nonzero(bill.RealCost)),
		"free":                   all(has(bill.Cost, "0.00000000"), not(nonzero(bill.SinglePrice))),
		"beyond 8 decimals":      func(l *bill.Line) bool { return len(l[bill.RealCost])-strings.Index(l[bill.RealCost], ".") > 9 },
		"very large":             has(bill.RealCost, "85899345920."),
		"very large, taken back": has(bill.RealCost, "-85899345920."),
		"a member":               func(l *bill.Line) bool { return l[bill.OwnerUin] != l[bill.PayerUin] },
		"no tags":                tags(0), "1 tag": tags(1), "5 tags": tags(5),
		"Chinese tag": has(bill.Tags, "项目"), "tag without value": has(bill.Tags, `"temporary":true`), "odd tag": has(bill.Tags, `odd \"key\"`),
		"default project": has(bill.ProjectID, "0"), "a project": has(bill.ProjectID, "1002301"),
		"Hong Kong": has(bill.RegionID, "5"), "Singapore": has(bill.RegionID, "9"), "other region": func(l *bill.Line) bool { return l[bill.RegionID] == "0" },
		"Chinese name": has(bill.ResourceName, "结算服务"), "comma": has(bill.ResourceName, ","), "quote": has(bill.ResourceName, `"`),
		"newline": has(bill.ResourceName, "\n"), "no name": func(l *bill.Line) bool { return l[bill.ResourceName] == "" },
		"USD": has(bill.Currency, "USD"),
	}
	found := map[string]bool{}
	for l := range december(t, 10_000).All() {
		for name, is := range tests {
			if !found[name] && is(l) {
				found[name] = true
			}
		}
	}
	for name := range tests {
		if !found[name] {
			t.Errorf("no line is %q", name)
		}
	}
}

// tieredLine: the cost of a settled usage is not price × usage, though there is both.
func tieredLine(l *bill.Line) bool {
	if l[bill.PriceUnit] != "USD/GB" || l[bill.Cost] == "" || l[bill.ActionType] != "postpay_deduct_d" {
		return false
	}
	cost := price(l[bill.SinglePrice]).times(price(l[bill.UsedAmount]), 1)
	return cost > 1000 && price(l[bill.Cost]) < cost
}
