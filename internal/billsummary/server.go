package billsummary

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/ledger"
	"deliverd/internal/snapshot"
)

// Config is what a [Server] works with.
type Config struct {
	Keys      []Key
	Ledger    *ledger.Ledger
	Snapshots *snapshot.Store  // whose lines this node has; may be nil
	Metrics   *Metrics         // may be nil
	Now       func() time.Time // real time: signatures are held against it
	Log       *zap.Logger
}

// Key is one credential and the accounts it may ask about; the first of them is
// meant when a request names none. It never prints its secret.
type Key struct {
	SecretID string
	Secret   string
	Accounts []string
}

// Format prints the key without its secret, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "{%s %v}", k.SecretID, k.Accounts) }

// MarshalJSON is the key without its secret.
func (k Key) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		SecretID string
		Accounts []string
	}{k.SecretID, k.Accounts})
}

// key is a Key as the server uses it.
type key struct {
	id, secret string
	accounts   []string
}

// Server answers. It is safe for concurrent use.
type Server struct {
	cfg     Config
	keys    atomic.Pointer[map[string]*key] // by secret id
	books   *books
	shelf   shelf
	scans   chan struct{} // as many readings of lines go on at once
	limiter limiter
}

// maxScans bounds what reading lines takes of the machine.
const maxScans = 2

// New returns a server.
func New(c Config) *Server {
	if c.Log == nil {
		c.Log = zap.NewNop()
	}
	s := &Server{cfg: c, books: newBooks(c.Ledger, c.Metrics), shelf: shelf{store: c.Snapshots}, scans: make(chan struct{}, maxScans)}
	s.SetKeys(c.Keys)
	return s
}

// SetKeys puts other keys in place of those the server has. What is being
// answered is answered with the old ones.
func (s *Server) SetKeys(keys []Key) {
	all := make(map[string]*key, len(keys))
	for _, k := range keys {
		all[k.SecretID] = &key{id: k.SecretID, secret: k.Secret, accounts: k.Accounts}
	}
	s.keys.Store(&all)
}

// keyOf returns the key of an id. Keys here are permanent: a token, which goes
// with a temporary one, is none of ours.
func (s *Server) keyOf(secretID, token string) (*key, error) {
	k := (*s.keys.Load())[secretID]
	switch {
	case k == nil:
		return nil, fail(codeSecretIDNotFound, "The SecretId is not found, please ensure that your SecretId is correct.")
	case token != "":
		return nil, fail(codeTokenFailure, "The token is invalid: this key goes without one.")
	}
	return k, nil
}

// version is that of the actions.
const version = "2018-07-09"

// action answers one kind of request.
type action struct {
	most   int // requests of a key in a second
	answer func(s *Server, ctx context.Context, c *call) (answer, error)
}

func actionOf(name string) (action, bool) {
	switch name {
	case "DescribeBillSummary":
		return action{20, (*Server).describeBillSummary}, true
	case "DescribeBillDetail":
		return action{5, (*Server).describeBillDetail}, true
	}
	return action{}, false
}

// ServeHTTP answers one request. Whatever goes wrong is told by a code in the
// body of a 200: that is what the provider's clients expect.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newID()
	began := s.cfg.Now()
	name, given, err := s.answer(r)
	body := envelope(id, given, err)
	if err != nil {
		var known *problem
		if !errors.As(err, &known) {
			s.cfg.Log.Error("a request could not be answered", zap.String("request_id", id), zap.String("action", name), zap.Error(err))
		}
	}
	size := 0
	for _, chunk := range body {
		size += len(chunk)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	for _, chunk := range body {
		if _, err := w.Write(chunk); err != nil {
			break // the client has gone; nobody could be told
		}
	}
	s.cfg.Metrics.answered(name, codeOf(err), s.cfg.Now().Sub(began))
}

// newID is the id of a request, in the form that the provider's have.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// answer gives what goes into the envelope, and the action's name if there is
// such an action.
func (s *Server) answer(r *http.Request) (name string, given answer, err error) {
	c, err := s.read(r)
	if err != nil {
		return "", nil, err
	}
	if c.action == "" {
		return "", nil, missing("Action")
	}
	if c.version == "" {
		return "", nil, missing("Version")
	}
	if c.version != version {
		return "", nil, fail(codeNoSuchVersion, "The version `%s` does not exist: there is %s.", c.version, version)
	}
	action, there := actionOf(c.action)
	if !there {
		return "", nil, fail(codeInvalidAction, "The action `%s` does not exist.", c.action)
	}
	if err := s.limiter.take(asker{c.key.id, c.action}, action.most, s.cfg.Now()); err != nil {
		return c.action, nil, err
	}
	given, err = action.answer(s, r.Context(), c)
	return c.action, given, err
}
