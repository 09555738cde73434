package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// keeper is a rig whose account a worker keeps, on a clock of its own.
type keeper struct {
	*rig
	book   *ledger.Ledger
	now    time.Time
	began  time.Time
	missed delivery.Missed
	since  map[period.Cadence]string
	off    map[period.Cadence]bool
	prove  func(context.Context, period.Period) error
	follow bool
	dry    bool
	log    *observer.ObservedLogs
}

var place = ledger.Place{UIN: uin, Bucket: "memory"}

// newKeeper keeps a small bill's daily files since 2025-11-01 and its monthly
// one; it is the 10th, noon: nine daily files and October's are due.
func newKeeper(t *testing.T) *keeper {
	t.Helper()
	k := &keeper{rig: newRig(t, small()), since: map[period.Cadence]string{period.Daily: "2025-11-01", period.Monthly: "2025-12-01"}, off: map[period.Cadence]bool{}}
	k.at("2025-11-10 12:00")
	k.book = openLedger(t, t.TempDir(), func() time.Time { return k.now })
	return k
}

func (k *keeper) at(moment string) {
	k.t.Helper()
	var err error
	if k.now, err = time.ParseInLocation("2006-01-02 15:04", moment, period.Zone); err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeper) planner() delivery.Planner {
	k.t.Helper()
	p := delivery.Planner{
		Verifier: delivery.Verifier{Account: k.account, Bucket: k.bucket, Freshness: 12 * time.Hour},
		Place:    place, Ledger: k.book, Missed: k.missed, Began: k.began, Follow: k.follow, Cadences: map[period.Cadence]delivery.Cadence{},
	}
	for cadence, expr := range map[period.Cadence]string{period.Daily: "0 3 * * *", period.Monthly: "0 3 5 * *"} {
		at, err := schedule.Parse(expr, period.Zone)
		if err != nil {
			k.t.Fatal(err)
		}
		set := delivery.Cadence{Calendar: schedule.Calendar{Cadence: cadence, At: at}, Enabled: !k.off[cadence]}
		if since := k.since[cadence]; since != "" {
			set.Since = day(k.t, since)
		}
		p.Cadences[cadence] = set
	}
	return p
}

func (k *keeper) worker() *delivery.Worker {
	core, logs := observer.New(zapcore.WarnLevel)
	k.log = logs
	return delivery.NewWorker(delivery.WorkerConfig{
		Planner: k.planner(),
		Deliverer: func(_ context.Context, prove func(context.Context, period.Period) error) (*delivery.Deliverer, error) {
			if k.prove != nil {
				prove = k.prove
			}
			k.edit = func(c *delivery.Config) { c.Prove, c.Fenced = prove, true }
			return k.deliverer(), nil
		},
		Now: func() time.Time { return k.now }, Log: zap.New(core), DryRun: k.dry, Eager: k.dry,
	})
}

