package delivery_test

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func number(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	if text == "" {
		return decimal.Zero
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sumOf counts the rows of a file and adds up BilledCost.
func sumOf(t *testing.T, text string) (rows int, sum decimal.Decimal) {
	t.Helper()
	table := csv.NewReader(strings.NewReader(text))
	header, err := table.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(header, "BilledCost")
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return rows, sum
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, sum = rows+1, sum.Add(number(t, record[at]))
	}
}
