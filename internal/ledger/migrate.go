package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// migrations are the steps from one version of the tables to the next: file
// 0003_….sql makes version 3 of version 2. A step that was ever released is
// never changed again.
//
//go:embed migrations/*.sql
var migrations embed.FS

// steps returns the migrations in order.
func steps() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if !strings.HasPrefix(name, fmt.Sprintf("migrations/%04d_", i+1)) {
			return nil, fmt.Errorf("migration %d is missing: found %s", i+1, name)
		}
	}
	return names, nil
}

// migrate brings the tables up to date, one transaction a step.
func (l *Ledger) migrate(ctx context.Context) (from, to int, err error) {
	names, err := steps()
	if err != nil {
		return 0, 0, err
	}
	for first := true; ; first = false {
		at, err := l.step(ctx, names)
		if first {
			from = at
		}
		if err != nil || at >= len(names) {
			return from, at, err
		}
	}
}

// step makes the next migration, if there is one to make, and returns the
// version it found.
func (l *Ledger) step(ctx context.Context, names []string) (found int, err error) {
	tx, err := l.where.beginMigration(ctx)
	if err != nil {
		return 0, err
	}
	defer func() {
		if undo := tx.Rollback(); !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, undo)
		}
	}()
	found, err = l.version(ctx, tx)
	switch {
	case err != nil || found == len(names):
		return found, err
	case found > len(names):
		return found, &VersionError{Ledger: l.name, Found: found, Known: len(names)}
	}
	step, err := migrations.ReadFile(names[found])
	if err != nil {
		return found, err
	}
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS ledger_version (version BIGINT NOT NULL)",
		string(step),
		"DELETE FROM ledger_version",
		fmt.Sprintf("INSERT INTO ledger_version (version) VALUES (%d)", found+1),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return found, fmt.Errorf("migrate to version %d: %w", found+1, err)
		}
	}
	return found, tx.Commit()
}

// version is the version of the tables; 0 where there are none.
func (l *Ledger) version(ctx context.Context, db querier) (version int, err error) {
	var made bool
	if err := db.QueryRowContext(ctx, l.where.dialect().hasTable, "ledger_version").Scan(&made); err != nil || !made {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM ledger_version").Scan(&version)
	return version, err
}

// querier is a database, or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