// work is one run; it returns the results by period.
func (k *keeper) work() (map[string]delivery.Result, delivery.Worked) {
	k.t.Helper()
	done, err := k.worker().Work(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	return results(done), done
}

func results(done delivery.Worked) map[string]delivery.Result {
	all := map[string]delivery.Result{}
	for _, out := range done.Outcomes {
		all[out.Period.String()] = out.Result
	}
	return all
}

// all are these periods with one result.
func all(t *testing.T, result delivery.Result, periods string) map[string]delivery.Result {
	t.Helper()
	want := map[string]delivery.Result{}
	for _, p := range expand(t, periods) {
		want[p] = result
	}
	return want
}

// wantWork fails unless a run had these results.
func (k *keeper) wantWork(want map[string]delivery.Result) delivery.Worked {
	k.t.Helper()
	got, done := k.work()
	if diff := cmp.Diff(want, got); diff != "" {
		k.t.Errorf("at %s (-want +got):\n%s", k.now, diff)
	}
	return done
}

// states are the plan's states by period.
func (k *keeper) states() map[string]delivery.State {
	k.t.Helper()
	p := k.planner()
	plan, err := p.Plan(k.t.Context(), k.now, k.now)
	if err != nil {
		k.t.Fatal(err)
	}
	states := map[string]delivery.State{}
	for _, d := range plan.Deliveries {
		states[d.Period.String()] = d.State
	}
	return states
}

// keys are the bucket's objects.
func (k *keeper) keys() []string {
	k.t.Helper()
	var keys []string
	for o, err := range k.bucket.List(k.t.Context(), "") {
		if err != nil {
			k.t.Fatal(err)
		}
		keys = append(keys, o.Key)
	}
	return keys
}

const nine = "2025-11-01..2025-11-09"

func TestWorkDeliversWhatIsMissing(t *testing.T) {
	k := newKeeper(t)
	done := k.wantWork(all(t, delivery.Delivered, nine))
	if k.source.reads != 1 {
		t.Errorf("the month was read %d times, want once", k.source.reads)
	}
	if want := time.Date(2025, 11, 11, 3, 0, 0, 0, period.Zone); !done.Next.Equal(want) {
		t.Errorf("next at %s, want %s", done.Next, want)
	}
	k.took()
	k.wantWork(map[string]delivery.Result{})
	if got := k.took(); !slices.Equal(got, []membucket.Step{membucket.Abort, membucket.List}) || k.source.reads != 1 {
		t.Errorf("a second run did %v and read %d times, want one look for open uploads and one listing", got, k.source.reads)
	}
	k.at("2025-11-12 02:00")
	k.wantWork(all(t, delivery.Delivered, "2025-11-10"))
	k.checkTidy()
}

func TestWorkRestoresWhatWasDeleted(t *testing.T) {
	k := newKeeper(t)
	k.work()
	five := "2025-11-02 2025-11-03 2025-11-05 2025-11-08 2025-11-09"
	for _, p := range expand(t, five) {
		k.bucket.Delete(k.account.Key(when(t, p)))
	}
	k.wantWork(all(t, delivery.Delivered, five))
	if n := len(k.keys()); n != 9 {
		t.Errorf("%d objects, want 9", n)
	}
}

// TestALostLedgerCostsNothing: what is there is adopted, with its proof.
func TestALostLedgerCostsNothing(t *testing.T) {
	k := newKeeper(t)
	k.work()
	before := k.entries()
	k.book = openLedger(t, t.TempDir(), func() time.Time { return k.now })
	k.wantWork(map[string]delivery.Result{})
	after := k.entries()
	for p, e := range after {
		if was := before[p]; e.Try.Result != string(delivery.Adopted) || e.Proof.CRC64 != was.Proof.CRC64 || e.Proof.Size != was.Proof.Size ||
			e.Proof.Rows != was.Proof.Rows || e.Proof.Billed != was.Proof.Billed || e.Proof.Snapshot != was.Proof.Snapshot || e.Proof.Members != was.Proof.Members {
			t.Errorf("%s: adopted as %+v, was %+v", p, e, was)
		}
		if node := k.node(); e.Try.Node != node || before[p].Try.Node != node {
			t.Errorf("%s: adopted by node %q, delivered by %q, want %q", p, e.Try.Node, before[p].Try.Node, node)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d entries, were %d", len(after), len(before))
	}
}

// node is what this process is called as a node.
func (k *keeper) node() string {
	k.t.Helper()
	host, err := os.Hostname()
	if err != nil {
		k.t.Fatal(err)
	}
	return fmt.Sprintf("%s, process %d", host, os.Getpid())
}

func (k *keeper) entries() map[string]ledger.Entry {
	k.t.Helper()
	list, err := k.book.Entries(k.t.Context(), place)
	if err != nil {
		k.t.Fatal(err)
	}
	entries := map[string]ledger.Entry{}
	for _, e := range list {
		entries[e.Period.String()] = e
	}
	return entries
}

// TestActivationFromTheBucket: without a ledger and without since, the oldest of
// our files says from when on; a gap behind it is filled. A file of somebody
// else does not count.
func TestActivationFromTheBucket(t *testing.T) {
	k := newKeeper(t)
	k.work()
	for _, p := range expand(t, "2025-11-01..2025-11-03 2025-11-06") {
		k.bucket.Delete(k.account.Key(when(t, p)))
	}
	k.put("2025-11-02", "the provider's own", nil)
	k.since = nil
	k.book = openLedger(t, t.TempDir(), func() time.Time { return k.now })
	k.wantWork(all(t, delivery.Delivered, "2025-11-06"))
	if got := k.content("2025-11-02"); got != "the provider's own" {
		t.Error("a foreign object was touched")
	}
	activations, err := k.book.Activations(t.Context(), place)
	if err != nil || len(activations) != 2 {
		t.Fatalf("%d activations, %v", len(activations), err)
	}
	i := slices.IndexFunc(activations, func(a ledger.Activation) bool { return a.Cadence == period.Daily })
	if got := activations[i]; got.Origin != "oldest file in the bucket" || got.After.Format("2006-01-02 15:04") > "2025-11-05 03:00" {
		t.Errorf("got %+v", got)
	}
}

func TestMissed(t *testing.T) {
	for _, test := range []struct {
		missed delivery.Missed
		first  string // made up at start
		later  string // after another start
	}{
		{delivery.MissedAll, nine, ""},
		{delivery.MissedLatest, "2025-11-09", ""},
		{delivery.MissedNone, "", ""},
	} {
		t.Run(string(test.missed), func(t *testing.T) {
			k := newKeeper(t)
			k.missed, k.began = test.missed, k.now
			k.wantWork(all(t, delivery.Delivered, test.first))
			k.began = k.now.Add(time.Minute)
			k.wantWork(all(t, delivery.Delivered, test.later))
			k.at("2025-11-11 03:00")
			k.wantWork(all(t, delivery.Delivered, "2025-11-10")) // it was there when this came due
			if test.first != "" {
				k.bucket.Delete(k.account.Key(when(t, "2025-11-09")))
				k.wantWork(all(t, delivery.Delivered, "2025-11-09")) // what was there once was not missed
			}
		})
	}
}

// TestATryThatFailedIsNotMissed: after a restart it is tried again, whatever
// the policy.
func TestATryThatFailedIsNotMissed(t *testing.T) {
	k := newKeeper(t)
	k.missed, k.began = delivery.MissedNone, k.now.Add(-24*time.Hour)
	k.source.before = func(*source, int) error { return errors.New("no route to the source") }
	k.wantWork(all(t, delivery.Failed, "2025-11-09"))
	k.source.before = nil
	k.began, k.now = k.now.Add(time.Hour), k.now.Add(time.Hour)
	k.wantWork(all(t, delivery.Delivered, "2025-11-09"))
}

// TestBackoff: what fails is tried again later and later, the ledger knows when,
// and a success starts anew.
func TestBackoff(t *testing.T) {
	k := newKeeper(t)
	k.since[period.Daily] = "2025-11-09"
	k.source.before = func(*source, int) error { return errors.New("no route to the source") }
	var waits []time.Duration
	for range 8 {
		done := k.wantWork(all(t, delivery.Failed, "2025-11-09"))
		waits = append(waits, done.Next.Sub(k.now))
		k.now = done.Next.Add(-time.Second)
		k.wantWork(map[string]delivery.Result{})
		k.now = k.now.Add(time.Second)
	}
	minutes := func(all ...int) (d []time.Duration) {
		for _, m := range all {
			d = append(d, time.Duration(m)*time.Minute)
		}
		return d
	}
	if diff := cmp.Diff(minutes(1, 2, 4, 8, 16, 30, 30, 30), waits); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	if e := k.entries()["2025-11-09"]; e.Try.Attempts != 8 || !strings.Contains(e.Try.Why, "no route") || !e.Proof.At.IsZero() {
		t.Errorf("the ledger has %+v", e)
	}
	k.source.before = nil
	k.wantWork(all(t, delivery.Delivered, "2025-11-09"))
	if e := k.entries()["2025-11-09"]; e.Try.Attempts != 0 || !e.Try.Next.IsZero() || e.Proof.Rows == 0 {
		t.Errorf("the ledger has %+v", e)
	}
}

// TestWaiting: a source that is not ready is asked every ten minutes, and past
// the freshness loudly.
func TestWaiting(t *testing.T) {
	k := newKeeper(t)
	k.since[period.Daily] = "2025-11-09"
	k.at("2025-11-10 03:00")
	k.source.before = func(*source, int) error { return bill.ErrNotReady }
	done := k.wantWork(all(t, delivery.Waiting, "2025-11-09"))
	if got := done.Next.Sub(k.now); got != 10*time.Minute || k.log.FilterLevelExact(zapcore.WarnLevel).Len() != 1 {
		t.Errorf("next in %s, %d warnings", got, k.log.Len())
	}
	if got := k.states()["2025-11-09"]; got != delivery.AwaitingSource {
		t.Errorf("the state is %s", got)
	}
	k.at("2025-11-10 15:10")
	done = k.wantWork(all(t, delivery.Waiting, "2025-11-09"))
	if got := done.Next.Sub(k.now); got != 10*time.Minute || k.log.FilterLevelExact(zapcore.ErrorLevel).Len() != 1 {
		t.Errorf("past the freshness: next in %s, log %v", got, k.log.All())
	}
	k.source.before, k.now = nil, done.Next
	k.wantWork(all(t, delivery.Delivered, "2025-11-09"))
}

// TestABadMonthDoesNotStarveTheNext: all its files fail, once each, and those of
// the month behind it come in the same run.
func TestABadMonthDoesNotStarveTheNext(t *testing.T) {
	k := newKeeper(t)
	k.since[period.Daily] = "2025-10-25"
	k.source.before = func(s *source, read int) error {
		if s.asked[read-1].Month.String() == "2025-10" {
			return errors.New("row 7 is bad")
		}
		return nil
	}
	want := all(t, delivery.Delivered, nine)
	for p := range all(t, "", "2025-10-25..2025-10-31") {
		want[p] = delivery.Failed
	}
	for range 3 {
		done := k.wantWork(want)
		if done.Left != 0 || k.source.reads > 2 {
			t.Errorf("%d left, %d reads, want none and one a month", done.Left, k.source.reads)
		}
		want, k.now, k.source.reads, k.source.asked = all(t, delivery.Failed, "2025-10-25..2025-10-31"), k.now.Add(30*time.Minute), 0, nil
	}
}

// TestABucketThatIsDown ends a run after three files, not after all of them; when
// it is back, all come.
func TestABucketThatIsDown(t *testing.T) {
	k := newKeeper(t)
	k.fault = func(step membucket.Step, _ string) error {
		if step == membucket.Initiate {
			return errors.New("connection refused")
		}
		return nil
	}
	if done := k.wantWork(all(t, delivery.Failed, "2025-11-01..2025-11-03")); done.Left != 6 {
		t.Errorf("%d files were not tried, want 6", done.Left)
	}
	k.now = k.now.Add(time.Minute)
	k.wantWork(all(t, delivery.Failed, "2025-11-04..2025-11-06")) // what was not tried yet comes first
	k.fault = nil
	k.now = k.now.Add(time.Minute)
	k.wantWork(all(t, delivery.Delivered, nine))
	k.checkTidy()
}

// TestALedgerOrABucketThatCannotBeRead is an error of the account, which is
// looked at again in a minute.
func TestABucketThatCannotBeRead(t *testing.T) {
	k := newKeeper(t)
	k.fault = func(step membucket.Step, _ string) error {
		if step == membucket.List {
			return errors.New("connection refused")
		}
		return nil
	}
	done, err := k.worker().Work(t.Context())
	if err == nil || !strings.Contains(err.Error(), "connection refused") || done.Next.Sub(k.now) != time.Minute {
		t.Errorf("got %v, next in %s", err, done.Next.Sub(k.now))
	}
}

// TestForeignIsHeld: an object of somebody else at an expected key stays, and is
// told of.
func TestForeignIsNotTouched(t *testing.T) {
	k := newKeeper(t)
	k.put("2025-11-04", "somebody else's", nil)
	k.wantWork(all(t, delivery.Delivered, "2025-11-01..2025-11-03 2025-11-05..2025-11-09"))
	if got := k.content("2025-11-04"); got != "somebody else's" {
		t.Error("it was overwritten")
	}
	if got := k.states()["2025-11-04"]; got != delivery.Foreign {
		t.Errorf("the state is %s", got)
	}
}

// TestSwitchedOffInFlight: the context of the run ends; the upload is aborted,
// nothing is written any more, and the ledger is told nothing.
func TestSwitchedOffInFlight(t *testing.T) {
	k := newKeeper(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	errOff := errors.New("switched off")
	completed := 0
	k.fault = func(step membucket.Step, _ string) error {
		if step == membucket.Receive {
			if completed++; completed == 4 {
				cancel(errOff)
			}
		}
		return nil
	}
	done, err := k.worker().Work(ctx)
	if !errors.Is(err, errOff) || len(done.Outcomes) != 3 {
		t.Errorf("got %v after %d files", err, len(done.Outcomes))
	}
	if n := len(k.keys()); n != 3 || len(k.entries()) != 3 {
		t.Errorf("%d objects, %d entries, want 3", n, len(k.entries()))
	}
	k.checkTidy()
	k.fault = nil
	k.off[period.Daily] = true
	k.wantWork(map[string]delivery.Result{})
	if n := len(k.keys()); n != 3 {
		t.Errorf("%d objects, want those 3 to stay", n)
	}
}

// TestWhatWasLeftOpenIsAborted although there is nothing to deliver: the killed
// run may have been replacing a file that is there.
func TestWhatWasLeftOpenIsAborted(t *testing.T) {
	k := newKeeper(t)
	k.work()
	k.bucket.LeaveOpen(k.account.Key(when(t, "2025-11-03")))
	k.bucket.LeaveOpen("bills/somebody-elses")
	k.wantWork(map[string]delivery.Result{})
	n, err := k.bucket.AbortUploads(t.Context(), "", func(key string) bool { return true })
	if err != nil || n != 1 {
		t.Errorf("%d uploads were left open, %v; want somebody else's alone", n, err)
	}
}

// TestSwitchedByAnotherNode: a node whose settings have had their say leaves it
// to the ledger what is switched: another node may have newer ones.
func TestSwitchedByAnotherNode(t *testing.T) {
	k := newKeeper(t)
	k.since, k.off[period.Monthly] = nil, true
	k.work() // seen for the first time: on
	k.off[period.Daily] = true
	k.work() // the node with the new settings: off
	k.off[period.Daily], k.follow = false, true
	k.at("2025-11-11 12:00")
	k.wantWork(map[string]delivery.Result{}) // the node with the old ones
	k.follow, k.off[period.Daily] = false, false
	k.work() // on again
	k.off[period.Daily], k.follow = true, true
	k.work() // a node that has not heard of it works on nothing, and does not switch it off either
	k.off[period.Daily] = false
	k.at("2025-11-12 12:00")
	k.wantWork(all(t, delivery.Delivered, "2025-11-11"))
	activations, err := k.book.Activations(t.Context(), place)
	if err != nil || len(activations) != 2 || activations[0].Until.IsZero() || !activations[1].Until.IsZero() {
		t.Errorf("got %+v, %v", activations, err)
	}
}

// TestADryRunTellsTheLedgerNothing whatever came of it.
func TestADryRunTellsTheLedgerNothing(t *testing.T) {
	k := newKeeper(t)
	k.dry, k.options.DryRun = true, true
	k.wantWork(all(t, delivery.WouldDeliver, nine))
	k.source.before = func(*source, int) error { return bill.ErrNotReady }
	k.wantWork(all(t, delivery.Waiting, nine))
	activations, err := k.book.Activations(t.Context(), place)
	if len(k.entries()) != 0 || err != nil || len(activations) != 0 || len(k.keys()) != 0 {
		t.Errorf("%d entries, %d activations (%v), %d objects", len(k.entries()), len(activations), err, len(k.keys()))
	}
}

// TestALostLock: whoever has lost the account makes nothing visible and records
// nothing.
func TestALostLock(t *testing.T) {
	k := newKeeper(t)
	asked := 0
	k.prove = func(context.Context, period.Period) error {
		if asked++; asked > 2 {
			return ledger.ErrLost
		}
		return nil
	}
	_, err := k.worker().Work(t.Context())
	if !errors.Is(err, ledger.ErrLost) || len(k.keys()) != 2 || len(k.entries()) != 2 {
		t.Errorf("got %v, %d objects, %d entries, want two of each", err, len(k.keys()), len(k.entries()))
	}
	k.checkTidy()
}

// TestSomebodyElseWorksOnIt: nothing is done, and it is looked at again soon.
func TestSomebodyElseWorksOnIt(t *testing.T) {
	k := newKeeper(t)
	lock, err := k.book.Lock(t.Context(), uin, 0)
	if err != nil {
		t.Fatal(err)
	}
	done, err := k.worker().Work(t.Context())
	if err != nil || done.Elsewhere == nil || done.Next.Sub(k.now) != 5*time.Second || len(k.keys()) != 0 {
		t.Errorf("got %v, %v, next in %s", err, done.Elsewhere, done.Next.Sub(k.now))
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	k.wantWork(all(t, delivery.Delivered, nine))
}

// TestWhatAPersonSentBesides: a file from before the activation that was
// delivered on request is none of a stranger, and not restored when it is gone:
// history is not sent by itself.
func TestWhatAPersonSentBesides(t *testing.T) {
	k := newKeeper(t)
	k.since[period.Daily] = "2025-11-08"
	k.work()
	lock, err := k.book.Lock(t.Context(), uin, 0)
	if err != nil {
		t.Fatal(err)
	}
	k.edit = func(c *delivery.Config) { c.Prove = delivery.Proving(lock, place) }
	out, err := k.deliverer().Deliver(t.Context(), want(t, "2025-11-03"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := delivery.Record(t.Context(), lock, place, ledger.Entry{}, &out, k.now); err != nil {
		t.Fatal(err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if got := k.states(); len(got) != 3 || got["2025-11-03"] != delivery.Present {
		t.Errorf("got %v", got)
	}
	k.bucket.Delete(k.account.Key(when(t, "2025-11-03")))
	k.wantWork(map[string]delivery.Result{})
	if got := k.states(); len(got) != 2 {
		t.Errorf("when it is gone: got %v", got)
	}
}

// TestAnObjectThatDiffers from what the ledger has proved is told of, and not
// overwritten.
func TestAnObjectThatDiffers(t *testing.T) {
	k := newKeeper(t)
	k.work()
	meta := k.meta("2025-11-05")
	k.put("2025-11-05", "rotten", meta)
	k.wantWork(map[string]delivery.Result{})
	if got := k.states(); got["2025-11-05"] != delivery.Differs || k.content("2025-11-05") != "rotten" {
		t.Errorf("got %v, %q", got["2025-11-05"], k.content("2025-11-05"))
	}
}

// TestKilledBetweenTheBucketAndTheLedger: a file was deleted and is made again
// with more lines; it is stored, and before the ledger is told the daemon dies.
// The old proof is of the old file: it must not speak against the new one.
func TestKilledBetweenTheBucketAndTheLedger(t *testing.T) {
	k := newKeeper(t)
	lines := k.source.lines
	k.source.lines = slices.Clone(lines[:len(lines)-3])
	k.work()
	k.source.lines = lines
	k.bucket.Delete(k.account.Key(when(t, "2025-11-09")))
	ctx, kill := context.WithCancel(t.Context())
	k.fault = func(step membucket.Step, _ string) error {
		if step == membucket.Stored {
			kill()
		}
		return nil
	}
	if _, err := k.worker().Work(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	k.fault = nil
	k.wantWork(map[string]delivery.Result{})
	if got := k.states()["2025-11-09"]; got != delivery.Present {
		t.Errorf("the state is %s", got)
	}
	if e := k.entries()["2025-11-09"]; e.Try.Result != string(delivery.Adopted) || e.Proof.Size != int64(len(k.content("2025-11-09"))) {
		t.Errorf("the ledger has %+v", e)
	}
}

// TestHeldIsTriedAgain: the source may have become complete.
func TestHeldIsTriedAgain(t *testing.T) {
	k := newKeeper(t)
	k.since[period.Daily] = "2025-11-08"
	k.work()
	lines := k.source.lines
	k.source.lines = slices.Clone(lines[:len(lines)/2])
	k.at("2025-11-11 03:00")
	done := k.wantWork(all(t, delivery.Held, "2025-11-10"))
	if got := done.Next.Sub(k.now); got != 30*time.Minute {
		t.Errorf("next in %s", got)
	}
	if e := k.entries()["2025-11-10"]; !strings.Contains(e.Try.Why, "fewer lines") || !strings.Contains(e.Try.Remedy, "--accept-shrink") {
		t.Errorf("the ledger has %+v", e)
	}
	k.source.lines, k.now = lines, done.Next
	k.wantWork(all(t, delivery.Delivered, "2025-11-10"))
}

func TestPlanIsForAnyMoment(t *testing.T) {
	k := newKeeper(t)
	k.work()
	p := k.planner()
	ahead := time.Date(2025, 12, 5, 3, 0, 0, 0, period.Zone)
	plan, err := p.Plan(t.Context(), k.now, ahead)
	if err != nil {
		t.Fatal(err)
	}
	states := map[delivery.State]int{}
	for _, d := range plan.Deliveries {
		states[d.State]++
	}
	if diff := cmp.Diff(map[delivery.State]int{delivery.Present: 9, delivery.NotYet: 26}, states); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	back := time.Date(2025, 11, 5, 12, 0, 0, 0, period.Zone)
	if plan, err = p.Plan(t.Context(), back, back); err != nil || len(plan.Deliveries) != 4 || len(plan.Unexpected) != 0 {
		t.Errorf("back then: %d expected, %v unexpected, %v; want what came due later to be no stranger's", len(plan.Deliveries), plan.Unexpected, err)
	}
	plan, err = p.Plan(t.Context(), ahead, ahead)
	if err != nil {
		t.Fatal(err)
	}
	states = map[delivery.State]int{}
	for _, d := range plan.Deliveries {
		states[d.State]++
	}
	if diff := cmp.Diff(map[delivery.State]int{delivery.Present: 9, delivery.Due: 2, delivery.Late: 24}, states); diff != "" {
		t.Errorf("at that moment (-want +got):\n%s", diff)
	}
}
