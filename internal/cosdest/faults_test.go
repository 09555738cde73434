package cosdest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/object"
)

// TestFaultMatrix lets every step of a write fail in every way, once. The
// write succeeds all the same, what is stored is whole, and no upload is open.
func TestFaultMatrix(t *testing.T) {
	steps := map[string]struct {
		size    int
		replace bool
	}{
		"put":      {size: 1000},
		"initiate": {size: 3*mib + 1},
		"part":     {size: 3*mib + 1},
		"complete": {size: 3*mib + 1},
		"head":     {size: 1000},
	}
	for step, w := range steps {
		for _, kind := range []string{"refuse", "refuse-late", "error", "busy", "timeout", "reset", "lost", "cut", "slow"} {
			for _, replace := range []bool{false, true} {
				if step == "put" && replace {
					continue // replacing never puts
				}
				t.Run(fmt.Sprintf("%s-%s replace=%v", step, kind, replace), func(t *testing.T) {
					t.Parallel()
					r := newRig(t)
					if replace {
						mustPut(t, r, "a.csv", buckettest.Content(50, 7), object.PutOptions{})
					}
					r.faults.Inject(cosserver.Fault{Op: step, Kind: kind, Delay: time.Millisecond})
					content := buckettest.Content(w.size, 1)
					mustPut(t, r, "a.csv", content, object.PutOptions{Replace: replace, Meta: map[string]string{"deliverd-rows": "9"}})
					r.check(t, "a.csv", content)
				})
			}
		}
	}
}

// check holds after every write: the fault struck, the object is whole, and no
// upload is open.
func (r *rig) check(t *testing.T, key string, content []byte) {
	t.Helper()
	if n := r.faults.Pending(); n != 0 {
		t.Errorf("%d faults did not strike", n)
	}
	r.faults.Clear()
	if content == nil {
		buckettest.CheckAbsent(t, r, key)
	} else {
		buckettest.CheckStored(t, r, key, content)
	}
	buckettest.CheckNoOpenUpload(t, r)
}

func mustPut(t *testing.T, r *rig, key string, content []byte, opt object.PutOptions) object.Object {
	t.Helper()
	o, err := r.Put(t.Context(), key, bytes.NewReader(content), opt)
	if err != nil {
		t.Fatalf("put %s: %v", key, err)
	}
	return o
}

// TestFaultsForGood lets a step fail until the retries are used up: the write
// fails with the cause, nothing is visible, no upload is open.
func TestFaultsForGood(t *testing.T) {
	for _, step := range []string{"put", "initiate", "part", "complete"} {
		for _, kind := range []string{"refuse", "error", "reset", "denied", "expired", "skewed"} {
			t.Run(step+"-"+kind, func(t *testing.T) {
				t.Parallel()
				r := newRig(t)
				size := 2*mib + 1
				if step == "put" {
					size = 1000
				}
				r.faults.Inject(cosserver.Fault{Op: step, Kind: kind, Count: -1})
				_, err := r.Put(t.Context(), "a.csv", bytes.NewReader(buckettest.Content(size, 1)), object.PutOptions{})
				e, ok := errors.AsType[*cosdest.Error](err)
				if !ok || e.Key != "a.csv" {
					t.Errorf("got %v, want an *Error about a.csv", err)
				}
				final := kind == "denied" || kind == "expired" || kind == "skewed"
				if n := r.count(step); final && n > 3 || !final && n < 4 {
					t.Errorf("%d requests, want one if final (%v), else one per attempt", n, final)
				}
				r.check(t, "a.csv", nil)
			})
		}
	}
}

// TestHangs gives a step no answer at all until the attempt's time is up.
func TestHangs(t *testing.T) {
	for step, size := range map[string]int{"put": 1000, "initiate": 2 * mib, "part": 2 * mib, "complete": 2 * mib} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(_ *cosserver.Config, c *cosdest.Config) {
				c.Timeouts = cosdest.Timeouts{Request: 2 * time.Second, Part: 2 * time.Second, Complete: 2 * time.Second}
			})
			r.faults.Inject(cosserver.Fault{Op: step, Kind: "hang"})
			content := buckettest.Content(size, 1)
			mustPut(t, r, "a.csv", content, object.PutOptions{})
			r.check(t, "a.csv", content)
		})
	}
}

func TestLostCompleteIsFoundStored(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "lost"})
	content := buckettest.Content(2*mib+1, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	if n := r.count("complete"); n != 1 {
		t.Errorf("%d completes, want 1: a look at the object settles it", n)
	}
	r.check(t, "a.csv", content)
}

// TestLostCompleteWhileHeadLags is the worst order: the answer is lost, the
// object is not visible yet, so Complete is repeated and meets NoSuchUpload.
func TestLostCompleteWhileHeadLags(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "lost"})
	r.faults.Inject(cosserver.Fault{Op: "head", Kind: "missing", Count: 4})
	content := buckettest.Content(2*mib+1, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	if n := r.count("complete"); n != 2 {
		t.Errorf("%d completes, want 2", n)
	}
	r.check(t, "a.csv", content)
}

func TestLostPutWhileHeadLags(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "put", Kind: "lost"})
	r.faults.Inject(cosserver.Fault{Op: "head", Kind: "missing", Count: 3})
	content := buckettest.Content(1000, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	if n := r.count("put"); n != 2 {
		t.Errorf("%d puts, want 2: the second meets FileAlreadyExists", n)
	}
	r.check(t, "a.csv", content)
}

