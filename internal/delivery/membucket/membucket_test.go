package membucket_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/object"
)

func TestConformance(t *testing.T) {
	buckettest.Run(t, func(*testing.T) buckettest.Bucket { return membucket.New(membucket.Config{}) })
}

func TestFaults(t *testing.T) {
	errFault := errors.New("struck")
	for _, test := range []struct {
		step    membucket.Step
		visible bool
	}{
		{membucket.Initiate, false}, {membucket.Receive, false}, {membucket.Complete, false}, {membucket.Stored, true},
	} {
		t.Run(string(test.step), func(t *testing.T) {
			armed := true
			b := membucket.New(membucket.Config{Fault: func(step membucket.Step, _ string) error {
				if step == test.step && armed {
					return errFault
				}
				return nil
			}})
			_, err := b.Put(t.Context(), "a.csv", bytes.NewReader([]byte("abc")), object.PutOptions{})
			if !errors.Is(err, errFault) {
				t.Errorf("put: got %v, want %v", err, errFault)
			}
			armed = false
			if test.visible {
				buckettest.CheckStored(t, b, "a.csv", []byte("abc"))
			} else {
				buckettest.CheckAbsent(t, b, "a.csv")
			}
			buckettest.CheckNoOpenUpload(t, b)
		})
	}
}

// Whoever is killed leaves an upload open: nothing of it is visible, and the
// next abort ends it. What was stored before stays.
func TestKilled(t *testing.T) {
	for _, test := range []struct {
		step membucket.Step
		open int
	}{
		{membucket.Initiate, 0}, {membucket.Receive, 1}, {membucket.Complete, 1}, {membucket.Stored, 0}, {membucket.Stat, 0},
	} {
		t.Run(string(test.step), func(t *testing.T) {
			armed := true
			b := membucket.New(membucket.Config{Fault: func(step membucket.Step, _ string) error {
				if step == test.step && armed {
					return membucket.ErrKilled
				}
				return nil
			}})
			_, err := b.Put(t.Context(), "a.csv", strings.NewReader("abc"), object.PutOptions{})
			if !errors.Is(err, membucket.ErrKilled) {
				t.Errorf("put: got %v, want %v", err, membucket.ErrKilled)
			}
			armed = false
			if got := len(b.OpenUploads()); got != test.open {
				t.Errorf("%d uploads are open, want %d", got, test.open)
			}
			if n, err := b.AbortUploads(t.Context(), "", func(string) bool { return true }); n != test.open || err != nil {
				t.Errorf("aborted %d (%v), want %d", n, err, test.open)
			}
			buckettest.CheckNoOpenUpload(t, b)
		})
	}
}
