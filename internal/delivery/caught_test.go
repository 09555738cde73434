package delivery_test

import (
	"strings"
	"testing"

	"deliverd/internal/delivery"
)

// TestAPanicBreaksItsDeliveryAlone, also on a goroutine of its own: the one that
// makes the bytes while they are sent.
func TestAPanicBreaksItsDeliveryAlone(t *testing.T) {
	r := newRig(t, invent(t, 5000, 1))
	written := 0
	r.edit = func(c *delivery.Config) {
		c.Progress = func(s delivery.Step) {
			if s.Name != delivery.StepWrite {
				return
			}
			if written++; written == 2 { // the first time the bytes go nowhere
				panic("out of cheese")
			}
		}
	}
	out := r.must(delivery.Failed, "2025-11")
	if !strings.Contains(out.Err.Error(), "panic: out of cheese") || !strings.Contains(out.Err.Error(), "caught_test.go") {
		t.Errorf("got %v", out.Err)
	}
	if got := r.content("2025-11"); got != "" {
		t.Errorf("%d bytes were delivered", len(got))
	}
	r.checkTidy()
	r.edit = nil
	r.must(delivery.Delivered, "2025-11")
}
