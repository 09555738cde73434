// Package apitest is a billing API for tests: it answers the actions of
// billing 2018-07-09 and intlpartnersmgt 2022-09-28 that bills are read by, from
// records in memory, verifies signatures, and misbehaves on demand.
//
// It knows the wire, and nothing of who reads from it.
package apitest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

// Config says what a server answers. Zero values take the defaults.
type Config struct {
	UIN   string // the account whose key it is
	All   bool   // records of other months are in the answers, too
	Keys  func(id string) (key, token string, ok bool)
	Fault func(n int, action string) Fault // for the n-th request, from 1
}

// Fault is how a request is answered wrongly.
type Fault string

// The faults. The second group does not show in the answer.
const (
	None           Fault = ""
	Status500      Fault = "500"       // with an error of the API in it
	HTML502        Fault = "502"       // from a gateway
	Reset          Fault = "reset"     // the connection breaks off
	Truncated      Fault = "truncated" // the JSON ends early
	Slow           Fault = "slow"      // the body does not come to an end
	Empty          Fault = "empty"     // an envelope without anything in it
	Limit          Fault = "RequestLimitExceeded"
	LimitUin       Fault = "RequestLimitExceeded.UinLimitExceeded"
	LimitIP        Fault = "RequestLimitExceeded.IPLimitExceeded"
	LimitGlobalUin Fault = "RequestLimitExceeded.GlobalRegionUinLimitExceeded"
	Denied         Fault = "UnauthorizedOperation.CamNoAuth"
	NotReady       Fault = "not ready" // Ready: 0, of a summary or a file

	DuplicatePage Fault = "duplicate page" // the page before once more
	MissingPage   Fault = "missing page"   // the page behind
	ShortPage     Fault = "short page"     // the first half of the page
	WrongTotal    Fault = "wrong total"
	Change        Fault = "change" // the bill changes before the answer
)

// Transient are the faults that another try meets no more.
var Transient = []Fault{Status500, HTML502, Reset, Truncated, Slow, Empty, Limit, LimitUin, LimitIP, LimitGlobalUin}

// Lies are the faults that look like good answers.
var Lies = []Fault{DuplicatePage, MissingPage, ShortPage, WrongTotal, Change}

// Server is a running API.
type Server struct {
	*httptest.Server
	cfg Config

	mu       sync.Mutex
	own      []Record
	others   []Record // of the organization
	summed   []Record // own, when it was last added up
	requests map[string]int
	n        int
	changes  int
	language string
}

// NewServer starts a server; Close ends it.
func NewServer(cfg Config, own, others []Record) *Server {
	s := &Server{cfg: cfg, own: own, others: others, requests: map[string]int{}}
	if s.cfg.Fault == nil {
		s.cfg.Fault = func(int, string) Fault { return None }
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Own is the account's own bill as it is now.
func (s *Server) Own() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Record(nil), s.own...)
}

// Summed is the account's own bill as it was when a summary of it was last asked.
func (s *Server) Summed() []Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Record(nil), s.summed...)
}

// Requests is how often an action was asked; "" is any.
func (s *Server) Requests(action string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if action == "" {
		return s.n
	}
	return s.requests[action]
}

// Language is what the last request wanted answers in.
func (s *Server) Language() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.language
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && r.URL.Path == "/file.zip" {
		s.file(w)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	action := r.Header.Get("X-TC-Action")
	s.mu.Lock()
	s.n++
	s.requests[action]++
	s.language = r.Header.Get("X-TC-Language")
	fault := s.cfg.Fault(s.n, action)
	s.mu.Unlock()
	if s.breaks(w, r, fault) {
		return
	}
	if code := s.verify(r, body); code != "" {
		answerError(w, code)
		return
	}
	var ask map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(body)))
	decoder.UseNumber()
	if decoder.Decode(&ask) != nil {
		answerError(w, "InvalidParameter")
		return
	}
	s.mu.Lock()
	answer, code := s.answer(r.Header.Get("X-TC-Version")+" "+action, ask, fault)
	s.mu.Unlock()
	if code != "" {
		answerError(w, code)
		return
	}
	answer["RequestId"] = "r-1"
	text, err := json.Marshal(map[string]any{"Response": answer})
	if err != nil {
		answerError(w, "InternalError")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch fault {
	case Truncated:
		_, _ = w.Write(text[:len(text)*2/3])
	case Slow:
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	default:
		_, _ = w.Write(text)
	}
}

// breaks answers with a fault that comes before any answer.
func (s *Server) breaks(w http.ResponseWriter, r *http.Request, fault Fault) bool {
	switch fault {
	case Status500:
		w.WriteHeader(http.StatusInternalServerError)
		answerError(w, "InternalError.GatewayError")
	case HTML502:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><h1>502 Bad Gateway</h1></html>")
	case Reset:
		panic(http.ErrAbortHandler)
	case Empty:
		fmt.Fprint(w, `{"Response":{"RequestId":"r-0"}}`)
	case Limit, LimitUin, LimitIP, LimitGlobalUin, Denied:
		answerError(w, string(fault))
	default:
		return false
	}
	return true
}

func answerError(w http.ResponseWriter, code string) {
	fmt.Fprintf(w, `{"Response":{"Error":{"Code":%q,"Message":"the message of the API"},"RequestId":"r-error"}}`, code)
}

var authorization = regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/([0-9-]+)/([a-z]+)/tc3_request, SignedHeaders=content-type;host, Signature=([0-9a-f]{64})$`)

// verify checks a TC3 signature, and returns the error code of a wrong one.
func (s *Server) verify(r *http.Request, body []byte) string {
	if s.cfg.Keys == nil {
		return ""
	}
	match := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if match == nil {
		return "AuthFailure.InvalidAuthorization"
	}
	key, token, ok := s.cfg.Keys(match[1])
	switch {
	case !ok:
		return "AuthFailure.SecretIdNotFound"
	case token != r.Header.Get("X-TC-Token"):
		return "AuthFailure.TokenFailure"
	}
	hash := func(text string) string { sum := sha256.Sum256([]byte(text)); return hex.EncodeToString(sum[:]) }
	mac := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	canonical := r.Method + "\n/\n\ncontent-type:" + r.Header.Get("Content-Type") + "\nhost:" + r.Host + "\n\ncontent-type;host\n" + hash(string(body))
	text := "TC3-HMAC-SHA256\n" + r.Header.Get("X-TC-Timestamp") + "\n" + match[2] + "/" + match[3] + "/tc3_request\n" + hash(canonical)
	want := hex.EncodeToString(mac(mac(mac(mac([]byte("TC3"+key), match[2]), match[3]), "tc3_request"), text))
	if !hmac.Equal([]byte(want), []byte(match[4])) {
		return "AuthFailure.SignatureFailure"
	}
	return ""
}
