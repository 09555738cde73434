// Package cosserver is a Tencent COS bucket served from a folder: for tests, for
// rehearsals, and for trying deliverd without a cloud account.
//
// It knows the part of the COS protocol that an uploader, a lister and a
// reader use, it verifies signatures with code of its own, and it fails on
// demand (see Faults). What a client gets right here it has got right about
// signatures, paging, ranges, checksums, part rules, conditions and the order
// of requests; a kill at any moment leaves whole objects and open uploads,
// never a part of an object.
//
// It does not know permissions, versions, storage classes or other buckets,
// and it cannot prove what only the real service shows: how long a listing
// lags, how far a clock may be off, which headers Complete really answers,
// throttling. It has no TLS and is no store for data that matters. One server
// owns its folder at a time.
package cosserver

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Config describes the bucket. Dir, Bucket, SecretID and SecretKey are needed.
type Config struct {
	Dir       string // holds the bucket; made if it is not there
	Bucket    string // NAME-APPID
	SecretID  string
	SecretKey string

	Log     *zap.Logger      // one line per request; nil logs nothing
	Observe func(Event)      // called when a request begins and when it is over; may be called at once from many goroutines
	Faults  *Faults          // nil never fails
	Now     func() time.Time // nil is time.Now

	// NoSync leaves out fsync. What survives a kill does so still; what
	// survives a power cut may not.
	NoSync bool
}

// Event is one request, when it begins and again when it is over.
type Event struct {
	Done      bool
	RequestID string
	Op        string // such as put, part, complete: the operations of Faults
	Key       string
	UploadID  string
	Part      int
	Status    int    // 0 before the end, and where the connection was cut
	Code      string // of the error answered
	Fault     string // that struck this request
}

// Server is an http.Handler. It listens nowhere by itself.
type Server struct {
	bucket  string
	keys    map[string]string // secret key by secret id
	store   *store
	log     *zap.Logger
	observe func(Event)
	faults  *Faults
	now     func() time.Time
}

// New opens the bucket in c.Dir and tidies up what a kill left behind.
func New(c Config) (*Server, error) {
	for _, v := range []struct{ name, value string }{
		{"folder", c.Dir}, {"bucket name", c.Bucket}, {"secret id", c.SecretID}, {"secret key", c.SecretKey},
	} {
		if v.value == "" {
			return nil, errors.New("local bucket: no " + v.name)
		}
	}
	s := &Server{
		bucket:  c.Bucket,
		keys:    map[string]string{c.SecretID: c.SecretKey},
		log:     cmp.Or(c.Log, zap.NewNop()),
		observe: c.Observe,
		faults:  cmp.Or(c.Faults, NewFaults()),
		now:     c.Now,
	}
	if s.observe == nil {
		s.observe = func(Event) {}
	}
	if s.now == nil {
		s.now = time.Now
	}
	var err error
	s.store, err = openStore(c.Dir, !c.NoSync)
	return s, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Server: s, r: withSemicolons(r), w: &answer{ResponseWriter: w}, event: Event{RequestID: newID()}}
	c.route()
	s.observe(c.event)
	defer c.over()
	h := w.Header()
	h.Set("x-cos-request-id", c.event.RequestID)
	h.Set("Server", "deliverd-bucket")
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	c.serve()
}

// call is one request under way.
type call struct {
	*Server
	r      *http.Request
	w      *answer
	event  Event
	handle func(*call) error
}

func (c *call) serve() {
	if err := c.admit(); err != nil {
		c.fail(err)
		return
	}
	if c.strike() {
		return
	}
	if err := c.handle(c); err != nil {
		c.fail(err)
	}
}

// admit lets in a request to our bucket that is signed with our key.
func (c *call) admit() error {
	if c.event.Op != "service" && !c.isOurBucket() {
		return errNoSuchBucket
	}
	return c.checkSignature()
}

func (c *call) over() {
	c.event.Done, c.event.Status, c.event.Code = true, c.w.status, c.w.code
	c.observe(c.event)
	c.log.Debug("bucket request", zap.String("op", c.event.Op), zap.String("key", c.event.Key),
		zap.String("upload_id", c.event.UploadID), zap.Int("part", c.event.Part), zap.Int("status", c.event.Status),
		zap.String("code", c.event.Code), zap.String("fault", c.event.Fault))
}

// isOurBucket takes the bucket from the first label of the host. A host that
// is no name of labels means the only bucket there is.
func (c *call) isOurBucket() bool {
	host := c.r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	label, rest, _ := strings.Cut(host, ".")
	if rest == "" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return true
	}
	return label == c.bucket
}

// withSemicolons keeps the parameters that net/url drops: some clients leave
// the semicolon of a presigned q-sign-time as it is.
func withSemicolons(r *http.Request) *http.Request {
	if !strings.Contains(r.URL.RawQuery, ";") {
		return r
	}
	r = r.Clone(r.Context())
	r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, ";", "%3B")
	return r
}

func newID() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
