package main

import (
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/ledger/pgtest"
)

// soak is the big size where it is asked for, else the small one.
func soak(small, big int) int {
	if os.Getenv("DELIVERD_SOAK") == "1" {
		return big
	}
	return small
}

// TestNodesShareTheWork starts three nodes at once on an empty database: each
// object is made once, by one of them, and all of them work.
func TestNodesShareTheWork(t *testing.T) {
	t.Parallel()
	f := newFleet(t, soak(40, 1000), pgtest.Start(t))
	t.Logf("sizes: 3 nodes × %d accounts × %d days (1000 accounts with DELIVERD_SOAK=1)", len(f.accounts), fleetDays)
	want := f.undisturbed()
	began := time.Now()
	nodes := []*process{f.node("a"), f.node("b"), f.node("c")}
	if err := f.await(); err != nil {
		t.Fatal(err)
	}
	t.Logf("all %d objects were there after %s", len(want), time.Since(began).Round(time.Millisecond))
	for _, n := range nodes {
		n.stop()
	}
	f.config = nodes[0].config()
	by := map[string]int{}
	for _, e := range f.checkBucket(t, want) {
		by[e.Try.Node]++
	}
	t.Logf("objects by node: %v", by)
	if len(by) != len(nodes) {
		t.Errorf("%d of %d nodes did something", len(by), len(nodes))
	}
	f.checkStoredOnce(t)
	if n := f.uploads.check(t); n > 0 {
		t.Errorf("%d times, two nodes wrote the same object at once", n)
	}
}

// checkStoredOnce fails the test unless each object was stored once.
func (f *fleet) checkStoredOnce(t *testing.T) {
	t.Helper()
	for key, times := range f.uploads.stored {
		if times != 1 {
			t.Errorf("%s was stored %d times", key, times)
		}
	}
}

// TestNodesKilledAtRandom kills one of three nodes again and again and starts it
// anew; one is stopped when the bucket sees it make an object visible, and wakes
// when the others have done its work.
func TestNodesKilledAtRandom(t *testing.T) {
	t.Parallel()
	f := newFleet(t, soak(40, 1000), pgtest.Start(t))
	every := int64(soak(60, 400)) // requests
	t.Logf("sizes: 3 nodes × %d accounts × %d days, a kill every %d requests (1000 accounts and 400 requests with DELIVERD_SOAK=1)", len(f.accounts), fleetDays, every)
	want := f.undisturbed()
	kill := f.every(every)
	visible := f.hold(func(e cosserver.Event) bool { return f.requests > every/2 && (e.Op == "complete" || e.Op == "put") })
	began := time.Now()
	nodes := map[string]*process{"a": f.node("a"), "b": f.node("b"), "c": f.node("c")}
	visible.arrives(t)
	stopped := f.holder(visible.event.Key, nodes["a"], nodes["b"], nodes["c"])
	stopped.signal(syscall.SIGSTOP)
	stoppedAt := time.Now()
	f.uploads.kill()
	kills, err := f.killAtRandom(nodes, stopped, kill)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("all %d objects were there after %s and %d kills", len(want), time.Since(began).Round(time.Millisecond), kills)
	t.Logf("another node had delivered %s, which the stopped one was at, after %s: in its turn among all the others",
		visible.event.Key, f.tookOver(t, visible.event.Key, stoppedAt))
	visible.release()
	stopped.signal(syscall.SIGCONT)
	<-visible.done
	for _, n := range nodes {
		if n != stopped { // which waits a minute with what it has lost
			n.settles() // what was made and not written down is adopted
			break
		}
	}
	for _, n := range nodes {
		n.stop()
	}
	if kills < 3 {
		t.Errorf("%d kills, that shows little", kills)
	}
	f.config = nodes["a"].config()
	f.checkBucket(t, want)
	f.checkStoredOnce(t)
	t.Logf("%d times the request of a killed node may have been on its way beside another's", f.uploads.check(t))
}

// every fires whenever the bucket has seen so many requests more.
func (f *fleet) every(requests int64) <-chan struct{} {
	fired := make(chan struct{}, 1)
	f.always = func(cosserver.Event) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.requests++; f.requests%requests == 0 {
			select {
			case fired <- struct{}{}:
			default: // the one before is still to be heard
			}
		}
	}
	return fired
}

// killAtRandom kills one of the nodes, but not the spared one, whenever it is
// told to, and starts it again, until every object is there.
func (f *fleet) killAtRandom(nodes map[string]*process, spared *process, when <-chan struct{}) (kills int, err error) {
	f.t.Helper()
	all, rng := make(chan error), rand.New(rand.NewPCG(3, 4))
	go func() { all <- f.await() }()
	for {
		select {
		case err := <-all:
			return kills, err
		case <-when:
			if n := nodes[string("abc"[rng.IntN(3)])]; n != spared {
				f.uploads.kill()
				n.kill()
				nodes[n.name] = f.node(n.name)
				kills++
			}
		}
	}
}

// tookOver is how long after a moment an object was stored.
func (f *fleet) tookOver(t *testing.T, key string, since time.Time) time.Duration {
	t.Helper()
	f.uploads.mu.Lock()
	defer f.uploads.mu.Unlock()
	for _, s := range f.uploads.all {
		if s.key == key && s.stored {
			return s.at.Sub(since).Round(time.Millisecond)
		}
	}
	t.Errorf("%s was not stored", key)
	return 0
}
