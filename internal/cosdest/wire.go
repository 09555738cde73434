package cosdest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"
)

// NewTransport returns a transport for Config.Transport that several buckets
// can share. It is tuned for long uploads: bounded steps (zero Timeouts take
// the defaults), nothing unpacked on the way, and idle connections kept for a
// minute, up to a number for each host. Whoever made it closes those.
func NewTransport(t Timeouts, idle int) *http.Transport {
	t = t.withDefaults()
	dialer := &net.Dialer{Timeout: t.Dial, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   t.TLS,
		ResponseHeaderTimeout: t.Header,
		ExpectContinueTimeout: time.Second,
		MaxIdleConnsPerHost:   idle,
		IdleConnTimeout:       time.Minute,
		WriteBufferSize:       64 << 10,
		DisableCompression:    true,
	}
}

// signer signs each request with the credentials of the moment, and tells the
// exchange that rides in the context what it saw.
type signer struct {
	credentials *atomic.Pointer[Credentials]
	next        http.RoundTripper
}

func (s *signer) RoundTrip(req *http.Request) (*http.Response, error) {
	ex, _ := req.Context().Value(exchangeKey{}).(*exchange)
	if ex != nil {
		ex.begun.Store(true)
	}
	req = req.Clone(req.Context())
	c := s.credentials.Load()
	cos.AddAuthorizationHeader(c.SecretID, c.SecretKey, c.SessionToken, req, cos.NewAuthTime(time.Hour))
	res, err := s.next.RoundTrip(req)
	if ex != nil && err == nil {
		ex.answered(res)
	}
	return res, err
}

// exchange is what one attempt of one request saw on the wire.
type exchange struct {
	begun  atomic.Bool // the transport has the request, and will close its body
	traced atomic.Bool // the transport reports what it does
	wrote  atomic.Bool // some of the request was written

	mu     sync.Mutex
	status int
	header http.Header
	skew   time.Duration // our clock less the bucket's
	start  bytes.Buffer  // of the answer's body
}

type exchangeKey struct{}

func (ex *exchange) watch(ctx context.Context) context.Context {
	wrote := func() { ex.wrote.Store(true) }
	return httptrace.WithClientTrace(context.WithValue(ctx, exchangeKey{}, ex), &httptrace.ClientTrace{
		GetConn:      func(string) { ex.traced.Store(true) },
		WroteHeaders: wrote,
		WroteRequest: func(httptrace.WroteRequestInfo) { wrote() },
	})
}

// unsent says that the bucket cannot have seen the request. A transport that
// reports nothing gets no benefit of the doubt.
func (ex *exchange) unsent() bool {
	return !ex.begun.Load() || ex.traced.Load() && !ex.wrote.Load()
}

func (ex *exchange) answered(res *http.Response) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	ex.status = res.StatusCode
	ex.header = res.Header
	if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
		ex.skew = time.Since(date).Round(time.Second)
	}
	if res.Request.Method == http.MethodPost && res.Body != nil {
		res.Body = &sniffer{ReadCloser: res.Body, ex: ex}
	}
}

// sniffer keeps the start of an answer: the SDK loses the error that COS puts
// inside a 200.
type sniffer struct {
	io.ReadCloser
	ex *exchange
}

func (s *sniffer) Read(p []byte) (int, error) {
	const enough = 16 << 10
	n, err := s.ReadCloser.Read(p)
	s.ex.mu.Lock()
	defer s.ex.mu.Unlock()
	kept := bytes.TrimLeft(p[:n], " \r\n\t")
	if s.ex.start.Len() > 0 {
		kept = p[:n]
	}
	s.ex.start.Write(kept[:min(len(kept), enough-s.ex.start.Len())])
	return n, err
}

// body is what one attempt reads: a view of bytes that stay with the caller.
// It is no Seeker, so that nobody below repeats it, and whoever waits for
// closed knows that nobody reads the bytes any more.
type body struct {
	mu     sync.Mutex
	rest   []byte
	size   int64
	done   bool
	closed chan struct{}
}

func newBody(data []byte) *body {
	return &body{rest: data, size: int64(len(data)), closed: make(chan struct{})}
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.done:
		return 0, errors.New("read of a closed body")
	case len(b.rest) == 0:
		return 0, io.EOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// Size tells the SDK the length without a guess.
func (b *body) Size() int64 { return b.size }

func (b *body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.done {
		b.done = true
		b.rest = nil
		close(b.closed)
	}
	return nil
}
