package delivery_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

// verify looks at the periods, due at their due times, at the end of 2025.
func (r *rig) verify(periods ...string) []delivery.Check {
	r.t.Helper()
	var expected []delivery.Delivery
	for _, p := range periods {
		expected = append(expected, want(r.t, p))
	}
	v := delivery.Verifier{Account: r.account, Bucket: r.bucket, Freshness: 12 * time.Hour}
	november := func(p period.Period) bool { return p.Month() == when(r.t, "2025-11").Month() }
	checks, err := v.Verify(r.t.Context(), expected, nil, november, want(r.t, "2025-11-20").Due.Add(time.Hour))
	if err != nil {
		r.t.Fatal(err)
	}
	return checks
}

func TestVerifyStates(t *testing.T) {
	r := newRig(t, small())
	r.must(delivery.Delivered, "2025-11-10")
	r.must(delivery.Delivered, "2025-11-11")
	mine := r.meta("2025-11-10")
	r.put("2025-11-12", "other bytes", mine)
	r.put("2025-11-13", "unproven", map[string]string{"deliverd-snapshot": "s"})
	r.put("2025-11-14", "foreign", nil)
	r.put("2025-11-15", "unexpected", mine)
	r.put("2025-10-15", "of a month nobody asks about", mine)
	got := map[string]delivery.State{}
	for _, c := range r.verify("2025-11-10", "2025-11-11", "2025-11-12", "2025-11-13", "2025-11-14", "2025-11-19", "2025-11-20", "2025-11-21") {
		got[c.Period.String()] = c.State
		missing := c.State.Missing() || c.State == delivery.NotYet
		if c.Listed == missing || missing != (c.Object.Size == 0) || (c.Why == "") != (c.State == delivery.Present) {
			t.Errorf("%s: got %+v", c.Period, c)
		}
	}
	want := map[string]delivery.State{
		"2025-11-10": delivery.Present, "2025-11-11": delivery.Present, "2025-11-12": delivery.Differs, "2025-11-13": delivery.Unproven,
		"2025-11-14": delivery.Foreign, "2025-11-15": delivery.Foreign,
		"2025-11-19": delivery.Late, "2025-11-20": delivery.Due, "2025-11-21": delivery.NotYet,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

// TestVerifyWhatIsSwitchedOff: of a cadence that is switched off only what is
// ours and as it was proved may be there.
func TestVerifyWhatIsSwitchedOff(t *testing.T) {
	r := newRig(t, small())
	r.must(delivery.Delivered, "2025-11-10")
	r.must(delivery.Delivered, "2025-11")
	mine := r.meta("2025-11-10")
	r.put("2025-11-12", "other bytes", mine)
	r.put("2025-11-13", "unproven", map[string]string{"deliverd-snapshot": "s"})
	r.put("2025-11-14", "foreign", nil)
	v := delivery.Verifier{Account: r.account, Bucket: r.bucket, Off: map[period.Cadence]bool{period.Daily: true}}
	checks, err := v.Verify(t.Context(), nil, nil, func(period.Period) bool { return true }, want(t, "2025-11-20").Due)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]delivery.State{}
	for _, c := range checks {
		got[c.Period.String()] = c.State
		if !c.Listed || c.Why == "" || c.State.AsShould() != (c.State == delivery.Off) {
			t.Errorf("%s: got %+v", c.Period, c)
		}
	}
	want := map[string]delivery.State{
		"2025-11-10": delivery.Off, "2025-11-12": delivery.Differs, "2025-11-13": delivery.Unproven, "2025-11-14": delivery.Foreign,
		"2025-11": delivery.Foreign, // its cadence is switched on, and does not call for it
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	v.Bucket = forgetful{r.bucket, r.account.Key(when(t, "2025-11-10"))}
	if checks, err := v.Verify(t.Context(), nil, nil, func(period.Period) bool { return true }, time.Time{}); err != nil || len(checks) != len(want)-1 {
		t.Errorf("one went away: got %d checks, %v, want %d", len(checks), err, len(want)-1)
	}
}
