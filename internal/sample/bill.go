package sample

import (
	"iter"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// Bill describes a bill to invent.
type Bill struct {
	UIN     string       // the account that pays
	Month   period.Month // the bill month
	Lines   int          // lines of the whole month
	Seed    uint64       // another seed, another bill
	Members int          // other owner accounts that the account pays for
	Through period.Day   // leave out later bill days; the zero Day leaves out none
	Chinese bool         // the provider's names in Chinese, amounts in CNY; else in English and in USD
}

// Each calls visit with every line, in the order in which a bill grows: by
// bill day, and nearly by record id. The line is visit's until it returns; its
// texts stay. An error of visit ends the bill and is returned.
func (b Bill) Each(visit func(*bill.Line) error) error {
	var err error
	for l := range b.All() {
		if err = visit(l); err != nil {
			break
		}
	}
	return err
}

// All yields what [Bill.Each] visits, under the same terms.
func (b Bill) All() iter.Seq[*bill.Line] {
	return func(yield func(*bill.Line) bool) {
		g := newGenerator(b)
		for g.next < b.Lines && g.record(yield) {
		}
	}
}

// TagKeys are all the tag keys that occur in sample bills.
func TagKeys() []string { return append([]string(nil), tagKeys...) }
