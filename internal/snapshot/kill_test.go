package snapshot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/sample"
)

// killedDir tells a copy of this test that it is the process to be killed.
const killedDir = "DELIVERD_TEST_SNAPSHOT_DIR"

// TestMain makes the test binary write snapshots until it is killed, when it
// is told where.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killedDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForever says on standard output what it is about to do.
func writeForever(dir string) error {
	s, err := NewStore(Config{Dir: dir, MemoryLimit: 300 << 10})
	if err != nil {
		return err
	}
	ctx := context.Background()
	w, err := s.Create(ctx, uin, month)
	if err != nil {
		return err
	}
	b := sample.Bill{UIN: uin, Month: month, Lines: 20_000}
	n := 0
	if err := b.Each(func(l *bill.Line) error {
		if n++; n%1000 == 0 {
			fmt.Println("adding", n)
		}
		return w.Add(l)
	}); err != nil {
		return err
	}
	fmt.Println("committing")
	if _, err := w.Commit(ctx, bill.Reading{}); err != nil {
		return err
	}
	fmt.Println("committed")
	select {}
}

// TestAKilledWriterLeavesNoPartOfASnapshot kills the writer (SIGKILL) at
// several steps: what can be seen then is a whole snapshot or none, and the
// next Create sweeps.
func TestAKilledWriterLeavesNoPartOfASnapshot(t *testing.T) {
	for _, at := range []string{"adding 1000", "adding 11000", "adding 20000", "committing", "committed"} {
		t.Run(at, func(t *testing.T) {
			s := newStore(t, 0)
			killAt(t, s.dir, at)
			lines, err := readAll(t, s)
			switch {
			case at == "committed" && (lines != 20_000 || err != nil):
				t.Errorf("%d lines, %v", lines, err)
			case errors.Is(err, fs.ErrNotExist):
			case err != nil || lines != 20_000:
				t.Errorf("a part is visible: %d lines, %v", lines, err)
			}
			w, err := s.Create(t.Context(), uin, month)
			if err != nil {
				t.Fatal(err)
			}
			left, err := filepath.Glob(filepath.Join(s.dir, uin, "*.tmp-*"))
			if err != nil || len(left) != 1 || left[0] != w.dir {
				t.Errorf("not swept: %v, %v", left, err)
			}
			w.Discard()
		})
	}
}

func killAt(t *testing.T, dir, at string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), killedDir+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	told := false
	for said := bufio.NewScanner(out); !told && said.Scan(); {
		told = said.Text() == at
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil || !told {
		t.Fatalf("the child said %q: %v; it ended with %v", at, told, err)
	}
}

// TestCreateLeavesWritersAlone: only what no writer of this store is at work
// on is swept.
func TestCreateLeavesWritersAlone(t *testing.T) {
	s := newStore(t, 0)
	lines := sampleLines(t, 100)
	first, err := s.Create(t.Context(), uin, month)
	if err != nil {
		t.Fatal(err)
	}
	other := commit(t, s, lines[:50], bill.Reading{})
	for i := range lines {
		if err := first.Add(&lines[i]); err != nil {
			t.Fatal(err)
		}
	}
	snapshot, err := first.Commit(t.Context(), bill.Reading{})
	if err != nil || snapshot.Lines() != 100 || other.Lines() != 50 {
		t.Errorf("%v", err)
	}
}
