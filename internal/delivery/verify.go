package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"deliverd/internal/object"
	"deliverd/internal/period"
)

// State is what a delivery's place in the bucket looks like (DESIGN section 3).
type State string

// The states that looking at the bucket can tell.
const (
	NotYet   State = "not-yet"  // its time has not come
	Due      State = "due"      // missing, its time passed within freshness
	Late     State = "late"     // missing, and past it
	Present  State = "present"  // there, with the size and CRC-64 that were proved
	Differs  State = "differs"  // there, with another size or CRC-64 than was proved
	Unproven State = "unproven" // there and ours, but nothing says what was proved
	Foreign  State = "foreign"  // our key pattern, but not expected or not written by deliverd
	Off      State = "off"      // there, ours and proved, of a cadence that is switched off
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

// Inventory lists the periods that the bucket holds an object for, whoever
// wrote it, by key. It may lag behind a write for some seconds.
func (v *Verifier) Inventory(ctx context.Context) ([]period.Period, error) {
	var periods []period.Period
	prefix := v.Account.Prefix + period.KeyPrefix(v.Account.UIN)
	for o, err := range v.Bucket.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		if p, ok := v.Account.parse(o.Key); ok {
			periods = append(periods, p)
		}
	}
	return periods, nil
}

// headsAtOnce is how many objects are looked at in parallel.
const headsAtOnce = 8

// Verify looks at every expected delivery: a HEAD proves size and CRC-64
// against the object's own metadata, the listing finds what nobody expects
// among the periods that expects takes. It reads only. The checks come in the
// order of expected, the unexpected objects after them.
func (v *Verifier) Verify(ctx context.Context, expected []Delivery, expects func(period.Period) bool, now time.Time) ([]Check, error) {
	listed := map[string]object.Object{}
	prefix := v.Account.Prefix + period.KeyPrefix(v.Account.UIN)
	var order []string
	for o, err := range v.Bucket.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		listed[o.Key] = o
		order = append(order, o.Key)
	}
	checks := make([]Check, len(expected))
	group, looking := errgroup.WithContext(ctx)
	group.SetLimit(headsAtOnce)
	for i, want := range expected {
		group.Go(func() error {
			check, err := v.look(looking, want, now)
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
	for _, key := range order {
		if p, ok := v.Account.parse(key); ok && expects(p) && listed[key].Key != "" {
			unexpected = append(unexpected, listed[key])
		}
	}
	more, err := v.unexpected(ctx, unexpected)
	return append(checks, more...), err
}

// unexpected looks at objects that nothing calls for. Those of a cadence that
// is switched off may be there.
func (v *Verifier) unexpected(ctx context.Context, listed []object.Object) ([]Check, error) {
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
			check, err := v.look(ctx, foreign.Delivery, time.Time{})
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

// look heads one expected object.
func (v *Verifier) look(ctx context.Context, want Delivery, now time.Time) (Check, error) {
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
	same, known := proved(o)
	switch {
	case !isOurs(o):
		c.State, c.Why = Foreign, "it was not written by deliverd"
	case !known:
		c.State, c.Why = Unproven, "neither it nor the bucket says what it should be"
	case same:
		c.State = Present
	default:
		c.State = Differs
		c.Why = fmt.Sprintf("%d bytes with CRC-64 %d, proved were %s bytes with CRC-64 %s", o.Size, o.CRC64, o.Meta[metaSize], o.Meta[metaCRC64])
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