// TestLostReplaceOfTheSameContent must not take the old object for the new
// one: the bytes are alike, the metadata is not.
func TestLostReplaceOfTheSameContent(t *testing.T) {
	r := newRig(t)
	content := buckettest.Content(1000, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{Meta: map[string]string{"deliverd-snapshot": "old"}})
	r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "reset"})
	o := mustPut(t, r, "a.csv", content, object.PutOptions{Replace: true, Meta: map[string]string{"deliverd-snapshot": "new"}})
	if o.Meta["deliverd-snapshot"] != "new" {
		t.Errorf("metadata: got %v, want the new snapshot", o.Meta)
	}
	r.check(t, "a.csv", content)
}

func TestLostInitiateLeavesNoOrphan(t *testing.T) {
	for _, kind := range []string{"lost", "cut"} {
		r := newRig(t)
		r.faults.Inject(cosserver.Fault{Op: "initiate", Kind: kind, Count: 2})
		content := buckettest.Content(2*mib+1, 1)
		mustPut(t, r, "a.csv", content, object.PutOptions{})
		if n := r.count("abort"); n != 2 {
			t.Errorf("%s: %d aborts, want 2 orphans aborted", kind, n)
		}
		r.check(t, "a.csv", content)
	}
}

// TestSweepIsAboutTheKeyAlone: the orphan's key is a prefix of another's.
func TestSweepIsAboutTheKeyAlone(t *testing.T) {
	r := newRig(t)
	other := buckettest.Content(2*mib, 2)
	_, err := r.Put(t.Context(), "a.csv.zip", bytes.NewReader(other), object.PutOptions{
		BeforeVisible: func(context.Context) error {
			r.faults.Inject(cosserver.Fault{Op: "initiate", Kind: "lost"})
			mustPut(t, r, "a.csv", buckettest.Content(2*mib, 1), object.PutOptions{})
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	r.check(t, "a.csv.zip", other)
}

func TestErrorInsideAGoodAnswer(t *testing.T) {
	for kind, completes := range map[string]int{"error-inside": 2, "error-inside-done": 1} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t)
			r.faults.Inject(cosserver.Fault{Op: "complete", Kind: kind})
			content := buckettest.Content(2*mib+1, 1)
			mustPut(t, r, "a.csv", content, object.PutOptions{})
			if n := r.count("complete"); n != completes {
				t.Errorf("%d completes, want %d", n, completes)
			}
			r.check(t, "a.csv", content)
		})
	}
	t.Run("for good", func(t *testing.T) {
		r := newRig(t)
		r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "error-inside", Count: -1})
		_, err := r.Put(t.Context(), "a.csv", bytes.NewReader(buckettest.Content(2*mib, 1)), object.PutOptions{})
		if e, ok := errors.AsType[*cosdest.Error](err); !ok || e.Code != "InternalError" || e.Status != 200 {
			t.Errorf("got %v, want the code from inside the answer", err)
		}
		r.check(t, "a.csv", nil)
	})
}

func TestSpacesBeforeTheResultOfComplete(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "complete", Kind: "spaces", Delay: 30 * time.Millisecond})
	content := buckettest.Content(2*mib+1, 1)
	mustPut(t, r, "a.csv", content, object.PutOptions{})
	r.check(t, "a.csv", content)
}

func TestWrongOrNoCRC(t *testing.T) {
	for _, name := range []string{"put-wrong-crc", "put-no-crc", "part-wrong-crc", "part-no-crc", "complete-wrong-crc"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if err := r.faults.Arm(name); err != nil {
				t.Fatal(err)
			}
			size := 2 * mib
			if strings.HasPrefix(name, "put") {
				size = 100
			}
			mustPut(t, r, "a.csv", buckettest.Content(size, 1), object.PutOptions{})
			r.check(t, "a.csv", buckettest.Content(size, 1))
		})
	}
	for _, name := range []string{"part-wrong-crc:all", "head-wrong-crc:all", "head-no-crc:all"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			if err := r.faults.Arm(name); err != nil {
				t.Fatal(err)
			}
			_, err := r.Put(t.Context(), "a.csv", bytes.NewReader(buckettest.Content(2*mib, 1)), object.PutOptions{})
			if err == nil || !strings.Contains(err.Error(), "a.csv") || errors.Is(err, fs.ErrExist) {
				t.Errorf("got %v, want an error about a.csv", err)
			}
			r.faults.Clear()
			buckettest.CheckNoOpenUpload(t, r)
		})
	}
}

func TestHeadLagsAfterTheWrite(t *testing.T) {
	r := newRig(t)
	r.faults.Inject(cosserver.Fault{Op: "head", Kind: "missing", Count: 5})
	mustPut(t, r, "a.csv", []byte("abc"), object.PutOptions{})
	r.check(t, "a.csv", []byte("abc"))

	r.faults.Inject(cosserver.Fault{Op: "head", Kind: "missing", Count: -1})
	_, err := r.Put(t.Context(), "b.csv", strings.NewReader("abc"), object.PutOptions{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("never visible: got %v, want an error that says so", err)
	}
}

func TestAbortThatFailsJoinsTheCause(t *testing.T) {
	r := newRig(t)
	errTorn := errors.New("the source tore")
	r.faults.Inject(cosserver.Fault{Op: "abort", Kind: "denied"})
	_, err := r.Put(t.Context(), "a.csv", &tornReader{buckettest.Content(2*mib, 1), errTorn}, object.PutOptions{})
	if !errors.Is(err, errTorn) || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want the cause and the failed abort", err)
	}
}

type tornReader struct {
	content []byte
	err     error
}

func (r *tornReader) Read(p []byte) (int, error) {
	n := copy(p, r.content)
	if r.content = r.content[n:]; n == 0 {
		return 0, r.err
	}
	return n, nil
}
