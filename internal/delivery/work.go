package delivery

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

// WorkerConfig is what a [Worker] works with.
type WorkerConfig struct {
	Planner

	// Deliverer makes the deliverer of one run; prove is to be its Config.Prove,
	// and its Config.Fenced is to be set.
	Deliverer func(ctx context.Context, prove func(context.Context, period.Period) error) (*Deliverer, error)

	Eager  bool // try also what is not up for another try yet
	DryRun bool // the ledger is told nothing; the deliverer must be a dry one too

	LockWait time.Duration                          // how long to wait for somebody else who works on the account; 0: not at all
	Now      func() time.Time                       // the clock
	Told     func(out *Outcome, took time.Duration) // called with every outcome; may be nil
	Log      *zap.Logger
}

// Worker keeps the bucket of one account as its calendar wants it: what is
// expected and not there is work. One algorithm serves ticks, catch-up and
// repair. Work may be called again and again, late, doubled, or for nothing.
type Worker struct{ cfg WorkerConfig }

// NewWorker returns the worker of one account.
func NewWorker(c WorkerConfig) *Worker {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Told == nil {
		c.Told = func(*Outcome, time.Duration) {}
	}
	return &Worker{cfg: c}
}

// Worked is what one call of [Worker.Work] did.
type Worked struct {
	Plan      *Plan     // with what became of what was to do
	Outcomes  []Outcome // of what was to do, oldest first
	Left      int       // deliveries that were not tried, because too many failed in a row
	Elsewhere error     // somebody else works on the account; nothing was done
	Next      time.Time // when to work again; zero: not until something changes
}

const (
	// againElsewhere is when an account that somebody else works on is looked at
	// again.
	againElsewhere = 5 * time.Second
	// againBroken is when an account is looked at again whose ledger or bucket
	// could not be read.
	againBroken = time.Minute
	// failuresInARow end a run: what fails so often fails for a reason that the
	// next file shares. A month that cannot be read is not such a reason: the
	// next one may be.
	failuresInARow = 3
)

// Work takes the account's lock, writes down what was switched, aborts the uploads
// that were left open, holds what its calendar calls for against the bucket,
// delivers what is missing and writes down what came of it. The error is one that
// no single delivery is to blame for; Next is set all the same.
func (w *Worker) Work(ctx context.Context) (done Worked, err error) {
	done.Next = w.cfg.Now().Add(againBroken)
	lock, err := w.cfg.Ledger.Lock(ctx, w.cfg.Account.UIN, w.cfg.LockWait)
	var held *ledger.HeldError
	if errors.As(err, &held) {
		done.Elsewhere, done.Next = err, w.cfg.Now().Add(againElsewhere)
		return done, nil
	}
	if err != nil {
		return done, err
	}
	ctx, release := lock.Context(ctx)
	defer func() {
		release()
		err = errors.Join(err, lock.Release())
	}()
	now := w.cfg.Now()
	if err := w.switches(ctx, lock, now); err != nil {
		return done, err
	}
	if !w.cfg.DryRun {
		if err := Fence(ctx, w.cfg.Account, w.cfg.Bucket, w.cfg.Log); err != nil {
			return done, err
		}
	}
	if done.Plan, err = w.cfg.Plan(ctx, now, now); err != nil {
		return done, err
	}
	if err := w.remember(ctx, lock, done.Plan, now); err != nil {
		return done, err
	}
	todo := done.Plan.work(now, w.cfg.Eager)
	if done.Outcomes, err = w.deliver(ctx, lock, todo); err != nil {
		return done, err
	}
	if done.Left = len(todo) - len(done.Outcomes); done.Left > 0 {
		w.cfg.Log.Warn("too many failures in a row: files were not tried", zap.String("uin", w.cfg.Account.UIN), zap.Int("files", done.Left))
	}
	done.Next = done.Plan.next()
	return done, nil
}

// switches writes down since when a cadence is on or off. It takes no look into
// the bucket: the moment counts at which it was switched, also while the bucket
// cannot be reached.
func (w *Worker) switches(ctx context.Context, lock *ledger.Lock, now time.Time) error {
	if w.cfg.DryRun {
		return nil
	}
	known, err := w.cfg.Ledger.Activations(ctx, w.cfg.Place)
	if err != nil {
		return err
	}
	for cadence := range w.cfg.Cadences {
		c := w.cfg.fromLedger(cadence, known, now)
		if err := w.switched(ctx, lock, cadence, &c, now); err != nil {
			return err
		}
	}
	return nil
}

