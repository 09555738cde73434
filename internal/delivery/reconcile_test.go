package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// summaries answers with one summary after the other; the last one stays.
type summaries struct {
	all   []*bill.Summary
	err   error
	asked int
}

func (s *summaries) Summary(context.Context, bill.Request) (*bill.Summary, error) {
	if s.asked++; s.err != nil {
		return nil, s.err
	}
	return s.all[min(s.asked, len(s.all))-1], nil
}

// summaryOf is what a provider says of lines, by product and pay mode.
func summaryOf(t *testing.T, lines []bill.Line) *bill.Summary {
	t.Helper()
	var totals bill.Totals
	for i := range lines {
		if err := totals.Add(&lines[i]); err != nil {
			t.Fatal(err)
		}
	}
	s := &bill.Summary{}
	add := func(d bill.Dimension, key string, e bill.Entry) {
		s.Add(d, key, bill.Claim{
			Name: e.Name, List: amount.Some(e.List), Real: amount.Some(e.Real), Cash: amount.Some(e.Cash),
			Incentive: amount.Some(e.Incentive), Voucher: amount.Some(e.Voucher), Transfer: amount.Some(e.Transfer),
		})
	}
	for key, e := range totals.Products {
		add(bill.ByProduct, key, *e)
	}
	for key, g := range totals.PayModes {
		add(bill.ByPayMode, key, g.Entry)
	}
	return s
}

// reconciled is a rig whose provider says in turn what the bills come to.
func reconciled(t *testing.T, lines []bill.Line, mode delivery.ReconcileMode, now time.Time, bills ...[]bill.Line) (*rig, *summaries) {
	t.Helper()
	r, s := newRig(t, lines), &summaries{}
	for _, b := range bills {
		s.all = append(s.all, summaryOf(t, b))
	}
	r.edit = func(c *delivery.Config) {
		c.Summarizer, c.Now = s, func() time.Time { return now }
		c.Reconcile = delivery.Reconcile{Closed: mode, Open: mode, Freshness: 12 * time.Hour}
	}
	return r, s
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", text, period.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestReconcile(t *testing.T) {
	const missing = "the bill is not what the provider's summary says: product Cloud Virtual Machine: RealTotalCost is 30.0, the provider's summary says 60.0: 30.0 missing"
	for _, test := range []struct {
		name   string
		mode   delivery.ReconcileMode
		now    string
		period string
		theirs []bill.Line
		result delivery.Result
		says   string
	}{
		{"the same", delivery.ReconcileHold, "2025-12-05 03:00", "2025-11", small()[:2], delivery.Delivered, delivery.Reconciled},
		{"a dropped line, closed", delivery.ReconcileHold, "2025-12-05 03:00", "2025-11", small(), delivery.Held, delivery.Unreconciled},
		{"a dropped line, closed long ago", delivery.ReconcileHold, "2026-12-05 03:00", "2025-11", small(), delivery.Held, delivery.Unreconciled},
		{"a dropped line, open", delivery.ReconcileHold, "2025-11-18 03:00", "2025-11-17", small(), delivery.Held, delivery.Unreconciled},
		{"a dropped line, open, nearly late", delivery.ReconcileHold, "2025-11-18 14:59", "2025-11-17", small(), delivery.Held, delivery.Unreconciled},
		{"a dropped line, open, late", delivery.ReconcileHold, "2025-11-18 15:00", "2025-11-17", small(), delivery.Delivered, delivery.Unreconciled},
		{"a dropped line, not yet closed, late", delivery.ReconcileHold, "2025-12-04 23:59", "2025-11", small(), delivery.Delivered, delivery.Unreconciled},
		{"a dropped line, warned of", delivery.ReconcileWarn, "2025-12-05 03:00", "2025-11", small(), delivery.Delivered, delivery.Unreconciled},
		{"a dropped line, not compared", delivery.ReconcileOff, "2025-12-05 03:00", "2025-11", small(), delivery.Delivered, delivery.NotReconciled},
		{"a dropped line, nothing said", "", "2025-12-05 03:00", "2025-11", small(), delivery.Delivered, delivery.NotReconciled},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, s := reconciled(t, small()[:2], test.mode, at(t, test.now), test.theirs)
			edit := r.edit
			core, logs := observer.New(zap.WarnLevel)
			r.edit = func(c *delivery.Config) { edit(c); c.Log = zap.New(core) }
			out := r.must(test.result, test.period)
			if warned := logs.Len() == 1; warned != (test.result == delivery.Delivered && test.says == delivery.Unreconciled) {
				t.Errorf("logged %v", logs.All())
			}
			if out.Reconcile != test.says {
				t.Errorf("got %s, want %s", out.Reconcile, test.says)
			}
			if asked := map[bool]int{true: 2}[test.says != delivery.NotReconciled]; s.asked != asked || r.source.reads != 1 {
				t.Errorf("asked %d times, read %d times", s.asked, r.source.reads)
			}
			told := out.Warnings
			if test.result == delivery.Held {
				if r.content(test.period) != "" {
					t.Error("something is in the bucket")
				}
				told = append([]string{out.Reasons[0].Text}, out.Differences...)
				if out.Reasons[0].Kind != delivery.ReasonReconcile || !strings.Contains(out.Remedy(), "reconcile: {closed: warn") {
					t.Errorf("got %+v", out.Reasons)
				}
			}
			var want []string
			if test.says == delivery.Unreconciled {
				want = []string{missing, "payMode other: RealTotalCost is 30.0, the provider's summary says 60.0: 30.0 missing"}
			}
			if diff := cmp.Diff(want, told); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			r.checkTidy()
		})
	}
}

