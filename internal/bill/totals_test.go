package bill_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

func sampleBill(t testing.TB, lines int) sample.Bill {
	t.Helper()
	month, err := period.ParseMonth("2025-12")
	if err != nil {
		t.Fatal(err)
	}
	return sample.Bill{UIN: "200020002001", Month: month, Lines: lines, Seed: 3, Members: 5}
}

func tallyOf(t testing.TB, b sample.Bill) *bill.Totals {
	t.Helper()
	var tally bill.Tally
	if err := b.Each(tally.Add); err != nil {
		t.Fatal(err)
	}
	return tally.Totals()
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestATallyGivesTheTotals holds a Tally against Totals.Add: names, keys and
// every digit; with more places than it keeps at a time, and asked in between.
func TestATallyGivesTheTotals(t *testing.T) {
	b := sampleBill(t, 20_000)
	var totals bill.Totals
	var tally bill.Tally
	number := 0
	err := b.Each(func(l *bill.Line) error {
		number++
		l[bill.Tags] = fmt.Sprintf(`{"run":"%d","stage":"%d"}`, number/2, number%3)
		if number%7000 == 0 {
			tally.Totals()
		}
		if err := totals.Add(l); err != nil {
			return err
		}
		return tally.Add(l)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(jsonOf(t, totals), jsonOf(t, tally.Totals())); diff != "" {
		t.Error(diff)
	}
}

func TestTotalsComeBackFromJSON(t *testing.T) {
	want := tallyOf(t, sampleBill(t, 5000))
	var got bill.Totals
	if err := json.Unmarshal([]byte(jsonOf(t, want)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Error(diff)
	}
}

// TestTotalsAreExact sums a bill once more, the slow and obvious way, with
// another decimal library.
func TestTotalsAreExact(t *testing.T) {
	b := sampleBill(t, 10_000)
	sums := map[string]decimal.Decimal{}
	count := func(l *bill.Line, where string) {
		for _, f := range []bill.Field{bill.Cost, bill.RealCost, bill.CashPay, bill.IncentivePay, bill.VoucherPay, bill.TransferPay} {
			if l[f] != "" {
				key := where + " " + f.String()
				sums[key] = sums[key].Add(decimal.RequireFromString(l[f]))
			}
		}
	}
	if err := b.Each(func(l *bill.Line) error {
		product := "/" + l[bill.BusinessCode]
		count(l, "all")
		count(l, "product"+product)
		for _, where := range []string{
			"region " + l[bill.RegionID], "project " + l[bill.ProjectID], "mode " + l.PayMode(), "owner " + l[bill.OwnerUin],
		} {
			count(l, where)
			count(l, where+product)
		}
		var tags map[string]any
		if l[bill.Tags] != "" {
			if err := json.Unmarshal([]byte(l[bill.Tags]), &tags); err != nil {
				return err
			}
		}
		for key, value := range tags {
			text, _ := value.(string)
			count(l, "tag "+key+"="+text)
			count(l, "tag "+key+"="+text+product)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	flat := flatten(tallyOf(t, b))
	for key, want := range sums {
		if got, ok := flat[key]; !ok || !decimal.RequireFromString(got).Equal(want) {
			t.Errorf("%s is %q, want %s", key, got, want)
		}
	}
	for key, got := range flat {
		if want := sums[key]; !decimal.RequireFromString(got).Equal(want) {
			t.Errorf("%s is %q, want %s", key, got, want)
		}
	}
}

// flatten writes totals as the sums of TestTotalsAreExact are written.
func flatten(totals *bill.Totals) map[string]string {
	flat := map[string]string{}
	put := func(where string, s bill.Sums) {
		flat[where+" Cost"], flat[where+" RealCost"] = s.List.String(), s.Real.String()
		flat[where+" CashPayAmount"], flat[where+" IncentivePayAmount"] = s.Cash.String(), s.Incentive.String()
		flat[where+" VoucherPayAmount"], flat[where+" TransferPayAmount"] = s.Voucher.String(), s.Transfer.String()
	}
	put("all", totals.Sums)
	for code, e := range totals.Products {
		put("product/"+code, e.Sums)
	}
	groups := func(name string, of map[string]*bill.Group) {
		for key, g := range of {
			put(name+key, g.Sums)
			for code, e := range g.Products {
				put(name+key+"/"+code, e.Sums)
			}
		}
	}
	groups("region ", totals.Regions)
	groups("project ", totals.Projects)
	groups("mode ", totals.PayModes)
	groups("owner ", totals.Owners)
	for key, of := range totals.Tags {
		groups("tag "+key+"=", of)
	}
	return flat
}

func BenchmarkTotals(b *testing.B) {
	var lines []bill.Line
	for l := range sampleBill(b, 50_000).All() {
		lines = append(lines, *l)
	}
	run := func(name string, add func() func(*bill.Line) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				add := add()
				for i := range lines {
					if err := add(&lines[i]); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.N)*float64(len(lines))/b.Elapsed().Seconds(), "lines/s")
		})
	}
	run("Totals", func() func(*bill.Line) error { return new(bill.Totals).Add })
	run("Tally", func() func(*bill.Line) error { return new(bill.Tally).Add })
}
