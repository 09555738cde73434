package bill

import "strings"

// Tally adds up the lines of a bill like [Totals.Add], to the last digit, for
// bills of millions of lines. Most lines count at the same places as lines
// before them: sums are kept by place, and go to the totals once in a while.
// Its memory is bounded by maxPlaces and by the totals, not by the lines.
//
// The zero Tally is empty. A Tally is not safe for concurrent use.
type Tally struct {
	totals Totals
	places map[place]*tallied
	order  []*tallied // so that names are those of the first line, as with Totals.Add
	last   *tallied
}

type tallied struct {
	place
	share
}

// maxPlaces is how many places are summed before they go to the totals.
const maxPlaces = 8192

// Add adds a completed line. The error is that of [Line.Money]. No text of
// the line is held.
func (t *Tally) Add(l *Line) error {
	m, err := l.Money()
	if err != nil {
		return err
	}
	at := t.at(placeOf(l))
	at.lines++
	at.unpriced += unpriced(&m)
	sums := sumsOf(&m)
	at.sums.Add(&sums)
	t.totals.addDay(l, &m)
	return nil
}

// Totals are those of all lines so far. They are the Tally's: later lines
// change them once Totals is called again.
func (t *Tally) Totals() *Totals {
	for _, at := range t.order {
		t.totals.add(&at.place, &at.share)
	}
	clear(t.places)
	t.order, t.last = t.order[:0], nil
	return &t.totals
}

func (t *Tally) at(p place) *tallied {
	if t.last != nil && t.last.place == p { // another component of the same record
		return t.last
	}
	at, ok := t.places[p]
	if !ok {
		if len(t.places) >= maxPlaces {
			t.Totals()
		}
		if t.places == nil {
			t.places = map[place]*tallied{}
		}
		at = &tallied{place: p.clone()}
		t.places[at.place] = at
		t.order = append(t.order, at)
	}
	t.last = at
	return at
}

func (p place) clone() place {
	for _, text := range [...]*string{
		&p.product, &p.productName, &p.region, &p.regionName, &p.project, &p.projectName, &p.payModeName, &p.owner, &p.operator, &p.tags,
	} {
		*text = strings.Clone(*text)
	}
	return p
}
