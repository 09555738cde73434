package focus

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/amount"
)

func version(t testing.TB, name string) Version {
	t.Helper()
	v, err := LoadVersion(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVersionsHaveTheirColumns(t *testing.T) {
	for name, columns := range map[string]int{"1.0": 43, "1.1": 50, "1.2": 57, "1.3": 65, "1.4": 65} {
		v := version(t, name)
		if len(v.Columns) != columns {
			t.Errorf("%s has %d columns, want %d", name, len(v.Columns), columns)
		}
		if !slices.IsSortedFunc(v.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: columns are not in alphabetical order", name)
		}
	}
	if _, err := LoadVersion("0.5"); err == nil || !strings.Contains(err.Error(), "1.0, 1.1, 1.2, 1.3, 1.4") {
		t.Errorf("an unknown version gives %v, want an error that names the known ones", err)
	}
}

func TestColumnData(t *testing.T) {
	category, ok := version(t, "1.2").Column("ChargeCategory")
	if want := (Column{"ChargeCategory", String, Mandatory, false, []string{"Usage", "Purchase", "Tax", "Credit", "Adjustment"}}); !ok || cmp.Diff(want, category) != "" {
		t.Errorf("got %+v", category)
	}
	if _, ok := version(t, "1.4").Column("ProviderName"); ok {
		t.Error("1.4 dropped ProviderName")
	}
	parents := SubcategoryParents()
	category, _ = version(t, "1.2").Column("ServiceCategory")
	for sub, parent := range parents {
		if !slices.Contains(category.Allowed, parent) {
			t.Errorf("the parent %q of %q is no ServiceCategory", parent, sub)
		}
	}
	if len(parents) != 82 {
		t.Errorf("%d subcategories, want 82", len(parents))
	}
}

func TestEveryColumnHasItsCell(t *testing.T) {
	for _, row := range records(columnsCSV) {
		c, ok := cells[row[0]]
		if !ok {
			t.Errorf("%s has no cell", row[0])
			continue
		}
		isNumber, isTime := c.number != nil || c.cost != nil, c.moment != nil
		wantNumber := row[1] == string(Decimal) || row[1] == string(NonNegative)
		if isNumber != wantNumber || isTime != (row[1] == string(DateTime)) {
			t.Errorf("%s is %s and has the cell of something else", row[0], row[1])
		}
	}
	if len(cells) != len(records(columnsCSV)) {
		t.Errorf("%d cells for %d columns", len(cells), len(records(columnsCSV)))
	}
}

func encode(t testing.TB, s Schema, charges ...Charge) string {
	t.Helper()
	var out bytes.Buffer
	e, err := NewEncoder(&out, s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range charges {
		if err := e.Encode(&charges[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func number(t testing.TB, s string) amount.Amount {
	t.Helper()
	a, err := amount.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCells(t *testing.T) {
	s, err := NewSchema(version(t, "1.2"), []string{"x_Note"}).Select([]string{"BilledCost", "PricingQuantity", "ChargePeriodStart", "ServiceName", "Tags", "x_Note"})
	if err != nil {
		t.Fatal(err)
	}
	day := time.Date(2025, 12, 9, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	for _, test := range []struct {
		name   string
		charge Charge
		want   string
	}{
		{"absent values are empty and unquoted", Charge{Extra: []string{""}}, "0.0,,,,,"},
		{"a whole number has a point", Charge{BilledCost: number(t, "24"), PricingQuantity: amount.Some(number(t, "-3")), Extra: []string{""}}, "24.0,,-3.0,,,"},
		{"times are UTC", Charge{ChargePeriodStart: day, Extra: []string{""}}, "0.0,2025-12-08T16:00:00Z,,,,"},
		{"quotes where needed alone", Charge{ServiceName: `a "b", c`, Tags: `{"k":"v"}`, Extra: []string{"two\nlines"}}, `0.0,,,"a ""b"", c","{""k"":""v""}","two` + "\nlines\""},
		{"carriage returns", Charge{ServiceName: "a\rb", Extra: []string{"x"}}, "0.0,,,\"a\rb\",,x"},
		{"plain text is not quoted", Charge{ServiceName: "云服务器 CVM; a'b", Extra: []string{" x "}}, "0.0,,,云服务器 CVM; a'b,, x "},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := "BilledCost,ChargePeriodStart,PricingQuantity,ServiceName,Tags,x_Note\n" + test.want + "\n"
			if got := encode(t, s, test.charge); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestAForeignReaderReadsBackWhatWasWritten(t *testing.T) {
	texts := []string{"", "a", `"`, `""`, ",", "a,b", "a\nb", "é", `"quoted"`, "tail\""}
	s := NewSchema(version(t, "1.2"), []string{"x_Text"})
	var charges []Charge
	for _, text := range texts {
		charges = append(charges, Charge{Extra: []string{text}})
	}
	rows, err := csv.NewReader(strings.NewReader(encode(t, s, charges...))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if got := rows[i+1][len(rows[0])-1]; got != text {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

func TestSchemaSelectAndBlank(t *testing.T) {
	s := NewSchema(version(t, "1.2"), []string{"x_A", "x_B"})
	if _, err := s.Select([]string{"BilledCost", "x_C", "Nope"}); err == nil || !strings.Contains(err.Error(), "x_C, Nope") {
		t.Errorf("got %v, want an error that names what is unknown", err)
	}
	some, err := s.Select([]string{"x_B", "BilledCost"})
	if err != nil {
		t.Fatal(err)
	}
	got := encode(t, some.Blank("BilledCost"), Charge{BilledCost: number(t, "1"), Extra: []string{"a", "b"}})
	if want := "BilledCost,x_B\n,b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := encode(t, some, Charge{BilledCost: number(t, "1"), Extra: []string{"a", "b"}}); got != "BilledCost,x_B\n1.0,b\n" {
		t.Errorf("Blank changed the schema it was made from: %q", got)
	}
}

func TestAChargeWithTheWrongCustomValuesIsRefused(t *testing.T) {
	e, err := NewEncoder(io.Discard, NewSchema(version(t, "1.2"), []string{"x_A"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Encode(&Charge{}); err == nil {
		t.Error("a charge without its custom value was written")
	}
}

func fullCharge(t testing.TB) Charge {
	now := time.Date(2025, 12, 9, 10, 0, 0, 0, time.UTC)
	price := amount.Some(number(t, "0.12345678"))
	return Charge{
		BilledCost: number(t, "123.45678901"), EffectiveCost: number(t, "123.45678901"), ListCost: number(t, "200"), ContractedCost: number(t, "123.45678901"),
		PricingQuantity: amount.Some(number(t, "1000.5")), ListUnitPrice: price, ContractedUnitPrice: price, ConsumedQuantity: price,
		BillingPeriodStart: now, BillingPeriodEnd: now, ChargePeriodStart: now, ChargePeriodEnd: now,
		ServiceName: "Cloud Virtual Machine (CVM)", ChargeDescription: "Cloud Virtual Machine (CVM) - Standard S5: CPU, Hourly settlement in ap-singapore",
		Tags: `{"env":"prod","team":"a, b"}`, Extra: []string{"x"},
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	e, err := NewEncoder(io.Discard, NewSchema(version(t, "1.2"), []string{"x_A"}))
	if err != nil {
		t.Fatal(err)
	}
	c := fullCharge(t)
	if n := testing.AllocsPerRun(100, func() { _ = e.Encode(&c) }); n != 0 {
		t.Errorf("%v allocations per row", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	e, err := NewEncoder(io.Discard, NewSchema(version(b, "1.2"), []string{"x_A"}))
	if err != nil {
		b.Fatal(err)
	}
	c := fullCharge(b)
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Encode(&c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
