// Package retry repeats an action until it is done, until it fails for good,
// or until its context ends. Between two tries it waits a random time below an
// exponentially growing bound (full jitter), so that many callers who failed
// together do not come back together.
//
// It knows no HTTP, no COS and no API: whoever tries says with Permanent what
// is not worth another try, and with After how long the other side asked for.
package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Policy says how often to try and how long to wait in between. The zero
// Policy tries without limit and without waiting; give at least Base.
type Policy struct {
	Attempts int           // tries in all, the first included; 0 or less: no limit but the context's
	Base     time.Duration // bound of the first wait; each further bound is twice the one before
	Max      time.Duration // bound of every wait; 0: none

	// Wait sleeps for d or until ctx ends, and then returns the context's
	// error. Nil uses a timer. Tests put their own here.
	Wait func(ctx context.Context, d time.Duration) error
}

// Do calls try until it returns nil, returns an error marked Permanent, has
// been tried p.Attempts times, or ctx ends. The error that comes back wraps
// the last error of try; if ctx ended, it wraps the context's cause too. Try
// is never called on a context that has ended.
func Do(ctx context.Context, p Policy, try func(context.Context) error) error {
	var last error
	for attempt := 1; ; attempt++ {
		if ctx.Err() != nil {
			return ended(ctx, last)
		}
		last = try(ctx)
		if last == nil {
			return nil
		}
		if mark, ok := errors.AsType[*permanentError](last); ok {
			return unmarked(last, mark)
		}
		if ctx.Err() != nil {
			return ended(ctx, last)
		}
		if attempt == p.Attempts {
			return gaveUp(attempt, last)
		}
		if err := p.wait(ctx, attempt, last); err != nil {
			return ended(ctx, last)
		}
	}
}

func (p Policy) wait(ctx context.Context, attempt int, last error) error {
	d := jitter(p.bound(attempt))
	if asked, ok := errors.AsType[*afterError](last); ok {
		d = max(d, asked.wait)
	}
	if p.Wait != nil {
		return p.Wait(ctx, d)
	}
	return sleep(ctx, d)
}

// bound is Base doubled for every try after the first, never above Max.
func (p Policy) bound(attempt int) time.Duration {
	const longest = time.Duration(1) << 62
	limit := p.Max
	if limit <= 0 {
		limit = longest
	}
	d := p.Base
	for range attempt - 1 {
		if d >= limit/2 {
			return limit
		}
		d *= 2
	}
	return min(d, limit)
}

func jitter(bound time.Duration) time.Duration {
	if bound <= 0 {
		return 0
	}
	return rand.N(bound) + 1
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func gaveUp(attempts int, last error) error {
	if attempts == 1 {
		return last
	}
	return fmt.Errorf("%w (tried %d times)", last, attempts)
}

func ended(ctx context.Context, last error) error {
	cause := context.Cause(ctx)
	switch {
	case last == nil:
		return cause
	case errors.Is(last, cause):
		return last
	default:
		return fmt.Errorf("%w (last error: %w)", cause, last)
	}
}
