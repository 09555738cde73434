package cosdest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	mib        = 1 << 20
	bucketName = "bills-1250000000"
	secretID   = "AKIDtest"
	secretKey  = "very-secret-key"
)

// rig is a bucket on a local server that fails on demand.
type rig struct {
	*cosdest.Bucket
	faults *cosserver.Faults
	http   *httptest.Server
	config cosdest.Config

	mu     sync.Mutex
	events []cosserver.Event
}

func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// newRig starts a server and opens a bucket on it with parts of 1 MiB and
// retries that do not wait. Edit changes either configuration.
func newRig(t *testing.T, edit ...func(*cosserver.Config, *cosdest.Config)) *rig {
	t.Helper()
	r := &rig{faults: cosserver.NewFaults()}
	served := cosserver.Config{Dir: t.TempDir(), Bucket: bucketName, SecretID: secretID, SecretKey: secretKey,
		Faults: r.faults, NoSync: true, Observe: r.observe}
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}
	r.config = cosdest.Config{SecretID: secretID, SecretKey: secretKey, PartSize: mib, Parallel: 3,
		Transport: transport, Retry: retry.Policy{Attempts: 4, Wait: noWait}}
	for _, e := range edit {
		e(&served, &r.config)
	}
	handler, err := cosserver.New(served)
	if err != nil {
		t.Fatal(err)
	}
	r.http = httptest.NewServer(handler)
	t.Cleanup(r.http.Close)
	t.Cleanup(transport.CloseIdleConnections)
	if r.config.URL == "" {
		r.config.URL = r.http.URL
	}
	r.Bucket = r.open(t, r.config)
	return r
}

func (r *rig) open(t *testing.T, c cosdest.Config) *cosdest.Bucket {
	t.Helper()
	b, err := cosdest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (r *rig) observe(e cosserver.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// count is how many requests of op are over.
func (r *rig) count(op string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, e := range r.events {
		if e.Done && e.Op == op {
			n++
		}
	}
	return n
}

func TestConformance(t *testing.T) {
	buckettest.Run(t, func(t *testing.T) buckettest.Bucket { return newRig(t).Bucket })
}
