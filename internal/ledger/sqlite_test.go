package ledger_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/ledger"
)

// wants fails the test unless the error names the ledger and says what to do
// about it.
func wants(t *testing.T, err error, name, remedy string) {
	t.Helper()
	var unusable *ledger.UnusableError
	if !errors.As(err, &unusable) {
		t.Errorf("got %v, want an UnusableError", err)
		return
	}
	if !strings.Contains(err.Error(), name) || !strings.Contains(unusable.Remedy(), remedy) {
		t.Errorf("got %q, try %q; want %q and %q in them", err, unusable.Remedy(), name, remedy)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// filled is a folder with a ledger of one entry that nobody has open.
func filled(t *testing.T, dir string) ledger.Entry {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	k := lock(t, l)
	want := entry(december9)
	record(t, k, want)
	release(t, k)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

func TestADamagedFileIsSaid(t *testing.T) {
	for _, damage := range []struct {
		name string
		do   func(whole []byte) []byte
	}{
		{"another file", func([]byte) []byte { return []byte(strings.Repeat("not a database\n", 1000)) }},
		{"a page overwritten", func(whole []byte) []byte { copy(whole[4096:], strings.Repeat("\xff", 4096)); return whole }},
		{"cut short", func(whole []byte) []byte { return whole[:4096+100] }},
	} {
		for _, readOnly := range []bool{false, true} {
			t.Run(damage.name, func(t *testing.T) {
				dir := t.TempDir()
				filled(t, dir)
				path := filepath.Join(dir, "ledger.db")
				whole, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, damage.do(whole), 0o600); err != nil {
					t.Fatal(err)
				}
				l, err := ledger.Open(t.Context(), ledger.Config{Dir: dir, ReadOnly: readOnly})
				if err == nil { // what was damaged is read later
					_, err = l.Entries(t.Context(), place)
					l.Close()
				}
				wants(t, err, path, "out of the state folder")
			})
		}
	}
}

func TestAFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ledger.Open(t.Context(), ledger.Config{Dir: file})
	wants(t, err, file, "right to write")
	_, err = ledger.Own(filepath.Join(file, "state"))
	wants(t, err, file, "right to write")
	_, err = ledger.LockAccount(t.Context(), file, place.UIN, 0)
	wants(t, err, file, "right to write")
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "ledger.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = ledger.Open(t.Context(), ledger.Config{Dir: dir})
	wants(t, err, dir, "right to write")
}

func TestAFileThatIsTakenAway(t *testing.T) {
	for name, replace := range map[string]bool{"deleted": false, "replaced": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, ledger.Config{Dir: dir})
			k := lock(t, l)
			defer release(t, k)
			if err := l.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "ledger.db")
			if err := os.Rename(path, path+".old"); err != nil {
				t.Fatal(err)
			}
			if replace {
				if err := os.WriteFile(path, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			wants(t, l.Ping(t.Context()), path, "start deliverd again")
			wants(t, k.Record(t.Context(), entry(december9)), path, "start deliverd again")
		})
	}
}

func TestLookingOnMakesNothing(t *testing.T) {
	dir := t.TempDir()
	want := filled(t, dir)
	before := names(t, dir)
	look := open(t, ledger.Config{Dir: dir, ReadOnly: true})
	same(t, "entries", []ledger.Entry{want}, entries(t, look))
	if after := names(t, dir); !slices.Equal(before, after) {
		t.Errorf("looking on made of %v %v", before, after)
	}
	l := open(t, ledger.Config{Dir: dir}) // a daemon starts and writes
	k := lock(t, l)
	defer release(t, k)
	want.Try.Why = "written since"
	record(t, k, want)
	same(t, "entries, once somebody writes", []ledger.Entry{want}, entries(t, look))
}

func TestOddFolderNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a ?b#c%20d&e=f")
	want := filled(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "ledger.db")); err != nil {
		t.Fatal(err)
	}
	same(t, "entries", []ledger.Entry{want}, entries(t, open(t, ledger.Config{Dir: dir, ReadOnly: true})))
}

// A lock file that was deleted keeps nobody out, and whoever has it is told.
func TestADeletedLockFileIsALostLock(t *testing.T) {
	c := ledger.Config{Dir: t.TempDir()}
	k := lock(t, open(t, c))
	remove(t, lockFile(c, place.UIN))
	if err := k.Prove(t.Context()); !errors.Is(err, ledger.ErrLost) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	release(t, k)
}
