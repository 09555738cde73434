// Package ledger remembers who works on which account. Today it holds the lock
// of each account in one state folder; what was switched on, delivered and
// tried belongs here as well.
//
// It does not know how a file is made.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Lock is the right to work on one account in one state folder. It ends when
// it is released and, whatever happens, when the process ends.
type Lock struct{ file *os.File }

// HeldError says that another process works on the account.
type HeldError struct {
	UIN    string
	Holder string // "process 4711", or blank when it does not say
}

func (e *HeldError) Error() string {
	if e.Holder == "" {
		return "account " + e.UIN + " is being worked on by another process"
	}
	return "account " + e.UIN + " is being worked on by " + e.Holder
}

// Remedy is what a person can do about the error.
func (e *HeldError) Remedy() string { return "wait until it has finished, or stop it" }

// retryEvery is how often a taken lock is tried again.
const retryEvery = 200 * time.Millisecond

// LockAccount takes the lock of an account in the state folder dir, which is
// made when it is missing. It waits up to wait for another process to release
// it; after that the error is a [*HeldError].
func LockAccount(ctx context.Context, dir, uin string, wait time.Duration) (*Lock, error) {
	dir = filepath.Join(dir, "locks")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("lock account %s: %w", uin, err)
	}
	file, err := os.OpenFile(filepath.Join(dir, uin+".lock"), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, fmt.Errorf("lock account %s: %w", uin, err)
	}
	if err := flock(ctx, file, uin, wait); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	lock := &Lock{file}
	if err := lock.sign(); err != nil {
		return nil, errors.Join(fmt.Errorf("lock account %s: %w", uin, err), lock.Release())
	}
	return lock, nil
}

func flock(ctx context.Context, file *os.File, uin string, wait time.Duration) error {
	giveUp := time.NewTimer(wait) //nolint:forbidigo // another process is waited for, in real time
	defer giveUp.Stop()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("lock account %s: %w", uin, err)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-giveUp.C:
			return &HeldError{UIN: uin, Holder: holder(file)}
		case <-time.After(retryEvery): //nolint:forbidigo // a file lock can only be asked again
		}
	}
}

// sign writes who holds the lock, for whoever waits for it.
func (l *Lock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendf(nil, "process %d\n", os.Getpid()), 0)
	return err
}

func holder(file *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 100))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.file.Close() }
