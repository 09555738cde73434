package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// session is a connection of its own that holds the advisory lock of one
// account. All that is written about the account goes through it, and a sign of
// life every Config.Beat.
type session struct {
	patience time.Duration
	key      int64
	pid      int64 // of the server's process that holds the lock
	lose     func(error)

	turn sync.Mutex // the connection does one thing at a time
	conn *sql.Conn

	stop chan struct{} // closed: no more signs of life
	done chan struct{} // closed: the last one is over
}

// keyOf is the key of an advisory lock. Two accounts with the same one, which
// is one chance in 2^64, would wait for each other and nothing worse.
func keyOf(what string) int64 {
	sum := sha256.Sum256([]byte("deliverd\x00" + what))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// theLock selects from pg_locks, as l, the advisory lock with the key $1. The
// server shows its halves apart (PostgreSQL's documentation, "pg_locks").
const theLock = ` pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
	AND l.classid::bigint = (CAST($1 AS BIGINT) >> 32) & 4294967295 AND l.objid::bigint = CAST($1 AS BIGINT) & 4294967295
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// hold takes the advisory lock of an account. A lock that is taken is asked for
// through the pool: only who may get it connects.
func (p *postgres) hold(ctx context.Context, uin string, wait time.Duration, lose func(error)) (holding, error) {
	giveUp := time.NewTimer(wait) //nolint:forbidigo // another node is waited for, in real time
	defer giveUp.Stop()
	key := keyOf(uin)
	for {
		s, holder, err := p.attempt(ctx, key, lose)
		if err != nil {
			return nil, err
		}
		if s != nil {
			return s, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-giveUp.C:
			return nil, &HeldError{UIN: uin, Holder: holder}
		case <-time.After(retryEvery): //nolint:forbidigo // whoever waits in the server cannot be told who has it
		}
	}
}

// attempt takes the lock if it is free, else it says who holds it.
func (p *postgres) attempt(ctx context.Context, key int64, lose func(error)) (s *session, holder string, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.config.Patience)
	defer cancel()
	taken, holder, err := p.holder(ctx, key)
	if err == nil && !taken {
		s, err = p.try(ctx, key, lose)
	}
	return s, holder, err
}

// holder says who holds the lock, by the name that the session goes by.
func (p *postgres) holder(ctx context.Context, key int64) (taken bool, name string, err error) {
	row := p.pool.QueryRowContext(ctx, `SELECT coalesce((SELECT application_name FROM pg_stat_activity a WHERE a.pid = l.pid), '') FROM`+theLock, key)
	err = row.Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return false, "", nil
	}
	if node, ours := strings.CutPrefix(name, applicationName); ours {
		name = "node " + node
	}
	return err == nil, name, err
}

// try connects and takes the lock if it is free; nil is that it is not.
func (p *postgres) try(ctx context.Context, key int64, lose func(error)) (*session, error) {
	conn, err := p.locks.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{patience: p.config.Patience, key: key, lose: lose, conn: conn, stop: make(chan struct{}), done: make(chan struct{})}
	var got bool
	err = conn.QueryRowContext(ctx, "SELECT pg_backend_pid(), pg_try_advisory_lock($1)", key).Scan(&s.pid, &got)
	if err != nil || !got {
		return nil, errors.Join(err, conn.Close())
	}
	go s.live(context.WithoutCancel(ctx), p.config.Beat)
	return s, nil
}

// live gives a sign of life every beat, and proves the lock with it. When it
// cannot, the lock is lost: the server ends the session as well, soon after.
func (s *session) live(ctx context.Context, beat time.Duration) {
	defer close(s.done)
	next := time.NewTicker(beat) //nolint:forbidigo // the server counts real time
	defer next.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-next.C:
			if err := s.prove(ctx); err != nil {
				s.lose(err)
				return
			}
		}
	}
}

// use does something on the connection, alone and within the server's patience.
// The end of ctx does not break it off, because that would end the session and
// so the lock. When the connection breaks the lock is lost.
func (s *session) use(ctx context.Context, do func(context.Context) error) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience)
	defer cancel()
	err := do(ctx)
	if err != nil && s.broken() {
		s.lose(err)
	}
	return err
}

func (s *session) broken() bool {
	closed := true
	err := s.conn.Raw(func(conn any) error {
		closed = conn.(*stdlib.Conn).Conn().IsClosed()
		return nil
	})
	return err != nil || closed
}

func (s *session) prove(ctx context.Context) error {
	return s.use(ctx, func(ctx context.Context) error { return s.held(ctx, s.conn) })
}

// held returns nil if the server says that this session holds the lock, and is
// the one that took it.
func (s *session) held(ctx context.Context, db querier) error {
	var pid int64
	var holds bool
	err := db.QueryRowContext(ctx, "SELECT pg_backend_pid(), EXISTS (SELECT FROM"+theLock+" AND l.pid = pg_backend_pid())", s.key).Scan(&pid, &holds)
	switch {
	case err != nil:
		return err
	case pid != s.pid:
		err = fmt.Errorf("the connection leads to another process of the server, %d in place of %d: %w", pid, s.pid, ErrPooler)
	case !holds:
		err = errors.New("the server does not know of it")
	default:
		return nil
	}
	s.lose(err)
	return err
}

// write proves the lock in the transaction itself: through a pooler that was
// not found out, the transaction is all that surely stays on one session.
func (s *session) write(ctx context.Context, do func(*sql.Tx) error) error {
	return s.use(ctx, func(ctx context.Context) error {
		return within(ctx, s.conn, func(tx *sql.Tx) error {
			if err := s.held(ctx, tx); err != nil {
				return err
			}
			return do(tx)
		})
	})
}

// release gives the lock back before the session ends, so that who asks next
// gets it.
func (s *session) release(ctx context.Context) error {
	close(s.stop)
	<-s.done
	err := s.use(ctx, func(ctx context.Context) error {
		_, err := s.conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", s.key)
		return err
	})
	return errors.Join(err, s.conn.Close())
}
