package delivery_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/retry"
)

// cosRig is a COS bucket on loopback that fails on demand.
type cosRig struct {
	t      *testing.T
	faults *cosserver.Faults
	config cosdest.Config

	mu  sync.Mutex
	ops map[string]int // requests that are over, by operation
}

func newCOS(t *testing.T) *cosRig {
	t.Helper()
	r := &cosRig{t: t, faults: cosserver.NewFaults(), ops: map[string]int{}}
	const id, key = "AKIDtest", "very-secret-key"
	handler, err := cosserver.New(cosserver.Config{Dir: t.TempDir(), Bucket: "bills-1250000000", SecretID: id, SecretKey: key,
		Faults: r.faults, NoSync: true, Observe: r.observe})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8}
	t.Cleanup(transport.CloseIdleConnections)
	r.config = cosdest.Config{URL: server.URL, SecretID: id, SecretKey: key, PartSize: 1 << 20, Parallel: 3, Transport: transport,
		Retry: retry.Policy{Attempts: 4, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}}
	return r
}

func (r *cosRig) observe(e cosserver.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Done {
		r.ops[e.Op]++
	}
}

// bucket opens the bucket; each attempt of a request may take as long as given,
// or as ever.
func (r *cosRig) bucket(attempt time.Duration) *cosdest.Bucket {
	r.t.Helper()
	c := r.config
	c.Timeouts = cosdest.Timeouts{Request: attempt, Part: attempt, Complete: attempt}
	b, err := cosdest.New(c)
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// content is the object at key; there is false when there is none.
func (r *cosRig) content(key string) (content string, there bool) {
	r.t.Helper()
	body, err := r.bucket(0).Get(r.t.Context(), key)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false
	}
	if err != nil {
		r.t.Fatal(err)
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text), true
}

// openUploads are the keys of the open uploads.
func (r *cosRig) openUploads() (keys []string) {
	r.t.Helper()
	_, err := r.bucket(0).AbortUploads(r.t.Context(), "", func(key string) bool { keys = append(keys, key); return false })
	if err != nil {
		r.t.Fatal(err)
	}
	return keys
}
