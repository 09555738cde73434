package main

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest/cosserver"
)

// TestRunKilledAtAnyMoment kills the daemon again and again while it makes up
// for objects that somebody has removed: when the bucket sees one of its
// requests, and at moments of no meaning. What is in the bucket is always as an
// undisturbed run makes it, and one daemon that is left alone puts all right.
// DELIVERD_SOAK=1 kills it 200 times.
func TestRunKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	rounds := soak(12, 200)
	t.Logf("sizes: run killed %d times (200 with DELIVERD_SOAK=1)", rounds)
	f := newFleet(t, 3, "")
	want := f.undisturbed()
	requests, lasted := f.firstRun()
	run := []string{"run", "--config", f.config}
	rng := rand.New(rand.NewPCG(5, 6))
	atWork := 0
	for round := range rounds {
		for _, key := range sortedKeys(want) {
			if round%2 == 0 || rng.IntN(2) == 0 {
				f.delete(key)
			}
		}
		moment, after := rng.Int64N(requests), 2*lasted
		if round%3 == 0 {
			moment, after = never, time.Duration(rng.Int64N(int64(lasted)))
		}
		f.killed(moment, after, run)
		there := f.stats()
		if len(there) < len(want) {
			atWork++
		}
		for key, o := range there {
			if diff := cmp.Diff(want[key], o); diff != "" {
				t.Fatalf("round %d: %s (-undisturbed +got):\n%s", round, key, diff)
			}
		}
	}
	t.Logf("killed %d times, %d times before all was there", rounds, atWork)
	if atWork < rounds/3 {
		t.Error("that shows little")
	}
	alone := f.start(t, "left alone", nil, run...)
	alone.settles()
	alone.stop()
	f.checkBucket(t, want)
	f.checkTidy("state-single")
}

// firstRun lets the daemon make all objects, and says with how many requests and
// how long it took.
func (f *fleet) firstRun() (requests int64, lasted time.Duration) {
	f.t.Helper()
	var seen atomic.Int64
	f.always = func(cosserver.Event) { seen.Add(1) }
	began := time.Now()
	daemon := f.node("single")
	f.config = daemon.config()
	if err := f.await(); err != nil {
		f.t.Fatal(err)
	}
	lasted = time.Since(began)
	daemon.settles()
	daemon.stop()
	return 2 * seen.Load(), lasted // each is seen when it begins and when it ends
}
