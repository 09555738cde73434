package cosserver

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// byteRange reads one range of bytes=A-B, bytes=A- or bytes=-N. What is no
// such range is ignored, as HTTP asks; one beyond the end is not ok.
func byteRange(header string, size int64) (from, to int64, partial, ok bool) {
	whole := func() (int64, int64, bool, bool) { return 0, size, false, true }
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return whole()
	}
	if first == "" {
		n, err := strconv.ParseInt(last, 10, 64)
		if err != nil || n < 0 {
			return whole()
		}
		return max(0, size-n), size, true, n > 0 && size > 0
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return whole()
	}
	to = size
	if last != "" {
		end, err := strconv.ParseInt(last, 10, 64)
		if err != nil || end < from {
			return whole()
		}
		to = min(size, end+1)
	}
	return from, to, true, from < size
}

func contentRange(from, to, size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", from, to-1, size)
}

// condition checks If-Match, If-None-Match, If-Modified-Since and
// If-Unmodified-Since.
func condition(h http.Header, e entry) error {
	if want := h.Get("If-Match"); want != "" && !matches(want, e.ETag) {
		return errPrecondition
	}
	if since, ok := httpTime(h, "If-Unmodified-Since"); ok && h.Get("If-Match") == "" && e.Modified.Truncate(time.Second).After(since) {
		return errPrecondition
	}
	if want := h.Get("If-None-Match"); want != "" {
		if matches(want, e.ETag) {
			return errNotModified
		}
		return nil
	}
	if since, ok := httpTime(h, "If-Modified-Since"); ok && !e.Modified.Truncate(time.Second).After(since) {
		return errNotModified
	}
	return nil
}

func matches(want, etag string) bool {
	for one := range strings.SplitSeq(want, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.Trim(one, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

func httpTime(h http.Header, name string) (time.Time, bool) {
	t, err := http.ParseTime(h.Get(name))
	return t, err == nil
}
