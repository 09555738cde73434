package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
)

var errStop = errors.New("told to stop")

// TestACancelAtEveryStep cancels a run when it reaches a step; a replacing run
// as well as one of a new file.
func TestACancelAtEveryStep(t *testing.T) {
	type cancel func(r *rig, stop func())
	long := invent(t, 4096+10, 5) // progress is told of once at each step
	atStep := func(step membucket.Step) cancel {
		return func(r *rig, stop func()) {
			r.fault = func(s membucket.Step, _ string) error {
				if s == step {
					stop()
				}
				return nil
			}
		}
	}
	atProgress := func(name delivery.StepName, nth int) cancel {
		return func(r *rig, stop func()) {
			r.source.lines = slices.Clone(long)
			seen := 0
			r.edit = func(c *delivery.Config) {
				c.Progress = func(s delivery.Step) {
					if s.Name == name {
						if seen++; seen == nth {
							stop()
						}
					}
				}
			}
		}
	}
	for name, cancel := range map[string]cancel{
		"before it begins":             func(_ *rig, stop func()) { stop() },
		"while it aborts uploads":      atStep(membucket.Abort),
		"while the source is read":     atProgress(delivery.StepRead, 1),
		"when the source has been":     func(r *rig, stop func()) { r.source.before = func(*source, int) error { stop(); return nil } },
		"while the file is rendered":   atProgress(delivery.StepWrite, 1),
		"while it looks at the key":    atStep(membucket.Stat),
		"while it lists the month":     atStep(membucket.List),
		"while it opens the upload":    atStep(membucket.Initiate),
		"while the file is sent":       atProgress(delivery.StepWrite, 2),
		"when all of it has been sent": atStep(membucket.Receive),
	} {
		for _, replace := range []bool{false, true} {
			if replace && name == "while it lists the month" {
				continue // it looks at the key alone
			}
			t.Run(fmt.Sprintf("%s, replace %v", name, replace), func(t *testing.T) {
				defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
				r := newRig(t, small())
				r.options.AcceptShrink = true // the long bill has other members
				was := ""
				if replace {
					r.must(delivery.Delivered, "2025-11")
					was = r.content("2025-11")
				}
				r.source.lines = append(r.source.lines, charged(9, "2025-11-30", uin, "1"))
				ctx, stop := context.WithCancelCause(t.Context())
				cancel(r, func() { stop(errStop) })
				out, err := r.deliverer().Deliver(ctx, want(t, "2025-11"))
				if !errors.Is(err, context.Canceled) && !errors.Is(err, errStop) || out.Result != delivery.Failed {
					t.Errorf("got %s, %v, want a cancel", out.Result, err)
				}
				if ctx.Err() == nil {
					t.Error("the run was never cancelled")
				}
				if r.content("2025-11") != was {
					t.Error("the bucket changed")
				}
				r.fault, r.edit, r.source.before = nil, nil, nil
				r.checkTidy()
				if out := r.deliver("2025-11")[0]; out.Result != delivery.Delivered && out.Result != delivery.Replaced {
					t.Errorf("afterwards: got %s, %v", out.Result, out.Err)
				}
				r.checkTidy()
			})
		}
	}
}

// TestALostAnswerIsSettledByTheNextRun: the object is there although the run
// failed; nothing is written twice.
func TestALostAnswerIsSettledByTheNextRun(t *testing.T) {
	r := newRig(t, small())
	errLost := errors.New("the answer is lost")
	r.fault = func(step membucket.Step, _ string) error {
		if step == membucket.Stored {
			return errLost
		}
		return nil
	}
	if out := r.must(delivery.Failed, "2025-11"); !errors.Is(out.Err, errLost) {
		t.Errorf("got %v, want %v", out.Err, errLost)
	}
	r.fault = nil
	r.must(delivery.Unchanged, "2025-11")
}

// TestFaultsOfTheBucket lets each step fail.
func TestFaultsOfTheBucket(t *testing.T) {
	errStruck := errors.New("struck")
	for _, step := range []membucket.Step{membucket.Abort, membucket.Stat, membucket.List, membucket.Initiate, membucket.Receive, membucket.Complete} {
		t.Run(string(step), func(t *testing.T) {
			r := newRig(t, small())
			r.fault = func(s membucket.Step, _ string) error {
				if s == step {
					return errStruck
				}
				return nil
			}
			if out := r.must(delivery.Failed, "2025-11"); !errors.Is(out.Err, errStruck) {
				t.Errorf("got %v, want %v", out.Err, errStruck)
			}
			r.fault = nil
			if r.content("2025-11") != "" {
				t.Error("an object is there")
			}
			r.checkTidy()
			r.must(delivery.Delivered, "2025-11")
		})
	}
}
