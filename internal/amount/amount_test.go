package amount

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func must(t testing.TB, s string) Amount {
	t.Helper()
	a, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTextIsCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0.0", "-0": "0.0", "-0.000": "0.0", "0.00000000": "0.0", "24": "24.0", "24.000": "24.0", "100": "100.0",
		"1.50": "1.5", "-80.89000000": "-80.89", ".5": "0.5", "5.": "5.0", "+3": "3.0", "1E-7": "0.0000001", "1.5e3": "1500.0",
		"0.000000001":                                              "0.000000001",
		"18446744073709551615":                                     "18446744073709551615.0",
		"18446744073709551616":                                     "18446744073709551616.0",
		"-99999999999999999999.000000000001":                       "-99999999999999999999.000000000001",
		"340282366920938463463374607431768211455":                  "340282366920938463463374607431768211455.0",
		"340282366920938463463374607431768211456":                  "340282366920938463463374607431768211456.0",
		"10000000000000000000000000000000":                         "10000000000000000000000000000000.0",
		"12345678901234567890123456789012345678901234567890.00100": "12345678901234567890123456789012345678901234567890.001",
	} {
		if got := must(t, in).String(); got != want {
			t.Errorf("%s prints as %s, want %s", in, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "-", ".", "+", "1.2.3", "1,000", " 1", "1 ", "$1", "0x1", "NaN", "Inf", "1e", "e5", "--1", "+-1", "1e1.5", "1_0",
		"1e999999999", "1e-999999999", strings.Repeat("9", 5000), "١",
	} {
		if a, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", s, a)
		}
	}
}

func TestFixedRoundsHalvesToEven(t *testing.T) {
	for _, test := range []struct {
		in     string
		places int32
		want   string
	}{
		{"0.125", 2, "0.12"}, {"0.135", 2, "0.14"}, {"-0.125", 2, "-0.12"}, {"2.5", 0, "2"}, {"3.5", 0, "4"},
		{"1", 8, "1.00000000"}, {"-0.000000004", 8, "0.00000000"}, {"0.000000005000001", 8, "0.00000001"},
		{"7.94874051", 8, "7.94874051"}, {"99999999999999999999.995", 2, "100000000000000000000.00"},
	} {
		if got := must(t, test.in).Fixed(test.places); got != test.want {
			t.Errorf("%s to %d places = %s, want %s", test.in, test.places, got, test.want)
		}
	}
}

func TestQuoExactOnlyWhenTheQuotientEnds(t *testing.T) {
	for _, test := range []struct {
		a, b, want string
		ok         bool
	}{
		{"1", "8", "0.125", true}, {"1", "3", "", false}, {"-80.89", "1", "-80.89", true}, {"0.0002", "744", "", false},
		{"1", "0", "", false}, {"0", "5", "0.0", true}, {"1", "1024", "0.0009765625", true}, {"100", "0.00001", "10000000.0", true},
	} {
		q, ok := must(t, test.a).QuoExact(must(t, test.b), 16)
		if ok != test.ok || ok && q.String() != test.want {
			t.Errorf("%s / %s = %s %t, want %s %t", test.a, test.b, q, ok, test.want, test.ok)
		}
	}
}

func TestShortQuotientsAreThoseOfTheLongWay(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	short := 0
	for range 50_000 {
		a, b := must(t, randomDecimal(random)), must(t, randomDecimal(random))
		places := int32(random.IntN(20))
		if b.IsZero() {
			continue
		}
		got, ok := quoRounded(a, b, places)
		if !ok {
			continue
		}
		short++
		if want := quoRoundedLong(a, b, places); got != want {
			t.Fatalf("%s / %s to %d places = %s, the long way %s", a, b, places, got, want)
		}
	}
	if short < 10_000 {
		t.Errorf("only %d of the quotients were short", short)
	}
	half, _ := quoRounded(must(t, "5"), must(t, "2"), 0)
	if got := half.String(); got != "2.0" {
		t.Errorf("5/2 to no places = %s, want 2.0", got)
	}
}

