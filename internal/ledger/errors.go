package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrLost is what every error about a lock that is not held any more matches:
// what was going to be written or made visible under it must not be.
var ErrLost = errors.New("the lock of the account is lost")

// ErrReadOnly is the answer to who wants to write through a ledger that was
// opened to look on.
var ErrReadOnly = errors.New("the ledger was opened for reading alone")

// LostError says which account's lock was lost and how. It matches [ErrLost].
type LostError struct {
	UIN string
	Err error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("the lock of account %s is lost: %v", e.UIN, e.Err)
}

// Unwrap makes it match ErrLost and what went wrong.
func (e *LostError) Unwrap() []error { return []error{ErrLost, e.Err} }

// Remedy is what a person can do about the error.
func (e *LostError) Remedy() string {
	return "nothing half done is visible: whoever takes the account next delivers what is missing"
}

// HeldError says that somebody else works on the account.
type HeldError struct {
	UIN    string
	Holder string // "process 4711", "node a", or blank when it does not say
}

func (e *HeldError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another process"
	}
	return "account " + e.UIN + " is being worked on by " + holder
}

// Remedy is what a person can do about the error.
func (e *HeldError) Remedy() string { return "wait until it has finished, or stop it" }

// VersionError says that the tables of the ledger are not those that this
// program knows.
type VersionError struct {
	Ledger       string // the file, or the database without its password
	Found, Known int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("ledger %s: its tables are of version %d, this program knows %d", e.Ledger, e.Found, e.Known)
}

// Remedy is what a person can do about the error.
func (e *VersionError) Remedy() string {
	if e.Found < e.Known {
		return "deliverd ledger migrate"
	}
	return "run the newer deliverd that wrote it, on every node; or go on without what it remembers: move the ledger away, or name an empty database"
}

// UnusableError says that the ledger cannot be opened, read or written, and
// why.
type UnusableError struct {
	Ledger string // the file, the state folder, or the database without its password
	Err    error
	fix    string
}

func (e *UnusableError) Error() string { return fmt.Sprintf("ledger %s: %v", e.Ledger, e.Err) }
func (e *UnusableError) Unwrap() error { return e.Err }

// Remedy is what a person can do about the error; blank where the error itself
// must do.
func (e *UnusableError) Remedy() string { return e.fix }

// unusable puts the name of the ledger and a remedy to an error of the system
// or of a database. What is about something else passes as it is.
func unusable(ledger string, err error) error {
	var known *UnusableError
	var version *VersionError
	switch {
	case err == nil, errors.As(err, &known), errors.As(err, &version), errors.Is(err, ErrLost), errors.Is(err, ErrReadOnly),
		errors.Is(err, context.Canceled):
		return err
	}
	return &UnusableError{Ledger: ledger, Err: err, fix: fixOf(err)}
}

// The remedies.
const (
	fixDamaged = "stop deliverd and move ledger.db, ledger.db-wal and ledger.db-shm out of the state folder: what is in the bucket is found again, " +
		"and since: of a cadence says from when on it is owed"
	fixFull   = "make room on the disk"
	fixRights = "give the user that runs deliverd the right to write the state folder"
	fixBusy   = "another program has the ledger open for writing: end it, or try again"
	fixAway   = "start deliverd again: it begins with the ledger that is there then"
	fixDisk   = "look at the disk: the system log says what is wrong with it"

	fixReach    = "see that PostgreSQL runs, that ledger: names its host and port, and that this machine may connect"
	fixLogin    = "check user, password and database in ledger:, and what pg_hba.conf allows"
	fixGrant    = "let the user of ledger: create and write tables there: GRANT CREATE, USAGE ON SCHEMA public"
	fixFullPG   = "make room on the disk of PostgreSQL"
	fixCrowd    = "raise max_connections of PostgreSQL, or work on fewer accounts at once: each takes a connection of its own while it is worked on"
	fixReadOnly = "name the primary in ledger:; a standby cannot be written and shares no locks"
)

func fixOf(err error) string {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &lite):
		return fixOfSQLite(lite.Code() & 0xff)
	case errors.As(err, &pg):
		return fixOfPostgres(pg.Code)
	case errors.As(err, &connect), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, context.DeadlineExceeded):
		return fixReach
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fixFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fixRights
	}
	return ""
}

func fixOfSQLite(code int) string {
	switch code {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fixDamaged
	case sqlite3.SQLITE_FULL:
		return fixFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fixRights
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fixBusy
	case sqlite3.SQLITE_IOERR:
		return fixDisk
	}
	return ""
}

// fixOfPostgres goes by the codes of PostgreSQL's appendix "Error Codes".
func fixOfPostgres(code string) string {
	switch code {
	case "28000", "28P01", "3D000": // the login is refused, there is no such database
		return fixLogin
	case "42501", "3F000": // no privilege, no schema
		return fixGrant
	case "53100":
		return fixFullPG
	case "53300":
		return fixCrowd
	case "25006": // a transaction that only reads
		return fixReadOnly
	case "57P01", "57P02", "57P03": // it is stopping, or starting
		return fixReach
	}
	return ""
}
