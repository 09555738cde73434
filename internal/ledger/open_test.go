package ledger_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"deliverd/internal/ledger"
)

func testThreeBegin(t *testing.T, r *rig) {
	var beginning sync.WaitGroup
	for range 3 {
		c := r.node(t)
		beginning.Go(func() {
			l, err := ledger.Open(t.Context(), c)
			if err != nil {
				t.Error(err)
				return
			}
			defer l.Close()
			if _, err := l.Places(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	beginning.Wait()
}

func testLookOn(t *testing.T, r *rig) {
	c := r.node(t)
	c.ReadOnly = true
	early := open(t, c)
	if got, err := early.Places(t.Context()); err != nil || len(got) > 0 {
		t.Errorf("a ledger that is not there has %v, %v", got, err)
	}
	if got := entries(t, early); len(got) > 0 {
		t.Errorf("a ledger that is not there has %v", got)
	}
	if err := early.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if _, err := early.Lock(t.Context(), place.UIN, 0); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("lock: got %v, want ErrReadOnly", err)
	}
	if _, _, err := ledger.Migrate(t.Context(), c); !errors.Is(err, ledger.ErrReadOnly) {
		t.Errorf("migrate: got %v, want ErrReadOnly", err)
	}
	if made, err := os.ReadDir(c.Dir); err != nil || len(made) > 0 {
		t.Errorf("looking on made %v, %v", made, err)
	}
	writer := c
	writer.ReadOnly = false
	from, _, err := ledger.Migrate(t.Context(), writer)
	if err != nil || from != 0 {
		t.Errorf("looking on migrated to version %d, %v", from, err)
	}
	l := open(t, writer)
	k := lock(t, l)
	defer release(t, k)
	want := entry(december9)
	record(t, k, want)
	same(t, "beside who writes", []ledger.Entry{want}, entries(t, open(t, c)))
}

func testNewerVersion(t *testing.T, r *rig) {
	r.open(t)
	r.exec(t, "UPDATE ledger_version SET version = 99")
	look := r.node(t)
	look.ReadOnly = true
	for name, c := range map[string]ledger.Config{"a node": r.node(t), "who looks on": look} {
		l, err := ledger.Open(t.Context(), c)
		var newer *ledger.VersionError
		if !errors.As(err, &newer) || newer.Found != 99 || !strings.Contains(newer.Remedy(), "newer deliverd") {
			t.Errorf("%s got %v, %v, want a VersionError", name, l, err)
		}
	}
}

func testMigrate(t *testing.T, r *rig) {
	c := r.node(t)
	from, to, err := ledger.Migrate(t.Context(), c)
	if err != nil || from != 0 || to < 1 {
		t.Fatalf("from %d to %d, %v", from, to, err)
	}
	if again, still, err := ledger.Migrate(t.Context(), c); err != nil || again != to || still != to {
		t.Errorf("the second time from %d to %d, %v; want %d", again, still, err, to)
	}
	r.exec(t, "DROP TABLE ledger_version") // as if it had been made by hand
	if _, _, err := ledger.Migrate(t.Context(), c); err == nil || !strings.Contains(err.Error(), "migrate to version 1") {
		t.Errorf("a step that cannot be made: %v", err)
	}
	look := c
	look.ReadOnly = true
	if got := entries(t, open(t, look)); len(got) > 0 {
		t.Errorf("a step that was not made left %v", got)
	}
}

func TestAStateFolderHasOneDaemon(t *testing.T) {
	dir := t.TempDir() + "/state"
	first, err := ledger.Own(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ledger.Own(dir)
	var owned *ledger.OwnedError
	if !errors.As(err, &owned) || owned.Holder != thisProcess() || owned.Dir != dir || owned.Remedy() == "" {
		t.Errorf("the second daemon got %v", err)
	}
	l := open(t, ledger.Config{Dir: dir}) // commands work beside it
	if err := l.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := ledger.Own(dir)
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}
