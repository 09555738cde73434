// Package pgtest gives tests a PostgreSQL of their own: a throw-away cluster
// from the machine's packages, one per test binary, with an empty database for
// each test; and a pgbouncer in front of one. What is missing is installed where
// that is allowed, and otherwise the test fails: no test is skipped.
//
// It knows nothing of the ledger.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// superuser is that of the cluster. Whoever reaches its port may log in: it
// listens on the loopback alone and holds what tests wrote.
const superuser = "deliverd"

// cluster is the one of this test binary: it takes two seconds to make, and
// Go gives no other place that all tests of a binary share without a TestMain
// in each package.
var cluster = sync.OnceValues(start)

// ports is how many ports are tried: somebody else may take a free one first.
const ports = 3

// databases counts the databases that were made.
var databases atomic.Int64

// server is a running cluster.
type server struct {
	port int
	life *life // kept, or the collector would end it
}

func (s server) url(database string) string {
	return fmt.Sprintf("postgres://%s:swordfish@127.0.0.1:%d/%s?sslmode=disable", superuser, s.port, database)
}

// Start returns the URL of a new and empty database, which is dropped when the
// test ends. The user in the URL is a superuser.
func Start(t testing.TB) string {
	t.Helper()
	s, err := cluster()
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	s.admin(t.Context(), t, "CREATE DATABASE "+name)
	t.Cleanup(func() { s.admin(context.WithoutCancel(t.Context()), t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return s.url(name)
}

func (s server) admin(ctx context.Context, t testing.TB, statement string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		t.Fatalf("connect to PostgreSQL: %v", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		t.Errorf("%s: %v", statement, err)
	}
}

// Standby returns the URL of a database on a server of its own that only
// follows another, as it would after the other became the primary. It ends with
// the test.
func Standby(t testing.TB) string {
	t.Helper()
	s, err := run(func(data string) error {
		return command(data, "touch", "standby.signal")
	})
	if err != nil {
		t.Fatalf("start a standby: %v", err)
	}
	t.Cleanup(s.life.stop)
	return s.url("postgres")
}

// start runs a cluster until this process ends.
func start() (server, error) { return run(func(string) error { return nil }) }

// run makes a cluster, changes its folder and runs it.
func run(change func(data string) error) (server, error) {
	programs, err := find("postgresql", "initdb", "pg_ctl")
	if err != nil {
		return server{}, err
	}
	initdb, control := programs[0], programs[1]
	dir, err := folder()
	if err != nil {
		return server{}, err
	}
	data, log := filepath.Join(dir, "data"), filepath.Join(dir, "log")
	life, err := supervise(dir, "", `"$2" stop -D "$1/data" -m immediate`, control)
	if err != nil {
		return server{}, err
	}
	if err := command(dir, initdb, "-D", data, "-U", superuser, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"); err != nil {
		return server{}, err
	}
	if err := change(data); err != nil {
		return server{}, err
	}
	for range ports {
		var port int
		if port, err = freePort(); err != nil {
			return server{}, err
		}
		// Nothing here outlives the test: what guards against a power cut only costs time.
		options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories='%s' -c max_connections=200 "+
			"-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c shared_buffers=32MB", port, dir)
		if err = command(dir, control, "start", "-w", "-D", data, "-l", log, "-o", options); err == nil {
			return server{port, life}, nil
		}
	}
	text, unread := os.ReadFile(log)
	return server{}, errors.Join(fmt.Errorf("%w\n%s", err, text), unread)
}

// Bouncer puts Debian's pgbouncer before the database of a URL and returns the
// URL that goes through it. mode is its pool_mode: session, transaction or
// statement; settings are more lines of its configuration. It ends with the
// test.
func Bouncer(t testing.TB, database, mode string, settings ...string) string {
	t.Helper()
	through, err := bouncer(t, database, mode, settings)
	if err != nil {
		t.Fatalf("start pgbouncer: %v", err)
	}
	return through
}

func bouncer(t testing.TB, database, mode string, settings []string) (string, error) {
	programs, err := find("pgbouncer", "pgbouncer")
	if err != nil {
		return "", err
	}
	behind, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	dir, err := folder()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=%s port=%s user=%s\n[pgbouncer]\npool_mode = %s\n"+
		"listen_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\nauth_type = any\n%s\n", behind.Hostname(), behind.Port(), superuser, mode, port, strings.Join(settings, "\n"))
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", err
	}
	life, err := supervise(dir, `"$2" "$3" & bouncer=$!`, `kill -KILL $bouncer`, programs[0], file)
	if err != nil {
		return "", err
	}
	t.Cleanup(life.stop)
	if err := life.await("process up"); err != nil {
		return "", err
	}
	behind.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	return behind.String(), nil
}

// freePort is a port that nobody listens on now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}
