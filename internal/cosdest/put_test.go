package cosdest_test

import (
	"bytes"
	"context"
	"errors"
	"hash/crc64"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
	"deliverd/internal/retry"
)

// pattern is an endless cheap reader.
type pattern struct{ block []byte }

func (p pattern) Read(b []byte) (int, error) { return copy(b, p.block), nil }

func endless(n int64) io.Reader {
	return io.LimitReader(pattern{buckettest.Content(64<<10, 1)}, n)
}

func TestManyParts(t *testing.T) {
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.PartSize = 8 * mib })
	sum := crc64.New(crc64.MakeTable(crc64.ECMA))
	o, err := r.Put(t.Context(), "big.csv", io.TeeReader(endless(70*mib+1), sum), object.PutOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Size != 70*mib+1 || o.CRC64 != sum.Sum64() {
		t.Errorf("got %d bytes, crc-64 %d; want %d, %d", o.Size, o.CRC64, 70*mib+1, sum.Sum64())
	}
	if n := r.count("part"); n != 9 {
		t.Errorf("%d parts, want 9", n)
	}
	buckettest.CheckNoOpenUpload(t, r)
}

// TestMemoryIsBounded streams far more than may be held, and looks at the heap
// while it does.
func TestMemoryIsBounded(t *testing.T) {
	const size, part, parallel = 128 * mib, mib, 3
	r := newRig(t)
	var most uint64
	reads := 0
	body := readerFunc(func(src io.Reader) func([]byte) (int, error) {
		return func(p []byte) (int, error) {
			if reads++; reads%100 == 0 {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
			return src.Read(p)
		}
	}(endless(size)))
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if _, err := r.Put(t.Context(), "big.csv", body, object.PutOptions{}); err != nil {
		t.Fatal(err)
	}
	const room = 12 * mib // the server in this process, connections, the test itself
	if most == 0 || most > before.HeapAlloc+part*(parallel+1)+room {
		t.Errorf("heap: got %d MiB at most, %d before; want at most part size × (parallel + 1) more", most/mib, before.HeapAlloc/mib)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestEarlyAnswerDoesNotRace answers 503 while the body is still being sent,
// over and over: run with -race it shows a reader of a recycled buffer.
func TestEarlyAnswerDoesNotRace(t *testing.T) {
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.PartSize = 4 * mib; c.Retry.Attempts = 10 })
	for i := range 6 {
		r.faults.Inject(cosserver.Fault{Op: "part", Kind: "refuse", Count: 9})
		content := buckettest.Content(24*mib+i, byte(i))
		key := "a" + string(rune('0'+i))
		mustPut(t, r, key, content, object.PutOptions{})
		r.check(t, key, content)
	}
}

func TestTooManyParts(t *testing.T) {
	r := newRig(t)
	cosdest.LimitParts(r.Bucket, 3)
	content := buckettest.Content(3*mib, 1)
	mustPut(t, r, "fits.csv", content, object.PutOptions{})
	_, err := r.Put(t.Context(), "big.csv", endless(3*mib+1), object.PutOptions{})
	if err == nil || !strings.Contains(err.Error(), "larger than 3 parts") {
		t.Errorf("got %v, want an error that names the limit", err)
	}
	r.check(t, "big.csv", nil)
}

func TestEmptyReplaceIsRefused(t *testing.T) {
	r := newRig(t)
	mustPut(t, r, "a.csv", []byte("old"), object.PutOptions{})
	if _, err := r.Put(t.Context(), "a.csv", strings.NewReader(""), object.PutOptions{Replace: true}); err == nil {
		t.Error("an empty body replaced an object")
	}
	r.check(t, "a.csv", []byte("old"))
}

func TestReplaceIsAlwaysMultipart(t *testing.T) {
	r := newRig(t)
	mustPut(t, r, "a.csv", []byte("new"), object.PutOptions{Replace: true})
	if puts, completes := r.count("put"), r.count("complete"); puts != 0 || completes != 1 {
		t.Errorf("%d puts and %d completes, want 0 and 1", puts, completes)
	}
}

// TestAppearsMeanwhile lets somebody else write the key while our upload is
// open: forbid-overwrite on Complete keeps theirs.
func TestAppearsMeanwhile(t *testing.T) {
	for _, size := range []int{10, 2 * mib} {
		r := newRig(t)
		_, err := r.Put(t.Context(), "a.csv", bytes.NewReader(buckettest.Content(size, 1)), object.PutOptions{
			BeforeVisible: func(context.Context) error {
				mustPut(t, r, "a.csv", []byte("theirs"), object.PutOptions{})
				return nil
			}})
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("%d bytes: got %v, want fs.ErrExist", size, err)
		}
		r.check(t, "a.csv", []byte("theirs"))
	}
}

