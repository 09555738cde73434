package amount

import (
	"testing"

	"github.com/shopspring/decimal"
)

const benchText = "12345.67890123"

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(benchText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	step, sum := must(b, benchText), Amount{}
	for b.Loop() {
		sum = sum.Add(step)
	}
}

func BenchmarkAppendText(b *testing.B) {
	a, dst := must(b, benchText), make([]byte, 0, 64)
	for b.Loop() {
		dst = a.AppendText(dst[:0])
	}
}

func BenchmarkShopspringParse(b *testing.B) {
	for b.Loop() {
		if _, err := decimal.NewFromString(benchText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkShopspringAdd(b *testing.B) {
	step, sum := decimal.RequireFromString(benchText), decimal.Zero
	for b.Loop() {
		sum = sum.Add(step)
	}
}

func BenchmarkShopspringString(b *testing.B) {
	a := decimal.RequireFromString(benchText)
	for b.Loop() {
		_ = a.String()
	}
}
