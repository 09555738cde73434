package billsummary_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// signing is how a request is signed by TC3-HMAC-SHA256, in the words of the
// provider's documentation; what is blank is as the Go SDK has it.
type signing struct {
	method, path, query, body string
	action, version           string
	id, secret                string
	host                      string // signed in place of the one that is sent
	service, date             string
	contentType               string
	headers                   map[string]string // signed beside content-type and host, with the value that is signed
	sent                      map[string]string // header values that are sent
	payload                   string            // hashed in place of the body
	at                        time.Time
	authorization             func(string) string // changes the header
}

func (r *rig) signed(s signing) *http.Request {
	r.t.Helper()
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&s.method, http.MethodPost)
	set(&s.path, "/")
	set(&s.action, "DescribeBillSummary")
	set(&s.version, "2018-07-09")
	set(&s.id, keyID)
	set(&s.secret, secret)
	set(&s.host, r.host())
	set(&s.service, "billing")
	set(&s.contentType, "application/json")
	set(&s.payload, s.body)
	if s.at.IsZero() {
		s.at = r.now
	}
	set(&s.date, s.at.UTC().Format(time.DateOnly))
	names, canonical := "content-type;host", "content-type:"+s.contentType+"\nhost:"+s.host+"\n"
	for name, value := range s.headers { // one at most
		names += ";" + name
		canonical += name + ":" + value + "\n"
	}
	toHash := strings.Join([]string{s.method, "/", s.query, canonical, names, digest(s.payload)}, "\n")
	stamp := fmt.Sprint(s.at.Unix())
	scope := s.date + "/" + s.service + "/tc3_request"
	toSign := strings.Join([]string{"TC3-HMAC-SHA256", stamp, scope, digest(toHash)}, "\n")
	signature := hex.EncodeToString(mac(mac(mac(mac([]byte("TC3"+s.secret), s.date), s.service), "tc3_request"), toSign))

	url := r.url + s.path
	if s.query != "" {
		url += "?" + s.query
	}
	req, err := http.NewRequestWithContext(r.t.Context(), s.method, url, body(s.body))
	if err != nil {
		r.t.Fatal(err)
	}
	header := "TC3-HMAC-SHA256 Credential=" + s.id + "/" + scope + ", SignedHeaders=" + names + ", Signature=" + signature
	if s.authorization != nil {
		header = s.authorization(header)
	}
	for name, value := range map[string]string{
		"Authorization": header, "Content-Type": s.contentType, "X-TC-Action": s.action, "X-TC-Version": s.version, "X-TC-Timestamp": stamp,
	} {
		req.Header.Set(name, value)
	}
	for name, value := range s.sent {
		req.Header.Set(name, value)
		if value == "" {
			req.Header.Del(name)
		}
	}
	return req
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
