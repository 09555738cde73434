package bill

import "strings"

// Tally adds up the lines of a bill like [Totals.Add], line by line and to the
// last digit, for bills of millions of lines: most lines count at the same
// places as others before, so they are first summed by place, and a place is
// added to the totals once in a while. Memory is bounded by maxPlaces, not by
// the bill.
//
// The zero Tally is empty. A Tally is not safe for concurrent use.
type Tally struct {
	totals Totals
	places map[place]*share
	order  []*tallied // so that names are those of the first line, as with Totals.Add
	last   *tallied
}

type tallied struct {
	place
	share
}

// maxPlaces is how many places are summed before they go to the totals.
const maxPlaces = 8192

// Add adds a completed line. The error is that of [Line.Money]. It keeps no
// text of the line.
func (t *Tally) Add(l *Line) error {
	m, err := l.Money()
	if err != nil {
		return err
	}
	sums := sumsOf(&m)
	s := t.share(l)
	s.lines++
	s.unpriced += unpriced(&m)
	s.sums.Add(&sums)
	t.totals.addDay(l, &m)
	return nil
}

// share finds the sums of the line's place.
func (t *Tally) share(l *Line) *share {
	p := placeOf(l)
	if t.last != nil && t.last.place == p {
		return &t.last.share
	}
	return nil
}
