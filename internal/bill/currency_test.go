package bill

import (
	"fmt"
	"slices"
	"testing"

	"deliverd/internal/focus"
)

func TestCurrenciesAreCodes(t *testing.T) {
	for text, want := range map[string]string{"usd": "USD", "US$": "USD", "美元": "USD", "元": "CNY", "人民币": "CNY", "RMB": "CNY", "rmb": "CNY", "chf": "CHF", "-": "USD"} {
		c := charges(t, line(t, map[Field]string{Currency: text, RealCost: "1"}))[0]
		if c.BillingCurrency != want || c.PricingCurrency != want {
			t.Errorf("%s gives %s and %s, want %s", text, c.BillingCurrency, c.PricingCurrency, want)
		}
	}
}

func TestAMapperSaysWhichCurrenciesItSaw(t *testing.T) {
	m := november(t)
	see := func(currency string) {
		t.Helper()
		if err := m.Charges(line(t, map[Field]string{Currency: currency, RealCost: "1"}), func(*focus.Charge) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.Currencies(); len(got) != 0 {
		t.Errorf("before any line: %q", got)
	}
	for _, currency := range []string{"USD", "元", "usd", "CNY"} {
		see(currency)
	}
	if got, want := m.Currencies(), []string{"CNY", "USD"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i := range 2 * maxCurrencies {
		see(fmt.Sprint("X", i))
	}
	if got := len(m.Currencies()); got != maxCurrencies {
		t.Errorf("%d currencies are remembered, want %d", got, maxCurrencies)
	}
}
