package bill

import (
	"strings"
	"testing"

	"deliverd/internal/focus"
)

// write renders lines of November 2025 in a layout.
func write(t *testing.T, layout Layout, lines ...*Line) [][]string {
	t.Helper()
	schema, err := layout.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	e, err := focus.NewEncoder(&out, schema)
	if err != nil {
		t.Fatal(err)
	}
	cfg := november(t).cfg
	cfg.Layout = layout
	m := NewMapper(cfg)
	for _, l := range lines {
		if err := m.Charges(l, e.Encode); err != nil {
			t.Fatal(err)
		}
	}
	var rows [][]string
	for record := range strings.Lines(out.String()) {
		rows = append(rows, strings.Split(strings.TrimSuffix(record, "\n"), ","))
	}
	return rows
}

func TestLayoutColumns(t *testing.T) {
	l := line(t, map[Field]string{RealCost: "1", Tags: `{"env":"prod","idle":true}`})
	layout := Layout{Version: "1.2", Tags: []string{"env", "idle", "team"}, Constants: []Constant{{"x_Desk", "FinOps"}}, Columns: []string{"BilledCost", "x_tag_team", "x_Desk", "x_tag_env", "x_tag_idle"}}
	got := write(t, layout, l)
	want := [][]string{{"BilledCost", "x_tag_env", "x_tag_idle", "x_tag_team", "x_Desk"}, {"1.0", "prod", "true", "", "FinOps"}}
	for i := range want {
		if strings.Join(got[i], ",") != strings.Join(want[i], ",") {
			t.Errorf("row %d: got %q, want %q", i, got[i], want[i])
		}
	}
}

func TestLayoutRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		layout Layout
		want   string
	}{
		{"an unknown version", Layout{Version: "9"}, `"9" is not known`},
		{"an unknown column", Layout{Version: "1.2", Columns: []string{"BilledCost", "Cost"}}, "no such column: Cost"},
		{"a constant without x_", Layout{Version: "1.2", Constants: []Constant{{"Desk", ""}}}, "begin with x_"},
		{"a column twice", Layout{Version: "1.2", Tags: []string{"a", "a"}}, "x_tag_a is there twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := test.layout.Schema(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestProviderProfile(t *testing.T) {
	l := line(t, map[Field]string{ActionType: "prepay_purchase", SinglePrice: "10", PriceUnit: "USD/unit/month", UsedAmount: "1", TimeSpan: "1", Cost: "10", RealCost: "10", VoucherPay: "4", TransactionTime: "2025-11-03 10:00:00"})
	rows := write(t, Layout{Version: "1.0", Profile: Provider}, l)
	if got := len(rows[0]); got != 45+5 {
		t.Errorf("%d columns, want 45 and five of the provider's own", got)
	}
	cell := func(row int, name string) string {
		for i, column := range rows[0] {
			if column == name {
				return rows[row][i]
			}
		}
		t.Fatalf("no column %s", name)
		return ""
	}
	for _, want := range []struct {
		row          int
		column, text string
	}{
		{1, "BilledCost", "6.0"}, {1, "ChargeCategory", "Purchase"}, {1, "ChargeFrequency", "One-time"}, {1, "ChargePeriodEnd", "2025-11-03T02:59:59Z"},
		{1, "BillingPeriodEnd", "2025-11-30T15:59:59Z"}, {1, "BillingPeriodStart", "2025-10-31T16:00:00Z"}, {1, "EffectiveCost", ""}, {1, "ChargeDescription", ""},
		{1, "ServiceCategory", ""}, {1, "SkuId", ""}, {1, "ListCost", "10.0"}, {1, "x_OwnerAccountID", "200000000002"},
		{2, "BilledCost", "0.0"}, {2, "ChargeCategory", "Credit"}, {2, "ListCost", "-4.0"},
	} {
		if got := cell(want.row, want.column); got != want.text {
			t.Errorf("row %d, %s = %q, want %q", want.row, want.column, got, want.text)
		}
	}
}

func TestVersion10CommitsPurchases(t *testing.T) {
	l := line(t, map[Field]string{ActionType: "ri_hour_pay", RealCost: "1"})
	for version, want := range map[string]string{"1.0": "Committed", "1.2": "Standard", "1.4": "Standard"} {
		rows := write(t, Layout{Version: version, Columns: []string{"PricingCategory"}}, l)
		if got := rows[1][0]; got != want {
			t.Errorf("%s: PricingCategory %q, want %q", version, got, want)
		}
	}
}
