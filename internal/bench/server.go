package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/cosserver"
)

const (
	bucketName = "bench-1250000000"
	secretID   = "AKIDbench"
	secretKey  = "bench-secret-key"
)

// server is what `deliverd bucket` serves, as a process of its own, but without
// fsync: the speed of this machine's disk is not what is measured.
type server struct {
	cmd     *exec.Cmd
	input   io.Closer
	url     string
	keyFile string
}

// serve is that process. It ends when its input does.
func serve(dir string) error {
	handler, err := cosserver.New(cosserver.Config{Dir: dir, Bucket: bucketName, SecretID: secretID, SecretKey: secretKey, NoSync: true})
	if err != nil {
		return err
	}
	front := httptest.NewServer(handler)
	defer front.Close()
	fmt.Println("listening " + front.URL)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func startServer(ctx context.Context, dir string) (*server, error) {
	s := &server{keyFile: filepath.Join(filepath.Dir(dir), "secret-key")}
	if err := os.WriteFile(s.keyFile, []byte(secretKey), 0o600); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, self, "-serve", dir)
	var complaints bytes.Buffer
	s.cmd.Stderr = &complaints
	if s.input, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
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
	return errors.Join(s.input.Close(), s.cmd.Wait())
}

// newBucket starts an empty bucket in place of the one before.
func (r *rig) newBucket(ctx context.Context) (err error) {
	if err := r.noServer(); err != nil {
		return err
	}
	if r.server, err = startServer(ctx, r.path("bucket")); err != nil {
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
