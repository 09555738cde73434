package ledger

import (
	"fmt"
	"os"
	"path/filepath"
)

// Owner is the right of one daemon to a state folder. It ends when it is
// released and, whatever happens, when the process ends.
type Owner struct{ lock *FileLock }

// OwnedError says that another daemon runs on the state folder.
type OwnedError struct {
	Dir    string
	Holder string // "process 4711", or blank when it does not say
}

func (e *OwnedError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another process"
	}
	return fmt.Sprintf("a daemon already runs on the state folder %s: %s", e.Dir, holder)
}

// Remedy is what a person can do about the error.
func (e *OwnedError) Remedy() string {
	return "stop the other daemon, or give this one a state folder of its own"
}

// Own takes the state folder dir, which is made when it is missing, for one
// daemon. It does not wait: where another has it, the error is an
// [*OwnedError].
func Own(dir string) (*Owner, error) {
	path := filepath.Join(dir, "daemon.lock")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("own state folder: %w", unusable(dir, err))
	}
	lock, holder, err := tryFile(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("own state folder: %w", unusable(dir, err))
	case lock == nil:
		return nil, &OwnedError{Dir: dir, Holder: holder}
	}
	return &Owner{lock}, nil
}

// Release gives the state folder back.
func (o *Owner) Release() error { return o.lock.Release() }
