package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrPooler says that what is between this node and PostgreSQL breaks locks: it
// gives the statements of one connection to several sessions, and a lock
// belongs to a session.
var ErrPooler = errors.New("a connection pooler that changes sessions is in between: no lock would hold")

const fixPooler = "connect to PostgreSQL itself, or let the pooler keep sessions (pgbouncer: pool_mode = session)"

// poolerTrials is how often the pooler is tried: with others about, it may hand
// out the right session by chance.
const poolerTrials = 3

// refusePooler returns an error that matches ErrPooler if a lock taken on one
// connection does not stay with it. The connections are those of the pool: what
// those of locks set for their session would, behind such a pooler, be set for
// everybody.
func (p *postgres) refusePooler(ctx context.Context) error {
	bound, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	a, err := p.pool.Conn(bound)
	if err != nil {
		return err
	}
	b, err := p.pool.Conn(bound)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	for i := 0; i < poolerTrials && err == nil; i++ {
		err = keepsSession(bound, a, b)
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, ErrPooler):
		err = &UnusableError{Ledger: p.name, Err: ErrPooler, fix: fixPooler} // the rest is what it makes of its own tricks
	}
	if err != nil { // the connections are of no use, and may be closed already
		a.Close() //nolint:errcheck // as said
		b.Close() //nolint:errcheck // as said
		return err
	}
	return errors.Join(a.Close(), b.Close())
}

// keepsSession takes a lock on a; b, in a transaction, must not get it, and a
// must go on in its session though b holds one. The key is a random one, so
// that what a pooler leaves behind is in nobody's way.
func keepsSession(ctx context.Context, a, b *sql.Conn) error {
	key := rand.Int64()
	took, before, err := takes(ctx, a, key)
	if err != nil {
		return err
	}
	if !took {
		return fmt.Errorf("a lock that nobody has is not granted: %w", ErrPooler)
	}
	tx, err := b.BeginTx(ctx, nil)
	if err != nil {
		return refused(err)
	}
	again, _, err := takes(ctx, tx, key)
	if err != nil {
		return errors.Join(refused(err), tx.Rollback())
	}
	var after int
	err = a.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&after)
	switch {
	case err != nil: // it waits for the session that b has, or was ended
		err = fmt.Errorf("%w: %w", ErrPooler, err)
	case again || after != before:
		err = ErrPooler
	}
	return errors.Join(err, free(ctx, a, key), free(ctx, tx, key), tx.Rollback())
}

// free gives the lock back where it is held; elsewhere it is a warning that
// nobody reads.
func free(ctx context.Context, db querier, key int64) error {
	var was bool
	return db.QueryRowContext(ctx, "SELECT pg_advisory_unlock($1)", key).Scan(&was)
}

func takes(ctx context.Context, db querier, key int64) (took bool, pid int, err error) {
	err = db.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1), pg_backend_pid()", key).Scan(&took, &pid)
	return took, pid, err
}

// refused is the error of a transaction that a pooler of single statements does
// not let begin.
func refused(err error) error {
	var protocol *pgconn.PgError
	if errors.As(err, &protocol) && protocol.Code == "08P01" {
		return fmt.Errorf("%w: %w", ErrPooler, err)
	}
	return err
}
