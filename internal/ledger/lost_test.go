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

	"go.uber.org/goleak"

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
	want := entry(december9)
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
	want := entry(december9)
	record(t, k, want)
	release(t, k)
	refuses(t, k, l, []ledger.Entry{want})
}

func testAnotherAccount(t *testing.T, r *rig) {
	l := r.open(t)
	k := lock(t, l)
	defer release(t, k)
	e := entry(december9)
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
	e := entry(december9)
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

// The folder and the database of the ledger tell a copy of this test that it is
// another process that holds the account.
const (
	childDir      = "DELIVERD_TEST_LEDGER_DIR"
	childPostgres = "DELIVERD_TEST_LEDGER_POSTGRES"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := holdAccount(dir, os.Getenv(childPostgres)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// holdAccount takes the account, says so, and at the next line says whether it
// can still write.
func holdAccount(dir, url string) error {
	ctx := context.Background()
	l, err := ledger.Open(ctx, ledger.Config{Dir: dir, Postgres: url, Node: "child", Beat: 100 * time.Millisecond, Patience: time.Second})
	if err != nil {
		return err
	}
	k, err := l.Lock(ctx, place.UIN, 0)
	if err != nil {
		return err
	}
	fmt.Println("held")
	bufio.NewScanner(os.Stdin).Scan()
	changed := entry(december9)
	changed.Try.Why = "written without the lock"
	recorded := k.Record(ctx, changed)
	fmt.Println("prove", errors.Is(k.Prove(ctx), ledger.ErrLost), "record", errors.Is(recorded, ledger.ErrLost))
	return errors.Join(k.Release(), l.Close())
}

// child is a process that holds the account.
type child struct {
	cmd   *exec.Cmd
	stdin io.Writer
	lines *bufio.Scanner
}

func startChild(t *testing.T, c ledger.Config) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+c.Dir, childPostgres+"="+c.Postgres)
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
	if !c.lines.Scan() {
		t.Fatal("the child has ended")
	}
	return c.lines.Text()
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
	want := entry(december9)
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
