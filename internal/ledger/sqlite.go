package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqliteFile is a ledger in one file of the state folder. Other nodes do not
// exist: the lock of an account is the file lock alone.
type sqliteFile struct {
	path   string
	opened fs.FileInfo // the file that was opened
	writer *sql.DB     // one connection, so that who waits, waits in order and not by asking again

	changing sync.Mutex
	read     *sql.DB
	still    bool      // read was opened when nobody had the file open
	pools    []*sql.DB // to close
}

const (
	readers      = 4
	migrateWait  = time.Minute // for another process that makes the tables
	hasSQLite    = "SELECT count(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1"
	busyTimeout  = "busy_timeout(10000)"
	ledgerFile   = "ledger.db"
	lockOfTables = "ledger.lock" // beside the locks of accounts: a uin is digits
)

func openSQLite(ctx context.Context, c Config) (*Ledger, error) {
	path, err := filepath.Abs(filepath.Join(c.Dir, ledgerFile))
	if err != nil {
		return nil, unusable(c.Dir, err)
	}
	file := &sqliteFile{path: path}
	l := &Ledger{config: c, name: path, where: file}
	if c.ReadOnly {
		_, err := os.Stat(path)
		l.empty = errors.Is(err, fs.ErrNotExist)
	} else {
		err = file.openToWrite(ctx)
	}
	if err == nil && !l.empty {
		_, err = file.reader()
	}
	if err == nil && !l.empty {
		file.opened, err = os.Stat(path)
	}
	if err != nil {
		return nil, errors.Join(unusable(path, err), file.close())
	}
	return l, nil
}

// reader opens the file so that nothing is written into it. SQLite makes two
// files beside one that is in use, and so wants to write the folder even to
// read; a file that is not in use, which is seen by there being no journal, is
// read as if it could not change. As soon as somebody opens it, it is opened
// anew.
func (f *sqliteFile) reader() (*sql.DB, error) {
	f.changing.Lock()
	defer f.changing.Unlock()
	_, err := os.Stat(f.path + "-wal")
	still := f.writer == nil && errors.Is(err, fs.ErrNotExist)
	if f.read != nil && f.still == still {
		return f.read, nil
	}
	option := "mode=ro"
	if still {
		option += "&immutable=1"
	}
	db, err := f.connect(readers, option, busyTimeout)
	if err != nil {
		return nil, err
	}
	f.read, f.still = db, still
	f.pools = append(f.pools, db) // somebody may read from the one before
	return db, nil
}

// openToWrite makes the file where it is missing. Changing the journal's mode
// heeds no busy_timeout, so that one process at a time does it.
//
// synchronous is FULL: what a power cut takes away of tries and proofs is found
// again in the bucket, but an activation that is forgotten moves the day from
// which on files are owed. A write is one fsync, and there is one per try.
func (f *sqliteFile) openToWrite(ctx context.Context) error {
	lock, err := lockFile(ctx, filepath.Join(filepath.Dir(f.path), "locks", lockOfTables), migrateWait)
	if err != nil {
		return err
	}
	f.writer, err = f.connect(1, "_txlock=immediate", busyTimeout, "journal_mode(WAL)", "synchronous(FULL)")
	if err == nil {
		err = f.writer.PingContext(ctx)
	}
	return errors.Join(err, lock.Release())
}

// connect opens a pool; it connects when it is first used.
func (f *sqliteFile) connect(connections int, option string, pragmas ...string) (*sql.DB, error) {
	source := url.URL{Scheme: "file", Path: f.path, RawQuery: option}
	for _, pragma := range pragmas {
		source.RawQuery += "&_pragma=" + url.QueryEscape(pragma)
	}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

func (f *sqliteFile) ping(ctx context.Context) error {
	if f.opened == nil { // there was none
		return nil
	}
	if err := f.there(); err != nil {
		return err
	}
	db, err := f.reader()
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

// there returns nil if the file is still the one that was opened: SQLite goes
// on writing one that was deleted.
func (f *sqliteFile) there() error {
	now, err := os.Stat(f.path)
	if err == nil && !os.SameFile(now, f.opened) {
		err = errors.New("another file was put in its place")
	}
	if err != nil {
		return &UnusableError{Ledger: f.path, Err: err, fix: fixAway}
	}
	return nil
}

func (f *sqliteFile) beginMigration(ctx context.Context) (*sql.Tx, error) {
	return f.writer.BeginTx(ctx, nil) // immediate
}

// dialect: one node has one clock, and its own time is stored.
func (f *sqliteFile) dialect() dialect {
	return dialect{hasTable: hasSQLite, clock: "0", here: func() time.Time { return time.Unix(0, 0) }}
}

func (f *sqliteFile) close() error {
	var errs []error
	for _, db := range f.pools {
		errs = append(errs, db.Close())
	}
	if f.writer != nil { // the last to close puts the journal into the file
		errs = append(errs, f.writer.Close())
	}
	return errors.Join(errs...)
}

// hold takes nothing: the file lock that Ledger.Lock took is all there is.
func (f *sqliteFile) hold(context.Context, string, time.Duration, func(error)) (holding, error) {
	return f, nil
}

func (f *sqliteFile) prove(context.Context) error   { return nil }
func (f *sqliteFile) release(context.Context) error { return nil }

func (f *sqliteFile) write(ctx context.Context, do func(*sql.Tx) error) error {
	if err := f.there(); err != nil {
		return err
	}
	return within(ctx, f.writer, do)
}

// beginner is a database, or a connection.
type beginner interface {
	BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error)
}

// within does something in a transaction that is committed if it succeeds.
func within(ctx context.Context, db beginner, do func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if undo := tx.Rollback(); !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
		return err
	}
	return tx.Commit()
}
