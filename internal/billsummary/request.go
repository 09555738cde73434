package billsummary

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// How large a request may be; the provider's limits.
const (
	maxQuery = 32 << 10
	maxForm  = 1 << 20
	maxJSON  = 10 << 20
)

// call is a request whose sender is known.
type call struct {
	key     *key
	action  string
	version string
	params  params
}

// read reads a request and proves who sent it. The body of a request that
// names no key of ours is not read.
func (s *Server) read(r *http.Request) (*call, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return nil, fail(codeUnsupportedProtocol, "The method %s is not supported: use GET or POST.", r.Method)
	}
	if len(r.URL.RawQuery) > maxQuery {
		return nil, fail(codeRequestTooLarge, "The query is longer than %d bytes.", maxQuery)
	}
	if r.Header.Get("Authorization") != "" {
		return s.readTC3(r)
	}
	return s.readV1(r)
}

// contentType is the media type of the body, in lower case.
func contentType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

const (
	mediaForm = "application/x-www-form-urlencoded"
	mediaJSON = "application/json"
)

// readBody reads a body of at most so many bytes.
func readBody(r *http.Request, most int64) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, most))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fail(codeRequestTooLarge, "The request body is longer than %d bytes.", most)
	case err != nil:
		return nil, fail(codeInvalidRequest, "The request body broke off.")
	}
	return body, nil
}

func parseForm(raw string) (url.Values, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fail(codeInvalidParameter, "The parameters are not encoded as a form.")
	}
	return values, nil
}

// hosts are what clients sign as the host: with the port, or without it.
func hosts(r *http.Request) []string {
	host := r.Host
	at := strings.LastIndexByte(host, ':')
	if at < 0 || strings.HasSuffix(host, "]") {
		return []string{host}
	}
	return []string{host, host[:at]}
}

// given is a header's value; some clients spell one that they do not have.
func given(value string) string {
	if value == "null" || value == "undefined" || value == "None" {
		return ""
	}
	return value
}
