package billsummary

import (
	"context"
	"encoding/json"
	"sync"

	"deliverd/internal/bill"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

// books are the totals of bills as the ledger has them. Each is decoded once,
// and an answer made once, for as long as the bill's newest snapshot stays the
// same: the ledger is asked for that every time.
type books struct {
	ledger  *ledger.Ledger
	metrics *Metrics

	mu    sync.Mutex
	open  map[bookKey]*book
	bytes int   // of all that is open
	turn  int64 // counts uses
}

type bookKey struct {
	uin   string
	month period.Month
}

// book is what one bill comes to.
type book struct {
	snapshot string
	totals   *bill.Totals

	// guarded by books.mu
	answers map[part]json.RawMessage // what was answered, by what was asked
	bytes   int
	used    int64
}

// maxBooks bounds the memory of what is kept open, in bytes of text.
const maxBooks = 64 << 20

func newBooks(l *ledger.Ledger, m *Metrics) *books {
	return &books{ledger: l, metrics: m, open: map[bookKey]*book{}}
}

// get returns what the newest snapshot of a bill comes to, nil while there was
// none.
func (b *books) get(ctx context.Context, uin string, month period.Month) (*book, error) {
	k := bookKey{uin, month}
	b.mu.Lock()
	have := b.open[k]
	known := ""
	if have != nil {
		known = have.snapshot
		b.turn++
		have.used = b.turn
	}
	b.mu.Unlock()
	t, found, err := b.ledger.TotalsUnless(ctx, uin, month, known)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, nil
	case have != nil && t.Snapshot == have.snapshot:
		return have, nil
	}
	totals, err := bill.DecodeTotals(t.Encoded)
	if err != nil {
		return nil, err
	}
	fresh := &book{snapshot: t.Snapshot, totals: totals, answers: map[part]json.RawMessage{}, bytes: len(t.Encoded)}
	b.put(k, fresh)
	return fresh, nil
}

// newest is the id of the newest snapshot of a bill.
func (b *books) newest(ctx context.Context, uin string, month period.Month) (id string, found bool, err error) {
	book, err := b.get(ctx, uin, month)
	if book == nil {
		return "", false, err
	}
	return book.snapshot, true, nil
}

func (b *books) put(k bookKey, fresh *book) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(k)
	b.turn++
	fresh.used = b.turn
	b.open[k] = fresh
	b.bytes += fresh.bytes
	b.bound(k)
}

// bound closes the books that were not used for longest, but not that of k.
func (b *books) bound(k bookKey) {
	for b.bytes > maxBooks && len(b.open) > 1 {
		var oldest bookKey
		found := false
		for key, book := range b.open {
			if key != k && (!found || book.used < b.open[oldest].used) {
				oldest, found = key, true
			}
		}
		b.drop(oldest)
	}
}

func (b *books) drop(k bookKey) {
	if old := b.open[k]; old != nil {
		b.bytes -= old.bytes
		delete(b.open, k)
	}
}

// answer returns what was answered before, or makes it.
func (b *books) answer(k bookKey, of *book, asked part, do func(*bill.Totals, part) ([]summaryDetail, error)) (json.RawMessage, error) {
	b.mu.Lock()
	known, there := of.answers[asked]
	b.mu.Unlock()
	if there {
		return known, nil
	}
	made, err := do(of.totals, asked)
	if err != nil {
		return nil, err
	}
	text, err := marshal(made)
	if err != nil || asked.operator != "" && of.totals.OfOperator(asked.operator) == nil {
		return text, err // whoever asks for one operator after the other that there is not fills no memory
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, twice := of.answers[asked]; !twice && b.open[k] == of {
		of.answers[asked] = text
		more := len(asked.tagKey) + len(asked.operator) + len(text)
		of.bytes += more
		b.bytes += more
		b.bound(k)
	}
	return text, nil
}
