package cosserver_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/cosdest/cosserver"
)

const mib = 1 << 20

// wire is a client that says exactly what it is told, signed by the SDK.
type wire struct {
	t    *testing.T
	url  *url.URL
	host string
	dir  string
	http *httptest.Server

	client *http.Client
}

func newWire(t *testing.T, edit ...func(*cosserver.Config)) *wire {
	t.Helper()
	c := cosserver.Config{Dir: t.TempDir(), Bucket: "b-1", SecretID: "id", SecretKey: "key", NoSync: true}
	for _, e := range edit {
		e(&c)
	}
	handler, err := cosserver.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &wire{t: t, url: u, dir: c.Dir, http: s, client: s.Client()}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// do sends METHOD /escaped-path?query with headers given as name, value, ...
func (w *wire) do(request, body string, headers ...string) reply {
	w.t.Helper()
	r, err := w.try(request, body, headers...)
	if err != nil {
		w.t.Fatalf("%s: %v", request, err)
	}
	return r
}

// try is do for a server that may be gone.
func (w *wire) try(request, body string, headers ...string) (reply, error) {
	method, target, _ := strings.Cut(request, " ")
	u, err := w.url.Parse(target)
	if err != nil {
		return reply{}, err
	}
	if strings.HasPrefix(target, "/.") && !strings.Contains(target, "%") || strings.HasPrefix(target, "//") || strings.Contains(target, "/../") {
		u = &url.URL{Scheme: "http", Host: w.url.Host, Path: target} // as it is: Parse would clean it
	}
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, u.String(), reader)
	if err != nil {
		return reply{}, err
	}
	req.URL = u
	req.Host = w.host
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Transfer-Encoding" {
			req.ContentLength = -1
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	if req.Host == "" {
		req.Host = u.Host
	}
	cos.AddAuthorizationHeader("id", "key", "", req, cos.NewAuthTime(time.Hour))
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

// want fails unless the answer has the status and, for an error, the code.
func (w *wire) want(r reply, status int, code string) reply {
	w.t.Helper()
	var e struct{ Code, RequestId, Resource string }
	if code != "" {
		if err := xml.Unmarshal([]byte(r.body), &e); err != nil {
			w.t.Errorf("body %q: %v", r.body, err)
		}
		if e.RequestId == "" || e.RequestId != r.header.Get("x-cos-request-id") || e.Resource == "" {
			w.t.Errorf("error %+v does not name its request", e)
		}
	}
	if r.status != status || e.Code != code {
		w.t.Errorf("got %d %s, want %d %s (%s)", r.status, e.Code, status, code, r.body)
	}
	return r
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func all(s, tag string) []string {
	var found []string
	for _, piece := range strings.Split(s, "<"+tag+">")[1:] {
		found = append(found, between("<"+piece, "<", "</"+tag+">"))
	}
	return found
}

func crcOf(s string) string {
	return fmt.Sprint(crc64.Checksum([]byte(s), crc64.MakeTable(crc64.ECMA)))
}

func TestPutHeadGet(t *testing.T) {
	w := newWire(t)
	put := w.want(w.do("PUT /a/b.csv", "hello", "Content-Type", "text/csv", "x-cos-meta-rows", "12"), 200, "")
	head := w.want(w.do("HEAD /a/b.csv", ""), 200, "")
	get := w.want(w.do("GET /a/b.csv?versionId=", ""), 200, "")
	for _, r := range []reply{put, head, get} {
		if r.header.Get("ETag") != `"5d41402abc4b2a76b9719d911017c592"` || r.header.Get("x-cos-hash-crc64ecma") != crcOf("hello") {
			t.Errorf("etag %s, crc-64 %s", r.header.Get("ETag"), r.header.Get("x-cos-hash-crc64ecma"))
		}
	}
	for _, r := range []reply{head, get} {
		if r.header.Get("Content-Length") != "5" || r.header.Get("Content-Type") != "text/csv" || r.header.Get("x-cos-meta-rows") != "12" {
			t.Errorf("headers: %v", r.header)
		}
	}
	if get.body != "hello" {
		t.Errorf("body: %q", get.body)
	}
	if r := w.do("GET /a/b.csv?response-content-type=text%2Fplain", ""); r.header.Get("Content-Type") != "text/plain" {
		t.Errorf("content type: %s", r.header.Get("Content-Type"))
	}
	w.want(w.do("PUT /chunked", "hello", "Transfer-Encoding", "chunked"), 200, "")
	if r := w.do("GET /chunked", ""); r.body != "hello" {
		t.Errorf("chunked: %q", r.body)
	}
	w.want(w.do("PUT /empty", ""), 200, "")
	if r := w.do("GET /empty", ""); r.status != 200 || r.body != "" || r.header.Get("x-cos-hash-crc64ecma") != "0" {
		t.Errorf("empty: %+v", r)
	}
	w.want(w.do("HEAD /none", ""), 404, "")
	w.want(w.do("GET /none", ""), 404, "NoSuchKey")
}

func TestRangesAndConditions(t *testing.T) {
	w := newWire(t)
	etag := w.do("PUT /a", "0123456789").header.Get("ETag")
	w.do("PUT /empty", "")
	past, future := "Mon, 02 Jan 2006 15:04:05 GMT", "Fri, 02 Jan 2099 15:04:05 GMT"
	tests := []struct {
		path, header, value string
		status              int
		body, contentRange  string
	}{
		{"/a", "Range", "bytes=0-0", 206, "0", "bytes 0-0/10"},
		{"/a", "Range", "bytes=3-5", 206, "345", "bytes 3-5/10"},
		{"/a", "Range", "bytes=3-", 206, "3456789", "bytes 3-9/10"},
		{"/a", "Range", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"/a", "Range", "bytes=-99", 206, "0123456789", "bytes 0-9/10"},
		{"/a", "Range", "bytes=8-99", 206, "89", "bytes 8-9/10"},
		{"/a", "Range", "bytes=10-", 416, "", "bytes */10"},
		{"/a", "Range", "bytes=-0", 416, "", "bytes */10"},
		{"/empty", "Range", "bytes=0-", 416, "", "bytes */0"},
		{"/a", "Range", "bytes=5-3", 200, "0123456789", ""},
		{"/a", "Range", "lines=1-2", 200, "0123456789", ""},
		{"/a", "If-Match", etag, 200, "0123456789", ""},
		{"/a", "If-Match", `"x"`, 412, "", ""},
		{"/a", "If-None-Match", etag, 304, "", ""},
		{"/a", "If-None-Match", `"x"`, 200, "0123456789", ""},
		{"/a", "If-Modified-Since", future, 304, "", ""},
		{"/a", "If-Modified-Since", past, 200, "0123456789", ""},
		{"/a", "If-Unmodified-Since", past, 412, "", ""},
		{"/a", "If-Unmodified-Since", future, 200, "0123456789", ""},
	}
	for _, tt := range tests {
		t.Run(tt.header+" "+tt.value, func(t *testing.T) {
			r := w.do("GET "+tt.path, "", tt.header, tt.value)
			if tt.status == 416 || tt.status == 412 {
				r.body = ""
			}
			if r.status != tt.status || r.body != tt.body {
				t.Errorf("got %d %q, want %d %q", r.status, r.body, tt.status, tt.body)
			}
			if tt.status != 416 && r.header.Get("Content-Range") != tt.contentRange {
				t.Errorf("content range: got %q, want %q", r.header.Get("Content-Range"), tt.contentRange)
			}
		})
	}
}

func TestBadBodies(t *testing.T) {
	w := newWire(t)
	w.want(w.do("PUT /a", "hello", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), 400, "BadDigest")
	w.want(w.do("PUT /a", "hello", "Content-MD5", "XUFAKrxLKna5cZ2REBfFkg=="), 200, "")
	w.want(w.do("PUT /a", "other", "x-cos-forbid-overwrite", "true"), 409, "FileAlreadyExists")
	if r := w.do("GET /a", ""); r.body != "hello" {
		t.Errorf("the object was overwritten: %q", r.body)
	}
	w.want(w.do("PUT /a?tagging", "<Tagging/>"), 501, "NotImplemented")
	w.want(w.do("PUT /a?acl", ""), 501, "NotImplemented")
	w.want(w.do("GET /a?versionId=abc", ""), 501, "NotImplemented")
	w.want(w.do("PUT /", ""), 501, "NotImplemented")
	w.want(w.do("DELETE /", ""), 501, "NotImplemented")
	w.want(w.do("GET /?policy", ""), 501, "NotImplemented")
	w.want(w.do("PUT /?versioning", "<VersioningConfiguration/>"), 501, "NotImplemented")
	w.want(w.do("GET /a?versioning", ""), 501, "NotImplemented")
	w.want(w.do("GET /?versioning&policy", ""), 501, "NotImplemented")
	if r := w.do("GET /?versioning", ""); r.status != 200 || !strings.HasSuffix(r.body, "<VersioningConfiguration></VersioningConfiguration>") {
		t.Errorf("versioning: got %+v", r)
	}
	if r := w.do("GET /a", ""); r.body != "hello" {
		t.Errorf("a sub-resource was written as the object: %q", r.body)
	}
}

func TestHosts(t *testing.T) {
	w := newWire(t)
	for host, status := range map[string]int{
		"":                          200,
		"localhost:1234":            200,
		"[::1]:99":                  200,
		"cosbucket:80":              200,
		"b-1.cos.ap-x.myqcloud.com": 200,
		"b-2.cos.ap-x.myqcloud.com": 404,
	} {
		w.host = host
		if r := w.do("GET /", ""); r.status != status {
			t.Errorf("host %q: got %d, want %d", host, r.status, status)
		}
		if r := w.do("HEAD /", ""); r.status != status {
			t.Errorf("host %q: HEAD got %d, want %d", host, r.status, status)
		}
	}
	w.host = "service.cos.myqcloud.com"
	if r := w.do("GET /", ""); !strings.Contains(r.body, "<Name>b-1</Name>") {
		t.Errorf("service: %s", r.body)
	}
}

// TestOddKeysStayInTheFolder stores keys that would be trouble as file names.
func TestOddKeysStayInTheFolder(t *testing.T) {
	w := newWire(t)
	paths := []string{"/a", "/a/", "/a/b", "/a/b/c", "/A", "/a%20b", "/%C3%BC", "/%25", "/+", "/..%2f..%2fx", "/../../etc/passwd",
		"/a/../../../x", "/.", "/a%00b", "/con.json", "//double", "/" + strings.Repeat("k", 850), "/%5C..%5Cx"}
	for i, p := range paths {
		w.want(w.do("PUT "+p, fmt.Sprint(i)), 200, "")
	}
	for i, p := range paths {
		if r := w.do("GET "+p, ""); r.body != fmt.Sprint(i) {
			t.Errorf("%s: got %q, want %d", p, r.body, i)
		}
	}
	parent, err := os.ReadDir(filepath.Dir(w.dir))
	if err != nil || len(parent) != 1 {
		t.Errorf("beside the folder: %v, %v; want the folder alone", parent, err)
	}
	reopened := newWire(t, func(c *cosserver.Config) { c.Dir = w.dir })
	for i, p := range paths {
		if r := reopened.do("GET "+p, ""); r.body != fmt.Sprint(i) {
			t.Errorf("reopened, %s: got %q, want %d", p, r.body, i)
		}
	}
}

func TestDeleteAndCopy(t *testing.T) {
	w := newWire(t)
	w.do("PUT /a%20b", "hello", "x-cos-meta-rows", "1")
	w.want(w.do("PUT /copy", "", "x-cos-copy-source", "b-1.cos.ap-x.myqcloud.com/a%20b"), 200, "")
	if r := w.do("GET /copy", ""); r.body != "hello" || r.header.Get("x-cos-meta-rows") != "1" {
		t.Errorf("copy: %+v", r)
	}
	w.want(w.do("PUT /copy", "", "x-cos-copy-source", "b-2.cos.ap-x.myqcloud.com/a%20b"), 404, "NoSuchBucket")
	w.want(w.do("PUT /copy", "", "x-cos-copy-source", "b-1.cos.ap-x.myqcloud.com/none"), 404, "NoSuchKey")
	w.want(w.do("DELETE /copy", ""), 204, "")
	w.want(w.do("DELETE /copy", ""), 204, "")
	w.want(w.do("POST /?delete", "<Delete><Object><Key>a b</Key></Object><Object><Key>none</Key></Object></Delete>"), 200, "")
	if got := all(w.do("GET /", "").body, "Key"); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	left, err := filepath.Glob(filepath.Join(w.dir, "*", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("files left: %v, %v", left, err)
	}
}

func TestShortBodyStoresNothing(t *testing.T) {
	w := newWire(t)
	_ = w.want(w.do("PUT /a", "hello"), 200, "")
	req, err := http.NewRequest(http.MethodPut, w.http.URL+"/b", io.MultiReader(bytes.NewReader(make([]byte, 100)), errReader{}))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1000
	cos.AddAuthorizationHeader("id", "key", "", req, cos.NewAuthTime(time.Hour))
	if res, err := w.http.Client().Do(req); err == nil {
		res.Body.Close()
		t.Errorf("a short body was answered with %d", res.StatusCode)
	}
	w.want(w.do("HEAD /b", ""), 404, "")
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestPresignedWithBareSemicolons is how Tencent's SDK for Node writes it.
func TestPresignedWithBareSemicolons(t *testing.T) {
	w := newWire(t)
	w.do("PUT /a", "hello")
	client := cos.NewClient(&cos.BaseURL{BucketURL: w.url}, nil)
	presigned, err := client.Object.GetPresignedURL(t.Context(), http.MethodGet, "a", "id", "key", time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.http.Client().Get(strings.ReplaceAll(presigned.String(), "%3B", ";"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("got %d, want 200", res.StatusCode)
	}
}
