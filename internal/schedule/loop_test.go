package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hand is a clock that is moved by hand.
type hand struct {
	mu     sync.Mutex
	now    time.Time
	timers []*handTimer
	armed  chan time.Duration // what is waited for, if anybody wants to know
}

type handTimer struct {
	at    time.Time
	fired chan time.Time
}

func newHand() *hand {
	return &hand{now: time.Date(2025, 12, 9, 0, 0, 0, 0, time.UTC), armed: make(chan time.Duration, 1000)}
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hand) Timer(d time.Duration) (<-chan time.Time, func() bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := &handTimer{h.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		t.fired <- h.now
	}
	h.timers = append(h.timers, t)
	select {
	case h.armed <- d:
	default:
	}
	return t.fired, func() bool { return true }
}

func (h *hand) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
	h.timers = slices.DeleteFunc(h.timers, func(t *handTimer) bool {
		if t.at.After(h.now) {
			return false
		}
		select {
		case t.fired <- h.now:
		default:
		}
		return true
	})
}

// rig is a loop whose jobs tell when they begin and end when they are let.
type rig struct {
	t      *testing.T
	clock  *hand
	loop   *Loop
	began  chan string
	causes chan error
	logs   *observer.ObservedLogs

	mu   sync.Mutex
	ends map[string]chan time.Time
}

func newRig(t *testing.T, parallel int) *rig {
	core, logs := observer.New(zap.InfoLevel)
	clock := newHand()
	return &rig{t: t, clock: clock, logs: logs, began: make(chan string, 100), causes: make(chan error, 100), ends: map[string]chan time.Time{},
		loop: NewLoop(LoopConfig{Parallel: parallel, StopWithin: time.Minute, Clock: clock, Log: zap.New(core)})}
}

func (r *rig) job(id string, order uint64, shares ...Share) Job {
	end := make(chan time.Time)
	r.mu.Lock()
	r.ends[id] = end
	r.mu.Unlock()
	return Job{ID: id, Order: order, Shares: func() []Share { return shares }, Run: func(ctx context.Context) time.Time {
		r.began <- id
		select {
		case next := <-end:
			return next
		case <-ctx.Done():
			r.causes <- context.Cause(ctx)
			return r.clock.Now().Add(time.Hour)
		}
	}}
}

// tick ticks, and names the jobs that begin, in any order.
func (r *rig) tick(want ...string) {
	r.t.Helper()
	before := r.loop.Running()
	r.loop.Tick(r.t.Context())
	var got []string
	for range r.loop.Running() - before {
		got = append(got, <-r.began)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		r.t.Fatalf("%v began, want %v", got, want)
	}
}

// end lets a job end and waits until the loop knows.
func (r *rig) end(id string, next time.Time) {
	r.t.Helper()
	running := r.loop.Running()
	r.mu.Lock()
	end := r.ends[id]
	r.mu.Unlock()
	end <- next
	r.until(func() bool { return r.loop.Running() < running })
}

// until waits for something that ended jobs bring about.
func (r *rig) until(done func() bool) {
	r.t.Helper()
	for !done() {
		select {
		case <-r.loop.Changed():
		case <-r.t.Context().Done():
			r.t.Fatal("it never happened")
		}
	}
}

// run lets the loop run on the clock; ended is closed when it has stopped.
func (r *rig) run() (stop func(), ended chan struct{}) {
	ctx, stop := context.WithCancel(r.t.Context())
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		r.loop.Run(ctx)
	}()
	return stop, ended
}

func TestJobsComeUpAtTheirTime(t *testing.T) {
	r := newRig(t, 4)
	r.loop.Put(r.job("a", 1))
	r.tick("a")
	r.tick()
	r.end("a", r.clock.Now().Add(3*time.Hour))
	r.tick()
	if next, ok := r.loop.Tick(t.Context()); !ok || next.Sub(r.clock.Now()) != 3*time.Hour {
		t.Errorf("next %s, %t", next, ok)
	}
	r.clock.advance(3*time.Hour - time.Second)
	r.tick()
	r.clock.advance(time.Second)
	r.tick("a")
	r.end("a", time.Time{})
	r.clock.advance(1000 * time.Hour)
	r.tick()
	if _, ok := r.loop.Tick(t.Context()); ok {
		t.Error("something comes up")
	}
	r.loop.Wake()
	r.tick("a")
	r.end("a", time.Time{})
}

