package schedule

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Job is work that comes up again and again.
type Job struct {
	ID    string
	Order uint64 // among jobs that are due, the lowest begins first
	Once  bool   // it has gone when it wants not to be run again

	// Shares are what other jobs use too; asked each time the job may begin, and
	// never while it runs. Nil: nothing.
	Shares func() []Share

	// Run does what there is to do, and returns when it wants to be run again;
	// the zero time: not until it is woken. Its context ends, with the cause,
	// when the job is replaced or removed and when the loop gives up waiting
	// for it. A panic is logged as a failed run; the job comes up again later.
	Run func(ctx context.Context) (next time.Time)
}

// Share is something of which only so many jobs may use at once.
type Share struct {
	Name string
	Most int
}

// Clock is what the loop knows of time.
type Clock interface {
	Now() time.Time
	// Timer sends once when d has passed; stop frees it.
	Timer(d time.Duration) (fired <-chan time.Time, stop func() bool)
}

// LoopConfig says how a [Loop] runs its jobs.
type LoopConfig struct {
	Parallel   int           // jobs at once; 0: 1
	StopWithin time.Duration // how long running jobs may go on after the stop
	Clock      Clock
	Log        *zap.Logger
}

// The causes with which a job's context ends.
var (
	ErrReplaced = errors.New("the job was replaced or removed")
	ErrStopped  = errors.New("stopped: the running work took longer than it may")
)

const (
	// longestSleep bounds a wait: a clock that was set, or a machine that
	// slept, is noticed.
	longestSleep = 30 * time.Second
	// afterPanic is when a job that panicked comes up again.
	afterPanic = 5 * time.Minute
)

// Loop runs jobs when their time comes: one job never twice at once, many jobs
// in parallel. Periods, not ticks, identify the work: a job that is run late,
// again, or for nothing looks and finds what there is to do.
type Loop struct {
	cfg     LoopConfig
	changed chan struct{} // something may be to do

	mu      sync.Mutex
	jobs    map[string]*entry
	waiting queue    // idle, by when they come up
	ready   []*entry // come up, by order
	used    map[string]int
	running int
	ticked  time.Time
}

type entry struct {
	Job
	next   time.Time
	index  int  // in waiting; -1 when it is not there
	ready  bool // in ready
	cancel context.CancelCauseFunc
	again  bool // woken while running
	gone   bool // removed while running
}

// NewLoop returns a loop without jobs.
func NewLoop(c LoopConfig) *Loop {
	c.Parallel = max(c.Parallel, 1)
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	return &Loop{cfg: c, changed: make(chan struct{}, 1), jobs: map[string]*entry{}, used: map[string]int{}}
}

// Put adds a job, due at once. A job with the same id is replaced: a run of it
// that is under way is cancelled, and the new one begins when that has ended.
func (l *Loop) Put(j Job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.jobs[j.ID]
	if e == nil {
		e = &entry{index: -1}
		l.jobs[j.ID] = e
	}
	e.Job, e.gone = j, false
	if e.cancel != nil {
		e.again = true
		e.cancel(ErrReplaced)
		return
	}
	l.makeReady(e)
	l.signal()
}

// Remove takes a job away. A run of it that is under way is cancelled.
func (l *Loop) Remove(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.jobs[id]
	if e == nil {
		return
	}
	if e.cancel != nil {
		e.gone = true
		e.cancel(ErrReplaced)
		return
	}
	delete(l.jobs, id)
	if e.index >= 0 {
		heap.Remove(&l.waiting, e.index)
	}
	l.ready = slices.DeleteFunc(l.ready, func(o *entry) bool { return o == e })
}

// Wake makes every job due at once; those that run are run again.
func (l *Loop) Wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.jobs {
		if e.cancel != nil {
			e.again = true
			continue
		}
		l.makeReady(e)
	}
	l.signal()
}

// Run runs the jobs until ctx ends. Then it starts nothing new, waits
// StopWithin for what is running, and cancels the rest. When it returns,
// nothing runs any more.
func (l *Loop) Run(ctx context.Context) {
	work, giveUp := context.WithCancelCause(context.WithoutCancel(ctx))
	defer giveUp(nil)
	for ctx.Err() == nil {
		wait := longestSleep
		if next, ok := l.Tick(work); ok {
			wait = min(wait, max(0, next.Sub(l.cfg.Clock.Now())))
		}
		fired, stop := l.cfg.Clock.Timer(wait)
		select {
		case <-ctx.Done():
		case <-fired:
		case <-l.changed:
		}
		stop()
	}
	l.drain(giveUp)
}

