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

// FileLock is the right to something in a state folder. It ends when it is
// released and, whatever happens, when the process ends.
type FileLock struct {
	file *os.File
	path string
}

// retryEvery is how often a taken lock is tried again.
const retryEvery = 200 * time.Millisecond

// LockAccount takes the lock of an account in the state folder dir, which is
// made when it is missing. It waits up to wait for another process, or another
// part of this one, to release it; after that the error is a [*HeldError].
// It is what [Ledger.Lock] begins with, for a caller without a ledger.
func LockAccount(ctx context.Context, dir, uin string, wait time.Duration) (*FileLock, error) {
	lock, err := lockFile(ctx, filepath.Join(dir, "locks", uin+".lock"), wait)
	var taken takenError
	switch {
	case errors.As(err, &taken):
		return nil, &HeldError{UIN: uin, Holder: taken.holder}
	case err != nil && ctx.Err() == nil:
		return nil, fmt.Errorf("lock account %s: %w", uin, unusable(dir, err))
	}
	return lock, err
}

// takenError says that somebody else has the file.
type takenError struct{ holder string }

func (e takenError) Error() string { return "taken by " + e.holder }

// lockFile takes the file at path, which is made with its folder when it is
// missing, and writes into it who has it.
func lockFile(ctx context.Context, path string, wait time.Duration) (*FileLock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, err
	}
	giveUp := time.NewTimer(wait) //nolint:forbidigo // another process is waited for, in real time
	defer giveUp.Stop()
	for {
		lock, holder, err := tryFile(path)
		if lock != nil || err != nil {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-giveUp.C:
			return nil, takenError{holder}
		case <-time.After(retryEvery): //nolint:forbidigo // a file lock can only be asked again
		}
	}
}

// tryFile tries once; without a lock and an error, holder has it.
func tryFile(path string) (lock *FileLock, holder string, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, "", err
	}
	lock = &FileLock{file, path}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, holderOf(file), file.Close()
	}
	if err == nil && lock.prove() != nil { // it was deleted since it was opened: the next try makes it anew
		return nil, "", file.Close()
	}
	if err == nil {
		err = lock.sign()
	}
	if err != nil {
		return nil, "", errors.Join(err, file.Close())
	}
	return lock, "", nil
}

// sign writes who holds the lock, for whoever waits for it.
func (l *FileLock) sign() error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(fmt.Appendf(nil, "process %d\n", os.Getpid()), 0)
	return err
}

func holderOf(file *os.File) string {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 100))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// prove returns nil if the file that is locked is still the one at its path: a
// file that was deleted keeps nobody out.
func (l *FileLock) prove() error {
	held, err := l.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(l.path)
	if err != nil {
		return err
	}
	if !os.SameFile(held, there) {
		return fmt.Errorf("%s was replaced", l.path)
	}
	return nil
}

// Release gives the lock back.
func (l *FileLock) Release() error { return l.file.Close() }
