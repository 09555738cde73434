package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Lock is the right to work on one account, and the way to write about it: who
// writes holds the account. It ends when it is released and, whatever happens,
// when the process ends. Its methods may be called from anywhere at once.
type Lock struct {
	ledger *Ledger
	uin    string
	file   *FileLock // keeps other processes of this state folder off
	hold   holding   // keeps other nodes off
	life   context.Context
	end    context.CancelCauseFunc
}

// errReleased is how a lock was lost that was given back.
var errReleased = errors.New("it was released")

// Lock takes the right to work on one account. It waits up to wait (0: one try)
// for whoever has it; after that the error is a [*HeldError].
func (l *Ledger) Lock(ctx context.Context, uin string, wait time.Duration) (*Lock, error) {
	if l.config.ReadOnly {
		return nil, fmt.Errorf("lock account %s: %w", uin, ErrReadOnly)
	}
	begun := time.Now() //nolint:forbidigo // others are waited for in real time
	file, err := LockAccount(ctx, l.config.Dir, uin, wait)
	if err != nil {
		return nil, err
	}
	k := &Lock{ledger: l, uin: uin, file: file}
	k.life, k.end = context.WithCancelCause(context.WithoutCancel(ctx))
	left := max(0, wait-time.Since(begun)) //nolint:forbidigo // as above
	if k.hold, err = l.where.hold(ctx, uin, left, k.lose); err != nil {
		k.end(err)
		var held *HeldError
		if !errors.As(err, &held) && ctx.Err() == nil {
			err = fmt.Errorf("lock account %s: %w", uin, unusable(l.name, err))
		}
		return nil, errors.Join(err, file.Release())
	}
	return k, nil
}

// lose ends everything that goes on under the lock.
func (k *Lock) lose(err error) { k.end(&LostError{UIN: k.uin, Err: err}) }

// Context is ctx, but that it ends as well when the lock is known to be lost,
// with a cause that matches [ErrLost].
func (k *Lock) Context(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, end := context.WithCancelCause(ctx)
	stop := context.AfterFunc(k.life, func() { end(context.Cause(k.life)) })
	return ctx, func() {
		stop()
		end(nil)
	}
}

// Prove returns nil only if the lock is held now; with PostgreSQL the server
// itself is asked, on the connection that holds it. What is proved to be lost
// matches [ErrLost] and is lost for good. Whoever makes something visible
// proves the lock right before.
func (k *Lock) Prove(ctx context.Context) error {
	if err := k.alive(ctx); err != nil {
		return err
	}
	return k.judge(ctx, k.hold.prove(ctx))
}

// alive returns an error if ctx has ended or the lock is lost, as far as this
// process knows by itself.
func (k *Lock) alive(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if k.life.Err() == nil {
		if err := k.file.prove(); err != nil {
			k.lose(err)
		}
	}
	return context.Cause(k.life)
}

// judge says what came of working under the lock: if the lock was lost, that is
// the error.
func (k *Lock) judge(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case k.life.Err() != nil:
		return context.Cause(k.life)
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return unusable(k.ledger.name, err)
}

// write does something in one transaction under the lock.
func (k *Lock) write(ctx context.Context, p Place, do func(*sql.Tx) error) error {
	if p.UIN != k.uin {
		return fmt.Errorf("account %s is locked, not %s", k.uin, p.UIN)
	}
	if err := k.alive(ctx); err != nil {
		return err
	}
	return k.judge(ctx, k.hold.write(ctx, do))
}

// Release gives the account back. There is nothing to give back of a lock that
// was lost, and that is no error.
func (k *Lock) Release() error {
	lost := k.life.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(k.life), k.ledger.config.Patience)
	defer cancel()
	k.lose(errReleased)
	err := k.hold.release(ctx)
	if lost {
		err = nil
	}
	return errors.Join(err, k.file.Release())
}
