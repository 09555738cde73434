package cosdest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	longestKey   = 850  // bytes, COS document 436/13324
	mostMetadata = 2048 // bytes of user metadata, COS document 436/7749
)

// checkWritable says whether we write at key. It is stricter than COS: what
// the SDK, a proxy or a shell would read differently is not written at all.
func checkWritable(key string) error {
	if err := checkReadable(key); err != nil {
		return err
	}
	for _, c := range []byte(key) {
		if !plain(c) {
			return fmt.Errorf("key %q: character %q is not one of A-Z a-z 0-9 / . _ = -", key, c)
		}
	}
	if strings.HasSuffix(key, "/") || strings.Contains(key, "//") {
		return fmt.Errorf("key %q: has an empty segment", key)
	}
	return nil
}

// checkReadable refuses only what would not reach the object of that name: the
// SDK turns the key ".." into a request about the bucket.
func checkReadable(key string) error {
	switch {
	case key == "":
		return errors.New("key is empty")
	case len(key) > longestKey:
		return fmt.Errorf("key of %d bytes: more than %d", len(key), longestKey)
	case strings.HasPrefix(key, "/"):
		return fmt.Errorf("key %q: begins with a slash", key)
	case !utf8.ValidString(key):
		return fmt.Errorf("key %q: not UTF-8", key)
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "." || segment == ".." {
			return fmt.Errorf("key %q: has a segment %q", key, segment)
		}
	}
	return nil
}

func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("/._=-", c) >= 0
}

const metaPrefix = "x-cos-meta-"

// metaHeader is the user metadata as headers of a Put or Initiate.
func metaHeader(meta map[string]string) (*http.Header, error) {
	h := make(http.Header, len(meta))
	total := 0
	for _, name := range slices.Sorted(maps.Keys(meta)) {
		value := meta[name]
		if !metaName(name) {
			return nil, fmt.Errorf("metadata %q: a name is made of a-z, 0-9 and -", name)
		}
		if strings.TrimSpace(value) != value || strings.IndexFunc(value, unprintable) >= 0 {
			return nil, fmt.Errorf("metadata %s: value %q is not printable ASCII", name, value)
		}
		h.Set(metaPrefix+name, value)
		total += len(metaPrefix) + len(name) + len(value)
	}
	if total > mostMetadata {
		return nil, fmt.Errorf("metadata of %d bytes: more than %d", total, mostMetadata)
	}
	return &h, nil
}

func metaName(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }

func metaFrom(h http.Header) map[string]string {
	meta := make(map[string]string)
	for name, values := range h {
		if short, ok := strings.CutPrefix(strings.ToLower(name), metaPrefix); ok {
			meta[short] = strings.Join(values, ",")
		}
	}
	return meta
}
