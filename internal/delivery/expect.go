package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// Calendar says what a cadence calls for, and when. Its methods read no clock.
type Calendar interface {
	// Counts is the moment after which due times count for a cadence that is
	// switched on at the given one.
	Counts(on time.Time) time.Time

	// CountsSince is the same for a cadence whose setting says since when.
	CountsSince(since period.Day) time.Time

	// Between yields what comes due after the first moment and not after the
	// second, oldest first, each period once.
	Between(after, through time.Time) iter.Seq2[period.Period, time.Time]
}

// Cadence is how one cadence of an account is set.
type Cadence struct {
	Calendar Calendar
	Enabled  bool
	Since    period.Day // zero: since it was switched on
}

// The origins of an activation: why due times count from where they do.
const (
	originSince  = "since"                     // the configuration says so
	originOldest = "oldest file in the bucket" // nothing else knew
	originNow    = "switched on"               // at that moment
	originSeen   = "seen for the first time"   // until the bucket has told whether there is an older file
)

// calendar is what a cadence expects: the spans in which it was on, and what
// the ledger should be told of that.
type calendar struct {
	Cadence
	spans     []ledger.Activation
	switchOn  *ledger.Activation // to be recorded
	switchOff bool               // to be recorded
	settle    *ledger.Activation // to be recorded: what the bucket told of the last span
}

// provisional reports whether the bucket has yet to tell since when it is on.
func (c *calendar) provisional() bool {
	return c.Enabled && len(c.spans) > 0 && c.spans[len(c.spans)-1].Origin == originSeen
}

// calendarOf decides since when due times count (DESIGN section 3, Calendar):
// since what the setting says; else in the spans that the ledger knows; else
// since the oldest of our files in the bucket; else from now on. A cadence that
// is off expects nothing.
func (p *Planner) calendarOf(ctx context.Context, cadence period.Cadence, known []ledger.Activation, listed []object.Object, now time.Time) (calendar, error) {
	c := p.fromLedger(cadence, known, now)
	if !c.provisional() {
		return c, nil
	}
	last := &c.spans[len(c.spans)-1]
	oldest, found, err := p.oldest(ctx, cadence, listed)
	if err != nil {
		return c, err
	}
	last.Origin = originNow
	if found {
		last.After, last.Origin = oldest.Add(-time.Nanosecond), originOldest
	}
	c.settle = last
	return c, nil
}

// fromLedger is calendarOf without a look into the bucket. What nobody has seen
// before is on from now, until the bucket can tell since when.
func (p *Planner) fromLedger(cadence period.Cadence, known []ledger.Activation, now time.Time) calendar {
	c := calendar{Cadence: p.Cadences[cadence]}
	var open bool
	for _, span := range known {
		if span.Cadence == cadence {
			c.spans = append(c.spans, span)
			open = span.Until.IsZero()
		}
	}
	if !c.Enabled {
		c.spans, c.switchOff = nil, open && !p.Follow
		return c
	}
	on := ledger.Activation{Place: p.Place, Cadence: cadence, After: c.Calendar.Counts(now), Origin: originNow}
	switch {
	case !c.Since.IsZero():
		on.After, on.Origin = c.Calendar.CountsSince(c.Since), originSince
		c.spans = []ledger.Activation{on}
	case open:
		return c
	case len(c.spans) == 0:
		on.Origin = originSeen
		c.spans = []ledger.Activation{on}
	case p.Follow: // another node has switched it off: its settings are newer than ours
		return c
	default:
		c.spans = append(c.spans, on)
	}
	if !open {
		c.switchOn = &on
	}
	return c
}

// oldest is when the oldest of our objects of a cadence was due. Objects that
// somebody else put at such keys, the provider itself perhaps, do not count.
func (p *Planner) oldest(ctx context.Context, cadence period.Cadence, listed []object.Object) (due time.Time, found bool, err error) {
	for _, o := range listed {
		of, ok := p.Account.parse(o.Key)
		if !ok || of.Cadence != cadence {
			continue
		}
		there, err := p.Bucket.Stat(ctx, o.Key)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !isOurs(there) {
			continue
		}
		if err != nil {
			return due, false, fmt.Errorf("look at %s: %w", o.Key, err)
		}
		opens := of.Through.End()
		for _, due := range p.Cadences[cadence].Calendar.Between(opens.Add(-time.Nanosecond), opens.AddDate(0, 2, 0)) {
			return due, true, nil
		}
	}
	return due, false, nil
}

// expected yields what the spans call for up to a moment, oldest first, each
// period once: at its first due time that counts.
func (c *calendar) expected(through time.Time) iter.Seq[Delivery] {
	return func(yield func(Delivery) bool) {
		seen := map[period.Period]bool{}
		for _, span := range c.spans {
			until := through
			if !span.Until.IsZero() && span.Until.Before(until) {
				until = span.Until
			}
			for p, due := range c.Calendar.Between(span.After, until) {
				if seen[p] {
					continue
				}
				seen[p] = true
				if !yield(Delivery{Period: p, Due: due}) {
					return
				}
			}
		}
	}
}