// switched writes down one cadence.
func (w *Worker) switched(ctx context.Context, lock *ledger.Lock, cadence period.Cadence, c *calendar, now time.Time) error {
	if c.switchOff {
		if err := lock.SwitchOff(ctx, w.cfg.Place, cadence, now); err != nil {
			return err
		}
		w.cfg.Log.Info("switched off", zap.String("uin", w.cfg.Account.UIN), zap.String("cadence", string(cadence)))
	}
	if c.switchOn != nil {
		if err := lock.SwitchOn(ctx, *c.switchOn); err != nil {
			return err
		}
		w.cfg.Log.Info("switched on", zap.String("uin", w.cfg.Account.UIN), zap.String("cadence", string(cadence)),
			zap.Time("after", c.switchOn.After), zap.String("origin", c.switchOn.Origin))
	}
	return nil
}

// remember writes down what the plan found out in the bucket: since when a
// cadence is on, and what is there that the ledger did not know.
func (w *Worker) remember(ctx context.Context, lock *ledger.Lock, plan *Plan, now time.Time) error {
	if w.cfg.DryRun {
		return nil
	}
	for cadence, c := range plan.calendars {
		if c.settle == nil {
			continue
		}
		if err := lock.Settle(ctx, *c.settle); err != nil {
			return err
		}
		w.cfg.Log.Info("switched on", zap.String("uin", w.cfg.Account.UIN), zap.String("cadence", string(cadence)),
			zap.Time("after", c.settle.After), zap.String("origin", c.settle.Origin))
	}
	for i := range plan.Deliveries {
		d := &plan.Deliveries[i]
		if d.State == Present && d.Entry.Proof.At.IsZero() {
			if err := d.adopt(ctx, lock, w.cfg.Place, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// deliver delivers what is to do. What goes wrong with one file is an outcome;
// the error is one that none of them is to blame for.
func (w *Worker) deliver(ctx context.Context, lock *ledger.Lock, todo []*Planned) (outcomes []Outcome, err error) {
	if len(todo) == 0 {
		return nil, nil
	}
	deliverer, err := w.cfg.Deliverer(ctx, Proving(lock, w.cfg.Place))
	if err != nil {
		return nil, err
	}
	defer func() { w.say(todo[:len(outcomes)], outcomes) }()
	if !w.cfg.DryRun {
		deliverer.cfg.Taken = RecordTotals(lock, w.cfg.Now)
	}
	failures := 0
	for _, d := range todo {
		began := w.cfg.Now()
		out, err := deliverer.Deliver(ctx, d.Delivery)
		if ctx.Err() != nil || errors.Is(err, ledger.ErrLost) {
			return outcomes, errors.Join(context.Cause(ctx), err)
		}
		now := w.cfg.Now()
		entry := d.Entry
		if !w.cfg.DryRun {
			if entry, err = Record(ctx, lock, w.cfg.Place, d.Entry, &out, now); err != nil {
				return outcomes, err // it names the key
			}
		}
		w.cfg.became(d, &out, entry, now)
		w.cfg.Told(&out, now.Sub(began))
		outcomes = append(outcomes, out)
		if failures++; out.Result != Failed || isOfMonth(out.Err) {
			failures = 0
		}
		if failures == failuresInARow {
			break
		}
	}
	return outcomes, nil
}

// say logs what did not come about, once for the files that share a reason: a
// month that is not there keeps thirty of them back. Past the freshness it is an
// error.
func (w *Worker) say(tried []*Planned, outcomes []Outcome) {
	files := map[string]int{}
	for i, d := range tried {
		if d.ToDo() {
			files[outcomes[i].why()]++
		}
	}
	for i, d := range tried {
		out := &outcomes[i]
		why := out.why()
		if !d.ToDo() || files[why] == 0 {
			continue
		}
		log := w.cfg.Log.Warn
		if out.Result == Failed || d.State == Late {
			log = w.cfg.Log.Error
		}
		log("not delivered", zap.String("uin", out.Account), zap.String("key", out.Key), zap.Int("files", files[why]), zap.String("result", string(out.Result)),
			zap.Int("attempt", d.Entry.Try.Attempts), zap.Time("next", d.Entry.Try.Next), zap.String("err", why), zap.String("try", out.Remedy()))
		files[why] = 0
	}
}

// SwitchOff writes down that a place has left the configuration.
func SwitchOff(ctx context.Context, lock *ledger.Lock, place ledger.Place, now time.Time) error {
	for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
		if err := lock.SwitchOff(ctx, place, cadence, now); err != nil {
			return err
		}
	}
	return nil
}
