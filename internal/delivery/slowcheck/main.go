// Command slowcheck adds up a bill file and a FOCUS file made from it, and says
// whether they come to the same: what the lines are to be paid, and the sum of
// BilledCost. Tests use it as a second opinion: it is slow and simple, reads
// with encoding/csv, adds with shopspring/decimal, and shares no line of code
// with the rest of deliverd.
//
//	slowcheck -month 2025-11 [-through 2025-11-17] BILL FOCUS.CSV
//
// BILL is a detail bill as CSV or JSON, plain, .gz or .zip. With -through only
// the lines up to that bill day count. Exit codes: 0 equal, 1 not, 2 usage.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/shopspring/decimal"
)

func main() {
	month := flag.String("month", "", "the bill month, 2025-11")
	through := flag.String("through", "", "the last bill day that counts, 2025-11-17")
	flag.Parse()
	if flag.NArg() != 2 || len(*month) != len("2025-11") {
		flag.Usage()
		os.Exit(2)
	}
	equal, err := compare(os.Stdout, flag.Arg(0), flag.Arg(1), *month, *through)
	if err != nil {
		fmt.Fprintln(os.Stderr, "slowcheck:", err)
	}
	if err != nil || !equal {
		os.Exit(1)
	}
}

// tally is how many rows there were and what they came to.
type tally struct {
	rows int
	sum  decimal.Decimal
}

func (t *tally) add(amount decimal.Decimal) { t.rows, t.sum = t.rows+1, t.sum.Add(amount) }

func compare(w io.Writer, billPath, focusPath, month, through string) (equal bool, err error) {
	var payable, billed tally
	err = eachLine(billPath, func(l line) error {
		if through != "" && l.day(month) > through {
			return nil
		}
		amount, err := l.payable()
		payable.add(amount)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", billPath, err)
	}
	file, err := os.Open(focusPath)
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = eachRecord(file, func(record line) error {
		cost, err := decimal.NewFromString(record["BilledCost"])
		billed.add(cost)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("%s: %w", focusPath, err)
	}
	equal = payable.sum.Equal(billed.sum)
	fmt.Fprintf(w, "%d lines to pay %s, %d rows of BilledCost %s, equal: %v\n", payable.rows, payable.sum, billed.rows, billed.sum, equal)
	return equal, nil
}
