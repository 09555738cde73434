package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"deliverd/internal/cosdest"
)

const (
	bucketName = "bench-1250000000"
	secretID   = "AKIDbench"
	secretKey  = "bench-secret-key"
)

// server is `deliverd bucket` as a process of its own.
type server struct {
	cmd     *exec.Cmd
	url     string
	keyFile string
}

func startServer(ctx context.Context, binary, dir string) (*server, error) {
	s := &server{keyFile: filepath.Join(filepath.Dir(dir), "secret-key")}
	if err := os.WriteFile(s.keyFile, []byte(secretKey), 0o600); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, binary, "bucket", "--dir", dir, "--bucket", bucketName, "--secret-id", secretID, "--secret-key-file", s.keyFile)
	var complaints bytes.Buffer
	s.cmd.Stderr = &complaints
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url, found := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if err != nil || !found {
		return nil, fmt.Errorf("the bucket does not say where it listens: %q, %w\n%s", line, errors.Join(err, s.stop()), &complaints)
	}
	s.url = url
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return s, nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	_ = s.cmd.Wait() // it was interrupted, and says so
	return nil
}

// newBucket starts an empty bucket in place of the one before.
func (r *rig) newBucket(ctx context.Context) (err error) {
	if err := r.noServer(); err != nil {
		return err
	}
	if r.server, err = startServer(ctx, r.binary, r.path("bucket")); err != nil {
		return err
	}
	r.bucket, err = cosdest.New(cosdest.Config{URL: r.server.url, SecretID: secretID, SecretKey: secretKey})
	return err
}

func (r *rig) noServer() error {
	if r.server == nil {
		return nil
	}
	err := r.server.stop()
	r.server = nil
	return errors.Join(err, os.RemoveAll(r.path("bucket")))
}
