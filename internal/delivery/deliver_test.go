package delivery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/period"
)

func TestResults(t *testing.T) {
	errTorn := errors.New("the source tore")
	for _, test := range []struct {
		name    string
		arrange func(*rig)
		want    delivery.Result
		err     error
		there   bool // an object is at the key afterwards
	}{
		{"delivered", func(*rig) {}, delivery.Delivered, nil, true},
		{"unchanged", func(r *rig) { r.must(delivery.Delivered, "2025-11-17") }, delivery.Unchanged, nil, true},
		{"replaced", func(r *rig) {
			r.must(delivery.Delivered, "2025-11-17")
			r.source.lines[0][bill.ResourceName] = "renamed"
		}, delivery.Replaced, nil, true},
		{"would deliver", func(r *rig) { r.options.DryRun = true }, delivery.WouldDeliver, nil, false},
		{"waiting", func(r *rig) {
			r.source.before = func(*source, int) error { return fmt.Errorf("no file yet: %w", bill.ErrNotReady) }
		}, delivery.Waiting, bill.ErrNotReady, false},
		{"held", func(r *rig) { r.put("2025-11-17", "somebody's", nil) }, delivery.Held, nil, true},
		{"failed: the source tears", func(r *rig) { r.source.before = func(*source, int) error { return errTorn } }, delivery.Failed, errTorn, false},
		{"failed: a line without an amount", func(r *rig) { r.source.lines[3] = bill.Line{} }, delivery.Failed, nil, false},
		{"failed: the bucket refuses", func(r *rig) {
			r.fault = func(step membucket.Step, _ string) error {
				if step == membucket.Initiate {
					return errTorn
				}
				return nil
			}
		}, delivery.Failed, errTorn, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, invent(t, 60, 1))
			test.arrange(r)
			out := r.must(test.want, "2025-11-17")
			if test.err != nil && !errors.Is(out.Err, test.err) {
				t.Errorf("error: got %v, want %v", out.Err, test.err)
			}
			if there := r.content("2025-11-17") != ""; there != test.there {
				t.Errorf("an object is there: got %v, want %v", there, test.there)
			}
			if out.Key != "bills/FOCUS-bill_details-200020002001-20251117.CSV" || out.Account != uin || out.Reconcile != "not-reconciled" {
				t.Errorf("outcome: got key %s of account %s, %s", out.Key, out.Account, out.Reconcile)
			}
			r.fault = nil
			r.checkTidy()
		})
	}
}

func TestUnchangedPutsNothing(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	first := r.must(delivery.Delivered, "2025-11-17")
	before := r.content("2025-11-17")
	r.took()
	second := r.must(delivery.Unchanged, "2025-11-17")
	if diff := cmp.Diff([]membucket.Step{membucket.Abort, membucket.Stat}, r.took()); diff != "" {
		t.Errorf("what the second run asked of the bucket (-want +got):\n%s", diff)
	}
	second.Result = delivery.Delivered
	if diff := cmp.Diff(first, second, cmpopts.EquateComparable(period.Period{})); diff != "" {
		t.Errorf("what the runs tell (-first +second):\n%s", diff)
	}
	if r.content("2025-11-17") != before {
		t.Error("the object changed")
	}
}

// TestAFileHoldsTheLinesThroughItsDay counts rows by the record ids of lines:
// the days of a file are those of its lines, not those it was read on.
func TestAFileHoldsTheLinesThroughItsDay(t *testing.T) {
	lines := invent(t, 300, 2)
	lines[7][bill.BillDay] = "2025-11-30" // as a line of the month after is clamped
	for _, test := range []struct{ period, through string }{
		{"2025-11-01", "2025-11-01"},
		{"2025-11-17", "2025-11-17"},
		{"2025-11-29", "2025-11-29"},
		{"2025-11-30", "2025-11-30"},
		{"2025-11", "2025-11-30"},
	} {
		t.Run(test.period, func(t *testing.T) {
			r := newRig(t, lines)
			out := r.must(delivery.Delivered, test.period)
			days, owners, wantLines, payable := map[string]bool{}, map[string]bool{}, 0, decimal.Zero
			for i := range lines {
				if l := &lines[i]; l[bill.BillDay] <= test.through {
					wantLines++
					days[l[bill.BillDay]], owners[l[bill.OwnerUin]] = true, true
					payable = payable.Add(number(t, l[bill.RealCost])).Sub(number(t, l[bill.VoucherPay]))
				}
			}
			rows, billed := sumOf(t, r.content(test.period))
			if out.Lines != int64(wantLines) || out.Days != len(days) || out.Members != len(owners) {
				t.Errorf("got %d lines of %d days and %d members, want %d of %d and %d", out.Lines, out.Days, out.Members, wantLines, len(days), len(owners))
			}
			if !billed.Equal(payable) || out.Billed != payable.String() {
				t.Errorf("BilledCost: the file has %s, the outcome says %s; the lines have %s", billed, out.Billed, payable)
			}
			if int64(rows) != out.Rows || rows < wantLines {
				t.Errorf("rows: the file has %d, the outcome says %d, of %d lines", rows, out.Rows, wantLines)
			}
		})
	}
}

