package cosserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The q-sign signature, from Tencent's description of it (document 436/7778).

var (
	errUnsigned = &failure{403, "AccessDenied", "Access Denied."}
	errExpired  = &failure{403, "AccessDenied", "Request has expired"}
	errNoSuchID = &failure{403, "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records."}
	errMismatch = &failure{403, "SignatureDoesNotMatch", "The Signature you specified is invalid."}
	errSkewed   = &failure{403, "RequestTimeTooSkewed", "The difference between the request time and the server's time is too large."}
)

// signature is what a request says about how it was signed.
type signature struct {
	id, signTime, keyTime string
	headers, params       []string
	value                 string
}

func (c *call) checkSignature() error {
	sig, ok := readSignature(c.r)
	if !ok {
		return errUnsigned
	}
	key, ok := c.keys[sig.id]
	if !ok {
		return errNoSuchID
	}
	start, end, ok := interval(sig.signTime)
	if !ok {
		return errUnsigned.because("q-sign-time is not an interval.")
	}
	switch now := c.now().Unix(); {
	case now < start:
		return errSkewed
	case now > end:
		return errExpired
	}
	want := sig.of(c.r, key)
	if !hmac.Equal([]byte(want), []byte(sig.value)) {
		return errMismatch
	}
	return nil
}

// readSignature finds the signature in the Authorization header, or in the
// query of a presigned URL.
func readSignature(r *http.Request) (signature, bool) {
	fields := r.URL.Query().Get
	if auth := r.Header.Get("Authorization"); auth != "" {
		parsed := make(map[string]string)
		for pair := range strings.SplitSeq(auth, "&") {
			name, value, _ := strings.Cut(pair, "=")
			parsed[strings.TrimSpace(name)] = value
		}
		fields = func(name string) string { return parsed[name] }
	}
	sig := signature{
		id: fields("q-ak"), signTime: fields("q-sign-time"), keyTime: fields("q-key-time"),
		headers: names(fields("q-header-list")), params: names(fields("q-url-param-list")),
		value: fields("q-signature"),
	}
	return sig, fields("q-sign-algorithm") == "sha1" && sig.id != "" && sig.value != ""
}

func names(list string) []string {
	list = strings.ToLower(list)
	if list == "" {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values(strings.Split(list, ";"))))
}

func interval(s string) (start, end int64, ok bool) {
	from, to, found := strings.Cut(s, ";")
	start, err1 := strconv.ParseInt(from, 10, 64)
	end, err2 := strconv.ParseInt(to, 10, 64)
	return start, end, found && err1 == nil && err2 == nil
}

// of is the value that the signature must have.
func (sig signature) of(r *http.Request, secretKey string) string {
	signKey := hmacHex(secretKey, sig.keyTime)
	text := strings.ToLower(r.Method) + "\n" +
		r.URL.Path + "\n" +
		joined(sig.params, paramValues(r.URL.Query())) + "\n" +
		joined(sig.headers, headerValues(r)) + "\n"
	digest := sha1.Sum([]byte(text))
	return hmacHex(signKey, "sha1\n"+sig.keyTime+"\n"+hex.EncodeToString(digest[:])+"\n")
}

func hmacHex(key, text string) string {
	h := hmac.New(sha1.New, []byte(key))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

// joined is name=value&..., sorted by name, and by value where a name repeats.
func joined(names []string, values map[string][]string) string {
	var pairs []string
	for _, name := range names {
		for _, value := range slices.Sorted(slices.Values(values[name])) {
			pairs = append(pairs, name+"="+escaped(value))
		}
	}
	return strings.Join(pairs, "&")
}

func paramValues(query url.Values) map[string][]string {
	values := make(map[string][]string)
	for name, v := range query {
		lower := strings.ToLower(escaped(name))
		values[lower] = append(values[lower], v...)
	}
	return values
}

// headerValues gives back to the headers what net/http took out of them.
func headerValues(r *http.Request) map[string][]string {
	values := make(map[string][]string)
	for name, v := range r.Header {
		values[strings.ToLower(escaped(name))] = v
	}
	values["host"] = []string{r.Host}
	if r.ContentLength >= 0 {
		values["content-length"] = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	if len(r.TransferEncoding) > 0 {
		values["transfer-encoding"] = r.TransferEncoding
	}
	return values
}

// escaped leaves the unreserved characters of RFC 3986 alone.
func escaped(s string) string { return escapedBut(s, "-_.~") }

func escapedBut(s, plain string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}