// FuzzAgainstShopspring holds every operation against an independent library.
func FuzzAgainstShopspring(f *testing.F) {
	f.Add("0.1", "0.2")
	f.Add("-80.89000000", "744")
	f.Add("18446744073709551615.5", "-0.000000000000000001")
	f.Add("340282366920938463463374607431768211455", "340282366920938463463374607431768211455")
	f.Add("1e-30", "99999999999999999999999999")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, errA := Parse(x)
		b, errB := Parse(y)
		if errA != nil || errB != nil {
			return
		}
		p, errP := decimal.NewFromString(x)
		q, errQ := decimal.NewFromString(y)
		if errP != nil || errQ != nil {
			t.Fatalf("shopspring refuses %q or %q, we take them", x, y)
		}
		compare(t, a, b, p, q)
	})
}

func compare(t *testing.T, a, b Amount, p, q decimal.Decimal) {
	t.Helper()
	same := func(op string, got Amount, want decimal.Decimal) {
		t.Helper()
		if back, err := decimal.NewFromString(got.String()); err != nil || !back.Equal(want) {
			t.Errorf("%s %s %s = %s, want %s", a, op, b, got, want)
		}
	}
	same("parsed", a, p)
	same("+", a.Add(b), p.Add(q))
	same("-", a.Sub(b), p.Sub(q))
	same("*", a.Mul(b), p.Mul(q))
	same("round", a.Round(8), p.RoundBank(8))
	same("neg", a.Neg(), p.Neg())
	same("abs", a.Abs(), p.Abs())
	if got, want := a.Cmp(b), p.Cmp(q); got != want {
		t.Errorf("%s cmp %s = %d, want %d", a, b, got, want)
	}
	if got, want := a.Fixed(8), p.RoundBank(8).StringFixed(8); got != want && strings.Trim(got, "0.-") != "" {
		t.Errorf("%s fixed = %s, want %s", a, got, want)
	}
	quotient, ok := a.QuoExact(b, 20)
	if ok && !quotient.Mul(b).Equal(a) {
		t.Errorf("%s / %s = %s, which does not multiply back", a, b, quotient)
	}
	if ends := !q.IsZero() && p.DivRound(q, 20).Mul(q).Equal(p); ok != ends {
		t.Errorf("%s / %s ends within 20 places: %t, want %t", a, b, ok, ends)
	}
}

func TestSumsOfRandomAmountsAreExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sum, want := Amount{}, new(big.Rat)
	for range 20_000 {
		text := randomDecimal(random)
		sum = sum.Add(must(t, text))
		r, _ := new(big.Rat).SetString(text)
		want.Add(want, r)
	}
	if got, _ := new(big.Rat).SetString(sum.String()); got.Cmp(want) != 0 {
		t.Errorf("sum %s, want %s", sum, want.FloatString(20))
	}
}

func randomDecimal(random *rand.Rand) string {
	digits := new(strings.Builder)
	if random.IntN(3) == 0 {
		digits.WriteByte('-')
	}
	for range 1 + random.IntN(15) {
		digits.WriteByte(byte('0' + random.IntN(10)))
	}
	if places := random.IntN(14); places > 0 {
		digits.WriteByte('.')
		for range places {
			digits.WriteByte(byte('0' + random.IntN(10)))
		}
	}
	return digits.String()
}

func TestOrdinaryAmountsDoNotAllocate(t *testing.T) {
	dst := make([]byte, 0, 64)
	price, quantity := "0.12345678", "744.00000000"
	if n := testing.AllocsPerRun(100, func() {
		a, _ := Parse(price)
		b, _ := Parse(quantity)
		dst = a.Mul(b).Add(a).Sub(b).AppendText(dst[:0])
	}); n != 0 {
		t.Errorf("%v allocations per line", n)
	}
}
