package membucket_test

import (
	"bytes"
	"errors"
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
