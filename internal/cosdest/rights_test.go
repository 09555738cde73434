package cosdest_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

const rightsKey = "p/rights.csv"

// left is how many open uploads and objects the bucket shows to another client.
func (r *rig) left(t *testing.T) (uploads, objects int) {
	t.Helper()
	client := r.foreign(t)
	open, _, err := client.Bucket.ListMultipartUploads(t.Context(), &cos.ListMultipartUploadsOptions{})
	if err != nil {
		t.Fatal(err)
	}
	listed, _, err := client.Bucket.Get(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return len(open.Uploads), len(listed.Contents)
}

// shown is a text like "InitiateMultipartUpload ok, UploadPart denied".
func shown(rights []cosdest.Right) string {
	var all []string
	for _, r := range rights {
		word := "ok"
		switch {
		case errors.Is(r.Err, object.ErrUploadOpen):
			word = "open"
		case errors.Is(r.Err, fs.ErrPermission):
			word = "denied"
		case r.Err != nil:
			word = r.Err.Error()
		}
		all = append(all, r.Action+" "+word)
	}
	return strings.Join(all, ", ")
}

func TestTryUpload(t *testing.T) {
	const (
		initiate, part = "InitiateMultipartUpload ok, ", "UploadPart ok, "
		abort, list    = "AbortMultipartUpload ok, ", "ListMultipartUploads ok"
	)
	for fault, test := range map[string]struct {
		want string
		left int
	}{
		"":                        {initiate + part + abort + list, 0},
		"initiate-denied:all":     {"InitiateMultipartUpload denied, " + list, 0},
		"part-denied:all":         {initiate + "UploadPart denied, " + abort + list, 0},
		"abort-denied:all":        {initiate + part + "AbortMultipartUpload open, " + list, 1},
		"list-uploads-denied:all": {initiate + part + abort + "ListMultipartUploads denied", 0},
		"initiate-lost":           {initiate + part + abort + list, 0},
		"part-lost":               {initiate + part + abort + list, 0},
		"abort-lost":              {initiate + part + abort + list, 0},
		"abort-error:2":           {initiate + part + abort + list, 0},
		"list-uploads-cut":        {initiate + part + abort + list, 0},
	} {
		t.Run(fault, func(t *testing.T) {
			r := newRig(t)
			if fault != "" {
				if err := r.faults.Arm(fault); err != nil {
					t.Fatal(err)
				}
			}
			if got := shown(r.TryUpload(t.Context(), rightsKey)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if fault != "" && r.faults.Pending() != 0 {
				t.Error("the fault has not struck")
			}
			r.faults.Clear()
			if uploads, objects := r.left(t); uploads != test.left || objects != 0 {
				t.Errorf("%d uploads and %d objects are left, want %d and 0", uploads, objects, test.left)
			}
			if r.count("put")+r.count("complete") != 0 {
				t.Error("something was made visible")
			}
		})
	}
}

// TestACancelledTryLeavesNothing, wherever the cancel comes; also when the
// bucket takes its time to do what nobody waits for any more.
func TestACancelledTryLeavesNothing(t *testing.T) {
	for _, op := range []string{"initiate", "part", "abort", "list-uploads"} {
		ctx, cancel := context.WithCancel(t.Context())
		returned, over := make(chan struct{}), make(chan struct{})
		var first sync.Once
		r := newRig(t, func(c *cosserver.Config, _ *cosdest.Config) {
			c.Observe = func(e cosserver.Event) {
				switch {
				case e.Op != op || ctx.Err() != nil && !e.Done:
				case e.Done:
					first.Do(func() { close(over) })
				default:
					cancel()
					select {
					case <-returned:
					case <-time.After(200 * time.Millisecond): // it waits for the answer
					}
				}
			}
		})
		r.TryUpload(ctx, rightsKey)
		close(returned)
		<-over
		if uploads, _ := r.left(t); uploads != 0 {
			t.Errorf("%s: %d uploads are left", op, uploads)
		}
		if got := r.TryUpload(ctx, rightsKey); len(got) != 1 || !errors.Is(got[0].Err, context.Canceled) {
			t.Errorf("after a cancel: got %v", got)
		}
	}
}

// TestAnUploadThatIsNotGone although the bucket says so.
func TestAnUploadThatIsNotGone(t *testing.T) {
	r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.Transport = pretender{c.Transport} })
	want := "InitiateMultipartUpload ok, UploadPart ok, AbortMultipartUpload ok, ListMultipartUploads open"
	if got := shown(r.TryUpload(t.Context(), rightsKey)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// pretender answers an abort well and does nothing.
type pretender struct{ http.RoundTripper }

func (p pretender) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodDelete {
		return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
	return p.RoundTripper.RoundTrip(req)
}

func TestTryUploadLeavesOthersAlone(t *testing.T) {
	r := newRig(t)
	if _, _, err := r.foreign(t).Object.InitiateMultipartUpload(t.Context(), rightsKey, nil); err != nil {
		t.Fatal(err)
	}
	r.TryUpload(t.Context(), rightsKey)
	if uploads, _ := r.left(t); uploads != 1 {
		t.Errorf("%d uploads are left, want the other writer's", uploads)
	}
	if got := r.TryUpload(t.Context(), "/"); len(got) != 1 || got[0].Err == nil {
		t.Errorf("a key that is none: got %v", got)
	}
}

func TestProbeClock(t *testing.T) {
	for name, test := range map[string]struct {
		server time.Duration // the bucket's clock less ours
		ahead  time.Duration
		lets   bool // it lets us in
	}{
		"the same":         {0, 0, true},
		"ours behind":      {30 * time.Second, -30 * time.Second, true},
		"ours far behind":  {3 * time.Hour, -3 * time.Hour, false},
		"ours ahead":       {-10 * time.Minute, 10 * time.Minute, false},
		"ours a day ahead": {-24 * time.Hour, 24 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(c *cosserver.Config, _ *cosdest.Config) {
				c.Now = func() time.Time { return time.Now().Add(test.server) }
			})
			clock, err := r.ProbeClock(t.Context())
			if off := clock.Ahead - test.ahead; !clock.Known || off.Abs() > 5*time.Second || test.ahead == 0 && off != 0 {
				t.Errorf("got %+v, want %v ahead", clock, test.ahead)
			}
			if clock.Ahead%time.Second != 0 {
				t.Errorf("%v are no whole seconds", clock.Ahead)
			}
			if (err == nil) != test.lets || clock.Refused == test.lets {
				t.Errorf("got %+v, error %v; want to be let in: %v", clock, err, test.lets)
			}
		})
	}
	t.Run("no answer", func(t *testing.T) {
		r := newRig(t)
		r.faults.Inject(cosserver.Fault{Op: "list", Kind: "reset", Count: -1})
		if clock, err := r.ProbeClock(t.Context()); err == nil || clock.Known || clock.Refused {
			t.Errorf("got %+v, %v; want no clock", clock, err)
		}
	})
	t.Run("no date", func(t *testing.T) {
		r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) { c.Transport = undated{c.Transport} })
		if clock, err := r.ProbeClock(t.Context()); err != nil || clock.Known {
			t.Errorf("got %+v, %v; want no clock", clock, err)
		}
	})
}

// undated takes the Date out of the answers.
type undated struct{ http.RoundTripper }

func (u undated) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := u.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Header.Del("Date")
	}
	return res, err
}

func TestVersioned(t *testing.T) {
	for fault, want := range map[string]bool{"": false, "versioning-enabled": true, "versioning-suspended": true, "versioning-error": false} {
		r := newRig(t)
		if fault != "" {
			if err := r.faults.Arm(fault); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := r.Versioned(t.Context()); err != nil || got != want {
			t.Errorf("%q: got %v, %v; want %v", fault, got, err, want)
		}
	}
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "versioning", Kind: "denied"})
	if _, err := r.Versioned(t.Context()); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("denied: got %v", err)
	}
}
