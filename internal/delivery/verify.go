package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// State is what a delivery's place in the bucket looks like (DESIGN section 3).
type State string

// The states: what looking at the bucket tells and, of a missing delivery, what
// came of the last try.
const (
	NotYet   State = "not-yet"  // its time has not come
	Due      State = "due"      // missing, its time passed within freshness
	Late     State = "late"     // missing, and past it
	Present  State = "present"  // there, with the size and CRC-64 that were proved
	Differs  State = "differs"  // there, with another size or CRC-64 than was proved
	Unproven State = "unproven" // there and ours, but nothing says what was proved
	Foreign  State = "foreign"  // our key pattern, but not expected or not written by deliverd
	Off      State = "off"      // there, ours and proved, of a cadence that is switched off

	AwaitingSource State = "waiting" // missing: the source was not ready when it was last asked
	HeldBack       State = "held"    // missing: it was held back when it was last tried
)

// Missing reports whether the state means that a file should be there and is not.
func (s State) Missing() bool { return s == Due || s == Late }

// AsShould reports whether nobody has to do anything about the state.
func (s State) AsShould() bool { return s == Present || s == NotYet || s == Off }

// Check is what verifying found at one key.
type Check struct {
	Delivery
	Key    string
	State  State
	Why    string // for a person; blank when the state says all
	Object object.Object
	Listed bool // the listing showed it
}

// Verifier holds the bucket against what should be in it.
type Verifier struct {
	Account   Account
	Bucket    Bucket
	Freshness time.Duration           // how long a missing file is due before it is late
	Off       map[period.Cadence]bool // cadences that are switched off
}

// headsAtOnce is how many objects are looked at in parallel.
const headsAtOnce = 8

// Verify looks at every expected delivery: a HEAD proves size and CRC-64
// against what the ledger has of it, else against the object's own metadata;
// the listing finds what nobody expects among the periods that expects takes.
// It reads only. The checks come in the order of expected, the unexpected
// objects after them.
func (v *Verifier) Verify(ctx context.Context, expected []Delivery, proofs map[period.Period]ledger.Proof, expects func(period.Period) bool, now time.Time) ([]Check, error) {
	all, err := v.list(ctx)
	if err != nil {
		return nil, err
	}
	listed := map[string]object.Object{}
	for _, o := range all {
		listed[o.Key] = o
	}
	checks := make([]Check, len(expected))
	group, looking := errgroup.WithContext(ctx)
	group.SetLimit(headsAtOnce)
	for i, want := range expected {
		group.Go(func() error {
			check, err := v.head(looking, want, proofs[want.Period], now)
			_, check.Listed = listed[check.Key]
			checks[i] = check
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, want := range expected {
		delete(listed, v.Account.Key(want.Period))
	}
	var unexpected []object.Object
	for _, o := range all {
		if p, _ := v.Account.parse(o.Key); expects(p) && listed[o.Key].Key != "" {
			unexpected = append(unexpected, o)
		}
	}
	more, err := v.unexpected(ctx, unexpected, proofs)
	return append(checks, more...), err
}

// unexpected looks at objects that nothing calls for. Those of a cadence that
// is switched off may be there.
func (v *Verifier) unexpected(ctx context.Context, listed []object.Object, proofs map[period.Period]ledger.Proof) ([]Check, error) {
	checks := make([]Check, len(listed))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(headsAtOnce)
	for i, o := range listed {
		p, _ := v.Account.parse(o.Key)
		foreign := Check{Delivery: Delivery{Period: p}, Key: o.Key, State: Foreign, Listed: true, Object: o, Why: "nothing is expected for this period"}
		if checks[i] = foreign; !v.Off[p.Cadence] {
			continue
		}
		group.Go(func() error {
			check, err := v.head(ctx, foreign.Delivery, proofs[p], time.Time{})
			if check.State == Present {
				check.State, check.Why = Off, string(p.Cadence)+" is switched off"
			}
			check.Listed = true
			checks[i] = check
			return err
		})
	}
	err := group.Wait()
	gone := func(c Check) bool { return c.State.Missing() } // since it was listed
	return slices.DeleteFunc(checks, gone), err
}

// head looks at one delivery's object: against what was proved of it, as the
// ledger has it or, where that knows nothing, as the object itself says.
func (v *Verifier) head(ctx context.Context, want Delivery, proof ledger.Proof, now time.Time) (Check, error) {
	c := Check{Delivery: want, Key: v.Account.Key(want.Period)}
	o, err := v.Bucket.Stat(ctx, c.Key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.State, c.Why = v.missing(want, now)
		return c, nil
	case err != nil:
		return c, fmt.Errorf("look at %s: %w", c.Key, err)
	}
	c.Object = o
	if proof.At.IsZero() {
		proof = claimed(o)
	}
	switch {
	case !isOurs(o):
		c.State, c.Why = Foreign, "it was not written by deliverd"
	case proof.At.IsZero() || !o.HasCRC64:
		c.State, c.Why = Unproven, "neither the ledger, nor it, nor the bucket says what it should be"
	case o.Size == proof.Size && o.CRC64 == proof.CRC64:
		c.State = Present
	default:
		c.State = Differs
		c.Why = fmt.Sprintf("%d bytes with CRC-64 %d, proved were %d bytes with CRC-64 %d", o.Size, o.CRC64, proof.Size, proof.CRC64)
	}
	return c, nil
}

func (v *Verifier) missing(want Delivery, now time.Time) (State, string) {
	switch {
	case now.Before(want.Due):
		return NotYet, "due at " + want.Due.Format(time.RFC3339)
	case now.Sub(want.Due) <= v.Freshness:
		return Due, "due since " + want.Due.Format(time.RFC3339)
	default:
		return Late, "due since " + want.Due.Format(time.RFC3339)
	}
}
