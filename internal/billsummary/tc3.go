package billsummary

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	tc3             = "TC3-HMAC-SHA256"
	tc3Scope        = "tc3_request"
	service         = "billing"
	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// authorization is an Authorization header of TC3-HMAC-SHA256, taken apart.
type authorization struct {
	secretID, date, service string
	signed                  []string // names of headers, in lower case, in order
	signature               string
}

// readTC3 reads a request that is signed by TC3-HMAC-SHA256: the action in the
// headers, the parameters as JSON, or as the query of a GET.
func (s *Server) readTC3(r *http.Request) (*call, error) {
	auth, err := parseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	stamp := r.Header.Get("X-TC-Timestamp")
	if stamp == "" {
		return nil, missing("X-TC-Timestamp")
	}
	at, err := s.fresh(stamp)
	if err != nil {
		return nil, err
	}
	if err := auth.check(at, hosts(r)); err != nil {
		return nil, err
	}
	key, err := s.keyOf(auth.secretID, given(r.Header.Get("X-TC-Token")))
	if err != nil {
		return nil, err
	}
	c := &call{key: key, action: r.Header.Get("X-TC-Action"), version: r.Header.Get("X-TC-Version")}
	var body []byte
	if r.Method == http.MethodPost {
		if body, err = readBody(r, maxJSON); err != nil {
			return nil, err
		}
	}
	if !auth.signedBy(key, r, stamp, body) {
		return nil, errSignature()
	}
	c.params, err = tc3Params(r, body)
	return c, err
}

func errSignature() error {
	return fail(codeSignatureFailure, "The provided credentials could not be validated. Please check your signature is correct.")
}

func tc3Params(r *http.Request, body []byte) (params, error) {
	if r.Method == http.MethodGet {
		values, err := parseForm(r.URL.RawQuery)
		if err != nil {
			return nil, err
		}
		return formParams(values)
	}
	switch media := contentType(r); media {
	case mediaJSON:
		return jsonParams(body)
	case "multipart/form-data":
		return nil, fail(codeInvalidRequest, "A multipart body is not supported: use application/json.")
	default:
		return nil, fail(codeInvalidParameter, "The content type %q is not supported: use application/json.", media)
	}
}

func parseAuthorization(header string) (*authorization, error) {
	bad := fail(codeInvalidAuthorization, "The Authorization header is invalid: it is to be %s Credential=…, SignedHeaders=…, Signature=….", tc3)
	method, rest, _ := strings.Cut(header, " ")
	if method != tc3 {
		return nil, bad
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		if _, twice := fields[name]; !found || twice {
			return nil, bad
		}
		fields[name] = value
	}
	scope := strings.Split(fields["Credential"], "/")
	if len(scope) != 4 || scope[0] == "" || scope[3] != tc3Scope || fields["Signature"] == "" {
		return nil, bad
	}
	a := &authorization{
		secretID: scope[0], date: scope[1], service: scope[2], signature: fields["Signature"],
		signed: strings.Split(strings.ToLower(fields["SignedHeaders"]), ";"),
	}
	if !slices.Contains(a.signed, "content-type") || !slices.Contains(a.signed, "host") {
		return nil, fail(codeInvalidAuthorization, "The Authorization header is invalid: SignedHeaders is to name content-type and host.")
	}
	return a, nil
}

// check holds the scope against the time and the host. Most clients name the
// service; some take the first part of the host they call for it.
func (a *authorization) check(at time.Time, hosts []string) error {
	if a.date != at.UTC().Format(time.DateOnly) {
		return fail(codeInvalidAuthorization, "The Authorization header is invalid: the date of the credential scope is not that of X-TC-Timestamp in UTC.")
	}
	services := []string{service}
	for _, host := range hosts {
		first, _, _ := strings.Cut(host, ".")
		services = append(services, first)
	}
	if !slices.Contains(services, a.service) {
		return fail(codeInvalidAuthorization, "The Authorization header is invalid: the service of the credential scope is not %s.", service)
	}
	return nil
}

// signedBy reports whether the key made the signature. Clients differ in
// whether the host they sign has its port, whether values are in lower case,
// and in the path, which the provider has as /.
func (a *authorization) signedBy(k *key, r *http.Request, stamp string, body []byte) bool {
	got, err := hex.DecodeString(a.signature)
	if err != nil {
		return false
	}
	payload := sha256.Sum256(body)
	if r.Header.Get("X-TC-Content-SHA256") == unsignedPayload {
		payload = sha256.Sum256([]byte(unsignedPayload))
	}
	signing := k.signing(a.date, a.service)
	matches := false
	for _, path := range paths(r) {
		for _, host := range hosts(r) {
			for _, lower := range []bool{true, false} {
				canonical := strings.Join([]string{
					r.Method, path, r.URL.RawQuery, a.headers(r, host, lower), strings.Join(a.signed, ";"), hex.EncodeToString(payload[:]),
				}, "\n")
				digest := sha256.Sum256([]byte(canonical))
				toSign := strings.Join([]string{tc3, stamp, a.date + "/" + a.service + "/" + tc3Scope, hex.EncodeToString(digest[:])}, "\n")
				if hmac.Equal(got, sum(signing, toSign)) {
					matches = true
				}
			}
		}
	}
	return matches
}

func paths(r *http.Request) []string {
	if path := r.URL.EscapedPath(); path != "/" && path != "" {
		return []string{"/", path}
	}
	return []string{"/"}
}

// headers are the signed headers in canonical form, in the order in which the
// client names them, which is to be sorted.
func (a *authorization) headers(r *http.Request, host string, lower bool) string {
	var b strings.Builder
	for _, name := range a.signed {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = host
		}
		value = strings.TrimSpace(value)
		if lower {
			value = strings.ToLower(value)
		}
		b.WriteString(name + ":" + value + "\n")
	}
	return b.String()
}

func sum(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// signing is the key with which the requests of a day are signed.
func (k *key) signing(date, service string) []byte {
	return sum(sum(sum([]byte("TC3"+k.secret), date), service), tc3Scope)
}

// clockWindow is how far the clock of a client may be off.
const clockWindow = 5 * time.Minute

// fresh reads the time at which a request was signed, and refuses one that was
// signed long ago, or in time to come.
func (s *Server) fresh(stamp string) (time.Time, error) {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return time.Time{}, fail(codeInvalidParameter, "The timestamp is not a time in seconds.")
	}
	at := time.Unix(seconds, 0)
	if s.cfg.Now().Sub(at).Abs() > clockWindow {
		return time.Time{}, fail(codeSignatureExpire, "The signature has expired: the timestamp is more than 5 minutes off the time of the server.")
	}
	return at, nil
}
