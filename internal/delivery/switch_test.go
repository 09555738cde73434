package delivery_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/period"
)

// A cadence is switched off and on at the moment when that is seen, not when
// the bucket can be looked at again.
func TestASwitchCountsWhileTheBucketIsDown(t *testing.T) {
	k := newKeeper(t)
	k.since = nil
	k.work() // noon of the 10th: both count from now on
	k.at("2025-11-12 12:00")
	k.wantWork(all(t, delivery.Delivered, "2025-11-10 2025-11-11"))
	down := func() {
		t.Helper()
		if _, err := k.worker().Work(t.Context()); err == nil {
			t.Fatal("the bucket is down, and the work has no error")
		}
	}
	k.fault = func(membucket.Step, string) error { return errors.New("the bucket is down") }
	k.off[period.Daily] = true
	down()
	k.at("2025-11-14 12:00")
	k.off[period.Daily] = false
	down()
	k.at("2025-11-17 12:00")
	k.fault = nil
	k.wantWork(all(t, delivery.Delivered, "2025-11-14 2025-11-15 2025-11-16"))

	spans, err := k.book.Activations(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range spans {
		if s.Cadence == period.Daily {
			got = append(got, s.After.Add(time.Nanosecond).In(period.Zone).Format("02 15:04"), s.Until.In(period.Zone).Format("02 15:04"))
		}
	}
	if diff := cmp.Diff([]string{"11 00:00", "12 12:00", "15 00:00", time.Time{}.In(period.Zone).Format("02 15:04")}, got); diff != "" {
		t.Errorf("the spans (-want +got):\n%s", diff)
	}
}
