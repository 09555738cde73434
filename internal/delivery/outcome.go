package delivery

import (
	"errors"
	"slices"
	"strings"

	"deliverd/internal/snapshot"
)

// Result is how a delivery ended.
type Result string

// The results of a delivery.
const (
	Delivered    Result = "delivered" // written and proved
	Replaced     Result = "replaced"  // written over an earlier object, and proved
	Unchanged    Result = "unchanged" // the bucket already held these very bytes
	WouldDeliver Result = "would-deliver"
	Waiting      Result = "waiting" // the source is not ready; nothing was written
	Held         Result = "held"    // nothing was written, on purpose; Reasons say why
	Failed       Result = "failed"
)

// ReasonKind is the kind of a [Reason].
type ReasonKind string

// The reasons to hold a file back.
const (
	ReasonReconcile   ReasonKind = "reconcile"
	ReasonShrink      ReasonKind = "shrink"
	ReasonForeign     ReasonKind = "foreign"
	ReasonConformance ReasonKind = "conformance"
)

// Reason is one reason why a delivery is held, and what resolves it.
type Reason struct {
	Kind   ReasonKind
	Text   string
	Remedy string
}

// Outcome is what became of a delivery. Of what the file holds it tells as far
// as the work came.
type Outcome struct {
	Delivery
	Account string
	Key     string
	Result  Result
	Err     error    // for failed: why; for waiting: what is missing
	Reasons []Reason // for held

	Differences []string // for held: where the bill became less, as far as snapshots know, and where it is not what the provider says

	Snapshot  string // id of the snapshot
	Source    string // where the lines came from
	Reconcile string
	Lines     int64
	Rows      int64
	Days      int
	Members   int
	Gross     string // sum of the positive list amounts
	Billed    string // sum of BilledCost
	Focus     string // FOCUS version
	Profile   string
	Size      int64 // bytes
	CRC64     uint64

	BrokenRules     []string // of FOCUS, by the file as it is
	UnknownProducts []string // that the product table does not know: their ServiceCategory is Other
	UnknownRows     int64    // rows for them

	SkippedRows int64    // bad rows left out
	Skipped     []string // the first of them
	Warnings    []string
}

func (o *Outcome) describe(snap *snapshot.Snapshot, f *file) {
	reading := snap.Reading()
	o.Snapshot, o.Source = snap.ID(), reading.Source
	o.Lines, o.Rows, o.Days, o.Members = f.lines, f.rows, f.days, len(f.members)
	o.Gross, o.Billed, o.Size, o.CRC64 = f.gross.String(), f.billed.String(), f.size, f.crc64
	o.Focus, o.Profile = f.meta[metaFocus], f.meta[metaProfile]
	o.UnknownProducts, o.UnknownRows = f.unknown, f.others
	o.SkippedRows, o.Skipped, o.Warnings = reading.SkippedRows, reading.Skipped, slices.Clone(reading.Warnings)
	if len(f.in) > 1 {
		o.Warnings = append(o.Warnings, "billed is the sum over several currencies: "+strings.Join(f.in, ", "))
	}
}

func (o *Outcome) conform(warnings, report []string) {
	o.Warnings, o.BrokenRules = append(o.Warnings, warnings...), report
}

func (o *Outcome) failed(err error) (Outcome, error) {
	o.Result, o.Err = Failed, err
	return *o, err
}

func (o *Outcome) waiting(err error) Outcome {
	o.Result, o.Err = Waiting, err
	return *o
}

func (o *Outcome) held(reasons []Reason, differences []string) Outcome {
	o.Result, o.Reasons, o.Differences = Held, reasons, differences
	return *o
}

func (o *Outcome) unchanged() Outcome {
	o.Result = Unchanged
	return *o
}

func (o *Outcome) wouldDeliver() Outcome {
	o.Result = WouldDeliver
	return *o
}

func (o *Outcome) delivered(replaced bool) Outcome {
	o.Result = Delivered
	if replaced {
		o.Result = Replaced
	}
	return *o
}

// StepName names a long step of the work.
type StepName string

// The steps of a delivery that take long.
const (
	StepRead  StepName = "reading the bill"
	StepWrite StepName = "writing the file"
)

// Step is how far a step has come, in lines.
type Step struct {
	Name  StepName
	Done  int64
	Total int64 // 0: not known
}

const progressEvery = 4096

// Remedy is what a person can do about the outcome; blank when nothing.
func (o *Outcome) Remedy() string {
	if len(o.Reasons) > 0 {
		return o.Reasons[0].Remedy
	}
	var remedied interface{ Remedy() string }
	if errors.As(o.Err, &remedied) {
		return remedied.Remedy()
	}
	return ""
}
