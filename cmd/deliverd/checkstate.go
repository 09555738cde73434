package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// leastFree is where the state folder is warned of: snapshots of a bill are
// made beside the ones before them.
const leastFree = 1 << 30

// checkState makes something in the state folder and removes it. A folder that
// is not there is not made, or it would belong to whoever runs check: the one
// above it is tried.
func (a *app) checkState(dir string) itemJSON {
	const name = "state"
	there, err := nearest(dir)
	if err == nil {
		err = tryWriting(there)
	}
	if err != nil {
		return failedItem(name, stateError{fmt.Errorf("state folder %s: %w", dir, err)})
	}
	what := dir + " can be written"
	if there != dir {
		what = dir + " is not there and can be made"
	}
	free, err := a.freeSpace(there)
	switch {
	case err != nil:
		return failedItem(name, fmt.Errorf("free space of %s: %w", there, err))
	case free < leastFree:
		return warningItem(name, "free some: every month of every account has two snapshots there", "%s; only %d MiB are free", what, free>>20)
	default:
		return okItem(name, "%s; %d GiB are free", what, free>>30)
	}
}

// stateError is a state folder that deliverd cannot work in.
type stateError struct{ error }

func (e stateError) Unwrap() error { return e.error }

func (e stateError) Remedy() string {
	return "name a folder that belongs to the user who runs deliverd"
}

// nearest is dir, or the folder above it that is there.
func nearest(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		switch above := filepath.Dir(dir); {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s is no folder", dir)
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) || above == dir:
			return "", err
		default:
			dir = above
		}
	}
}

func tryWriting(dir string) error {
	made, err := os.MkdirTemp(dir, ".deliverd-check-")
	if err != nil {
		return err
	}
	err = os.WriteFile(filepath.Join(made, "byte"), []byte{0}, 0o600)
	return errors.Join(err, os.RemoveAll(made))
}

// freeSpace is what an unprivileged user may still write there, in bytes.
func freeSpace(dir string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil
}