func TestOrderAndLimits(t *testing.T) {
	r := newRig(t, 3)
	bucket, key := Share{"bucket", 2}, Share{"key", 1}
	r.loop.Put(r.job("d", 4))
	r.loop.Put(r.job("a", 1, bucket, key))
	r.loop.Put(r.job("b", 2, bucket, key))
	r.loop.Put(r.job("c", 3, bucket))
	r.loop.Put(r.job("e", 5))
	r.tick("a", "c", "d") // b waits for the key, e for room
	r.end("c", time.Time{})
	r.tick("e") // b still waits for the key
	r.end("a", time.Time{})
	r.tick("b")
	for _, id := range []string{"b", "d", "e"} {
		r.end(id, time.Time{})
	}
	if len(r.loop.used) != 0 {
		t.Errorf("in use: %v", r.loop.used)
	}
}

func TestReplacedAndRemoved(t *testing.T) {
	r := newRig(t, 4)
	r.loop.Put(r.job("a", 1))
	r.loop.Put(r.job("b", 2))
	r.tick("a", "b")
	r.loop.Put(r.job("a", 1)) // anew: the run of the old one is cancelled, and the new one waits for its end
	r.loop.Remove("b")
	for range 2 {
		if cause := <-r.causes; !errors.Is(cause, ErrReplaced) {
			t.Errorf("cancelled because of %v", cause)
		}
	}
	r.until(func() bool { return r.loop.Running() == 0 })
	r.tick("a")
	r.loop.Wake() // while it runs: once more afterwards
	r.end("a", time.Time{})
	r.tick("a")
	r.loop.Remove("a")
	<-r.causes
	r.until(func() bool { return r.loop.Running() == 0 })
	r.loop.Wake()
	r.tick()
	r.loop.Remove("nobody")
	r.loop.Put(r.job("c", 1))
	r.loop.Remove("c") // before it began
	r.tick()
	if len(r.loop.jobs) != 0 {
		t.Errorf("%d jobs are left", len(r.loop.jobs))
	}
}

// TestAJobThatIsOver has gone when it wants not to be run again: nothing wakes it.
func TestAJobThatIsOver(t *testing.T) {
	r := newRig(t, 1)
	j := r.job("farewell", 1)
	j.Once = true
	r.loop.Put(j)
	r.tick("farewell")
	r.end("farewell", r.clock.Now().Add(time.Minute)) // not yet
	r.clock.advance(time.Minute)
	r.tick("farewell")
	r.end("farewell", time.Time{})
	r.loop.Wake()
	r.tick()
	if len(r.loop.jobs) != 0 {
		t.Errorf("%d jobs are left", len(r.loop.jobs))
	}
}

// TestTheLoopIsAliveWhileItStops, however long that takes.
func TestTheLoopIsAliveWhileItStops(t *testing.T) {
	r := newRig(t, 1)
	r.loop.cfg.StopWithin = time.Hour
	r.loop.Put(r.job("slow", 1))
	stop, ended := r.run()
	<-r.began
	stop()
	for armed := time.Duration(0); armed != time.Hour; {
		armed = <-r.clock.armed
	}
	for range 20 {
		<-r.clock.armed // it looks at the clock again
		r.clock.advance(longestSleep)
	}
	<-r.clock.armed
	if idle := r.clock.Now().Sub(r.loop.Ticked()); idle > longestSleep {
		t.Errorf("it has not gone round for %s", idle)
	}
	r.ends["slow"] <- time.Time{}
	<-ended
}

// TestRemovedAndPutBack: the new run waits for the old one's end.
func TestRemovedAndPutBack(t *testing.T) {
	r := newRig(t, 4)
	hold := make(chan struct{})
	r.loop.Put(Job{ID: "a", Run: func(ctx context.Context) time.Time {
		r.began <- "a"
		<-ctx.Done()
		<-hold
		return time.Time{}
	}})
	r.tick("a")
	r.loop.Remove("a")
	r.loop.Put(r.job("a", 1))
	r.tick() // the old run is still there
	close(hold)
	r.until(func() bool { return r.loop.Running() == 0 })
	r.tick("a")
	r.end("a", time.Time{})
}

