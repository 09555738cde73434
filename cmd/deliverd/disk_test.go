package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFullDisk gives the state folder less space than a bill needs: a file
// system of its own where we may mount one, and in any case a limit on files.
func TestAFullDisk(t *testing.T) {
	for _, test := range []struct {
		name    string
		arrange func(s *site) (env []string, free func())
		says    []string
	}{
		{"no space for the ledger", smallFileSystem("64k"), []string{"{dir}/state/ledger.db: database or disk is full", "try: make room on the disk"}},
		{"no space for the snapshot", smallFileSystem("140k"), []string{"{dir}/state/snapshots/", "no space left on device"}},
		{"ledger too large", limited("20000"), []string{"{dir}/state/ledger.db: "}},
		{"snapshot too large", limited("90000"), []string{"{dir}/state/snapshots/", "file too large"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			s.write("bills/detail.csv", longBill(t, 0))
			env, free := test.arrange(s)
			if env == nil && free == nil {
				t.Log("no file system can be mounted here; the limit on files stands in for it")
				return
			}
			args := []string{"deliver", "--config", s.config, "--monthly", "2025-11"}
			cmd := s.program(t.Context(), env, args...)
			out, _ := cmd.CombinedOutput()
			text := s.plain(string(out))
			if code := cmd.ProcessState.ExitCode(); code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			for _, says := range test.says {
				if !strings.Contains(text, says) {
					t.Errorf("got %s\nwant %q in it", text, says)
				}
			}
			if s.objects() != 0 {
				t.Error("an object is in the bucket")
			}
			free()
			if out, err := s.program(t.Context(), nil, args...).CombinedOutput(); err != nil {
				t.Fatalf("with space: %v\n%s", err, out)
			}
			if s.objects() != 1 {
				t.Errorf("%d objects, want 1", s.objects())
			}
			s.checkClean(s.contents())
		})
	}
}

// limited lets no file grow beyond so many bytes.
func limited(bytes string) func(*site) ([]string, func()) {
	return func(*site) ([]string, func()) { return []string{fileLimit + "=" + bytes}, func() {} }
}

// smallFileSystem mounts a file system of a size at the state folder; free
// makes it large.
func smallFileSystem(size string) func(*site) ([]string, func()) {
	return func(s *site) (env []string, free func()) {
		state := filepath.Join(s.dir, "state")
		if err := os.MkdirAll(state, 0o700); err != nil {
			s.t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", state, "tmpfs", 0, "size="+size); err != nil {
			return nil, nil
		}
		s.t.Cleanup(func() {
			if err := syscall.Unmount(state, syscall.MNT_DETACH); err != nil {
				s.t.Error(fmt.Errorf("unmount: %w", err))
			}
		})
		return nil, func() {
			if err := syscall.Mount("tmpfs", state, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}
