package bill

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/amount"
)

// stated is a claim of the six amounts; a blank one is not stated.
func stated(name string, texts ...string) Claim {
	c := Claim{Name: name}
	for i, a := range c.amounts() {
		if texts[i] != "" {
			*a = amount.Some(mustParse(texts[i]))
		}
	}
	return c
}

func summedLine(product, region, list, realCost string) *Line {
	var l Line
	l[BusinessCode], l[BusinessName] = "p_"+product, product
	l[RegionID], l[ProjectName], l[PayModeName] = region, "default", "Pay-As-You-Go resources"
	l[Cost], l[RealCost] = list, realCost
	return &l
}

func TestDifferences(t *testing.T) {
	both := []*Line{summedLine("cvm", "1", "10", "8"), summedLine("cos", "", "0.5", "0.5")}
	all := func(realTotal, list string) Claim { return stated("", realTotal, realTotal, "0", "0", "0", list) }
	for _, test := range []struct {
		name   string
		lines  []*Line
		by     Dimension
		theirs map[string]Claim
		want   []string
	}{
		{"the same", both, ByProduct, map[string]Claim{"p_cvm": all("8", "10"), "p_cos": all("0.5", "0.5")}, nil},
		{"the same, by name", both, ByProduct, map[string]Claim{"1": stated("cvm", "8", "8", "0", "0", "0", "10"), "2": stated("cos", "0.5", "0.5", "0", "0", "0", "0.5")}, nil},
		{"no region is region 0", both, ByRegion, map[string]Claim{"1": all("8", "10"), "0": all("0.5", "0.5")}, nil},
		{"a project by its name", both, ByProject, map[string]Claim{"0": stated("default", "8.5", "8.5", "0", "0", "0", "10.5")}, nil},
		{"a pay mode", both, ByPayMode, map[string]Claim{"postPay": all("8.5", "10.5")}, nil},
		{"what is not stated is not compared", both, ByPayMode, map[string]Claim{"postPay": stated("", "8.5", "", "", "", "", "")}, nil},
		{"one in the eighth decimal", both, ByPayMode, map[string]Claim{"postPay": all("8.50000001", "10.5")},
			[]string{"payMode postPay (Pay-As-You-Go resources): RealTotalCost is 8.5, the provider's summary says 8.50000001: 0.00000001 missing"}},
		{"less than that", both, ByPayMode, map[string]Claim{"postPay": all("8.500000009", "10.5")}, nil},
		{"only the list amount", both, ByPayMode, map[string]Claim{"postPay": all("8.5", "10")},
			[]string{"payMode postPay (Pay-As-You-Go resources): TotalCost is 10.5, the provider's summary says 10.0: 0.5 too much"}},
		{"no list amount of a line", append(both, summedLine("cos", "", "", "1")), ByPayMode, map[string]Claim{"postPay": all("9.5", "10")}, nil},
		{"one that is not there", both[:1], ByProduct, map[string]Claim{"p_cvm": all("8", "10"), "p_cos": stated("Object Storage", "0.5", "0.5", "0", "0", "0", "0.5")},
			[]string{"product p_cos (Object Storage): RealTotalCost is 0.0, the provider's summary says 0.5: 0.5 missing"}},
		{"one that is too much, the greatest first", both, ByProduct, map[string]Claim{},
			[]string{"product p_cvm (cvm): RealTotalCost is 8.0, the provider's summary says 0.0: 8.0 too much", "product p_cos (cos): RealTotalCost is 0.5, the provider's summary says 0.0: 0.5 too much"}},
		{"one of nothing", both[:1], ByProduct, map[string]Claim{"p_cvm": all("8", "10"), "p_x": all("0", "0")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var totals Totals
			for _, l := range test.lines {
				if err := totals.Add(l); err != nil {
					t.Fatal(err)
				}
			}
			s := &Summary{}
			s.Has(test.by)
			for key, c := range test.theirs {
				s.Add(test.by, key, c)
			}
			var got []string
			for _, d := range s.Differences(&totals) {
				got = append(got, fmt.Sprint(d))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestSummaryAddsAndCompares(t *testing.T) {
	make := func(amounts ...string) *Summary {
		s := &Summary{}
		for _, a := range amounts {
			s.Add(ByRegion, "1", stated("Guangzhou", a, a, a, a, a, a))
		}
		return s
	}
	for _, test := range []struct {
		name string
		a, b *Summary
		want bool
	}{
		{"two make their sum", make("1.5", "2"), make("3.50"), true},
		{"another amount", make("1"), make("1.00000001"), false},
		{"what is not stated is not zero", make("0"), make(""), false},
		{"what is added to something not stated is not known", make("", "1"), make(""), true},
		{"another value", make("1"), &Summary{By: map[Dimension]map[string]Claim{ByRegion: {"2": make("1").By[ByRegion]["1"]}}}, false},
		{"another dimension", make("1"), &Summary{By: map[Dimension]map[string]Claim{ByProject: make("1").By[ByRegion]}}, false},
		{"nothing", &Summary{}, &Summary{}, true},
		{"nothing and a dimension of nothing", &Summary{}, &Summary{By: map[Dimension]map[string]Claim{ByRegion: {}}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, back := test.a.Equal(test.b), test.b.Equal(test.a); got != test.want || back != test.want {
				t.Errorf("got %t and %t, want %t", got, back, test.want)
			}
		})
	}
}
