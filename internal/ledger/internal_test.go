package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"deliverd/internal/ledger/pgtest"
	"deliverd/internal/period"
)

func opened(t *testing.T, c Config) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func locked(t *testing.T, l *Ledger) *Lock {
	t.Helper()
	k, err := l.Lock(t.Context(), "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Release() })
	return k
}

func TestAFullDiskIsSaidAndLeavesWhatWasThere(t *testing.T) {
	l := opened(t, Config{Dir: t.TempDir()})
	k := locked(t, l)
	day, _ := period.NewDay(2025, 12, 9)
	e := Entry{Place: Place{UIN: "1"}, Period: period.DailyOf(day), Key: "k", Try: Try{Result: "delivered", Node: "a"}}
	if err := k.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if _, err := l.where.(*sqliteFile).writer.Exec("PRAGMA max_page_count = 1"); err != nil { // no less than it has
		t.Fatal(err)
	}
	full := e
	full.Try.Why = strings.Repeat("long ", 10_000)
	err := k.Record(t.Context(), full)
	var unusable *UnusableError
	if !errors.As(err, &unusable) || unusable.Remedy() != fixFull || !strings.Contains(err.Error(), "record k: ledger ") {
		t.Errorf("got %v", err)
	}
	got, err := l.Entries(t.Context(), e.Place)
	if diff := cmp.Diff([]Entry{e}, got, cmp.Comparer(func(a, b period.Day) bool { return a == b })); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
}

func TestRemedies(t *testing.T) {
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"disk full", &wrapped{syscall.ENOSPC}, fixFull},
		{"quota", &wrapped{syscall.EDQUOT}, fixFull},
		{"read-only file system", &wrapped{syscall.EROFS}, fixRights},
		{"no permission", &wrapped{syscall.EACCES}, fixRights},
		{"password refused", pg("28P01"), fixLogin},
		{"too many connections", pg("53300"), fixCrowd},
		{"disk of PostgreSQL full", pg("53100"), fixFullPG},
		{"standby", pg("25006"), fixReadOnly},
		{"shutting down", pg("57P01"), fixReach},
		{"took too long", context.DeadlineExceeded, fixReach},
		{"something else", errors.New("else"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := unusable("x", fmt.Errorf("somewhere: %w", test.err))
			var known *UnusableError
			if !errors.As(err, &known) || known.Remedy() != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %v, %q; want %q", err, known.Remedy(), test.want)
			}
			if again := unusable("y", err); again != err { //nolint:errorlint // it is this very error
				t.Errorf("it was wrapped twice: %v", again)
			}
		})
	}
}

type wrapped struct{ err error }

func (w *wrapped) Error() string { return w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }

func TestAnOldPostgreSQLIsRefused(t *testing.T) {
	for version, refuses := range map[int]bool{90624: true, 130022: true, 140000: false, 150014: false, 180001: false} {
		err := newEnough("x", version)
		if (err != nil) != refuses {
			t.Errorf("%d: %v", version, err)
		}
		if err != nil && (!strings.Contains(err.Error(), fmt.Sprintf("PostgreSQL %d,", version/10000)) || fixOfErr(err) == "") {
			t.Errorf("%d: %v", version, err)
		}
	}
}

func fixOfErr(err error) string {
	var known *UnusableError
	errors.As(err, &known)
	return known.Remedy()
}

// The server is asked to end the session of a node that is gone in every way
// there is: it is suspended, cut off, or stopped in the middle of something.
func TestASessionIsWatched(t *testing.T) {
	l := opened(t, Config{Dir: t.TempDir(), Postgres: pgtest.Start(t), Node: strings.Repeat("long", 30)})
	s := locked(t, l).hold.(*session)
	want := map[string]string{
		"idle_session_timeout": "8s", "idle_in_transaction_session_timeout": "8s", "statement_timeout": "8s",
		"tcp_keepalives_idle": "4", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3", "tcp_user_timeout": "8000",
		"application_name": ("deliverd " + strings.Repeat("long", 30))[:63],
	}
	got := map[string]string{}
	for name := range want {
		var value string
		if err := s.conn.QueryRowContext(t.Context(), "SELECT current_setting('"+name+"')").Scan(&value); err != nil {
			t.Fatal(err)
		}
		got[name] = value
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A lock that the server does not know of is lost, whether the connection is up
// or not, and whoever writes next finds out.
func TestALockThatTheServerForgot(t *testing.T) {
	l := opened(t, Config{Dir: t.TempDir(), Postgres: pgtest.Start(t), Beat: time.Hour})
	for name, spoil := range map[string]func(s *session) error{
		"unlocked": func(s *session) error {
			_, err := s.conn.ExecContext(t.Context(), "SELECT pg_advisory_unlock_all()")
			return err
		},
		"ended": func(s *session) error {
			_, err := l.where.(*postgres).pool.ExecContext(t.Context(), "SELECT pg_terminate_backend(CAST($1 AS INT), 10000)", s.pid) // waits for its end
			return err
		},
		"another session": func(s *session) error { s.pid++; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			k := locked(t, l)
			if err := spoil(k.hold.(*session)); err != nil {
				t.Fatal(err)
			}
			err := k.SwitchOn(t.Context(), Activation{Place: Place{UIN: "1"}, Cadence: period.Daily, After: time.Unix(0, 0)})
			if !errors.Is(err, ErrLost) {
				t.Errorf("write: got %v, want ErrLost", err)
			}
			if err := k.Prove(t.Context()); !errors.Is(err, ErrLost) {
				t.Errorf("prove: got %v, want ErrLost", err)
			}
			if got, err := l.Places(t.Context()); err != nil || len(got) > 0 {
				t.Errorf("it was written: %v, %v", got, err)
			}
		})
	}
}

func TestTheRemedyOfAVersion(t *testing.T) {
	older, newer := &VersionError{Found: 1, Known: 2}, &VersionError{Found: 3, Known: 2}
	if older.Remedy() != "deliverd ledger migrate" || !strings.Contains(newer.Remedy(), "newer deliverd") {
		t.Errorf("older: %q, newer: %q", older.Remedy(), newer.Remedy())
	}
}

func TestMigrationsAreNumbered(t *testing.T) {
	names, err := steps()
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	for i, name := range names {
		if want := fmt.Sprintf("%04d_", i+1); !strings.HasPrefix(filepath.Base(name), want) {
			t.Errorf("step %d is in %s", i+1, name)
		}
	}
}
