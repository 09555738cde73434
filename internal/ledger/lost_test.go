package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

func thisProcess() string { return fmt.Sprintf("process %d", os.Getpid()) }

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// refuses fails the test unless the lock is lost and nothing can be written.
func refuses(t *testing.T, k *ledger.Lock, l *ledger.Ledger, want []ledger.Entry) {
	t.Helper()
	changed := want[0]
	changed.Try.Why = "written without the lock"
	for name, err := range map[string]error{
		"prove":      k.Prove(t.Context()),
		"record":     k.Record(t.Context(), changed),
		"switch on":  k.SwitchOn(t.Context(), ledger.Activation{Place: place, Cadence: period.Daily, After: noon}),
		"switch off": k.SwitchOff(t.Context(), place, period.Daily, noon),
	} {
		if !errors.Is(err, ledger.ErrLost) {
			t.Errorf("%s: got %v, want one that matches ErrLost", name, err)
		}
	}
	same(t, "entries", want, entries(t, l))
	if got, err := l.Activations(t.Context(), place); err != nil || len(got) > 0 {
		t.Errorf("activations without the lock: %v, %v", got, err)
	}
	ctx, end := k.Context(t.Context())
	defer end()
	<-ctx.Done()
	var lost *ledger.LostError
	if err := context.Cause(ctx); !errors.Is(err, ledger.ErrLost) || !errors.As(err, &lost) || lost.UIN != place.UIN {
		t.Errorf("the work ended with %v", err)
	}
}

func testLostLock(t *testing.T, r *rig) {
	held := r.node(t)
	l := open(t, held)
	k := lock(t, l)
	want := entry(daily(t, "2025-12-09"))
	record(t, k, want)
	work, end := k.Context(t.Context())
	defer end()
	r.part(t, r, held, place.UIN)
	if held.Postgres != "" {
		<-work.Done() // the sign of life fails, without being asked
	}
	refuses(t, k, l, []ledger.Entry{want})
	<-work.Done()
	if err := context.Cause(work); !errors.Is(err, ledger.ErrLost) {
		t.Errorf("the work ended with %v", err)
	}
	next, err := r.open(t).Lock(t.Context(), place.UIN, 0)
	if err != nil {
		t.Fatalf("the next holder: %v", err)
	}
	refuses(t, k, l, []ledger.Entry{want})
	if err := k.Release(); err != nil {
		t.Errorf("release of a lost lock: %v", err)
	}
	if err := next.Prove(t.Context()); err != nil {
		t.Errorf("the release of a lost lock took the next holder's: %v", err)
	}
	release(t, next)
}

func testReleasedLock(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	want := entry(daily(t, "2025-12-09"))
	record(t, k, want)
	release(t, k)
	refuses(t, k, l, []ledger.Entry{want})
}

func testAnotherAccount(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	e := entry(daily(t, "2025-12-09"))
	e.Place.UIN = "200020002002"
	if err := k.Record(t.Context(), e); err == nil || !strings.Contains(err.Error(), "200020002002") {
		t.Errorf("recording another account's delivery: %v", err)
	}
	if got, err := l.Entries(t.Context(), e.Place); err != nil || len(got) > 0 {
		t.Errorf("it has %v, %v", got, err)
	}
}

func testCancelledWrite(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e := entry(daily(t, "2025-12-09"))
	for name, err := range map[string]error{"prove": k.Prove(ctx), "record": k.Record(ctx, e)} {
		if !errors.Is(err, context.Canceled) || errors.Is(err, ledger.ErrLost) {
			t.Errorf("%s with a context that has ended: %v", name, err)
		}
	}
	if err := k.Prove(t.Context()); err != nil {
		t.Errorf("after it: %v", err)
	}
	record(t, k, e)
}

// The child of the tests below: another process that holds the account. It says
// what it has done line by line and goes on when a line comes.
func TestChild(t *testing.T) {
	dir := os.Getenv("LEDGER_CHILD_DIR")
	if dir == "" {
		return // it is run as a child alone
	}
	l := open(t, ledger.Config{Dir: dir, Postgres: os.Getenv("LEDGER_CHILD_POSTGRES"), Node: "child", Beat: 100 * time.Millisecond, Patience: time.Second})
	k := lock(t, l)
	fmt.Println("child: held")
	line := bufio.NewScanner(os.Stdin)
	line.Scan()
	changed := entry(daily(t, "2025-12-09"))
	changed.Try.Why = "written without the lock"
	err := k.Record(t.Context(), changed)
	fmt.Println("child: prove", errors.Is(k.Prove(t.Context()), ledger.ErrLost), "record", errors.Is(err, ledger.ErrLost))
	line.Scan()
}

// child is a process that holds the account.
type child struct {
	cmd   *exec.Cmd
	stdin io.Writer
	lines *bufio.Scanner
}

func startChild(t *testing.T, c ledger.Config) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), "LEDGER_CHILD_DIR="+c.Dir, "LEDGER_CHILD_POSTGRES="+c.Postgres)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	k := &child{cmd, stdin, bufio.NewScanner(stdout)}
	if got := k.says(t); got != "held" {
		t.Fatalf("the child says %q", got)
	}
	return k
}

// says is what the child says next.
func (c *child) says(t *testing.T) string {
	t.Helper()
	for c.lines.Scan() {
		if text, said := strings.CutPrefix(c.lines.Text(), "child: "); said {
			return text
		}
	}
	t.Fatal("the child has ended")
	return ""
}

func (c *child) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func testKilledProcess(t *testing.T, r *rig) {
	l := r.open(t)
	held := startChild(t, r.node(t))
	if _, err := l.Lock(t.Context(), place.UIN, 0); !errors.As(err, new(*ledger.HeldError)) {
		t.Fatalf("while the child has it: %v", err)
	}
	held.signal(t, syscall.SIGKILL)
	k, err := l.Lock(t.Context(), place.UIN, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	release(t, k)
}

// A node that is suspended keeps its connection open, and its account is free
// all the same; when it wakes it can change nothing.
func TestASuspendedNodeLosesItsAccount(t *testing.T) {
	r := postgresRig(t)
	l := r.open(t)
	k := lock(t, l)
	want := entry(daily(t, "2025-12-09"))
	record(t, k, want)
	release(t, k)
	held := startChild(t, r.node(t))
	held.signal(t, syscall.SIGSTOP)
	k, err := l.Lock(t.Context(), place.UIN, 30*time.Second)
	if err != nil {
		t.Fatalf("the account of a suspended node: %v", err)
	}
	held.signal(t, syscall.SIGCONT)
	fmt.Fprintln(held.stdin, "go on")
	if got, want := held.says(t), "prove true record true"; got != want {
		t.Errorf("the node that woke says %q, want %q", got, want)
	}
	same(t, "entries", []ledger.Entry{want}, entries(t, l))
	if err := k.Prove(t.Context()); err != nil {
		t.Error(err)
	}
	release(t, k)
}
