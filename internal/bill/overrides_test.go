package bill

import (
	"slices"
	"strings"
	"testing"

	"deliverd/internal/focus"
)

func TestCheckProducts(t *testing.T) {
	for _, test := range []struct {
		name      string
		overrides []ProductOverride
		want      []string // parts of the error; none: no error
	}{
		{"none", nil, nil},
		{"new product", []ProductOverride{{Product: "p_new", Name: "New", Category: "Compute", Subcategory: "Containers", ResourceType: "Pod"}}, nil},
		{"no subcategory", []ProductOverride{{Product: "新产品", Name: "New", Category: "Compute"}}, nil},
		{"known product, other type", []ProductOverride{{Product: "p_cvm", ResourceType: "Server"}}, nil},
		{"known product, other category", []ProductOverride{{Product: "CVM", Category: "Web"}}, nil},
		{"no product", []ProductOverride{{Name: "New", Category: "Compute"}}, []string{"no product"}},
		{"no name", []ProductOverride{{Product: "p_new", Category: "Compute"}}, []string{"p_new", "needs a name"}},
		{"no category", []ProductOverride{{Product: "p_new", Name: "New"}}, []string{"needs a ServiceCategory"}},
		{"no such category", []ProductOverride{{Product: "p_new", Name: "New", Category: "Computing"}}, []string{`"Computing"`, "Networking"}},
		{"subcategory of another", []ProductOverride{{Product: "p_new", Name: "New", Category: "Compute", Subcategory: "Caching"}}, []string{`"Caching"`, `"Compute"`}},
		{"twice, by code and by name", []ProductOverride{{Product: "p_cvm", ResourceType: "Server"}, {Product: "云服务器CVM", ResourceType: "Host"}}, []string{"twice"}},
		{"one name, two categories", []ProductOverride{{Product: "p_a", Name: "New", Category: "Compute"}, {Product: "p_b", Name: "new", Category: "Storage"}}, []string{"p_b", "another category"}},
		{"all problems at once", []ProductOverride{{Product: "p_a"}, {Name: "B"}}, []string{"p_a", "no product"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := CheckProducts(test.overrides)
			if (err != nil) != (len(test.want) > 0) {
				t.Fatalf("error %v", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

// TestOneServiceHasOneCategory maps one product with all of its fields, and
// with some of them blank: whatever the ServiceName is, its category is one.
func TestOneServiceHasOneCategory(t *testing.T) {
	overrides := []ProductOverride{
		{Product: "p_cvm", Category: "Web"},
		{Product: "p_new", Name: "Cloud Object Storage (COS)", Category: "Databases"},
		{Product: "NAT Gateway", Name: "Brand New", Category: "Other"},
		{Product: "p_bad", Name: "Bad", Category: "Nonsense"},
	}
	for _, overrides := range [][]ProductOverride{nil, overrides} {
		m := november(t)
		m.cfg.Products = overrides
		m = NewMapper(m.cfg)
		categories := map[string]string{}
		for _, code := range []string{"", "p_cvm", "p_cos", "p_new", "p_bad", "p_nat", "p_unheard"} {
			for _, name := range []string{"", "CVM", "云服务器CVM", "Cloud Object Storage", "Brand New", "brand new", "NAT网关", "Bad", "Unheard"} {
				l := line(t, map[Field]string{BusinessCode: code, BusinessName: name, ProductName: "", ProductCode: "", RealCost: "1"})
				err := m.Charges(l, func(c *focus.Charge) error {
					got := c.ServiceCategory + " / " + c.ServiceSubcategory
					if before := categories[c.ServiceName]; before != "" && before != got {
						t.Errorf("%q is %s and %s", c.ServiceName, before, got)
					}
					categories[c.ServiceName] = got
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		want := "Compute / Virtual Machines"
		if overrides != nil {
			want = "Web / Other (Web)"
		}
		if got := categories["Cloud Virtual Machine (CVM)"]; got != want {
			t.Errorf("the virtual machines are %s, want %s", got, want)
		}
	}
}

func TestUnknownProducts(t *testing.T) {
	m := november(t)
	charge := func(fields map[Field]string) {
		if err := m.Charges(line(t, fields), func(*focus.Charge) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	charge(map[Field]string{RealCost: "1"})
	charge(map[Field]string{BusinessCode: "p_new", BusinessName: "新产品", RealCost: "1", VoucherPay: "0.5"})
	charge(map[Field]string{BusinessCode: "p_new", BusinessName: "新产品", RealCost: "2"})
	charge(map[Field]string{BusinessCode: "", BusinessName: "Another", ProductCode: "sp_another", RealCost: "1"})
	charge(map[Field]string{BusinessCode: "", BusinessName: "", ProductCode: "", ProductName: "", RealCost: "1"})
	if got, want := m.UnknownProducts(), []string{"Another", "p_new (新产品)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := m.UnknownCharges(); got != 4 {
		t.Errorf("%d charges, want 4", got)
	}
	for i := range 3 * maxUnknown {
		charge(map[Field]string{BusinessCode: "p_" + strings.Repeat("x", i+1), BusinessName: "", ProductName: "", RealCost: "1"})
	}
	if got := len(m.UnknownProducts()); got != maxUnknown {
		t.Errorf("%d unknown products kept, want %d", got, maxUnknown)
	}
}

func TestMetersAndTypesAreASCIIWhereTheyCanBe(t *testing.T) {
	for _, test := range []struct {
		name                string
		fields              map[Field]string
		wantType, wantMeter string
	}{
		{"English", nil, "CVM Standard S5", "CPU"},
		{"Chinese", map[Field]string{ProductName: "标准型S5", ItemName: "运算组件", ComponentName: "算力"}, "Virtual Machine", "sv_cpu"},
		{"Chinese, product not known", map[Field]string{BusinessCode: "p_new", BusinessName: "新产品", ProductName: "新"}, "sp_cvm_s5", "CPU"},
		{"nothing in ASCII", map[Field]string{BusinessCode: "", BusinessName: "新产品", ProductCode: "", ProductName: "新", ItemCode: "", ItemName: "组件"}, "新", "组件"},
	} {
		fields := map[Field]string{RealCost: "1"}
		for f, text := range test.fields {
			fields[f] = text
		}
		c := charges(t, line(t, fields))[0]
		if c.ResourceType != test.wantType || c.SkuMeter != test.wantMeter {
			t.Errorf("%s: %q %q, want %q %q", test.name, c.ResourceType, c.SkuMeter, test.wantType, test.wantMeter)
		}
	}
}
