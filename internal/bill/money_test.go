package bill

import "testing"

func TestMoneyOfABillFile(t *testing.T) {
	for _, test := range []struct {
		name                                        string
		realCost, voucher, taxRate, tax, total      string
		wantReal, wantVoucher, wantTax, wantPayable string // blank: refused
	}{
		{"all given", "10", "3", "", "", "7", "10.0", "3.0", "0.0", "7.0"},
		{"with tax", "10", "3", "0.06", "0.42", "7.42", "10.0", "3.0", "0.42", "7.42"},
		{"the total alone", "", "3", "", "", "7", "10.0", "3.0", "0.0", "7.0"},
		{"no total, as the API", "10", "3", "", "0.42", "", "10.0", "3.0", "0.0", "7.0"},
		{"the provider's rounding", "10.00000001", "3", "", "", "7", "10.0", "3.0", "0.0", "7.0"},
		{"a blank voucher", "10", "", "", "", "7", "10.0", "3.0", "0.0", "7.0"},
		{"a blank voucher, with tax", "10", "", "0.06", "0.42", "7.42", "10.0", "3.0", "0.42", "7.42"},
		{"a blank tax of a taxed line", "10", "0", "0.06", "", "10.6", "10.0", "0.0", "0.6", "10.6"},
		{"more than the line and no tax rate", "10", "0", "", "", "10.6", "", "", "", ""},
		{"less than the line and a voucher that says otherwise", "10", "1", "", "", "7", "", "", "", ""},
		{"neither total", "", "3", "", "", "", "", "", "", ""},
		{"a refund", "-10", "-3", "", "", "-7", "-10.0", "-3.0", "0.0", "-7.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := &Line{RealCost: test.realCost, VoucherPay: test.voucher, TaxRate: test.taxRate, TaxAmount: test.tax, TotalCost: test.total}
			m, err := l.Money()
			if test.wantPayable == "" {
				if err == nil {
					t.Errorf("got %+v, want an error", m)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := [4]string{m.Real.String(), m.Voucher.String(), m.Tax.String(), m.Payable.String()}
			if want := [4]string{test.wantReal, test.wantVoucher, test.wantTax, test.wantPayable}; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if sum := m.Real.Sub(m.Voucher).Add(m.Tax); !sum.Equal(m.Payable) {
				t.Errorf("the parts come to %s, the line to %s", sum, m.Payable)
			}
		})
	}
}

func TestControlCharactersBecomeBlanks(t *testing.T) {
	if got, err := Clean(ResourceName, "a\x01b\x7f\nc"); err != nil || got != "a b \nc" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSkuIDsAreNeitherPlaceholdersNorShared(t *testing.T) {
	id := func(fields map[Field]string) (sku, price string) {
		fields[RealCost] = "1"
		c := charges(t, line(t, fields))[0]
		return c.SkuId, c.SkuPriceId
	}
	if sku, _ := id(map[Field]string{ProductCode: "", ProductName: "N/A", ItemCode: "", ItemName: "", BusinessCode: "NULL"}); sku != "Cloud Virtual Machine (CVM)" {
		t.Errorf("SkuId %q", sku)
	}
	a, priceA := id(map[Field]string{ProductCode: "S", ItemCode: "", ItemName: "", RegionID: "X", RegionName: "X"})
	b, priceB := id(map[Field]string{ProductCode: "S", ItemCode: "X", ItemName: "", RegionID: "", RegionName: ""})
	if a != b && priceA == priceB {
		t.Errorf("SKUs %q and %q share the price id %q", a, b, priceA)
	}
}
