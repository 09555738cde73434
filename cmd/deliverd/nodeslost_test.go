package main

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/ledger/pgtest"
	"deliverd/internal/period"
)

// lostNode is a node that loses its accounts while the bucket's server holds a
// request of it back.
type lostNode struct {
	*fleet
	*process
	line    *line
	request *held
}

// The ways to lose an account, and how each ends.
func (n *lostNode) killed()  { n.kill() }
func (n *lostNode) stopped() { n.signal(syscall.SIGSTOP) }
func (n *lostNode) woken()   { n.signal(syscall.SIGCONT) }
func (n *lostNode) cutOff()  { n.line.sever() }
func (n *lostNode) joined()  { n.line.repair() }
func (n *lostNode) goOn()    { n.request.release() }
func (n *lostNode) nothing() {}

// thrownOut ends the sessions by which the node holds accounts.
func (n *lostNode) thrownOut() {
	n.fleet.t.Helper()
	ctx := n.fleet.t.Context()
	conn, err := pgx.Connect(ctx, n.database)
	if err != nil {
		n.fleet.t.Fatal(err)
	}
	defer conn.Close(ctx)
	tag, err := conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
		WHERE locktype = 'advisory' AND datname = current_database()`)
	if err != nil || tag.RowsAffected() == 0 {
		n.fleet.t.Fatalf("sessions ended: %v, %v", tag, err)
	}
}

// loss is one way to lose an account.
type loss struct {
	name    string
	account int
	op      string // of the request that is held back when it comes
	part    int
	lose    func(*lostNode) // then
	at      func(*lostNode) // right after
	wake    func(*lostNode) // when another has done its work
	dead    bool            // and is no more
}

func losses() []loss {
	const long, small = 0, 1
	return []loss{
		{name: "cut off in the middle of an upload, and goes on at once", account: long, op: "part", part: 2,
			lose: (*lostNode).cutOff, at: (*lostNode).goOn, wake: (*lostNode).joined},
		{name: "stopped between the proof and its Put", account: small, op: "put",
			lose: (*lostNode).stopped, at: (*lostNode).nothing, wake: (*lostNode).woken},
		{name: "stopped between the proof and its Complete", account: long, op: "complete",
			lose: (*lostNode).stopped, at: (*lostNode).nothing, wake: (*lostNode).woken},
		{name: "thrown out in the middle of an upload", account: long, op: "part", part: 2,
			lose: (*lostNode).thrownOut, at: (*lostNode).goOn, wake: (*lostNode).nothing},
		{name: "killed before its Put", account: small, op: "put",
			lose: (*lostNode).killed, at: (*lostNode).nothing, wake: (*lostNode).nothing, dead: true},
		{name: "killed before its Complete", account: long, op: "complete",
			lose: (*lostNode).killed, at: (*lostNode).nothing, wake: (*lostNode).nothing, dead: true},
		{name: "cut off in the middle of an upload, and goes on late", account: long, op: "part", part: 2,
			lose: (*lostNode).cutOff, at: (*lostNode).nothing, wake: (*lostNode).joined},
	}
}

// TestNodesLoseAccounts: a node that is at an object when it is killed,
// stopped, thrown out or cut off has no effect any more; another one takes its
// accounts over within seconds, and when it is itself again it goes on.
func TestNodesLoseAccounts(t *testing.T) {
	t.Parallel()
	all := losses()
	some := all[:len(all)-soak(1, 0)]
	t.Logf("sizes: %d of %d ways to lose an account (all with DELIVERD_SOAK=1)", len(some), len(all))
	for _, l := range some {
		t.Run(l.name, func(t *testing.T) {
			t.Parallel()
			l.test(t)
		})
	}
}

func (l *loss) test(t *testing.T) {
	f := newFleet(t, 3, pgtest.Start(t))
	want, key := f.undisturbed(), f.key(l.account, 2)
	n := &lostNode{fleet: f, line: newLine(t, f.database)}
	n.request = f.hold(func(e cosserver.Event) bool { return e.Key == key && e.Op == l.op && e.Part == l.part })
	n.process = f.nodeAt("a", n.line.database)
	n.request.arrives(t)
	l.lose(n)
	lost := time.Now()
	f.uploads.kill()
	l.at(n)
	other := f.node("b")
	if err := f.await(); err != nil {
		t.Fatal(err)
	}
	took := f.tookOver(t, key, lost)
	t.Logf("another node had delivered %s after %s", key, took)
	if most := 30 * time.Second; took > most {
		t.Errorf("an account was taken over after %s, want within %s", took, most)
	}
	other.settles()
	n.request.release()
	if l.op == "complete" {
		n.heldOver(t) // before the node wakes
	}
	l.wake(n)
	n.heldOver(t)
	if !l.dead {
		n.noticed(t, key)
	}
	other.stop()
	if !l.dead {
		n.goesOn(t, key)
	}
	f.config = other.config()
	f.checkBucket(t, want)
	f.uploads.check(t)
}

// heldOver waits for the end of the request that was held, and fails the test
// if the object came of it.
func (n *lostNode) heldOver(t *testing.T) {
	t.Helper()
	select {
	case e := <-n.request.done:
		t.Logf("the %s that was held back: %d %s", e.Op, e.Status, e.Code)
		n.request.done <- e
	case <-time.After(patience):
		t.Fatal("the request that was held back has no end")
	}
	n.uploads.mu.Lock()
	defer n.uploads.mu.Unlock()
	e := n.request.event
	mine := n.uploads.begun[e.RequestID]
	if e.UploadID != "" {
		mine = n.uploads.begun[e.UploadID]
	}
	if mine.stored {
		t.Errorf("the node that had lost the account stored %+v", mine)
	}
}

// noticed fails the test unless the node says that it has lost the account and
// has written nothing about it.
func (n *lostNode) noticed(t *testing.T, key string) {
	t.Helper()
	uin, _, _ := period.ParseKey(strings.TrimPrefix(key, "focus/"))
	n.says(fmt.Sprintf("the lock of account %s is lost", uin))
	n.fleet.config = n.config()
	if e := n.entries(t)[key]; strings.HasSuffix(e.Try.Node, fmt.Sprintf("process %d", n.cmd.Process.Pid)) {
		t.Errorf("the node wrote about an account that it had lost: %+v", e.Try)
	}
}

// goesOn fails the test unless the node, now alone, does what is to do.
func (n *lostNode) goesOn(t *testing.T, key string) {
	t.Helper()
	n.delete(key)
	n.uploads.mu.Lock()
	before := n.uploads.stored[key]
	n.uploads.mu.Unlock()
	n.signal(syscall.SIGHUP)
	if err := n.uploads.await(func() bool { return n.uploads.stored[key] > before }); err != nil {
		t.Fatal(err)
	}
	n.stop()
}
