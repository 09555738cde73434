package cosdest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

// foreign is a client that writes what Put would not.
func (r *rig) foreign(t *testing.T) *cos.Client {
	t.Helper()
	u, err := url.Parse(r.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	return cos.NewClient(&cos.BaseURL{BucketURL: u}, &http.Client{Transport: &cos.AuthorizationTransport{
		SecretID: secretID, SecretKey: secretKey, Transport: r.config.Transport}})
}

func TestListsThousands(t *testing.T) {
	r := newRig(t)
	const n = 2500
	for i := range n {
		mustPut(t, r, fmt.Sprintf("p/%05d.csv", (i*7919)%n), []byte{byte(i)}, object.PutOptions{})
	}
	pages := r.count("list")
	i := 0
	for o, err := range r.List(t.Context(), "p/") {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("p/%05d.csv", i); o.Key != want || o.Size != 1 {
			t.Fatalf("entry %d: got %s of %d bytes, want %s of 1", i, o.Key, o.Size, want)
		}
		i++
	}
	if pages = r.count("list") - pages; i != n || pages != 3 {
		t.Errorf("got %d keys in %d pages, want %d in 3", i, pages, n)
	}
}

// TestOddKeys reads what somebody else may have put into the bucket.
func TestOddKeys(t *testing.T) {
	r := newRig(t)
	client := r.foreign(t)
	odd := []string{" lead", "% 25%41", "a b", "a&b=c", "a+b", "a/b", "a/b/", "a<b>", "dir/..x", "q?x=1", "tab\tx", "ü/ß.csv", "好.csv", `"quote'`}
	for _, key := range odd {
		if _, err := client.Object.Put(t.Context(), key, strings.NewReader(key), nil); err != nil {
			t.Fatalf("put %q: %v", key, err)
		}
	}
	var got []string
	for o, err := range r.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, o.Key)
		buckettest.CheckStored(t, r, o.Key, []byte(o.Key))
	}
	want := slices.Sorted(slices.Values(odd))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for _, key := range []string{"..", "a/../b", ".", "/x", ""} {
		if _, err := r.Stat(t.Context(), key); err == nil {
			t.Errorf("stat %q: succeeded, want it refused", key)
		}
		if _, err := r.Get(t.Context(), key); err == nil {
			t.Errorf("get %q: succeeded, want it refused", key)
		}
	}
}

// answers is a transport that gives out fixed answers.
type answers struct{ bodies []string }

func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	body := a.bodies[0]
	if len(a.bodies) > 1 {
		a.bodies = a.bodies[1:]
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

// TestMarkersMustGrow meets servers that say there is more and not where.
func TestMarkersMustGrow(t *testing.T) {
	entry := func(key string) string {
		return "<Contents><Key>" + key + "</Key><Size>1</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>"
	}
	for name, next := range map[string]string{"none": "", "the same": "<NextMarker>a</NextMarker>", "smaller": "<NextMarker>0</NextMarker>"} {
		t.Run("list "+name, func(t *testing.T) {
			r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
				c.Transport = &answers{[]string{
					"<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>" + entry("a") + "</ListBucketResult>",
					"<ListBucketResult><IsTruncated>true</IsTruncated>" + next + entry("b") + "</ListBucketResult>"}}
			})
			n, failed := 0, false
			for _, err := range r.List(t.Context(), "") {
				if failed = err != nil; !failed {
					n++
				}
				if n > 9 {
					break // it would go on for ever
				}
			}
			if n != 1 || !failed {
				t.Errorf("got %d entries, error %v; want 1 and an error", n, failed)
			}
		})
		t.Run("uploads "+name, func(t *testing.T) {
			next := strings.ReplaceAll(next, "NextMarker", "NextKeyMarker")
			r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
				c.Transport = &answers{[]string{
					"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker></ListMultipartUploadsResult>",
					"<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>" + next + "</ListMultipartUploadsResult>"}}
			})
			if _, err := r.AbortUploads(t.Context(), "", func(string) bool { return true }); err == nil {
				t.Error("got no error, want one")
			}
		})
	}
}

func TestAbortUploadsPages(t *testing.T) {
	r := newRig(t)
	client := r.foreign(t)
	const n = 1100
	for i := range n {
		key := fmt.Sprintf("p/%d é.csv", i%550) // two uploads at every key
		if _, _, err := client.Object.InitiateMultipartUpload(t.Context(), key, nil); err != nil {
			t.Fatal(err)
		}
	}
	r.faults.Inject(cosserver.Fault{Op: "abort", Kind: "gone"})
	got, err := r.AbortUploads(t.Context(), "p/", func(key string) bool { return key != "p/7 é.csv" })
	if got != n-2 || err != nil {
		t.Errorf("got %d, %v; want %d", got, err, n-2)
	}
	r.faults.Inject(cosserver.Fault{Op: "abort", Kind: "denied"})
	got, err = r.AbortUploads(t.Context(), "", func(string) bool { return true })
	if got != 2 || !errors.Is(err, fs.ErrPermission) { // one that "was gone" above, and two kept, of which one is denied
		t.Errorf("got %d, %v; want 2 and the denied one", got, err)
	}
}

func TestGetChecksWhatItReads(t *testing.T) {
	r := newRig(t)
	content := buckettest.Content(300_000, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	for _, kind := range []string{"wrong-crc", "cut"} {
		r.faults.Inject(cosserver.Fault{Op: "get", Kind: kind})
		body, err := r.Get(t.Context(), "a.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(body); err == nil {
			t.Errorf("%s: read to the end without an error", kind)
		}
		body.Close()
	}
	r.faults.Inject(cosserver.Fault{Op: "get", Kind: "refuse", Count: 2})
	buckettest.CheckStored(t, r, "a.csv", content)
}

func TestGetEndsWithItsContext(t *testing.T) {
	r := newRig(t)
	mustPut(t, r, "a.csv", buckettest.Content(24*mib, 1), object.PutOptions{}) // more than sockets hold
	ctx, cancel := context.WithCancel(t.Context())
	body, err := r.Get(ctx, "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	cancel()
	if _, err := io.Copy(io.Discard, body); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a cancel", err)
	}
}

func TestListIsRetriedByPage(t *testing.T) {
	r := newRig(t)
	mustPut(t, r, "a", []byte("x"), object.PutOptions{})
	for _, kind := range []string{"refuse", "reset", "cut", "lost"} {
		r.faults.Inject(cosserver.Fault{Op: "list", Kind: kind})
		n := 0
		for _, err := range r.List(t.Context(), "") {
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			n++
		}
		if n != 1 || r.faults.Pending() != 0 {
			t.Errorf("%s: %d entries, %d faults left; want 1 and 0", kind, n, r.faults.Pending())
		}
	}
}