// A bill that moves under the reading is read again, three times at most; what
// was read before is no snapshot.
func TestMovedBillIsReadAgain(t *testing.T) {
	a, b, c, d := small()[:1], small()[:2], small(), append(small(), charged(4, "2025-11-03", "200030010003", "1"))
	for _, test := range []struct {
		name   string
		said   [][]bill.Line // before the first reading and after each
		reads  int
		result delivery.Result
	}{
		{"not at all", [][]bill.Line{c}, 1, delivery.Delivered},
		{"once", [][]bill.Line{a, c}, 2, delivery.Delivered},
		{"twice", [][]bill.Line{a, b, c}, 3, delivery.Delivered},
		{"again and again, and is right at last", [][]bill.Line{a, b, a, c}, 3, delivery.Delivered},
		{"again and again", [][]bill.Line{a, b, c, d}, 3, delivery.Held},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _ := reconciled(t, c, delivery.ReconcileHold, at(t, "2025-12-05 03:00"), test.said...)
			r.must(test.result, "2025-11")
			if r.source.reads != test.reads {
				t.Errorf("read %d times, want %d", r.source.reads, test.reads)
			}
			if _, err := r.store.Previous(uin, when(t, "2025-11").Month()); err == nil {
				t.Error("a reading that counts for nothing became a snapshot")
			}
			r.checkTidy()
		})
	}
}

// Pages that do not fit together, and a record on two of them, are readings to
// be repeated; other errors are not.
func TestTornReadingIsRepeated(t *testing.T) {
	moved := fmt.Errorf("page 7: %w", bill.ErrMoved)
	other := errors.New("no")
	for _, test := range []struct {
		name   string
		errs   []error
		reads  int
		result delivery.Result
	}{
		{"moved once", []error{moved}, 2, delivery.Delivered},
		{"moved twice", []error{moved, moved}, 3, delivery.Delivered},
		{"moved always", []error{moved, moved, moved}, 3, delivery.Failed},
		{"a record twice", []error{&snapshot.DuplicateError{Record: "1"}}, 2, delivery.Delivered},
		{"something else", []error{other}, 1, delivery.Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, _ := reconciled(t, small(), delivery.ReconcileHold, at(t, "2025-12-05 03:00"), small())
			r.source.before = func(_ *source, read int) error {
				if read <= len(test.errs) {
					return test.errs[read-1]
				}
				return nil
			}
			r.must(test.result, "2025-11")
			if r.source.reads != test.reads {
				t.Errorf("read %d times, want %d", r.source.reads, test.reads)
			}
			r.checkTidy()
		})
	}
}

func TestSummaryThatIsNotReadyWaits(t *testing.T) {
	r, s := reconciled(t, small(), delivery.ReconcileHold, at(t, "2025-12-05 03:00"), small())
	s.err = fmt.Errorf("adding up: %w", bill.ErrNotReady)
	if out := r.must(delivery.Waiting, "2025-11"); !strings.Contains(out.Err.Error(), "ask for the summary: adding up") {
		t.Errorf("got %v", out.Err)
	}
	if r.source.reads != 0 {
		t.Error("the bill was read")
	}
	s.err = errors.New("no such key")
	r.must(delivery.Failed, "2025-11")
}

// The whole bill is compared, whatever a daily file has of it.
func TestDailyFileIsReconciledByTheWholeBill(t *testing.T) {
	r, _ := reconciled(t, small(), delivery.ReconcileHold, at(t, "2025-11-04 03:00"), small())
	if out := r.must(delivery.Delivered, "2025-11-02"); out.Reconcile != delivery.Reconciled || out.Rows != 2 {
		t.Errorf("got %s, %d rows", out.Reconcile, out.Rows)
	}
}

func TestVerdictIsInTheLedgersProof(t *testing.T) {
	r, _ := reconciled(t, small(), delivery.ReconcileHold, at(t, "2025-12-05 03:00"), small())
	out := r.must(delivery.Delivered, "2025-11")
	book, err := ledger.Open(t.Context(), ledger.Config{Dir: t.TempDir(), Now: func() time.Time { return at(t, "2025-12-05 03:00") }})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	lock, err := book.Lock(t.Context(), uin, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	entry, err := delivery.Record(t.Context(), lock, ledger.Place{UIN: uin, Bucket: "b"}, ledger.Entry{}, &out, out.Due)
	if err != nil || entry.Proof.Reconcile != delivery.Reconciled {
		t.Errorf("got %q, %v", entry.Proof.Reconcile, err)
	}
}

// Lines that two parts of a bill hold count once in the file, and twice in the
// provider's summary of the parts.
func TestLinesOfTwoPartsAreReconciled(t *testing.T) {
	r, _ := reconciled(t, small(), delivery.ReconcileHold, at(t, "2025-12-05 03:00"), append(small(), small()[1]))
	r.must(delivery.Held, "2025-11")
	r.source.reading.Twice = &bill.Totals{}
	if err := r.source.reading.Twice.Add(&small()[1]); err != nil {
		t.Fatal(err)
	}
	if out := r.must(delivery.Delivered, "2025-11"); out.Reconcile != delivery.Reconciled {
		t.Errorf("got %s", out.Reconcile)
	}
}
