package billsource

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"deliverd/internal/bill"
)

// TestSumsAgreeWithAnotherReader reads a bill of odd amounts with our reader
// and with encoding/csv, and adds them up with two kinds of arithmetic.
func TestSumsAgreeWithAnotherReader(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.UseCRLF = true
	write := func(cells ...string) {
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	write("Owner Account ID", "Product Name", "Transaction Type", "Usage Start Time", "Usage End Time", "Original Cost",
		"Total Amount After Discount (Excluding Tax)", "Voucher Deduction", "Tax Amount", "Total Cost (Including Tax)")
	for i := range 3000 {
		places := int32(rng.IntN(13))
		amount := func() decimal.Decimal { return decimal.New(rng.Int64N(1<<40)-(1<<38), -places) }
		real, voucher, tax := amount(), amount(), amount()
		cost := real.StringFixed(places)
		if i%7 == 0 {
			cost = "-"
		}
		write(uin, fmt.Sprintf("product %d, \"x\"", i%5), "Refund", "2025-12-01 00:00:00", fmt.Sprintf("2025-12-%02d 00:00:00", 1+i%31),
			cost, real.String(), voucher.String(), tax.String(), real.Sub(voucher).Add(tax).String())
	}
	w.Flush()

	records, err := csv.NewReader(strings.NewReader(text.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	sums := map[string]decimal.Decimal{}
	for _, record := range records[1:] {
		for at, name := range map[int]string{5: "list", 6: "real", 7: "voucher", 8: "tax", 9: "payable"} {
			if record[at] != "-" {
				key := record[1] + " " + record[4][:10] + " " + name
				sums[key] = sums[key].Add(decimal.RequireFromString(record[at]))
			}
		}
	}
	for key, sum := range sums {
		want[key] = sum.String()
	}

	got := map[string]string{}
	sums = map[string]decimal.Decimal{}
	lines, _ := mustRead(t, folder(monthly, text.String()), ".", wanted(t, "2025-12-31"))
	for i := range lines {
		money, err := lines[i].Money()
		if err != nil {
			t.Fatal(err)
		}
		add := func(name, text string) {
			key := lines[i][bill.BusinessName] + " " + lines[i][bill.BillDay] + " " + name
			sums[key] = sums[key].Add(decimal.RequireFromString(text))
		}
		if money.List.Valid {
			add("list", money.List.Amount.String())
		}
		add("real", money.Real.String())
		add("voucher", money.Voucher.String())
		add("tax", money.Tax.String())
		add("payable", money.Payable.String())
	}
	for key, sum := range sums {
		got[key] = sum.String()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(want) < 31*5 {
		t.Errorf("only %d sums", len(want))
	}
}
