package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"
)

// Config says where a ledger is.
type Config struct {
	Dir      string           // the state folder: the SQLite file ledger.db, and the locks of its accounts
	Postgres string           // connection URL; "": SQLite in Dir
	Node     string           // who holds a lock, for people; "": host name and process id
	ReadOnly bool             // to look on beside a running daemon: nothing is made or migrated; a ledger that is not there is empty
	Now      func() time.Time // the clock of the node, in which Try.Next is meant; never used to compare nodes
	Log      *zap.Logger

	// How PostgreSQL notices that a node that holds accounts is gone: the node
	// gives a sign of life every Beat, and the server ends the session after
	// Patience without one. The node waits no longer for an answer either.
	// Zero: 2 s and 8 s.
	Beat, Patience time.Duration
}

func (c Config) withDefaults() Config {
	if c.Node == "" {
		host, err := os.Hostname()
		if err != nil {
			host = "unnamed"
		}
		c.Node = fmt.Sprintf("%s, process %d", host, os.Getpid())
	}
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	if c.Now == nil {
		c.Now = time.Now //nolint:forbidigo // what a caller without a clock of its own means
	}
	if c.Beat == 0 {
		c.Beat = 2 * time.Second
	}
	if c.Patience == 0 {
		c.Patience = 4 * c.Beat
	}
	return c
}

// Ledger is an open ledger. Its methods may be called from anywhere at once.
type Ledger struct {
	config Config
	name   string // for people: the file, or the database without its password
	empty  bool   // there is nothing to read: opened to look on, and nobody has made it yet
	where  store
}

// store is where a ledger lies: an SQLite file or PostgreSQL.
type store interface {
	// hold takes what keeps other nodes off an account, waiting up to wait, and
	// calls lose, at most once, when it finds that to be lost. Its error is a
	// *HeldError where another node has it.
	hold(ctx context.Context, uin string, wait time.Duration, lose func(error)) (holding, error)
	// reader is what to read from now.
	reader() (*sql.DB, error)
	// ping returns nil if the ledger can be reached and is the one that was opened.
	ping(ctx context.Context) error
	// beginMigration begins a transaction in which nobody else migrates.
	beginMigration(ctx context.Context) (*sql.Tx, error)
	dialect() dialect
	close() error
}

// dialect is where the SQL of the two differs.
type dialect struct {
	hasTable string // a query: is the table $1 there?
	clock    string // an expression: the store's own clock, in nanoseconds
	// here is what this node's clock shows at the moment when clock shows what
	// it shows. They are never compared, only distances to each are.
	here func() time.Time
}

// holding is one account taken from other nodes.
type holding interface {
	// prove returns nil only if it is held now.
	prove(ctx context.Context) error
	// write does something in one transaction, which is committed only if the
	// account was held within it.
	write(ctx context.Context, do func(*sql.Tx) error) error
	release(ctx context.Context) error
}

// Open opens the ledger, makes it where there is none and brings its tables up
// to date: safe when several nodes begin on an empty database at once. With
// c.ReadOnly it does neither. The error is a *VersionError for a ledger of a
// newer version, an *UnusableError where something is in the way.
func Open(ctx context.Context, c Config) (*Ledger, error) {
	c = c.withDefaults()
	l, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	from, to, err := l.ready(ctx)
	if err != nil {
		return nil, errors.Join(unusable(l.name, err), l.Close())
	}
	if from != to {
		c.Log.Info("ledger migrated", zap.String("ledger", l.name), zap.Int("from", from), zap.Int("to", to))
	}
	return l, nil
}

// Migrate brings the tables of the ledger up to date, as [Open] does, and says
// which version they had and have.
func Migrate(ctx context.Context, c Config) (from, to int, err error) {
	if c.ReadOnly {
		return 0, 0, ErrReadOnly
	}
	l, err := open(ctx, c.withDefaults())
	if err != nil {
		return 0, 0, err
	}
	from, to, err = l.ready(ctx)
	return from, to, errors.Join(unusable(l.name, err), l.Close())
}

func open(ctx context.Context, c Config) (*Ledger, error) {
	if c.Postgres != "" {
		return openPostgres(ctx, c)
	}
	return openSQLite(ctx, c)
}

// ready brings the tables up to date, or sees that they are.
func (l *Ledger) ready(ctx context.Context) (from, to int, err error) {
	if !l.config.ReadOnly {
		return l.migrate(ctx)
	}
	names, err := steps()
	if err != nil || l.empty {
		return 0, 0, err
	}
	db, err := l.where.reader()
	if err != nil {
		return 0, 0, err
	}
	found, err := l.version(ctx, db)
	l.empty = found == 0 // somebody is making it just now
	if err == nil && found != 0 && found != len(names) {
		err = &VersionError{Ledger: l.name, Found: found, Known: len(names)}
	}
	return found, found, err
}

// Close ends all connections. Locks are released by their holders.
func (l *Ledger) Close() error { return l.where.close() }

// Ping returns nil if the ledger can be used now.
func (l *Ledger) Ping(ctx context.Context) error { return unusable(l.name, l.where.ping(ctx)) }
