package billsummary

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// readV1 reads a request of signature version 1: all parameters, the common
// ones and the signature among them, in the query of a GET or the form of a
// POST.
func (s *Server) readV1(r *http.Request) (*call, error) {
	values, err := v1Values(r)
	if err != nil {
		return nil, err
	}
	one := func(name string) (string, error) {
		given := values[name]
		if len(given) != 1 || given[0] == "" {
			return "", missing(name)
		}
		return given[0], nil
	}
	var secretID, signature, stamp string
	for _, need := range []struct {
		name string
		into *string
	}{{"SecretId", &secretID}, {"Signature", &signature}, {"Timestamp", &stamp}} {
		if *need.into, err = one(need.name); err != nil {
			return nil, err
		}
	}
	if _, err := s.fresh(stamp); err != nil {
		return nil, err
	}
	key, err := s.keyOf(secretID, given(values.Get("Token")))
	if err != nil {
		return nil, err
	}
	if err := v1Signed(key, r, values, signature); err != nil {
		return nil, err
	}
	c := &call{key: key, action: values.Get("Action"), version: values.Get("Version")}
	c.params, err = formParams(values)
	return c, err
}

func v1Values(r *http.Request) (url.Values, error) {
	if r.Method == http.MethodGet {
		return parseForm(r.URL.RawQuery)
	}
	switch contentType(r) {
	case mediaForm, "":
	case "multipart/form-data":
		return nil, fail(codeInvalidRequest, "A multipart body is not supported: use %s.", mediaForm)
	default:
		return nil, fail(codeInvalidAuthorization, "The request has no Authorization header.")
	}
	body, err := readBody(r, maxForm)
	if err != nil {
		return nil, err
	}
	return parseForm(string(body))
}

// v1Signed proves the signature: over the method, the host, the path and the
// parameters, sorted by name, with their values as they are.
func v1Signed(k *key, r *http.Request, values url.Values, signature string) error {
	var method func() hash.Hash
	switch values.Get("SignatureMethod") {
	case "", "HmacSHA1":
		method = sha1.New
	case "HmacSHA256":
		method = sha256.New
	default:
		return fail(codeInvalidValue, "The signature method is neither HmacSHA1 nor HmacSHA256.")
	}
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errSignature()
	}
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "Signature" {
			pairs = append(pairs, name+"="+values[name][0])
		}
	}
	matches := false
	for _, path := range paths(r) {
		for _, host := range hosts(r) {
			h := hmac.New(method, []byte(k.secret))
			h.Write([]byte(r.Method + host + path + "?" + strings.Join(pairs, "&")))
			if hmac.Equal(got, h.Sum(nil)) {
				matches = true
			}
		}
	}
	if !matches {
		return errSignature()
	}
	return nil
}
