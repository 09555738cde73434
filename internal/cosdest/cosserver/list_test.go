package cosserver_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest/cosserver"
)

func TestListing(t *testing.T) {
	w := newWire(t)
	for _, p := range []string{"/b/1", "/b/2", "/b/x/1", "/b/x/2", "/c%20d/%C3%BC+%25", "/a", "/z"} {
		w.do("PUT "+p, p)
	}
	pages := func(query string) (got []string) {
		for marker := ""; ; {
			r := w.want(w.do("GET /?encoding-type=url&"+query+"&marker="+url.QueryEscape(marker), ""), 200, "")
			page := append(all(r.body, "Key"), all(between(r.body+"<CommonPrefixes>", "<CommonPrefixes>", "</ListBucketResult>"), "Prefix")...)
			got = append(got, strings.Join(page, " "))
			next := between(r.body, "<NextMarker>", "</NextMarker>")
			if truncated := strings.Contains(r.body, "<IsTruncated>true"); truncated != (next != "") {
				t.Fatalf("truncated %v, next marker %q", truncated, next)
			}
			if next == "" {
				return got
			}
			marker, _ = url.PathUnescape(next)
		}
	}
	for query, want := range map[string][]string{
		"":                            {"a b/1 b/2 b/x/1 b/x/2 c%20d/%C3%BC%2B%25 z"},
		"max-keys=3":                  {"a b/1 b/2", "b/x/1 b/x/2 c%20d/%C3%BC%2B%25", "z"},
		"max-keys=1&prefix=b/x":       {"b/x/1", "b/x/2"},
		"max-keys=7":                  {"a b/1 b/2 b/x/1 b/x/2 c%20d/%C3%BC%2B%25 z"},
		"delimiter=%2F":               {"a z b/ c%20d/"},
		"delimiter=%2F&max-keys=1":    {"a", "b/", "c%20d/", "z"},
		"delimiter=%2F&max-keys=2":    {"a b/", "z c%20d/"},
		"delimiter=%2F&prefix=b/":     {"b/1 b/2 b/x/"},
		"prefix=nothing":              {""},
		"max-keys=5000&delimiter=%3F": {"a b/1 b/2 b/x/1 b/x/2 c%20d/%C3%BC%2B%25 z"},
	} {
		if diff := cmp.Diff(want, pages(query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	w.want(w.do("GET /?max-keys=0", ""), 400, "InvalidArgument")
	w.want(w.do("GET /?max-keys=x", ""), 400, "InvalidArgument")
	if r := w.do("GET /?prefix=c", ""); !strings.Contains(r.body, "<Key>c d/ü+%</Key>") {
		t.Errorf("without encoding: %s", r.body)
	}
}

func TestListingLags(t *testing.T) {
	now := time.Now()
	faults := cosserver.NewFaults("list-lag:2")
	w := newWire(t, func(c *cosserver.Config) { c.Faults, c.Now = faults, func() time.Time { return now } })
	w.do("PUT /old", "x")
	now = now.Add(time.Minute)
	w.do("PUT /new", "x")
	if got := all(w.do("GET /", "").body, "Key"); len(got) != 1 || got[0] != "old" {
		t.Errorf("lagging: got %v, want the old one", got)
	}
	now = now.Add(6 * time.Second)
	if got := all(w.do("GET /", "").body, "Key"); len(got) != 2 {
		t.Errorf("later: got %v, want both", got)
	}
}
