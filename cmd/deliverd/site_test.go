package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
)

const (
	testUIN    = "200020002001"
	secretID   = "AKIDtest"
	testSecret = "swordfish-secret"
	bucketName = "bills-1250000000"
)

// site is a place where deliverd runs: bills, a configuration, a COS bucket.
type site struct {
	t      testing.TB
	dir    string
	config string
	url    string // of the bucket
	api    string // URL of the billing API, when there is one
	token  string // of the session that the billing API takes
	faults *cosserver.Faults
	ahead  atomic.Int64 // how far the bucket's clock is ahead of ours, in nanoseconds
	free   uint64       // bytes on the state folder's disk

	mu      sync.Mutex
	observe func(cosserver.Event)
}

// newSite serves an empty bucket; the bill is that of billOf.
func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), faults: cosserver.NewFaults(), free: 20 << 30}
	s.config = filepath.Join(s.dir, "deliverd.yaml")
	server, err := cosserver.New(cosserver.Config{Dir: filepath.Join(s.dir, "bucket"), Bucket: bucketName, SecretID: secretID, SecretKey: testSecret,
		Faults: s.faults, NoSync: true, Observe: s.observed, Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	http := httptest.NewServer(server)
	t.Cleanup(http.Close)
	s.url = http.URL
	s.write("secret-key", testSecret+"\n")
	s.write("bills/detail.csv", billOf("10", "20", "30"))
	s.configure("")
	return s
}

func (s *site) observed(e cosserver.Event) {
	s.mu.Lock()
	observe := s.observe
	s.mu.Unlock()
	if observe != nil {
		observe(e)
	}
}

// watch sees every request from now on.
func (s *site) watch(observe func(cosserver.Event)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observe = observe
}

// configure writes the configuration of one account, with more keys of it.
func (s *site) configure(more string) {
	s.t.Helper()
	s.write("deliverd.yaml", fmt.Sprintf("state: state\naccounts:\n  - uin: %q\n    source: {files: bills}\n"+
		"    bucket: {url: %q, prefix: focus/, secret-id: %s, secret-key-file: secret-key, part-size: 1MiB}\n%s", testUIN, s.url, secretID, more))
}

// write writes a file that has settled.
func (s *site) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	was := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, was, was); err != nil {
		s.t.Fatal(err)
	}
}

// billOf is the bill of November 2025, a line a day with these totals.
func billOf(totals ...string) string {
	text := "Bill Month,Bill Day,Record ID,Payer Account ID,Owner Account ID,Product Name,Billing Mode,Transaction Type,Region,Usage Start Time,Usage End Time," +
		"Component Usage,Component Usage Unit,Original Cost,Total Amount After Discount (Excluding Tax),Voucher Deduction,Total Cost (Including Tax),Currency\n"
	for i, total := range totals {
		day := fmt.Sprintf("2025-11-%02d", i+1)
		text += fmt.Sprintf("2025-11,%s,%d,%s,%s,Cloud Virtual Machine (CVM),Pay-as-you-go,Hourly settlement,Singapore,%s 00:00:00,%s 23:59:59,24,Hour,%s,%s,0,%s,USD\n",
			day, 1000+i, testUIN, testUIN, day, day, total, total, total)
	}
	return text
}

// ended is how a command ended.
type ended struct {
	code   int
	stdout string
	stderr string
}

// run runs a command; {config} in an argument is the configuration's path.
func (s *site) run(args ...string) ended {
	s.t.Helper()
	return s.runWith(s.t.Context(), args...)
}

func (s *site) runWith(ctx context.Context, args ...string) ended {
	s.t.Helper()
	return s.runApp(ctx, 30*time.Second, args...)
}

// runImpatient does not wait for another process that works on the account.
func (s *site) runImpatient(args ...string) ended {
	s.t.Helper()
	return s.runApp(s.t.Context(), time.Nanosecond, args...)
}

func (s *site) runApp(ctx context.Context, lockWait time.Duration, args ...string) ended {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp(&stdout, &stderr)
	a.lockWait = lockWait
	a.freeSpace = func(string) (uint64, error) { return s.free, nil }
	for i := range args {
		args[i] = strings.NewReplacer("{config}", s.config, "{dir}", s.dir).Replace(args[i])
	}
	code := a.run(ctx, args)
	return ended{code, s.plain(stdout.String()), s.plain(stderr.String())}
}

// plain takes out of a text what differs from run to run.
func (s *site) plain(text string) string {
	host := strings.TrimPrefix(s.url, "http://")
	text = strings.NewReplacer(s.dir, "{dir}", s.url, "{url}", host, "{host}").Replace(text)
	if s.api != "" {
		text = strings.ReplaceAll(text, s.api, "{api}")
	}
	return text
}

// objects are the keys of the bucket with their sizes, by the files it keeps.
func (s *site) objects() int {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.dir, "bucket", "data"))
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return len(entries)
}
