package membucket

import (
	"context"
	"io"
	"strings"
)

// reader ends with the context.
type reader struct {
	ctx  context.Context //nolint:containedctx // it bounds Read, which has none
	body io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.body.Read(p)
}

// longestKey is the longest key in bytes that a COS bucket takes.
const longestKey = 850

// writable says whether a key is one that deliverd writes to: segments of plain
// characters. The COS bucket takes no other key either.
func writable(key string) bool {
	for _, c := range []byte(key) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && strings.IndexByte("/._=-", c) < 0 {
			return false
		}
	}
	for segment := range strings.SplitSeq(key, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
	}
	return len(key) <= longestKey
}
