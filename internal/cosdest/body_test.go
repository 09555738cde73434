package cosdest_test

import (
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

// lateReader refuses the first attempt at every part at once, as a busy bucket
// does, and goes on reading its body afterwards, as net/http does. It notes
// every attempt that begins while the one before is still being read.
type lateReader struct {
	http.RoundTripper
	mu      sync.Mutex
	reading map[string]chan struct{} // by part; closed by a second attempt, nil after the first
	early   int
}

func (l *lateReader) RoundTrip(req *http.Request) (*http.Response, error) {
	part := req.URL.Query().Get("partNumber")
	if part == "" {
		return l.RoundTripper.RoundTrip(req)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if again, seen := l.reading[part]; seen {
		if again != nil {
			l.early++
			close(again)
			l.reading[part] = nil
		}
		l.mu.Unlock()
		defer l.mu.Lock()
		return l.RoundTripper.RoundTrip(req)
	}
	again := make(chan struct{})
	l.reading[part] = again
	go func() {
		select {
		case <-again: // too early
		case <-time.After(20 * time.Millisecond):
		}
		_, _ = io.Copy(io.Discard, req.Body)
		l.mu.Lock()
		l.reading[part] = nil
		l.mu.Unlock()
		req.Body.Close()
	}()
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
}

func TestRetryWaitsForTheBodyOfTheAttemptBefore(t *testing.T) {
	late := &lateReader{reading: make(map[string]chan struct{})}
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
		late.RoundTripper = c.Transport
		c.Transport = late
	})
	content := buckettest.Content(8*mib+1, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	if late.early != 0 || len(late.reading) != 9 {
		t.Errorf("%d of %d parts were retried while the attempt before was still being read", late.early, len(late.reading))
	}
	r.check(t, "a.csv", content)
}
