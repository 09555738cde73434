package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

// What every ledger must do, wherever it lies.
var conformance = []struct {
	name string
	test func(*testing.T, *rig)
}{
	{"activations", testActivations},
	{"entries", testEntries},
	{"a failed try keeps the proof", testProofIsKept},
	{"what was proved is forgotten", testForget},
	{"totals", testTotals},
	{"totals of a lost lock", testTotalsOfALostLock},
	{"a ledger of before totals", testUpgrade},
	{"the next try in the caller's clock", testNext},
	{"an account has one holder", testOneHolder},
	{"waiting for an account", testWaiting},
	{"many accounts at once", testManyAccounts},
	{"a lost lock", testLostLock},
	{"a released lock", testReleasedLock},
	{"another account's rows", testAnotherAccount},
	{"a cancelled write keeps the lock", testCancelledWrite},
	{"three nodes begin at once", testThreeBegin},
	{"nothing is made to look on", testLookOn},
	{"a newer version", testNewerVersion},
	{"migrate", testMigrate},
	{"a killed process", testKilledProcess},
}

func TestSQLite(t *testing.T) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) { c.test(t, sqliteRig(t)) })
	}
}

func TestPostgreSQL(t *testing.T) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) { c.test(t, postgresRig(t)) })
	}
}

func testActivations(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	on := func(p ledger.Place, c period.Cadence, after time.Time, origin string) {
		t.Helper()
		if err := k.SwitchOn(t.Context(), ledger.Activation{Place: p, Cadence: c, After: after, Origin: origin}); err != nil {
			t.Fatal(err)
		}
	}
	off := func(c period.Cadence, at time.Time) {
		t.Helper()
		if err := k.SwitchOff(t.Context(), place, c, at); err != nil {
			t.Fatal(err)
		}
	}
	off(period.Daily, noon) // is off: nothing
	on(place, period.Daily, noon, "switched on")
	on(place, period.Daily, noon.Add(time.Hour), "is on already: nothing")
	on(place, period.Monthly, noon.Add(-time.Hour), "oldest file in the bucket")
	off(period.Daily, noon.Add(2*time.Hour))
	off(period.Daily, noon.Add(3*time.Hour)) // is off: nothing
	on(place, period.Daily, noon.Add(4*time.Hour), "switched on")

	got, err := r.open(t).Activations(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "activations", []ledger.Activation{
		{Place: place, Cadence: period.Monthly, After: noon.Add(-time.Hour), Origin: "oldest file in the bucket"},
		{Place: place, Cadence: period.Daily, After: noon, Until: noon.Add(2 * time.Hour), Origin: "switched on"},
		{Place: place, Cadence: period.Daily, After: noon.Add(4 * time.Hour), Origin: "switched on"},
	}, got)

	elsewhere := ledger.Place{UIN: place.UIN, Bucket: "https://other/"}
	if got, err := l.Activations(t.Context(), elsewhere); err != nil || len(got) > 0 {
		t.Errorf("another bucket of the account has %v, %v", got, err)
	}
	on(elsewhere, period.Daily, noon, "switched on")
	places := func() []ledger.Place {
		t.Helper()
		got, err := l.Places(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	same(t, "places", []ledger.Place{place, elsewhere}, places())
	off(period.Daily, noon.Add(5*time.Hour))
	same(t, "places with monthly on", []ledger.Place{place, elsewhere}, places())
	off(period.Monthly, noon.Add(5*time.Hour))
	same(t, "places with nothing on", []ledger.Place{elsewhere}, places())

	ended := ledger.Activation{Place: place, Cadence: period.Daily, After: noon, Until: noon}
	if k.SwitchOn(t.Context(), ended) == nil || k.SwitchOff(t.Context(), elsewhere, period.Daily, time.Time{}) == nil {
		t.Error("an activation that has ended was switched on, or one was switched off at no time")
	}
}

func testEntries(t *testing.T, r *rig) {
	c := r.node(t)
	c.Node = "a"
	l := open(t, c)
	k := lock(t, l)
	defer release(t, k)
	second, first, monthly := entry(december9), entry(september30), entry(period.MonthlyOf(daily(2024, time.February, 29).Month()))
	first.Try, first.Proof, first.Due = ledger.Try{}, ledger.Proof{}, time.Time{}
	for _, e := range []ledger.Entry{monthly, second, first} {
		record(t, k, e)
	}
	first.Try.Node = "a"
	same(t, "entries", []ledger.Entry{first, second, monthly}, entries(t, r.open(t)))

	second.Key, second.Due = "prefix/"+second.Key, noon.Add(time.Hour)
	second.Try = ledger.Try{Result: "delivered", At: noon.Add(time.Hour), Node: "b"}
	second.Proof = ledger.Proof{At: noon.Add(2 * time.Hour), Size: 1, Snapshot: "s2"}
	record(t, k, second)
	same(t, "entries, one replaced", []ledger.Entry{first, second, monthly}, entries(t, l))
	if got, err := l.Entries(t.Context(), ledger.Place{UIN: place.UIN}); err != nil || len(got) > 0 {
		t.Errorf("another bucket has %v, %v", got, err)
	}
}

func testProofIsKept(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	want := entry(december9)
	record(t, k, want)
	failed := want
	failed.Proof = ledger.Proof{}
	failed.Try = ledger.Try{Result: "held", At: noon.Add(time.Hour), Attempts: 4, Why: "shrink", Node: "b"}
	record(t, k, failed)
	want.Try = failed.Try
	same(t, "entries", []ledger.Entry{want}, entries(t, l))
}

func testForget(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	want := entry(december9)
	record(t, k, want)
	for range 2 { // the second time there is nothing to forget
		if err := k.Forget(t.Context(), want.Place, want.Period); err != nil {
			t.Fatal(err)
		}
	}
	want.Proof = ledger.Proof{}
	same(t, "entries", []ledger.Entry{want}, entries(t, l))
}

// testNext lets two nodes whose clocks are three hours apart read when the next
// try is: an hour from now, to both. Where there is one node there is one
// clock, and the time reads back exactly.
func testNext(t *testing.T, r *rig) {
	here, there := r.node(t), r.node(t)
	several := here.Postgres != ""
	here.Now = func() time.Time { return noon }
	there.Now = func() time.Time { return noon.Add(3 * time.Hour) }
	l := open(t, here)
	k := lock(t, l)
	defer release(t, k)
	e := entry(december9)
	e.Try.Next = noon.Add(time.Hour)
	record(t, k, e)
	read := func(l *ledger.Ledger) time.Time { return entries(t, l)[0].Try.Next }
	if !several {
		if got := read(l); !got.Equal(e.Try.Next) {
			t.Errorf("the next try is at %s, want %s", got, e.Try.Next)
		}
		return
	}
	for name, c := range map[string]ledger.Config{"here": here, "there": there} {
		toGo := read(open(t, c)).Sub(c.Now())
		if toGo > time.Hour || toGo < time.Hour-time.Minute {
			t.Errorf("%s the next try is in %s, want 1h but for the time since", name, toGo)
		}
	}
}

func testOneHolder(t *testing.T, r *rig) {
	here, there := r.node(t), r.node(t)
	l := open(t, here)
	k := lock(t, l)
	if err := k.Prove(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]*ledger.Ledger{"this node": l, "another node": open(t, there)} {
		_, err := other.Lock(t.Context(), place.UIN, 0)
		var held *ledger.HeldError
		if !errors.As(err, &held) || held.UIN != place.UIN || held.Remedy() == "" {
			t.Errorf("%s got %v, want a HeldError", name, err)
			continue
		}
		want := thisProcess()
		if here.Postgres != "" && name == "another node" {
			want = "node " + here.Node
		}
		if held.Holder != want {
			t.Errorf("%s: the holder is %q, want %q", name, held.Holder, want)
		}
		free, err := other.Lock(t.Context(), "200020002002", 0)
		if err != nil {
			t.Fatalf("another account: %v", err)
		}
		release(t, free)
	}
	release(t, k)
	again, err := open(t, there).Lock(t.Context(), place.UIN, 0)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	release(t, again)
}

func testWaiting(t *testing.T, r *rig) {
	k := lock(t, r.open(t))
	other := r.open(t)
	ended, end := context.WithCancelCause(t.Context())
	shut := errors.New("shut down")
	end(shut)
	if _, err := other.Lock(ended, place.UIN, time.Hour); !errors.Is(err, shut) && !errors.Is(err, context.Canceled) {
		t.Errorf("a wait that was ended got %v", err)
	}
	got := make(chan error)
	go func() {
		k, err := other.Lock(t.Context(), place.UIN, time.Hour)
		if err == nil {
			err = k.Release()
		}
		got <- err
	}()
	release(t, k)
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func testManyAccounts(t *testing.T, r *rig) {
	nodes := []*ledger.Ledger{r.open(t), r.open(t)}
	places := make([]ledger.Place, 40)
	var working sync.WaitGroup
	for i := range places {
		places[i] = ledger.Place{UIN: fmt.Sprintf("1000%02d", i), Bucket: "https://b/"}
		working.Go(func() {
			k, err := nodes[i%2].Lock(t.Context(), places[i].UIN, 0)
			if err != nil {
				t.Error(err)
				return
			}
			defer release(t, k)
			if err := k.SwitchOn(t.Context(), ledger.Activation{Place: places[i], Cadence: period.Daily, After: noon}); err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	got, err := nodes[0].Places(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "places", places, got)
}
