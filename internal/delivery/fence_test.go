package delivery_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/object"
)

// uploads are open uploads by their key: is it ours to abort?
func uploads() map[string]bool {
	return map[string]bool{
		"bills/FOCUS-bill_details-200020002001-20251117.CSV":     true,
		"bills/FOCUS-bill_details-200020002001-20240229.CSV":     true,
		"bills/FOCUS-bill_details-200020002001-202511.CSV":       true,
		"bills/FOCUS-bill_details-2000200020011-202511.CSV":      false, // another account
		"bills/FOCUS-bill_details-200020002002-202511.CSV":       false,
		"FOCUS-bill_details-200020002001-20251117.CSV":           false, // another prefix
		"bills/x/FOCUS-bill_details-200020002001-20251117.CSV":   false,
		"bills/FOCUS-bill_details-200020002001-20251399.CSV":     false, // no day
		"bills/FOCUS-bill_details-200020002001-2025-11-17.CSV":   false, // another pattern
		"bills/FOCUS-bill_details-200020002001-20251117.csv":     false,
		"bills/FOCUS-bill_details-200020002001-202511.CSV.part":  false,
		"bills/FOCUS-bill_details-200020002001-202511.CSV/x.CSV": false,
	}
}

func TestOnlyOurUploadsAreAborted(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	hold(t, r.bucket, uploads(), func() { r.must(delivery.Delivered, "2025-11-18") })
}

func TestUploadsAreAbortedOncePerRun(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	d := r.deliverer()
	var aborts []bool
	for _, p := range []string{"2025-11-17", "2025-11-18", "2025-11"} {
		r.took()
		if out, err := d.Deliver(t.Context(), want(t, p)); err != nil || out.Result != delivery.Delivered {
			t.Errorf("%s: got %s, %v", p, out.Result, err)
		}
		aborts = append(aborts, slices.Contains(r.took(), membucket.Abort))
	}
	if !slices.Equal(aborts, []bool{true, false, false}) {
		t.Errorf("deliveries that aborted uploads: got %v, want the first alone", aborts)
	}
}

func TestADryRunAbortsNoUpload(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	r.options.DryRun = true
	keys := uploads()
	for key := range keys {
		keys[key] = false
	}
	hold(t, r.bucket, keys, func() { r.must(delivery.WouldDeliver, "2025-11-18") })
}

// TestAFailedFenceStopsTheRun: while an upload may still be completed by
// somebody else, nothing is written.
func TestAFailedFenceStopsTheRun(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	r.fault = func(step membucket.Step, _ string) error {
		if step == membucket.Abort {
			return context.DeadlineExceeded
		}
		return nil
	}
	r.must(delivery.Failed, "2025-11-18")
	if r.source.reads != 0 || r.content("2025-11-18") != "" {
		t.Errorf("%d reads and %d bytes after a failed fence, want none", r.source.reads, len(r.content("2025-11-18")))
	}
}

// hold keeps uploads open while during runs, and checks which were aborted.
func hold(t *testing.T, b *membucket.Bucket, keys map[string]bool, during func()) {
	t.Helper()
	for key, aborted := range keys {
		inner := during
		during = func() {
			_, err := b.Put(t.Context(), key, strings.NewReader("x"), object.PutOptions{
				BeforeVisible: func(context.Context) error { inner(); return nil }})
			if (err != nil) != aborted {
				t.Errorf("upload at %s: aborted %v, want %v (%v)", key, err != nil, aborted, err)
			}
		}
	}
	during()
}
