package cosdest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

func TestNew(t *testing.T) {
	const good = "https://focus-1250000000.cos.ap-singapore.myqcloud.com"
	tests := []struct {
		name string
		edit func(*cosdest.Config)
		want string // of the error; empty: none
	}{
		{"as it should be", func(*cosdest.Config) {}, ""},
		{"with a slash", func(c *cosdest.Config) { c.URL += "/" }, ""},
		{"own domain", func(c *cosdest.Config) { c.URL = "https://bills.example.com" }, ""},
		{"internal host", func(c *cosdest.Config) { c.URL = "https://b-1.cos-internal.ap-x.tencentcos.cn" }, ""},
		{"http to loopback", func(c *cosdest.Config) { c.URL = "http://127.0.0.1:99" }, ""},
		{"http to localhost", func(c *cosdest.Config) { c.URL = "http://localhost:99" }, ""},
		{"http to loopback v6", func(c *cosdest.Config) { c.URL = "http://[::1]:99" }, ""},
		{"http", func(c *cosdest.Config) { c.URL = strings.Replace(good, "https", "http", 1) }, "plain http is for a loopback host only"},
		{"http to a name that looks local", func(c *cosdest.Config) { c.URL = "http://127.0.0.1.example.com" }, "plain http"},
		{"no url", func(c *cosdest.Config) { c.URL = "" }, "must start with https"},
		{"no scheme", func(c *cosdest.Config) { c.URL = "focus-1250000000.cos.ap-singapore.myqcloud.com" }, "must start with https"},
		{"path", func(c *cosdest.Config) { c.URL += "/prefix" }, "must not hold a path"},
		{"query", func(c *cosdest.Config) { c.URL += "?a=b" }, "query"},
		{"fragment", func(c *cosdest.Config) { c.URL += "#a" }, "fragment"},
		{"user", func(c *cosdest.Config) { c.URL = "https://me:very-secret-key@b-1.cos.x.myqcloud.com" }, "must not hold a user"},
		{"no bucket", func(c *cosdest.Config) { c.URL = "https://cos.ap-singapore.myqcloud.com" }, "the host must be NAME-APPID"},
		{"no appid", func(c *cosdest.Config) { c.URL = "https://focus.cos.ap-singapore.myqcloud.com" }, "the host must be NAME-APPID"},
		{"no id", func(c *cosdest.Config) { c.SecretID = "" }, "the secret id is empty"},
		{"no key", func(c *cosdest.Config) { c.SecretKey = "" }, "the secret key is empty"},
		{"key with a newline", func(c *cosdest.Config) { c.SecretKey += "\n" }, "white space"},
		{"small parts", func(c *cosdest.Config) { c.PartSize = mib - 1 }, "part size"},
		{"no parallel", func(c *cosdest.Config) { c.Parallel = -1 }, "parallel"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cosdest.Config{URL: good, SecretID: secretID, SecretKey: secretKey}
			tt.edit(&c)
			_, err := cosdest.New(c)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), secretKey) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c := cosdest.Config{URL: "https://b-1.cos.x.myqcloud.com", SecretID: secretID, SecretKey: secretKey, SessionToken: "the-token"}
	creds := cosdest.Credentials{SecretID: secretID, SecretKey: secretKey, SessionToken: "the-token"}
	for _, v := range []any{c, &c, creds, &creds, []cosdest.Config{c}} {
		js, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%s %q %x %d", v, v, v, v), string(js)} {
			if strings.Contains(s, secretKey) || strings.Contains(s, "the-token") {
				t.Errorf("%T prints its secret: %s", v, s)
			}
		}
	}
}

func TestProbe(t *testing.T) {
	tests := []struct {
		name   string
		edit   func(*cosserver.Config, *cosdest.Config)
		code   string
		is     error
		remedy string
	}{
		{"good", func(*cosserver.Config, *cosdest.Config) {}, "", nil, ""},
		{"wrong key", func(_ *cosserver.Config, c *cosdest.Config) { c.SecretKey = "another-secret" }, "SignatureDoesNotMatch", fs.ErrPermission, "check the secret key"},
		{"wrong id", func(_ *cosserver.Config, c *cosdest.Config) { c.SecretID = "AKIDother" }, "InvalidAccessKeyId", fs.ErrPermission, "check the secret id"},
		{"clock ahead", func(s *cosserver.Config, _ *cosdest.Config) { s.Now = shifted(-20 * time.Minute) }, "RequestTimeTooSkewed", fs.ErrPermission, "it is 20m0s ahead of the bucket's"},
		{"clock behind", func(s *cosserver.Config, _ *cosdest.Config) { s.Now = shifted(2 * time.Hour) }, "AccessDenied", fs.ErrPermission, "behind the bucket's"},
		{"expired token", func(s *cosserver.Config, _ *cosdest.Config) { s.Faults = cosserver.NewFaults("list-expired") }, "ExpiredToken", nil, "get new ones"},
		{"no permission", func(s *cosserver.Config, _ *cosdest.Config) { s.Faults = cosserver.NewFaults("list-denied") }, "AccessDenied", fs.ErrPermission, "give the sub-account"},
		{"no such bucket", func(s *cosserver.Config, c *cosdest.Config) { toLoopback(c, "http://other-1250000000.cos.x.localhost") }, "NoSuchBucket", nil, "check the bucket url"},
		{"no such host", func(_ *cosserver.Config, c *cosdest.Config) { c.URL = "https://b-1.cos.nowhere.invalid" }, "", nil, "check the bucket url: there is no such host"},
		{"bucket by host name", func(s *cosserver.Config, c *cosdest.Config) {
			toLoopback(c, "http://"+bucketName+".cos.ap-x.localhost")
		}, "", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t, tt.edit)
			if l, ok := r.config.Transport.(*loopbackTransport); ok {
				l.address = r.http.Listener.Addr().String()
			}
			err := r.Probe(t.Context())
			if tt.code == "" && tt.remedy == "" {
				if err != nil {
					t.Errorf("got %v, want nil", err)
				}
				return
			}
			e, ok := errors.AsType[*cosdest.Error](err)
			if !ok || e.Code != tt.code || !strings.Contains(e.Remedy(), tt.remedy) || tt.is != nil && !errors.Is(err, tt.is) {
				t.Fatalf("got %v, remedy %q; want code %q, remedy %q", err, e.Remedy(), tt.code, tt.remedy)
			}
			if errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v matches fs.ErrNotExist, as if an object were missing", err)
			}
			if e.Status != 0 && e.RequestID == "" {
				t.Error("no request id")
			}
		})
	}
}

