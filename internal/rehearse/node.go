package rehearse

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
	"deliverd/internal/snapshot"
)

// node is one life of the daemon, from its start until it is killed.
type node struct {
	r         *rehearsal
	ctx       context.Context // ends, with membucket.ErrKilled, when the node is killed
	die       context.CancelCauseFunc
	began     time.Time
	owner     *ledger.Owner
	ledger    *ledger.Ledger
	snapshots *snapshot.Store
	loop      *schedule.Loop
	looked    map[*wanted]bool // cadences, switched on, of which it has looked what it missed

	mu   sync.Mutex
	errs []error // of this machine
}

// newNode opens the state folder and takes up every account, as the daemon does.
func (r *rehearsal) newNode(ctx context.Context) (*node, error) {
	n := &node{r: r, began: r.clock.Now(), looked: map[*wanted]bool{}}
	n.ctx, n.die = context.WithCancelCause(ctx)
	var err error
	if n.owner, err = ledger.Own(r.state); err != nil {
		return nil, err
	}
	if n.snapshots, err = snapshot.NewStore(snapshot.Config{Dir: filepath.Join(r.state, "snapshots")}); err == nil {
		n.ledger, err = ledger.Open(ctx, r.ledger(false))
	}
	if err != nil {
		return nil, errors.Join(err, n.owner.Release())
	}
	n.loop = schedule.NewLoop(schedule.LoopConfig{Parallel: 1, Clock: r.clock, Log: r.cfg.Log})
	for _, a := range r.accounts {
		n.put(a)
	}
	return n, nil
}

func (r *rehearsal) ledger(readOnly bool) ledger.Config {
	return ledger.Config{Dir: r.state, Node: "rehearsed", ReadOnly: readOnly, Now: r.clock.Now, Log: r.cfg.Log}
}

// close kills the node, if it lives, and waits until nothing of it runs.
func (n *node) close() error {
	n.die(membucket.ErrKilled)
	for n.loop.Running() > 0 {
		<-n.loop.Changed()
	}
	return errors.Join(n.failed(), n.ledger.Close(), n.owner.Release())
}

func (n *node) failed() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return errors.Join(n.errs...)
}

func (a *account) place() ledger.Place {
	return ledger.Place{UIN: a.UIN, Bucket: a.Bucket + "/" + a.Prefix}
}

// put makes the account a job of the loop, as it is configured now.
func (n *node) put(a *account) {
	cfg := n.worker(a)
	n.loop.Put(schedule.Job{ID: a.place().UIN + " " + a.place().Bucket, Run: func(ctx context.Context) time.Time {
		for cadence, w := range a.wanted {
			w.seen(cfg.Cadences[cadence].Enabled, n.r.clock.Now())
		}
		done, err := delivery.NewWorker(cfg).Work(ctx)
		n.worked(a, &done, err)
		return done.Next
	}})
}

// worker is what the daemon makes of a configured account.
func (n *node) worker(a *account) delivery.WorkerConfig {
	p := delivery.Planner{
		Verifier: delivery.Verifier{Account: a.Account.Account, Bucket: a.bucket, Freshness: a.Freshness, Off: map[period.Cadence]bool{}},
		Place:    a.place(), Cadences: map[period.Cadence]delivery.Cadence{}, Ledger: n.ledger, Missed: a.Missed, Began: n.began,
	}
	for _, cadence := range cadences {
		set := a.Cadences[cadence]
		p.Off[cadence] = !a.enabled[cadence]
		p.Cadences[cadence] = delivery.Cadence{Calendar: schedule.Calendar{Cadence: cadence, At: set.At}, Enabled: a.enabled[cadence], Since: set.Since}
	}
	return delivery.WorkerConfig{
		Planner: p, Now: n.r.clock.Now, Log: n.r.cfg.Log,
		Told: func(out *delivery.Outcome, _ time.Duration) { n.r.told(a, out) },
		Deliverer: func(_ context.Context, prove func(context.Context, period.Period) error) (*delivery.Deliverer, error) {
			return delivery.New(delivery.Config{
				Account: a.Account.Account, Layout: bill.Layout{Version: "1.2"}, Conformance: delivery.HoldNonconforming,
				Source: a.source, Bucket: a.bucket, Snapshots: n.snapshots, Prove: prove, Fenced: true, Log: n.r.cfg.Log,
			})
		},
	}
}

// worked takes note of what a run over an account came to. An error of the
// bucket is the script's; one that comes while the bucket is up is of this
// machine, the disk full perhaps, and ends the rehearsal.
func (n *node) worked(a *account, done *delivery.Worked, err error) {
	if done.Plan != nil {
		for _, w := range a.wanted {
			w.looked(func() (time.Time, bool) { return a.oldest(w) })
			if w.on && !n.looked[w] {
				w.leave(n.began, a.Missed, a.has)
				n.looked[w] = true
			}
		}
	}
	n.r.landed(a)
	if err != nil && n.ctx.Err() == nil && !errors.Is(err, errOutage) {
		n.mu.Lock()
		n.errs = append(n.errs, err)
		n.mu.Unlock()
	}
}

// oldest is when the oldest object of a cadence was due.
func (a *account) oldest(w *wanted) (due time.Time, found bool) {
	for _, o := range a.bucket.Objects() {
		p, ok := a.period(o.Key)
		if !ok || p.Cadence != w.cadence {
			continue
		}
		for due = w.At.Next(p.Through.Start()); w.of(due).Through.Compare(p.Through) < 0; due = w.At.Next(due) {
		}
		return due, true
	}
	return due, false
}

// has reports whether the account's bucket holds the file of a period.
func (a *account) has(p period.Period) bool {
	_, found := a.bucket.Content(a.Key(p))
	return found
}
