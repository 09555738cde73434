package bill

import (
	"errors"

	"deliverd/internal/period"
)

// ErrNotReady is what a source answers when it has no complete bill for the
// asked day yet: the delivery waits. The wrapping error says what is missing.
var ErrNotReady = errors.New("source is not ready")

// Request is what a source is asked for: every line of one account's month.
type Request struct {
	UIN     string       // the account
	Month   period.Month // the bill month
	Through period.Day   // the last bill day that has to be covered; in Month

	GroupAdmin  bool // lines of other owners belong to the bill too
	SkipBadRows bool // leave bad rows out, count and report them
	MonthKnown  bool // a person said that undated files are of Month
}

// Reading is what a source says about a bill it has given in full.
type Reading struct {
	Source      string     // where the lines came from, for people: "detail.zip" or "3 files in /srv/bills"
	Through     period.Day // the last bill day the source covers
	Lines       int64      // lines given
	SkippedRows int64      // bad rows left out
	Skipped     []string   // the first of them, as error texts
	Warnings    []string   // what a person should know although nothing is wrong

	// Twice are lines that two parts of the bill hold and that were given once:
	// a summary of the parts counts them twice. Nil where there are none.
	Twice *Totals
}