func shifted(d time.Duration) func() time.Time {
	return func() time.Time { return time.Now().Add(d) }
}

// loopbackTransport sends every host to one address.
type loopbackTransport struct {
	http.RoundTripper
	address string
}

func (l *loopbackTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	host := req.URL.Host
	req = req.Clone(req.Context())
	req.URL.Host, req.Host = l.address, host
	return l.RoundTripper.RoundTrip(req)
}

func toLoopback(c *cosdest.Config, url string) {
	c.URL, c.Transport = url, &loopbackTransport{RoundTripper: c.Transport}
}

// TestNothingSecretIsSaid provokes every kind of error with a log at debug
// level, and searches both for the secret and for signatures.
func TestNothingSecretIsSaid(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	for _, fault := range []string{"any-denied:all", "any-reset:all", "any-error:all", "put-lost", "part-cut", "complete-error-inside:all", "any-skewed:all", "any-wrong"} {
		r := newRig(t, func(s *cosserver.Config, c *cosdest.Config) {
			c.SessionToken = "the-token"
			c.Log, s.Log = zap.New(core), zap.New(core)
			if fault == "any-wrong" {
				c.SecretKey = "another-" + secretKey
			}
		})
		if fault != "any-wrong" {
			if err := r.faults.Arm(fault); err != nil {
				t.Fatal(err)
			}
		}
		_, put := r.Put(t.Context(), "a", strings.NewReader("x"), object.PutOptions{})
		_, replace := r.Put(t.Context(), "b", strings.NewReader("x"), object.PutOptions{Replace: true})
		_, stat := r.Stat(t.Context(), "c")
		_, get := r.Get(t.Context(), "c")
		_, abort := r.AbortUploads(t.Context(), "", func(string) bool { return true })
		text := fmt.Sprintf("%+v %#v", errors.Join(put, replace, stat, get, abort, r.Probe(t.Context())), stat)
		for _, entry := range logs.TakeAll() {
			text += fmt.Sprintln(entry.Message, entry.ContextMap())
		}
		for _, secret := range []string{secretKey, "the-token", "q-signature", "Authorization"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q is shown in %s", fault, secret, text)
			}
		}
	}
}

func TestCredentialsCanChange(t *testing.T) {
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.SecretKey = "old" })
	if err := r.Probe(t.Context()); !errors.Is(err, fs.ErrPermission) {
		t.Fatalf("got %v, want fs.ErrPermission", err)
	}
	if err := r.SetCredentials(cosdest.Credentials{SecretID: secretID}); err == nil {
		t.Error("an empty key was accepted")
	}
	if err := r.SetCredentials(cosdest.Credentials{SecretID: secretID, SecretKey: secretKey}); err != nil {
		t.Fatal(err)
	}
	if err := r.Probe(t.Context()); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// TestRefusedConnection needs the bucket's own transport: nothing listens.
func TestRefusedConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.URL = "http://" + l.Addr().String(); c.Transport = nil })
	_, err = r.Put(t.Context(), "a", strings.NewReader("x"), object.PutOptions{})
	e, ok := errors.AsType[*cosdest.Error](err)
	if !ok || e.Status != 0 || !strings.Contains(err.Error(), "refused") || !strings.Contains(err.Error(), "tried 4 times") {
		t.Errorf("got %v, want a refused connection, tried 4 times", err)
	}
}

func TestMetadataIsChecked(t *testing.T) {
	r := newRig(t)
	for _, meta := range []map[string]string{
		{"Upper": "x"}, {"": "x"}, {"a_b": "x"}, {"a": "ü"}, {"a": "x\ny"}, {"a": " x"}, {"a": strings.Repeat("x", 2048)},
	} {
		if _, err := r.Put(t.Context(), "a", strings.NewReader("x"), object.PutOptions{Meta: meta}); err == nil {
			t.Errorf("metadata %.40v: accepted", meta)
		}
	}
	if n := r.count("put"); n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}
