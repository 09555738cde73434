package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEndToEndOfTheBuiltCommand builds deliverd and runs it as people do: the
// demonstration, and a bucket in one process with deliver and verify in others.
func TestEndToEndOfTheBuiltCommand(t *testing.T) {
	s := newSite(t)
	deliverd := filepath.Join(s.dir, "deliverd")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", deliverd, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), deliverd, "demo", "--lines", "600").CombinedOutput()
	if err != nil || strings.Count(string(out), ": equal\n") != 2 {
		t.Errorf("demo: %v\n%s", err, out)
	}

	bucket := exec.CommandContext(t.Context(), deliverd, "bucket", "--dir", filepath.Join(s.dir, "other"), "--bucket", bucketName,
		"--secret-id", secretID, "--secret-key-file", filepath.Join(s.dir, "secret-key"))
	stdout, err := bucket.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bucket.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	s.url = strings.TrimPrefix(strings.TrimSpace(line), "listening ")
	s.configure("")
	for _, step := range []struct {
		code int
		says string
		args []string
	}{
		{exitNotAsShould, "late ", []string{"verify", "--from", "2025-11-01", "--to", "2025-11-03"}},
		{exitDone, "delivered ", []string{"deliver", "--from", "2025-11-01", "--to", "2025-11-03"}},
		{exitDone, "unchanged ", []string{"deliver", "--from", "2025-11-01", "--to", "2025-11-03"}},
		{exitDone, "3 of 3 files are present and proved", []string{"verify", "--from", "2025-11-01", "--to", "2025-11-03"}},
		{exitHeld, "waiting ", []string{"deliver", "--daily", "2025-11-20"}},
		{exitUsage, "try: ", []string{"deliver"}},
	} {
		cmd := exec.CommandContext(t.Context(), deliverd, append(step.args, "--config", s.config)...)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != step.code || !strings.Contains(string(out), step.says) {
			t.Errorf("%v: exit code %d, want %d and %q:\n%s", step.args, code, step.code, step.says, out)
		}
	}
	if err := bucket.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _ = bucket.Wait(); bucket.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("bucket: %s, want exit code %d", bucket.ProcessState, exitInterrupted)
	}
}