func TestAPanicIsAFailedRun(t *testing.T) {
	r := newRig(t, 1)
	panics := true
	r.loop.Put(Job{ID: "a", Run: func(context.Context) time.Time {
		r.began <- "a"
		if panics {
			panics = false
			panic("out of cheese")
		}
		return time.Time{}
	}})
	r.loop.Tick(t.Context())
	<-r.began // and may have ended already
	r.until(func() bool { return r.loop.Running() == 0 })
	entries := r.logs.FilterMessage("a job panicked").All()
	if len(entries) != 1 || entries[0].ContextMap()["err"] != "out of cheese" || entries[0].ContextMap()["stack"] == "" {
		t.Fatalf("the log has %v", r.logs.All())
	}
	r.tick()
	r.clock.advance(afterPanic)
	r.loop.Tick(t.Context())
	<-r.began // and may have ended already
	r.until(func() bool { return r.loop.Running() == 0 })
}

// TestRunStopsSoftly: running work may end within the bound, nothing new begins,
// and what takes longer is cancelled.
func TestRunStopsSoftly(t *testing.T) {
	r := newRig(t, 2)
	r.loop.Put(r.job("quick", 1))
	r.loop.Put(r.job("slow", 2))
	r.loop.Put(r.job("waiting", 3))
	stop, ended := r.run()
	<-r.began
	<-r.began
	stop()
	for d := range r.clock.armed {
		if d == time.Minute { // the bound of the stop
			break
		}
	}
	r.ends["quick"] <- time.Time{}
	select {
	case <-ended:
		t.Fatal("it did not wait for the slow one")
	default:
	}
	r.clock.advance(time.Minute)
	if cause := <-r.causes; !errors.Is(cause, ErrStopped) {
		t.Errorf("cancelled because of %v", cause)
	}
	<-ended
	if len(r.began) != 0 {
		t.Errorf("%s began after the stop", <-r.began)
	}
}

// TestRunSleepsBoundedly: however far the next job is, the loop looks at the
// clock again, so that one that was set, or a machine that slept, is noticed.
func TestRunSleepsBoundedly(t *testing.T) {
	r := newRig(t, 1)
	r.loop.Put(r.job("a", 1))
	stop, ended := r.run()
	<-r.began
	r.ends["a"] <- r.clock.Now().Add(240 * time.Hour)
	r.clock.mu.Lock()
	r.clock.now = r.clock.now.Add(240 * time.Hour) // the clock is set; no timer knows
	r.clock.mu.Unlock()
	for range 3 {
		r.clock.advance(longestSleep)
	}
	for began := ""; began == ""; {
		select {
		case began = <-r.began:
		case d := <-r.clock.armed:
			if d > longestSleep {
				t.Errorf("it sleeps for %s", d)
			}
			r.clock.advance(longestSleep)
		}
	}
	r.ends["a"] <- time.Time{}
	stop()
	<-ended
}

// TestManyJobs: thousands that are due together all run once, at most so many at
// once.
func TestManyJobs(t *testing.T) {
	const jobs, parallel = 5000, 8
	r := newRig(t, parallel)
	var mu sync.Mutex
	runs, now, most := map[string]int{}, 0, 0
	for i := range jobs {
		id := fmt.Sprint(i)
		r.loop.Put(Job{ID: id, Order: uint64(i * 7919 % jobs), Run: func(context.Context) time.Time {
			mu.Lock()
			runs[id]++
			now++
			most = max(most, now)
			mu.Unlock()
			mu.Lock()
			now--
			mu.Unlock()
			return time.Time{}
		}})
	}
	r.loop.Tick(t.Context())
	r.until(func() bool {
		r.loop.Tick(t.Context())
		mu.Lock()
		defer mu.Unlock()
		return len(runs) == jobs
	})
	r.until(func() bool { return r.loop.Running() == 0 })
	for id, n := range runs {
		if n != 1 {
			t.Errorf("job %s ran %d times", id, n)
		}
	}
	if most > parallel {
		t.Errorf("%d at once, want %d at most", most, parallel)
	}
}
