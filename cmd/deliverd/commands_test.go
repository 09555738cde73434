package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/cosdest/cosserver"
)

func TestHelp(t *testing.T) {
	s := newSite(t)
	for _, args := range [][]string{{}, {"help"}, {"--help"}} {
		got := s.run(args...)
		if got.code != exitDone || got.stderr != "" {
			t.Errorf("%v: exit code %d, stderr %q", args, got.code, got.stderr)
		}
		for _, want := range []string{"Exit codes: 0 done, 1 failed, 2 usage", "\n  deliver ", "\n  verify ", "\n  check ", "\n  bucket ", "\n  demo ", "\n  print-config ", "\n  version "} {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("%v: no %q in\n%s", args, want, got.stdout)
			}
		}
	}
	if got := s.run("help", "deliver"); got.code != exitDone || !strings.Contains(got.stdout, "--accept-shrink") {
		t.Errorf("help deliver: got %+v", got)
	}
}

func TestVersion(t *testing.T) {
	s := newSite(t)
	got := s.run("version")
	if want := ", " + runtime.Version() + ", FOCUS "; got.code != exitDone || !strings.HasPrefix(got.stdout, "deliverd ") || !strings.Contains(got.stdout, want) || strings.Contains(got.stdout, " ,") {
		t.Errorf("version: got %+v", got)
	}
	var v versionJSON
	if err := json.Unmarshal([]byte(s.run("version", "--json").stdout), &v); err != nil || v.Go != runtime.Version() || len(v.FOCUS) == 0 {
		t.Errorf("version --json: got %+v, %v", v, err)
	}
}

