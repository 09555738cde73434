package delivery

import (
	"context"
	"strings"
	"time"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// When a delivery that did not come about is tried again. Past its freshness
// nothing changes but how loudly it is said.
const (
	retryFailed    = time.Minute // doubled with every failure after the first
	retryFailedMax = 30 * time.Minute
	retryBrokenMax = 10 * time.Minute // a ledger or bucket that could not be read
	retryWaiting   = 10 * time.Minute // the source is not ready
	retryHeld      = 30 * time.Minute // the source may have become complete
)

// Adopted is what the ledger calls a delivery that it did not know and that was
// found in the bucket, ours and proved.
const Adopted Result = "adopted"

// Proving is the Config.Prove of who holds an account's lock. What the ledger has
// proved of an object it forgets right before that is written anew: whoever dies
// between the bucket and the ledger leaves an object that is adopted, not one
// that seems to differ.
func Proving(lock *ledger.Lock, place ledger.Place) func(context.Context, period.Period) error {
	return func(ctx context.Context, p period.Period) error {
		if err := lock.Forget(ctx, place, p); err != nil {
			return err
		}
		return lock.Prove(ctx)
	}
}

// Record tells the ledger what became of a delivery, by the lock of its
// account, and returns what was recorded. A proof that the ledger has stays when
// nothing new was proved.
func Record(ctx context.Context, lock *ledger.Lock, place ledger.Place, before ledger.Entry, out *Outcome, now time.Time) (ledger.Entry, error) {
	if out.Result == WouldDeliver {
		return before, nil
	}
	e := ledger.Entry{Place: place, Period: out.Period, Key: out.Key, Due: out.Due}
	e.Try = ledger.Try{Result: string(out.Result), At: now}
	switch out.Result {
	case Delivered, Replaced, Unchanged:
		e.Proof = ledger.Proof{
			At: now, Size: out.Size, CRC64: out.CRC64, Lines: out.Lines, Rows: out.Rows, Days: out.Days, Members: out.Members,
			Gross: out.Gross, Billed: out.Billed, Snapshot: out.Snapshot, Focus: out.Focus, Profile: out.Profile, Reconcile: out.Reconcile,
		}
	default:
		e.Try.Attempts = before.Try.Attempts + 1
		e.Try.Next = now.Add(retryAfter(out.Result, e.Try.Attempts))
		e.Try.Why, e.Try.Remedy = out.why(), out.Remedy()
	}
	return e, lock.Record(ctx, e)
}

// Taken is told of a new snapshot, before any file is made of it; its error is
// the delivery's.
type Taken func(ctx context.Context, snap *snapshot.Snapshot) error

// RecordTotals returns what tells the ledger, by the lock of the account, what
// a new snapshot comes to, so that every node can answer for the bill. That its
// files are held back or fail changes nothing about it.
func RecordTotals(lock *ledger.Lock, now func() time.Time) Taken {
	return func(ctx context.Context, snap *snapshot.Snapshot) error {
		encoded, err := snap.Totals().Encode()
		if err != nil {
			return err
		}
		return lock.RecordTotals(ctx, ledger.Totals{
			UIN: snap.UIN(), Month: snap.Month(), Snapshot: snap.ID(), Source: snap.Reading().Source, Taken: now(), Encoded: encoded,
		})
	}
}

// adopt tells the ledger of an object that it did not know.
func (d *Planned) adopt(ctx context.Context, lock *ledger.Lock, place ledger.Place, now time.Time) error {
	d.Entry = ledger.Entry{
		Place: place, Period: d.Period, Key: d.Key, Due: d.Due,
		Try: ledger.Try{Result: string(Adopted), At: now}, Proof: claimed(d.Object),
	}
	return lock.Record(ctx, d.Entry)
}

// became takes note of what became of the delivery, as the ledger now has it.
func (p *Planner) became(d *Planned, out *Outcome, e ledger.Entry, now time.Time) {
	d.Entry = e
	switch out.Result {
	case Delivered, Replaced, Unchanged:
		d.State, d.Why = Present, ""
	default:
		d.State, d.Why = p.missing(d.Delivery, now)
		d.tried()
	}
}

// RetryBroken is when an account is worked on again whose ledger or bucket could
// not be read so many times in a row. One that takes long to fail must not keep
// the others waiting.
func RetryBroken(times int) time.Duration { return min(retryAfter(Failed, times), retryBrokenMax) }

func retryAfter(result Result, attempts int) time.Duration {
	switch result {
	case Waiting:
		return retryWaiting
	case Held:
		return retryHeld
	default:
		return min(retryFailed<<min(attempts-1, 10), retryFailedMax)
	}
}

// why says in one text what kept the delivery from coming about.
func (o *Outcome) why() string {
	if o.Err != nil {
		return o.Err.Error()
	}
	texts := make([]string, len(o.Reasons))
	for i, r := range o.Reasons {
		texts[i] = r.Text
	}
	return strings.Join(append(texts, o.Differences...), "; ")
}
