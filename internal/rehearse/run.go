package rehearse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/period"
)

// rehearsal is one run.
type rehearsal struct {
	cfg      Config
	state    string // the state folder
	clock    *clock
	accounts []*account
	node     *node // nil while none runs
	lost     bool  // the state folder goes at the next start
	report   Report

	mu      sync.Mutex // guards what the bucket's steps read and write
	bucket  Verb       // how the bucket is
	wait    time.Duration
	killIn  int // the bucket's steps until the node is killed; 0: it is not
	killed  bool
	pending []landing // of the work under way
}

// account is an account of the rehearsal with what belongs to it.
type account struct {
	Account
	enabled map[period.Cadence]bool // as it is configured now
	wanted  map[period.Cadence]*wanted
	source  *source
	bucket  *bucket
}

func newRehearsal(cfg Config, dir string) *rehearsal {
	if cfg.Told == nil {
		cfg.Told = func(Entry) {}
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	r := &rehearsal{cfg: cfg, state: filepath.Join(dir, "state"), clock: &clock{now: cfg.From}, bucket: BucketUp, wait: sourceReady}
	for _, configured := range cfg.Accounts {
		a := &account{Account: configured, enabled: map[period.Cadence]bool{}, wanted: map[period.Cadence]*wanted{}}
		for _, cadence := range cadences {
			set := configured.Cadences[cadence]
			a.enabled[cadence] = set.Enabled
			a.wanted[cadence] = &wanted{Cadence: set, cadence: cadence, left: map[period.Period]bool{}}
		}
		a.source = &source{uin: a.UIN, now: r.clock.Now, wait: r.sourceWait}
		a.bucket = newBucket(r, a)
		r.accounts = append(r.accounts, a)
	}
	return r
}

func (r *rehearsal) at() time.Time { return r.clock.Now().In(r.cfg.Zone) }

func (r *rehearsal) sourceWait() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wait
}

// run lets the time go by, from one moment at which something happens to the
// next.
func (r *rehearsal) run(ctx context.Context) error {
	if err := r.start(ctx); err != nil {
		return err
	}
	events, last := r.cfg.Script, r.cfg.To.Add(-time.Nanosecond)
	for {
		now := r.clock.Now()
		for len(events) > 0 && !events[0].At.After(now) {
			if err := r.happen(ctx, events[0]); err != nil {
				return err
			}
			events = events[1:]
		}
		next, busy, err := r.settle(ctx)
		if err != nil {
			return err
		}
		if now.Equal(last) {
			return nil
		}
		if len(events) > 0 && (!busy || events[0].At.Before(next)) {
			next, busy = events[0].At, true
		}
		if !busy || next.After(last) {
			next = last
		}
		r.clock.set(next)
	}
}

// restless is how many looks of the loop at one moment mean that it will never
// come to rest.
const restless = 10_000

// settle lets the node do what there is to do now, and returns when it wants to
// go on; ok is false when it does not, or is dead.
func (r *rehearsal) settle(ctx context.Context) (next time.Time, ok bool, err error) {
	for range restless {
		n := r.node
		switch {
		case ctx.Err() != nil:
			return next, false, context.Cause(ctx)
		case n == nil:
			return next, false, nil
		case r.isKilled():
			r.node = nil
			return next, false, n.close()
		}
		next, ok = n.loop.Tick(n.ctx)
		if n.loop.Running() > 0 {
			<-n.loop.Changed()
			continue
		}
		select {
		case <-n.loop.Changed():
		default:
			return next, ok, n.failed()
		}
	}
	return next, false, errors.New("the loop does not come to rest")
}

// happen does what a line of the script says.
func (r *rehearsal) happen(ctx context.Context, e Event) error {
	r.tell(Entry{What: Scripted, Why: e.String()[len(scriptTime)+1:]})
	switch e.Verb {
	case BucketUp, BucketDown, BucketReadOnly, BucketMute:
		r.set(func() { r.bucket = e.Verb })
	case SourceLate:
		r.set(func() { r.wait = e.Late })
	case Kill:
		r.set(func() { r.killIn = e.Steps })
	case SwitchOff, SwitchOn:
		r.switchTo(e.UIN, e.Cadence, e.Verb == SwitchOn)
	case Start:
		return r.start(ctx)
	case LoseState:
		r.lost = true
	case Delete:
		r.delete(e)
	default:
		return fmt.Errorf("nobody knows what %q means", e.Verb)
	}
	return nil
}

func (r *rehearsal) set(do func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	do()
}

// switchTo changes the configuration; a node that runs takes it at once.
func (r *rehearsal) switchTo(uin string, cadence period.Cadence, on bool) {
	for _, a := range r.accounts {
		if a.UIN != uin || a.enabled[cadence] == on {
			continue
		}
		a.enabled[cadence] = on
		if r.node != nil {
			r.node.put(a)
		}
	}
}

// delete takes objects out of the bucket.
func (r *rehearsal) delete(e Event) {
	for _, a := range r.accounts {
		if a.UIN != e.UIN {
			continue
		}
		for p := e.First; p.Through.Compare(e.Last.Through) <= 0; p = after(p) {
			a.bucket.Delete(a.Key(p))
			delete(a.bucket.held, a.Key(p))
		}
	}
}

func after(p period.Period) period.Period {
	if p.Cadence == period.Monthly {
		return period.MonthlyOf(p.Month().Next())
	}
	return period.DailyOf(p.Through.Next())
}

// start begins a life of the daemon; one that runs is killed before, between two
// steps.
func (r *rehearsal) start(ctx context.Context) error {
	if r.node != nil {
		running := r.node
		r.node = nil
		if err := running.close(); err != nil {
			return err
		}
	}
	if r.lost {
		if err := os.RemoveAll(r.state); err != nil {
			return err
		}
		r.lost = false
		for _, a := range r.accounts {
			for _, w := range a.wanted {
				w.forgotten()
			}
		}
	}
	r.set(func() { r.killIn, r.killed = 0, false })
	n, err := r.newNode(ctx)
	r.node = n
	return err
}
