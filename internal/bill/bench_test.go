package bill_test

import (
	"io"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/focus"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

const benchLines = 20_000

func benchBill(b *testing.B) (period.Month, []bill.Line) {
	b.Helper()
	month, err := period.ParseMonth("2025-11")
	if err != nil {
		b.Fatal(err)
	}
	lines := make([]bill.Line, 0, benchLines)
	for l := range (sample.Bill{UIN: "200020002001", Month: month, Lines: benchLines, Seed: 1, Members: 3}).All() {
		lines = append(lines, *l)
	}
	return month, lines
}

// BenchmarkCharges is lines → charges → CSV bytes, on one core.
func BenchmarkCharges(b *testing.B) {
	month, lines := benchBill(b)
	v, err := focus.LoadVersion("1.2")
	if err != nil {
		b.Fatal(err)
	}
	encoder, err := focus.NewEncoder(io.Discard, focus.NewSchema(v, bill.ExtraColumns()))
	if err != nil {
		b.Fatal(err)
	}
	mapper := bill.NewMapper(bill.MapperConfig{UIN: "200020002001", Month: month, Currency: "USD", Due: time.Unix(0, 0)})
	rows, at := 0, 0
	b.ReportAllocs()
	for b.Loop() {
		err := mapper.Charges(&lines[at], func(c *focus.Charge) error {
			rows++
			return encoder.Encode(c)
		})
		if err != nil {
			b.Fatal(err)
		}
		at = (at + 1) % len(lines)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
