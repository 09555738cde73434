package sample

import (
	"errors"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

func december(t testing.TB, lines int) Bill {
	t.Helper()
	m, err := period.ParseMonth("2025-12")
	if err != nil {
		t.Fatal(err)
	}
	return Bill{UIN: "200020002001", Month: m, Lines: lines, Seed: 1, Members: 3}
}

func keep(b Bill) []bill.Line {
	var lines []bill.Line
	for l := range b.All() {
		lines = append(lines, *l)
	}
	return lines
}

func TestABillIsAFunctionOfItsDescription(t *testing.T) {
	b := december(t, 5000)
	first, second := keep(b), keep(b)
	if len(first) != b.Lines {
		t.Fatalf("%d lines, want %d", len(first), b.Lines)
	}
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("line %d differs: %v and %v", i, first[i], second[i])
		}
	}
	b.Seed++
	if other := keep(b); other[0] == first[0] && other[1] == first[1] {
		t.Error("another seed gives the same lines")
	}
}

func TestALaterReadBeginsLikeTheEarlierOne(t *testing.T) {
	b := december(t, 5000)
	whole := keep(b)
	b.Through = b.Month.First().Next().Next()
	part := keep(b)
	if len(part) < 300 || len(part) > 700 {
		t.Fatalf("three days of 31 have %d of 5000 lines", len(part))
	}
	for i := range part {
		if part[i] != whole[i] {
			t.Fatalf("line %d differs", i)
		}
	}
	if next := whole[len(part)][bill.BillDay]; next != "2025-12-04" {
		t.Errorf("the first line left out is of %s", next)
	}
}

func TestAnErrorEndsTheBill(t *testing.T) {
	stop, seen := errors.New("stop"), 0
	err := december(t, 100).Each(func(*bill.Line) error {
		seen++
		return stop
	})
	if !errors.Is(err, stop) || seen != 1 {
		t.Errorf("got %v after %d lines", err, seen)
	}
}

// TestEveryLineHolds checks what the package promises of every line, against
// another decimal library.
func TestEveryLineHolds(t *testing.T) {
	for _, chinese := range []bool{false, true} {
		b := december(t, 10_000)
		b.Chinese = chinese
		seen := map[bill.Line]bool{}
		for l := range b.All() {
			completed := *l
			if err := completed.Complete(b.Month); err != nil || completed != *l {
				t.Fatalf("line is not complete: %v %v", err, *l)
			}
			if seen[*l] {
				t.Fatalf("two lines are alike: %v", *l)
			}
			seen[*l] = true
			cleanAlready(t, l)
			identities(t, l)
		}
	}
}

func cleanAlready(t *testing.T, l *bill.Line) {
	t.Helper()
	for f := range bill.NumFields {
		if clean, err := bill.Clean(f, l[f]); err != nil || clean != l[f] {
			t.Fatalf("%s %q is not clean: %q, %v", f, l[f], clean, err)
		}
	}
}

func identities(t *testing.T, l *bill.Line) {
	t.Helper()
	number := func(f bill.Field) decimal.Decimal { return decimal.RequireFromString(l[f]) }
	if l[bill.Cost] != "" {
		want := number(bill.Cost).Sub(number(bill.CostWithRI)).Sub(number(bill.CostWithSP)).Mul(number(bill.Discount))
		if places := max(8, -number(bill.RealCost).Exponent()); !want.RoundBank(places).Equal(number(bill.RealCost)) {
			t.Fatalf("real cost is %s, should be %s: %v", l[bill.RealCost], want, *l)
		}
	}
	paid := number(bill.CashPay).Add(number(bill.IncentivePay)).Add(number(bill.TransferPay)).Add(number(bill.VoucherPay))
	if !paid.Equal(number(bill.RealCost)) {
		t.Fatalf("real cost is %s, %s was paid: %v", l[bill.RealCost], paid, *l)
	}
	if !number(bill.RealTotalMeasure).Equal(number(bill.UsedAmount).Add(number(bill.DeductedMeasure))) {
		t.Fatalf("usage is not what was measured less what was deducted: %v", *l)
	}
}

func TestLinesAreNearlySorted(t *testing.T) {
	lines := keep(december(t, 20_000))
	late := 0
	for i := 1; i < len(lines); i++ {
		if lines[i][bill.BillDay] < lines[i-1][bill.BillDay] {
			t.Fatalf("line %d is of an earlier day", i)
		}
		if lines[i].Compare(&lines[i-1]) < 0 {
			late++
		}
	}
	if late == 0 || late > len(lines)/2 {
		t.Errorf("%d of %d lines come after a greater one", late, len(lines))
	}
}

func TestTheCatalogIsMixed(t *testing.T) {
	components := map[string]bool{}
	for _, p := range products() {
		for _, c := range p.parts {
			if c.unit == nil || c.price <= 0 {
				t.Errorf("%s %s has no unit or price", p.sub, c.code)
			}
			components[p.sub+" "+c.item] = true
		}
	}
	if len(components) < 60 {
		t.Errorf("%d components, want 60 at least", len(components))
	}
	for _, key := range TagKeys() {
		if strings.TrimSpace(key) == "" {
			t.Error("a blank tag key")
		}
	}
}

func BenchmarkLines(b *testing.B) {
	bench := december(b, 200_000)
	for b.Loop() {
		for range bench.All() {
		}
	}
	b.ReportMetric(float64(b.N)*float64(bench.Lines)/b.Elapsed().Seconds(), "lines/s")
}
