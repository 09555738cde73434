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

// A pooler is tried poolerTrials times, with all connections of the pool at
// once: with others about, or with sessions handed out in turn, it may give the
// right one by chance.
const poolerTrials = 3

// refusePooler returns an error that matches ErrPooler if a lock taken on one
// connection does not stay with it. The connections are those of the pool: what
// those of locks set for their session would, behind such a pooler, be set for
// everybody.
func (p *postgres) refusePooler(ctx context.Context) error {
	bound, cancel := context.WithTimeout(ctx, p.config.Patience)
	defer cancel()
	var conns []*sql.Conn
	var err error
	for len(conns) < poolSize && err == nil {
		var conn *sql.Conn
		if conn, err = p.pool.Conn(bound); err == nil {
			conns = append(conns, conn)
		}
	}
	for i := 0; i < poolerTrials && err == nil; i++ {
		err = keepsSession(bound, conns[0], conns[1:])
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, ErrPooler):
		err = &UnusableError{Ledger: p.name, Err: ErrPooler, fix: fixPooler} // the rest is what it makes of its own tricks
	}
	for _, conn := range conns {
		if end := conn.Close(); err == nil { // after an error it may be closed already
			err = end
		}
	}
	return err
}

// keepsSession takes a lock on a and asks it some things: all must be answered
// by one session, also when each of the others holds one for a transaction, and
// none of the others may get the lock. Its key is a random one, so that what a
// pooler leaves behind is in nobody's way.
func keepsSession(ctx context.Context, a *sql.Conn, others []*sql.Conn) (err error) {
	key := rand.Int64()
	took, session, err := takes(ctx, a, key)
	if err != nil {
		return err
	}
	if !took {
		return fmt.Errorf("a lock that nobody has is not granted: %w", ErrPooler)
	}
	defer func() { err = errors.Join(err, free(ctx, a, key)) }()
	for range others {
		if err := stays(ctx, a, session); err != nil {
			return err
		}
	}
	for _, b := range others {
		tx, err := b.BeginTx(ctx, nil)
		if err != nil {
			return refused(err)
		}
		defer tx.Rollback() //nolint:errcheck // nothing was written
		again, _, err := takes(ctx, tx, key)
		if err != nil {
			return refused(err)
		}
		if again {
			return errors.Join(ErrPooler, free(ctx, tx, key))
		}
	}
	return stays(ctx, a, session)
}

// stays returns nil if the connection is answered by the session.
func stays(ctx context.Context, a *sql.Conn, session int) error {
	var now int
	err := a.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&now)
	if err == nil && now != session {
		err = ErrPooler
	}
	return err
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
