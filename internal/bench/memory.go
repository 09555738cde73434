package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// deliver runs `deliverd deliver` and returns its peak memory in bytes, and
// how long it took.
func (r *rig) deliver(ctx context.Context, lines int) (peak int64, m measure, err error) {
	state := r.path("state")
	if err := errors.Join(os.RemoveAll(state), r.newBucket(ctx)); err != nil {
		return 0, m, err
	}
	config := r.path("deliverd.yaml")
	text := fmt.Sprintf("state: %q\naccounts:\n  - uin: %q\n    group-admin: true\n    source: {files: %q}\n    bucket: {url: %q, secret-id: %s, secret-key-file: %q}\n",
		state, uin, filepath.Dir(r.billFile(lines)), r.server.url, secretID, r.server.keyFile)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return 0, m, err
	}
	cmd := exec.CommandContext(ctx, r.binary, "deliver", "--config", config, "--monthly", r.month.String())
	m, err = took(func() error {
		out, err := cmd.CombinedOutput()
		if err != nil {
			return fmt.Errorf("deliverd deliver: %w\n%s", err, out)
		}
		return nil
	})
	if err != nil {
		return 0, m, err
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, m, errors.New("no peak memory on this system")
	}
	m.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return usage.Maxrss << 10, m, nil // kilobytes on Linux
}

// peaks prints the peak memory of a whole delivery, file to bucket, by size. A
// child's peak begins with what its parent held when it was started, so it is
// a small process that starts them.
func (r *rig) peaks(ctx context.Context) error {
	if r.only == "memory" {
		return r.eachPeak(ctx)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	sizes := strings.Trim(strings.ReplaceAll(fmt.Sprint(r.memory), " ", ","), "[]")
	cmd := exec.CommandContext(ctx, self, "-only", "memory", "-memory", sizes, "-deliverd", r.binary, "-dir", r.dir, "-threads", fmt.Sprint(r.threads))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	return cmd.Run()
}

func (r *rig) eachPeak(ctx context.Context) error {
	for _, lines := range r.memory {
		if err := r.writeBill(lines); err != nil {
			return err
		}
		peak, m, err := r.deliver(ctx, lines)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("deliverd deliver, %d lines: peak memory", lines)
		fmt.Printf("| %-46s | %17d MiB | %21s | %6s | %s |\n", what, peak>>20, m.rate(int64(lines))+" lines", "–", "< 200 MiB, equal")
		if err := os.RemoveAll(filepath.Dir(r.billFile(lines))); err != nil {
			return err
		}
	}
	return errors.Join(os.RemoveAll(r.path("state")), r.noServer())
}