func (l *Loop) drain(giveUp context.CancelCauseFunc) {
	bound, stop := l.cfg.Clock.Timer(l.cfg.StopWithin)
	defer stop()
	for l.Running() > 0 {
		sign, stop := l.cfg.Clock.Timer(longestSleep)
		select {
		case <-bound:
			giveUp(ErrStopped)
		case <-sign:
		case <-l.changed:
		}
		stop()
		l.alive()
	}
}

// alive says for Ticked that the loop goes round.
func (l *Loop) alive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ticked = l.cfg.Clock.Now()
}

// Tick starts every job that is due and has room, in its order, and returns
// when the next one comes up; ok is false when none will. Ended jobs, and
// whatever else may let a job begin, make [Loop.Changed] fire.
func (l *Loop) Tick(ctx context.Context) (next time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.cfg.Clock.Now()
	l.ticked = now
	for len(l.waiting) > 0 && !l.waiting[0].next.After(now) {
		l.makeReady(l.waiting[0])
	}
	l.ready = slices.DeleteFunc(l.ready, func(e *entry) bool {
		if l.running >= l.cfg.Parallel {
			return false
		}
		var shares []Share
		if e.Shares != nil {
			shares = e.Shares()
		}
		if !l.room(shares) {
			return false
		}
		l.start(ctx, e, shares)
		return true
	})
	if len(l.waiting) == 0 {
		return time.Time{}, false
	}
	return l.waiting[0].next, true
}

// Changed fires when a tick may find something to do before its time.
func (l *Loop) Changed() <-chan struct{} { return l.changed }

// Running is how many jobs run.
func (l *Loop) Running() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}

// Ticked is when the loop last looked: a loop that is alive looks at least
// every minute.
func (l *Loop) Ticked() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ticked
}

// room reports whether there is some left of all that a job uses.
func (l *Loop) room(shares []Share) bool {
	for _, s := range shares {
		if l.used[s.Name] >= s.Most {
			return false
		}
	}
	return true
}

func (l *Loop) start(ctx context.Context, e *entry, shares []Share) {
	ctx, e.cancel = context.WithCancelCause(ctx)
	e.ready = false
	l.running++
	for _, s := range shares {
		l.used[s.Name]++
	}
	run, id := e.Run, e.ID
	go func() {
		next := l.guarded(ctx, id, run)
		l.ended(e, shares, next)
	}()
}

// guarded is run, of which a panic is a failed run.
func (l *Loop) guarded(ctx context.Context, id string, run func(context.Context) time.Time) (next time.Time) {
	defer func() {
		if r := recover(); r != nil {
			next = l.cfg.Clock.Now().Add(afterPanic)
			l.cfg.Log.Error("a job panicked", zap.String("job", id), zap.String("err", fmt.Sprint(r)), zap.ByteString("stack", debug.Stack()))
		}
	}()
	return run(ctx)
}

func (l *Loop) ended(e *entry, shares []Share, next time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.cancel(nil)
	e.cancel = nil
	l.running--
	for _, s := range shares {
		if l.used[s.Name]--; l.used[s.Name] == 0 {
			delete(l.used, s.Name)
		}
	}
	switch {
	case e.gone:
		delete(l.jobs, e.ID)
	case e.again:
		e.again = false
		l.makeReady(e)
	case e.Once && next.IsZero():
		delete(l.jobs, e.ID)
	case !next.IsZero():
		e.next = next
		heap.Push(&l.waiting, e)
	}
	l.signal()
}

func (l *Loop) makeReady(e *entry) {
	if e.index >= 0 {
		heap.Remove(&l.waiting, e.index)
	}
	if e.ready {
		return
	}
	e.ready = true
	at, _ := slices.BinarySearchFunc(l.ready, e, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID))
	})
	l.ready = slices.Insert(l.ready, at, e)
}

func (l *Loop) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