// TestUnclearAndTaken: our Complete is cut off before it is done, and theirs
// is there when we look.
func TestUnclearAndTaken(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "reset"})
	_, err := r.Put(t.Context(), "a.csv", bytes.NewReader(buckettest.Content(2*mib, 1)), object.PutOptions{
		BeforeVisible: func(context.Context) error {
			_, err := r.Put(t.Context(), "a.csv", strings.NewReader("theirs"), object.PutOptions{})
			return err
		}})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want fs.ErrExist", err)
	}
	r.check(t, "a.csv", []byte("theirs"))
}

// TestCancelWhilePartsAreSent cancels while the server holds a part.
func TestCancelWhilePartsAreSent(t *testing.T) {
	for _, op := range []string{"initiate", "part", "complete"} {
		t.Run(op, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			r := newRig(t, func(s *cosserver.Config, c *cosdest.Config) {
				c.Timeouts.Abort = time.Second // how long an upload that is being opened is waited for
				observe := s.Observe
				s.Observe = func(e cosserver.Event) {
					observe(e)
					if e.Op == op && !e.Done {
						cancel()
					}
				}
			})
			r.faults.Inject(cosserver.Fault{Op: op, Kind: "hang"})
			_, err := r.Put(ctx, "a.csv", endless(4*mib), object.PutOptions{})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want a cancel", err)
			}
			r.faults.Clear()
			buckettest.CheckAbsent(t, r, "a.csv")
			buckettest.CheckNoOpenUpload(t, r)
		})
	}
}

// TestManyWriters writes many keys at once; no key is uploaded twice at once.
func TestManyWriters(t *testing.T) {
	var mu sync.Mutex
	busy := make(map[string]int)
	r := newRig(t, func(s *cosserver.Config, _ *cosdest.Config) {
		s.Observe = func(e cosserver.Event) {
			if e.Op != "put" && e.Op != "complete" {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if e.Done {
				busy[e.Key]--
			} else if busy[e.Key]++; busy[e.Key] > 1 {
				t.Errorf("%s is written twice at once", e.Key)
			}
		}
	})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			key := "k/" + string(rune('a'+i))
			if _, err := r.Put(t.Context(), key, bytes.NewReader(buckettest.Content(i*200_000, byte(i))), object.PutOptions{}); err != nil {
				t.Errorf("put %s: %v", key, err)
			}
		})
	}
	wg.Wait()
	for i := range 16 {
		buckettest.CheckStored(t, r, "k/"+string(rune('a'+i)), buckettest.Content(i*200_000, byte(i)))
	}
}

// silentTransport reports nothing to httptrace and loses the answer of an
// Initiate: it gets no benefit of the doubt, and the orphan is swept.
type silentTransport struct {
	http.RoundTripper
	lose int
}

func (s *silentTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := s.RoundTripper.RoundTrip(req.WithContext(context.Background()))
	if err == nil && req.Method == http.MethodPost && s.lose > 0 && req.URL.Query().Has("uploads") {
		s.lose--
		res.Body.Close()
		return nil, io.ErrUnexpectedEOF
	}
	return res, err
}

func TestTransportThatReportsNothing(t *testing.T) {
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
		c.Transport = &silentTransport{c.Transport, 1}
	})
	content := buckettest.Content(2*mib, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	r.check(t, "a.csv", content)
}

func TestRetryAfterIsHeard(t *testing.T) {
	var waits []time.Duration
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
		c.Transport = &refuseOnce{RoundTripper: c.Transport}
		c.Retry = retry.Policy{Attempts: 3, Base: time.Nanosecond, Wait: func(_ context.Context, d time.Duration) error {
			waits = append(waits, d)
			return nil
		}}
	})
	mustPut(t, r, "a.csv", []byte("x"), object.PutOptions{})
	if len(waits) != 1 || waits[0] != 7*time.Second {
		t.Errorf("waits: got %v, want the 7 s asked for", waits)
	}
}

type refuseOnce struct {
	http.RoundTripper
	done bool
}

func (r *refuseOnce) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.done {
		return r.RoundTripper.RoundTrip(req)
	}
	r.done = true
	if req.Body != nil {
		req.Body.Close()
	}
	return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"7"}}, Body: http.NoBody, Request: req}, nil
}

// TestACancelWhileAnUploadIsOpened: the request that opens it is under way and
// arrives after all. The write learns its id and aborts it: no upload stays open
// that nobody knows.
func TestACancelWhileAnUploadIsOpened(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var late func()
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
		next := c.Transport
		c.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.Method != http.MethodPost || !req.URL.Query().Has("uploads") {
				return next.RoundTrip(req)
			}
			if cancel(); req.Context().Err() == nil {
				return next.RoundTrip(req)
			}
			late = func() { // the client has given it up, and it is on its way
				res, err := next.RoundTrip(req.Clone(context.WithoutCancel(req.Context())))
				if err != nil {
					t.Error(err)
					return
				}
				res.Body.Close()
			}
			return nil, req.Context().Err()
		})
	})
	_, err := r.Put(ctx, "a/big", bytes.NewReader(make([]byte, 3*mib)), object.PutOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if late != nil {
		late()
	}
	buckettest.CheckNoOpenUpload(t, r.Bucket)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
