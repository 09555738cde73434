package ledger_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"deliverd/internal/ledger"
	"deliverd/internal/ledger/pgtest"
)

func TestAPoolerThatChangesSessionsIsRefused(t *testing.T) {
	for _, test := range []struct {
		name, mode string
		settings   []string
	}{
		{"transactions", "transaction", nil},
		{"transactions, sessions in turn", "transaction", []string{"server_round_robin = 1", "min_pool_size = 5"}},
		{"transactions, one session", "transaction", []string{"default_pool_size = 1"}},
		{"statements", "statement", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			database := pgtest.Start(t)
			through := pgtest.Bouncer(t, database, test.mode, test.settings...)
			c := ledger.Config{Dir: t.TempDir(), Postgres: through, Patience: time.Second}
			_, err := ledger.Open(t.Context(), c)
			if !errors.Is(err, ledger.ErrPooler) {
				t.Errorf("got %v, want ErrPooler", err)
			}
			wants(t, err, "postgres://127.0.0.1", "pool_mode = session")
			if _, _, err := ledger.Migrate(t.Context(), c); !errors.Is(err, ledger.ErrPooler) {
				t.Errorf("migrate: got %v, want ErrPooler", err)
			}
			r := rig{driver: "pgx", source: database}
			r.exec(t, "CREATE TABLE ledger_version (version INT)") // it would be there, had anything been migrated
		})
	}
}

func TestAPoolerThatKeepsSessionsWillDo(t *testing.T) {
	through := pgtest.Bouncer(t, pgtest.Start(t), "session")
	c := ledger.Config{Dir: t.TempDir(), Postgres: through, Node: "a"}
	l := open(t, c)
	k := lock(t, l)
	want := entry(december9)
	record(t, k, want)
	if err := k.Prove(t.Context()); err != nil {
		t.Error(err)
	}
	c.Dir = t.TempDir()
	other := open(t, c)
	var held *ledger.HeldError
	if _, err := other.Lock(t.Context(), place.UIN, 0); !errors.As(err, &held) || held.Holder != "node a" {
		t.Errorf("another node got %v", err)
	}
	same(t, "entries", []ledger.Entry{want}, entries(t, other))
	release(t, k)
	next := lock(t, other)
	release(t, next)
}

// with is the URL with something changed.
func with(t *testing.T, database string, change func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	change(u)
	return u.String()
}

func TestWhatPostgreSQLRefuses(t *testing.T) {
	database := pgtest.Start(t)
	r := rig{driver: "pgx", source: database}
	r.exec(t, "CREATE ROLE stranger LOGIN; CREATE ROLE reader LOGIN; ALTER ROLE reader SET default_transaction_read_only = on")
	t.Cleanup(func() { r.exec(t, "DROP ROLE stranger; DROP ROLE reader") })
	as := func(user string) func(*url.URL) {
		return func(u *url.URL) { u.User = url.UserPassword(user, "swordfish") }
	}
	for _, test := range []struct{ name, url, remedy string }{
		{"nobody listens", with(t, database, func(u *url.URL) { u.Host = "127.0.0.1:1" }), "see that PostgreSQL runs"},
		{"no such user", with(t, database, as("nobody")), "check user"},
		{"no such database", with(t, database, func(u *url.URL) { u.Path = "/nothing" }), "check user"},
		{"no right to make tables", with(t, database, as("stranger")), "GRANT CREATE"},
		{"a session that only reads", with(t, database, as("reader")), "name the primary"},
		{"no URL", "postgres://deliverd:swordfish@127.0.0.1:port/x", "write it as postgres://"},
		{"an option that is none", with(t, database, func(u *url.URL) { u.RawQuery = "sslmode=swordfish" }), "write it as postgres://"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ledger.Open(t.Context(), ledger.Config{Dir: t.TempDir(), Postgres: test.url})
			wants(t, err, "ledger ", test.remedy)
			if err != nil && strings.Contains(err.Error(), "swordfish") {
				t.Errorf("%q tells the password", err)
			}
		})
	}
}

// A standby shares no lock with its primary, so that two nodes on the two would
// both hold an account.
func TestAStandbyIsRefused(t *testing.T) {
	standby := pgtest.Standby(t)
	_, err := ledger.Open(t.Context(), ledger.Config{Dir: t.TempDir(), Postgres: standby})
	wants(t, err, "the server is a standby", "name the primary")
	look := open(t, ledger.Config{Dir: t.TempDir(), Postgres: standby, ReadOnly: true})
	if got := entries(t, look); len(got) > 0 {
		t.Errorf("an empty database has %v", got)
	}
}

// Who looks on needs no right but to read.
func TestLookingOnWithASessionThatOnlyReads(t *testing.T) {
	r := postgresRig(t)
	l := r.open(t)
	k := lock(t, l)
	want := entry(december9)
	record(t, k, want)
	release(t, k)
	r.exec(t, "CREATE ROLE onlooker LOGIN; ALTER ROLE onlooker SET default_transaction_read_only = on; GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker")
	t.Cleanup(func() { r.exec(t, "DROP OWNED BY onlooker; DROP ROLE onlooker") })
	c := ledger.Config{Dir: t.TempDir(), ReadOnly: true, Postgres: with(t, r.source, func(u *url.URL) { u.User = url.User("onlooker") })}
	same(t, "entries", []ledger.Entry{want}, entries(t, open(t, c)))
}

// Two processes of one machine share the folder of snapshots, and the database
// alone does not keep them apart in it when they name different ones.
func TestOneFolderIsWorkedInByOneProcess(t *testing.T) {
	dir := t.TempDir()
	k := lock(t, open(t, ledger.Config{Dir: dir, Postgres: pgtest.Start(t)}))
	defer release(t, k)
	var held *ledger.HeldError
	_, err := open(t, ledger.Config{Dir: dir, Postgres: pgtest.Start(t)}).Lock(t.Context(), place.UIN, 0)
	if !errors.As(err, &held) || held.Holder != thisProcess() {
		t.Errorf("got %v, want a HeldError", err)
	}
}

// An account that is held and idle stays held: the signs of life keep the
// session up for much longer than the server's patience.
func TestAnIdleHolderKeepsItsAccount(t *testing.T) {
	c := postgresRig(t).node(t)
	c.Beat, c.Patience = 50*time.Millisecond, 1500*time.Millisecond
	l := open(t, c)
	k := lock(t, l)
	defer release(t, k)
	work, end := k.Context(t.Context())
	defer end()
	bound, stop := context.WithTimeout(work, 2*c.Patience)
	defer stop()
	<-bound.Done()
	if err := context.Cause(work); err != nil {
		t.Errorf("it was lost: %v", err)
	}
	if err := k.Prove(t.Context()); err != nil {
		t.Error(err)
	}
}

// A server that goes away costs the lock, and nothing else: the ledger works
// again when the server does.
func TestTheConnectionsOfTheLedgerComeBack(t *testing.T) {
	r := postgresRig(t)
	l := r.open(t)
	want := entry(december9)
	k := lock(t, l)
	record(t, k, want)
	release(t, k)
	r.exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	if err := l.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	same(t, "entries", []ledger.Entry{want}, entries(t, l))
	release(t, lock(t, l))
}