func TestPrintConfig(t *testing.T) {
	s := newSite(t)
	s.write("deliverd.yaml", strings.Replace(readFile(t, s.config), "secret-key-file: secret-key", "secret-key: "+testSecret, 1))
	for _, args := range [][]string{{"print-config", "--config", "{config}"}, {"print-config", "--config", "{config}", "--json"}} {
		got := s.run(args...)
		if got.code != exitDone || got.stderr != "" || strings.Contains(got.stdout, testSecret) {
			t.Errorf("%v: got %+v", args, got)
		}
		for _, want := range []string{"{dir}/bills", "{url}", secretID, "redacted"} {
			if !strings.Contains(strings.ToLower(got.stdout), strings.ToLower(want)) {
				t.Errorf("%v: no %q in\n%s", args, want, got.stdout)
			}
		}
	}
	defaults := s.run("print-config", "--defaults")
	if defaults.code != exitDone || defaults.stderr != "" {
		t.Errorf("--defaults: got %+v", defaults)
	}
	s.write("deliverd.yaml", defaults.stdout)
	if got := s.run("print-config", "--config", "{config}"); got.code != exitDone {
		t.Errorf("the printed defaults do not load: %+v", got)
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDemo(t *testing.T) {
	s := newSite(t)
	s.write("tmp/of-mine", "")
	t.Setenv("TMPDIR", filepath.Join(s.dir, "tmp"))
	got := s.run("demo", "--lines", "600")
	if got.code != exitDone || got.stderr != "" {
		t.Fatalf("got %+v", got)
	}
	for what, want := range map[string]int{"\ndelivered ": 2, "\nunchanged ": 1, "\npresent ": 2, ": equal\n": 2, "2 of 2 files are present and proved\n": 1} {
		if n := strings.Count(got.stdout, what); n != want {
			t.Errorf("%d times %q, want %d, in\n%s", n, what, want, got.stdout)
		}
	}
	if left, err := os.ReadDir(filepath.Join(s.dir, "tmp")); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDemoJSON(t *testing.T) {
	s := newSite(t)
	t.Setenv("TMPDIR", s.dir)
	got := s.run("demo", "--lines", "600", "--json")
	var shape demoJSON
	if err := json.Unmarshal([]byte(got.stdout), &shape); err != nil || got.code != exitDone || got.stderr != "" {
		t.Fatalf("got %+v, %v, want one document", got, err)
	}
	var results []string
	for _, d := range shape.Deliveries {
		results = append(results, d.Result)
	}
	if !slices.Equal(results, []string{"delivered", "delivered", "unchanged"}) || len(shape.Checks) != 2 || shape.States["present"] != 2 {
		t.Errorf("got %s", got.stdout)
	}
	for i, sum := range shape.Sums {
		if !sum.Equal || sum.Bill != sum.Billed || sum.Billed == "0" || sum.Rows == 0 || sum.Key != shape.Deliveries[i].Key || sum.Bytes != shape.Deliveries[i].Bytes {
			t.Errorf("sum: got %+v", sum)
		}
	}
	if len(shape.Sums) != 2 {
		t.Errorf("%d sums, want 2", len(shape.Sums))
	}
}

func TestBucketJSON(t *testing.T) {
	s := newSite(t)
	ctx, stop := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int)
	go func() {
		code <- newApp(stdout, io.Discard).run(ctx, []string{"bucket", "--dir", filepath.Join(s.dir, "other"), "--secret-id", secretID, "--secret-key-file", filepath.Join(s.dir, "secret-key"), "--json"})
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	var shape struct {
		Listening string `json:"listening"`
	}
	if err := errors.Join(err, json.Unmarshal([]byte(line), &shape)); err != nil || !strings.HasPrefix(shape.Listening, "http://127.0.0.1:") {
		t.Errorf("got %q, %v, want the address in one line", line, err)
	}
	stop()
	<-code
}

func TestFaultNames(t *testing.T) {
	s := newSite(t)
	got := s.run("bucket", "--list-faults")
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	if names := cosserver.FaultNames(); got.code != exitDone || len(lines) != len(names) || !strings.HasPrefix(lines[0], names[0].Name+" ") {
		t.Errorf("%d faults printed, there are %d; exit code %d", len(lines), len(names), got.code)
	}
	var faults []cosserver.FaultInfo
	if err := json.Unmarshal([]byte(s.run("bucket", "--list-faults", "--json").stdout), &faults); err != nil || len(faults) != len(lines) {
		t.Errorf("--json: %d faults, %v", len(faults), err)
	}
}

// TestBucket serves a bucket with a fault, delivers into it, and stops it.
func TestBucket(t *testing.T) {
	s := newSite(t)
	ctx, stop := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	code := make(chan int)
	var stderr strings.Builder
	go func() {
		code <- newApp(stdout, &stderr).run(ctx, []string{"bucket", "--dir", filepath.Join(s.dir, "other"), "--bucket", bucketName, "--secret-id", secretID,
			"--secret-key-file", filepath.Join(s.dir, "secret-key"), "--fault", "put-denied:1"})
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	url, found := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if err != nil || !found || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("got %q, %v, want the address it listens on", line, err)
	}
	s.url = url
	s.configure("")
	if got := s.run(s.deliver("--daily", "2025-11-02")...); got.code != exitFailed || !strings.Contains(got.stdout, "AccessDenied") {
		t.Errorf("with the fault: got %+v", got)
	}
	if got := s.run(s.deliver("--daily", "2025-11-02")...); got.code != exitDone {
		t.Errorf("without: got %+v", got)
	}
	stop()
	if got := <-code; got != exitInterrupted {
		t.Errorf("exit code %d, want %d: %s", got, exitInterrupted, stderr.String())
	}
}

// TestAConnectionThatSaysNothingDoesNotFailTheStop: clients open connections
// ahead of need.
func TestAConnectionThatSaysNothingDoesNotFailTheStop(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	url, wait, err := serve(ctx, "127.0.0.1:0", http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	var dialer net.Dialer
	silent, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	answer, err := http.Get(url) // so that the server has taken the connection before
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	stop()
	if err := wait(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestABusyPortIsAnError(t *testing.T) {
	s := newSite(t)
	got := s.run("bucket", "--dir", "{dir}/other", "--listen", strings.TrimPrefix(s.url, "http://"), "--secret-id", secretID, "--secret-key-file", "{dir}/secret-key")
	if got.code != exitFailed || !strings.Contains(got.stderr, "listen on {host}") || !strings.Contains(got.stderr, "address already in use") {
		t.Errorf("got %+v", got)
	}
}
