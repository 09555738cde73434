package retry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/retry"
)

var errBusy = errors.New("busy")

// script returns a try that gives back the listed errors one by one.
func script(calls *int, errs ...error) func(context.Context) error {
	return func(context.Context) error {
		*calls++
		return errs[min(*calls, len(errs))-1]
	}
}

func TestDo(t *testing.T) {
	errGone := errors.New("gone")
	tests := []struct {
		name     string
		attempts int
		errs     []error
		calls    int
		want     error
		text     string
	}{
		{name: "done at once", attempts: 3, errs: []error{nil}, calls: 1},
		{name: "done at the third try", attempts: 3, errs: []error{errBusy, errBusy, nil}, calls: 3},
		{name: "gives up", attempts: 3, errs: []error{errBusy}, calls: 3, want: errBusy, text: "busy (tried 3 times)"},
		{name: "one attempt keeps the error as it is", attempts: 1, errs: []error{errBusy}, calls: 1, want: errBusy, text: "busy"},
		{name: "permanent", attempts: 3, errs: []error{errBusy, retry.Permanent(errGone)}, calls: 2, want: errGone, text: "gone"},
		{name: "permanent inside a wrap", attempts: 3, errs: []error{fmt.Errorf("key a: %w", retry.Permanent(errGone))}, calls: 1, want: errGone, text: "key a: gone"},
		{name: "no limit", attempts: 0, errs: append(repeat(errBusy, 40), nil), calls: 41},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls int
			p := retry.Policy{Attempts: tt.attempts, Wait: func(context.Context, time.Duration) error { return nil }}
			err := retry.Do(t.Context(), p, script(&calls, tt.errs...))
			if calls != tt.calls {
				t.Errorf("calls: got %d, want %d", calls, tt.calls)
			}
			if !errors.Is(err, tt.want) {
				t.Errorf("error: got %v, want %v", err, tt.want)
			}
			if err != nil && err.Error() != tt.text {
				t.Errorf("text: got %q, want %q", err, tt.text)
			}
		})
	}
}

func repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func TestMarksOfNothingAreNothing(t *testing.T) {
	if err := retry.Permanent(nil); err != nil {
		t.Errorf("Permanent(nil): got %v, want nil", err)
	}
	if err := retry.After(nil, time.Second); err != nil {
		t.Errorf("After(nil): got %v, want nil", err)
	}
}

func TestWaitsStayBelowTheirBounds(t *testing.T) {
	bounds := []time.Duration{100, 200, 400, 800, 1000, 1000}
	for i := range bounds {
		bounds[i] *= time.Millisecond
	}
	widest := make([]time.Duration, len(bounds))
	for range 200 {
		var waits []time.Duration
		p := retry.Policy{Attempts: len(bounds) + 1, Base: 100 * time.Millisecond, Max: time.Second,
			Wait: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }}
		var calls int
		if err := retry.Do(t.Context(), p, script(&calls, errBusy)); !errors.Is(err, errBusy) {
			t.Fatalf("got %v, want %v", err, errBusy)
		}
		for i, d := range waits {
			if d <= 0 || d > bounds[i] {
				t.Fatalf("wait %d: got %v, want within (0, %v]", i+1, d, bounds[i])
			}
			widest[i] = max(widest[i], d)
		}
	}
	for i, d := range widest {
		if d <= bounds[i]/2 {
			t.Errorf("wait %d never went above half its bound: got %v at most, bound %v", i+1, d, bounds[i])
		}
	}
}

func TestBoundsDoNotOverflow(t *testing.T) {
	var longest time.Duration
	p := retry.Policy{Attempts: 200, Base: time.Second, Wait: func(_ context.Context, d time.Duration) error {
		if d <= 0 {
			return fmt.Errorf("wait of %v", d)
		}
		longest = max(longest, d)
		return nil
	}}
	var calls int
	if err := retry.Do(t.Context(), p, script(&calls, errBusy)); calls != 200 {
		t.Fatalf("calls: got %d, want 200 (%v)", calls, err)
	}
	if longest < time.Hour {
		t.Errorf("longest wait: got %v, want above an hour", longest)
	}
}

func TestAfterIsTheLeastWait(t *testing.T) {
	var waits []time.Duration
	p := retry.Policy{Attempts: 3, Base: time.Millisecond, Max: time.Millisecond,
		Wait: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }}
	var calls int
	err := retry.Do(t.Context(), p, script(&calls, fmt.Errorf("page 2: %w", retry.After(errBusy, time.Minute)), errBusy, nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(time.Minute, waits[0]); diff != "" || waits[1] > time.Millisecond {
		t.Errorf("waits: got %v, want a minute and then at most a millisecond", waits)
	}
}

func TestTheClockItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var calls int
		p := retry.Policy{Attempts: 2, Base: time.Second, Max: time.Second}
		if err := retry.Do(t.Context(), p, script(&calls, retry.After(errBusy, 3*time.Second), nil)); err != nil {
			t.Fatal(err)
		}
		if got, want := time.Since(start), 3*time.Second; got != want {
			t.Errorf("waited %v, want %v", got, want)
		}
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errStop := errors.New("told to stop")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Minute, func() { cancel(errStop) })
		start := time.Now()
		var calls int
		err := retry.Do(ctx, retry.Policy{Base: time.Hour}, script(&calls, retry.After(errBusy, time.Hour)))
		if !errors.Is(err, errStop) || !errors.Is(err, errBusy) {
			t.Errorf("got %v, want both the cause and the last error", err)
		}
		if calls != 1 || time.Since(start) != time.Minute {
			t.Errorf("got %d calls in %v, want 1 in a minute", calls, time.Since(start))
		}
	})
}

func TestCancelledBeforeTheFirstTry(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var calls int
	err := retry.Do(ctx, retry.Policy{Attempts: 3}, script(&calls, nil))
	if calls != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("got %d calls and %v, want none and a cancel", calls, err)
	}
}

func TestCancelDuringATryIsNotRepeated(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var calls int
	err := retry.Do(ctx, retry.Policy{Attempts: 3}, func(ctx context.Context) error {
		calls++
		cancel()
		return fmt.Errorf("read: %w", ctx.Err())
	})
	if calls != 1 || err.Error() != "read: context canceled" {
		t.Errorf("got %d calls and %q, want one call and its own error", calls, err)
	}
}
