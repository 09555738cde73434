package cosserver

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"
)

// TestPublishedSignature is the vector of Tencent's own SDK: a signature that
// no code of ours made.
func TestPublishedSignature(t *testing.T) {
	r := httptest.NewRequest(http.MethodPut, "http://testbucket-125000000.cos.ap-guangzhou.myqcloud.com/testfile2", nil)
	r.Header.Set("x-cos-content-sha1", "db8ac1c259eb89d4a131b253bacfca5f319d54f2")
	r.Header.Set("x-cos-stroage-class", "nearline")
	r.Header.Set("Authorization", "q-sign-algorithm=sha1&q-ak=QmFzZTY0IGlzIGEgZ2VuZXJp&q-sign-time=1480932292;1481012292&"+
		"q-key-time=1480932292;1481012292&q-header-list=host;x-cos-content-sha1;x-cos-stroage-class&q-url-param-list=&"+
		"q-signature=ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a")
	sig, ok := readSignature(r)
	if !ok || sig.id != "QmFzZTY0IGlzIGEgZ2VuZXJp" {
		t.Fatalf("read: got %+v, %v", sig, ok)
	}
	if got, want := sig.of(r, "AKIDZfbOA78asKUYBcXFrJD0a1ICvR98JM"), "ce4ac0ecbcdb30538b3fee0a97cc6389694ce53a"; got != want {
		t.Errorf("signature: got %s, want %s", got, want)
	}
}

// signed is what the SDK's signer makes of a request, read as a server does.
func signed(t *testing.T, method, target string, header http.Header, id, key string, at *cos.AuthTime) *http.Request {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	client, err := http.NewRequest(method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		client.Header[name] = values
	}
	cos.AddAuthorizationHeader(id, key, "", client, at)
	r := httptest.NewRequest(method, u.RequestURI(), nil)
	r.Host = u.Host
	r.Header = client.Header.Clone()
	r.Header.Del("Host")
	return r
}

func TestSignaturesOfTheSDK(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(from, to time.Duration) *cos.AuthTime {
		return &cos.AuthTime{SignStartTime: now.Add(from), SignEndTime: now.Add(to), KeyStartTime: now.Add(from), KeyEndTime: now.Add(to)}
	}
	const host = "http://b-1.cos.ap-x.myqcloud.com"
	tests := []struct {
		name, method, target string
		header               http.Header
		id, key              string
		at                   *cos.AuthTime
		spoil                func(*http.Request)
		want                 *failure
	}{
		{name: "plain", target: "/a"},
		{name: "query", target: "/?prefix=a%2Fb&max-keys=1&marker=%C3%BC%20%2B*'()!"},
		{name: "empty parameter", method: "POST", target: "/a?uploads"},
		{name: "upper-case parameter", method: "PUT", target: "/a?partNumber=1&uploadId=AbC"},
		{name: "repeated parameter", target: "/?prefix=b&prefix=a"},
		{name: "escaped path", target: "/a%2Fb%20%C3%BC%25"},
		{name: "headers", method: "PUT", target: "/a", header: http.Header{"X-Cos-Meta-A": {"x y/ü"}, "Content-Type": {"text/csv; charset=utf-8"}, "Range": {"bytes=0-1"}}},
		{name: "wrong key", target: "/a", key: "other", want: errMismatch},
		{name: "unknown id", target: "/a", id: "other", want: errNoSuchID},
		{name: "not yet", target: "/a", at: at(time.Second, time.Hour), want: errSkewed},
		{name: "just begun", target: "/a", at: at(0, time.Hour)},
		{name: "just not ended", target: "/a", at: at(-time.Hour, 0)},
		{name: "ended", target: "/a", at: at(-time.Hour, -time.Second), want: errExpired},
		{name: "other method", target: "/a", spoil: func(r *http.Request) { r.Method = "DELETE" }, want: errMismatch},
		{name: "other path", target: "/a", spoil: func(r *http.Request) { r.URL.Path = "/b" }, want: errMismatch},
		{name: "other host", target: "/a", spoil: func(r *http.Request) { r.Host = "b-2.cos.ap-x.myqcloud.com" }, want: errMismatch},
		{name: "other value", target: "/?prefix=a", spoil: func(r *http.Request) { r.URL.RawQuery = "prefix=b" }, want: errMismatch},
		{name: "header removed", target: "/a", header: http.Header{"Range": {"bytes=0-1"}}, spoil: func(r *http.Request) { r.Header.Del("Range") }, want: errMismatch},
		{name: "no signature", target: "/a", spoil: func(r *http.Request) { r.Header.Del("Authorization") }, want: errUnsigned},
		{name: "empty signature", target: "/a", spoil: func(r *http.Request) {
			auth := r.Header.Get("Authorization")
			r.Header.Set("Authorization", auth[:strings.Index(auth, "q-signature=")+len("q-signature=")])
		}, want: errUnsigned},
		{name: "another scheme", target: "/a", spoil: func(r *http.Request) { r.Header.Set("Authorization", "Bearer abc") }, want: errUnsigned},
		{name: "longer lifetime", target: "/a", at: at(-time.Hour, -time.Second), spoil: func(r *http.Request) {
			sig, _ := readSignature(r)
			_, end, _ := strings.Cut(sig.signTime, ";")
			r.Header.Set("Authorization", strings.ReplaceAll(r.Header.Get("Authorization"), end, "9999999999"))
		}, want: errMismatch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			method, id, key, window := orElse(tt.method, "GET"), orElse(tt.id, "id"), orElse(tt.key, "key"), tt.at
			if window == nil {
				window = at(-time.Minute, time.Minute)
			}
			r := signed(t, method, host+tt.target, tt.header, id, key, window)
			if tt.spoil != nil {
				tt.spoil(r)
			}
			c := &call{r: r, Server: &Server{keys: map[string]string{"id": "key"}, now: func() time.Time { return now }}}
			err := c.checkSignature()
			if tt.want == nil && err != nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func orElse(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}

func TestPresignedURL(t *testing.T) {
	u, err := url.Parse("http://b-1.cos.ap-x.myqcloud.com")
	if err != nil {
		t.Fatal(err)
	}
	client := cos.NewClient(&cos.BaseURL{BucketURL: u}, nil)
	for _, key := range []string{"a", "dir/ü b.csv"} {
		presigned, err := client.Object.GetPresignedURL(t.Context(), http.MethodGet, key, "id", "key", time.Hour,
			&cos.PresignedURLOptions{Query: &url.Values{"response-content-type": {"text/plain"}}})
		if err != nil {
			t.Fatal(err)
		}
		for secret, want := range map[string]error{"key": nil, "other": errMismatch} {
			r := httptest.NewRequest(http.MethodGet, presigned.RequestURI(), nil)
			r.Host = u.Host
			c := &call{r: r, Server: &Server{keys: map[string]string{"id": secret}, now: time.Now}}
			if err := c.checkSignature(); !errors.Is(err, want) {
				t.Errorf("%s with key %s: got %v, want %v", key, secret, err, want)
			}
			if !understood(r.URL.Query()) {
				t.Errorf("the query of %s is not understood", presigned.Path)
			}
		}
	}
}