func TestAnEmptyBillIsAHeaderAlone(t *testing.T) {
	for _, p := range []string{"2025-11-17", "2025-11"} {
		r := newRig(t, nil)
		out := r.must(delivery.Delivered, p)
		text := r.content(p)
		if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") || !strings.Contains(text, "BilledCost") {
			t.Errorf("%s: got %q, want a header alone", p, text)
		}
		if out.Rows != 0 || out.Lines != 0 || !number(t, out.Billed).IsZero() || !number(t, out.Gross).IsZero() {
			t.Errorf("%s: got %+v", p, out)
		}
		r.must(delivery.Unchanged, p)
	}
}

func TestAMonthIsReadOnceForManyFiles(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	for i, out := range r.deliver("2025-11-01", "2025-11-16", "2025-11-30", "2025-11", "2025-11-02") {
		if out.Result != delivery.Delivered {
			t.Errorf("file %d: got %s, %v", i, out.Result, out.Err)
		}
	}
	if r.source.reads != 1 {
		t.Errorf("the source was read %d times, want once", r.source.reads)
	}
	r.checkTidy()
}

// TestALaterDayIsReadAgain: the source reached the 5th only when it was read.
func TestALaterDayIsReadAgain(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	r.source.through = day(t, "2025-11-05")
	r.source.before = func(s *source, read int) error {
		if read == 2 {
			s.through = day(t, "2025-11-09")
		}
		return nil
	}
	outcomes := r.deliver("2025-11-04", "2025-11-05", "2025-11-06", "2025-11-09")
	if r.source.reads != 2 {
		t.Errorf("the source was read %d times, want twice", r.source.reads)
	}
	if diff := cmp.Diff([]string{"2025-11-04", "2025-11-06"}, []string{r.source.asked[0].Through.String(), r.source.asked[1].Through.String()}); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	for _, out := range outcomes {
		if out.Result != delivery.Delivered {
			t.Errorf("%s: got %s", out.Key, out.Result)
		}
	}
}

func TestNotReadyIsRememberedForLaterDaysOnly(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	r.source.through = day(t, "2025-11-05")
	r.source.before = func(s *source, read int) error {
		if asked := s.asked[read-1].Through; asked.Compare(s.through) > 0 {
			return fmt.Errorf("the bill ends on %s: %w", s.through, bill.ErrNotReady)
		}
		return nil
	}
	outcomes := r.deliver("2025-11-10", "2025-11-10", "2025-11-11", "2025-11", "2025-11-05", "2025-11-04", "2025-11-10", "2025-12-01")
	var got []delivery.Result
	for _, out := range outcomes {
		got = append(got, out.Result)
	}
	w, d := delivery.Waiting, delivery.Delivered
	if diff := cmp.Diff([]delivery.Result{w, w, w, w, d, d, w, w}, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	var asked []string
	for _, want := range r.source.asked {
		asked = append(asked, want.Through.String())
	}
	if diff := cmp.Diff([]string{"2025-11-10", "2025-11-05", "2025-12-01"}, asked); diff != "" {
		t.Errorf("the source was asked for (-want +got):\n%s", diff)
	}
	if first, second := outcomes[0].Err.Error(), outcomes[1].Err.Error(); first != second {
		t.Errorf("the same wait is told in two ways: %q, %q", first, second)
	}
}

func TestDryRunTouchesNothing(t *testing.T) {
	for _, test := range []struct {
		name    string
		arrange func(*rig)
		want    delivery.Result
	}{
		{"new", func(*rig) {}, delivery.WouldDeliver},
		{"unchanged", func(r *rig) { r.must(delivery.Delivered, "2025-11-17") }, delivery.Unchanged},
		{"replace", func(r *rig) {
			r.must(delivery.Delivered, "2025-11-17")
			r.source.lines[0][bill.ResourceName] = "renamed"
		}, delivery.WouldDeliver},
		{"held", func(r *rig) { r.put("2025-11-17", "x", nil) }, delivery.Held},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, invent(t, 60, 1))
			test.arrange(r)
			before := r.content("2025-11-17")
			r.options.DryRun = true
			r.took()
			out := r.must(test.want, "2025-11-17")
			if out.Rows == 0 || out.Billed == "" {
				t.Errorf("a dry run tells what the file would be, got %+v", out)
			}
			for _, step := range r.took() {
				if step != membucket.Stat && step != membucket.List {
					t.Errorf("the dry run did %q", step)
				}
			}
			if r.content("2025-11-17") != before {
				t.Error("the object changed")
			}
		})
	}
}

func TestSkippedRowsAndWarningsAreTold(t *testing.T) {
	r := newRig(t, invent(t, 60, 1))
	r.options.SkipBadRows, r.options.MonthKnown = true, true
	r.source.reading = bill.Reading{SkippedRows: 3, Skipped: []string{"row 3 is bad"}, Warnings: []string{"beware"}}
	out := r.must(delivery.Delivered, "2025-11-17")
	if out.SkippedRows != 3 || len(out.Skipped) != 1 || len(out.Warnings) != 1 || out.Source != "memory" {
		t.Errorf("got %+v", out)
	}
	if got := r.meta("2025-11-17")["deliverd-skipped"]; got != "3" {
		t.Errorf("metadata: %q skipped rows, want 3", got)
	}
	asked := bill.Request{UIN: uin, Month: when(t, "2025-11").Month(), Through: day(t, "2025-11-17"), GroupAdmin: true, SkipBadRows: true, MonthKnown: true}
	if diff := cmp.Diff(asked, r.source.asked[0], cmpopts.EquateComparable(bill.Request{})); diff != "" {
		t.Errorf("asked of the source (-want +got):\n%s", diff)
	}
}
