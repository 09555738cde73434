package delivery

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// ReconcileMode says what becomes of a file whose bill is not what the
// provider's summary says.
type ReconcileMode string

// The reconcile modes; the zero one is ReconcileOff.
const (
	ReconcileHold ReconcileMode = "hold" // not delivered; of an open month delivered all the same when it would become late
	ReconcileWarn ReconcileMode = "warn" // delivered and said
	ReconcileOff  ReconcileMode = "off"  // not compared
)

// Reconcile is what is done about differences.
type Reconcile struct {
	Closed    ReconcileMode // of a month that is closed
	Open      ReconcileMode // of one that may still move
	Freshness time.Duration // how long after its due time a file of an open month is held
}

// What an outcome says of its bill and the provider's summary.
const (
	Reconciled    = "reconciled"     // the same, to the last digit
	Unreconciled  = "unreconciled"   // not the same
	NotReconciled = "not-reconciled" // not compared
)

// closesOn is the day of the month after on which a bill month is closed.
const closesOn = 5

func (r Reconcile) mode(month period.Month, now time.Time) (mode ReconcileMode, closed bool) {
	if now.Before(month.Next().First().Start().AddDate(0, 0, closesOn-1)) {
		return r.Open, false
	}
	return r.Closed, true
}

// summary asks for the provider's sums where they are to be compared with.
func (d *Deliverer) summary(ctx context.Context, want bill.Request) (*bill.Summary, error) {
	if d.cfg.Summarizer == nil {
		return nil, nil
	}
	if mode, _ := d.cfg.Reconcile.mode(want.Month, d.cfg.Now()); mode != ReconcileHold && mode != ReconcileWarn {
		return nil, nil
	}
	summary, err := d.cfg.Summarizer.Summary(ctx, want)
	if err != nil {
		return nil, fmt.Errorf("ask for the summary: %w", err)
	}
	return summary, nil
}

// verdict is what came of holding a bill against the provider's summary.
type verdict struct {
	word  string
	found []bill.Difference
	hold  bool
}

// reconcile holds the whole bill, not what the file has of it, against the
// provider's summary.
func (d *Deliverer) reconcile(snap *snapshot.Snapshot, want Delivery) verdict {
	summary := d.months[snap.Month()].summary
	if summary == nil {
		return verdict{word: NotReconciled}
	}
	found := summary.Differences(snap.Totals())
	if len(found) == 0 {
		return verdict{word: Reconciled}
	}
	now := d.cfg.Now()
	mode, closed := d.cfg.Reconcile.mode(snap.Month(), now)
	hold := mode == ReconcileHold && (closed || now.Before(want.Due.Add(d.cfg.Reconcile.Freshness)))
	if !hold {
		d.cfg.Log.Warn("the bill is not what the provider's summary says", zap.String("uin", d.cfg.Account.UIN),
			zap.String("key", d.cfg.Account.Key(want.Period)), zap.Stringer("err", found[0]))
	}
	return verdict{word: Unreconciled, found: found, hold: hold}
}

// mostDifferences is how many differences are listed.
const mostDifferences = 10

// reconcile takes a verdict into the outcome: as reasons to hold the file, with
// what differs beside the first, or as warnings.
func (o *Outcome) reconcile(v verdict) (reasons []Reason, rest []string) {
	if o.Reconcile = v.word; len(v.found) == 0 {
		return nil, nil
	}
	text := "the bill is not what the provider's summary says: " + v.found[0].String()
	for i, difference := range v.found[1:] {
		if i == mostDifferences {
			rest = append(rest, fmt.Sprintf("%d more differences", len(v.found)-1-i))
			break
		}
		rest = append(rest, difference.String())
	}
	if !v.hold {
		o.Warnings = append(append(o.Warnings, text), rest...)
		return nil, nil
	}
	return []Reason{{
		Kind: ReasonReconcile, Text: text,
		Remedy: "nothing at first: the bill is read again every 30 minutes; if the summary is wrong and the bill right, set reconcile: {closed: warn, open: warn} for the account",
	}}, rest
}
