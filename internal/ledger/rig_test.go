package ledger_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"

	"deliverd/internal/ledger"
	"deliverd/internal/ledger/pgtest"
	"deliverd/internal/period"
)

var (
	place = ledger.Place{UIN: "200020002001", Bucket: "https://focus-1250000000.cos.ap-singapore.myqcloud.com/a/"}
	// The periods of most deliveries here.
	december9   = daily(2025, time.December, 9)
	september30 = daily(2025, time.September, 30)

	noon = time.Date(2025, 12, 9, 4, 0, 0, 123456789, time.UTC)
)

func daily(year int, month time.Month, number int) period.Period {
	day, _ := period.NewDay(year, month, number)
	return period.DailyOf(day)
}

// samePeriod compares days without looking into them.
var samePeriod = cmp.Comparer(func(a, b period.Day) bool { return a == b })

// rig is one ledger and what a test does to it from outside.
type rig struct {
	// node is the configuration of one more node, or, where there is but one,
	// of one more process on its folder.
	node func(t *testing.T) ledger.Config
	// driver and source open the database itself.
	driver, source string
	// part takes an account's lock away from whoever holds it.
	part func(t *testing.T, r *rig, held ledger.Config, uin string)
}

func sqliteRig(t *testing.T) *rig {
	dir := t.TempDir()
	return &rig{
		node:   func(*testing.T) ledger.Config { return ledger.Config{Dir: dir} },
		driver: "sqlite", source: filepath.Join(dir, "ledger.db"),
		part: func(t *testing.T, _ *rig, held ledger.Config, uin string) { remove(t, lockFile(held, uin)) },
	}
}

func postgresRig(t *testing.T) *rig {
	url := pgtest.Start(t)
	return &rig{
		node: func(t *testing.T) ledger.Config {
			return ledger.Config{Dir: t.TempDir(), Postgres: url, Node: "n-" + filepath.Base(t.TempDir()), Beat: 100 * time.Millisecond, Patience: 5 * time.Second}
		},
		driver: "pgx", source: url,
		part: func(t *testing.T, r *rig, _ ledger.Config, _ string) {
			r.exec(t, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
		},
	}
}

func lockFile(c ledger.Config, uin string) string { return filepath.Join(c.Dir, "locks", uin+".lock") }

// open opens the ledger as one more node.
func (r *rig) open(t *testing.T) *ledger.Ledger { return open(t, r.node(t)) }

// exec does something to the database behind the ledger's back.
func (r *rig) exec(t *testing.T, statement string) {
	t.Helper()
	db, err := sql.Open(r.driver, r.source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t *testing.T, c ledger.Config) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func lock(t *testing.T, l *ledger.Ledger) *ledger.Lock {
	t.Helper()
	k, err := l.Lock(t.Context(), place.UIN, 0)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func release(t *testing.T, k *ledger.Lock) {
	t.Helper()
	if err := k.Release(); err != nil {
		t.Errorf("release: %v", err)
	}
}

func entries(t *testing.T, l *ledger.Ledger) []ledger.Entry {
	t.Helper()
	got, err := l.Entries(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func record(t *testing.T, k *ledger.Lock, e ledger.Entry) {
	t.Helper()
	if err := k.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, samePeriod); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// entry is one with something in every field but Try.Next.
func entry(p period.Period) ledger.Entry {
	return ledger.Entry{
		Place: place, Period: p, Key: p.Key(place.UIN), Due: noon,
		Try: ledger.Try{Result: "failed", At: noon.Add(time.Second), Attempts: 3, Why: "the bucket said no", Remedy: "ask again", Node: "a"},
		Proof: ledger.Proof{
			At: noon.Add(time.Minute), Size: 1 << 40, CRC64: 1<<64 - 1, Lines: 7, Rows: 8, Days: 9, Members: 2, Gross: "123456789012345678.00000001", Billed: "-0.1",
			Snapshot: "s1", Focus: "1.2", Profile: "strict", Reconcile: "not-reconciled",
		},
	}
}
