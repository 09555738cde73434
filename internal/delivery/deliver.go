// Package delivery is the job: it puts one FOCUS file of one account's bill
// into the account's bucket and proves what it put there. Start reading at
// [Deliverer.Deliver].
//
// Two contracts bound it. A [Source] gives a whole bill or says that it cannot
// yet; a [Bucket] makes an object visible as a whole or not at all. Between
// them data goes one way: source → snapshot → charges → bytes → bucket → proof.
//
// Where a question lives:
//
//	what is delivered, in which steps     deliver.go
//	what a source and a bucket owe us     contracts.go
//	reading a bill once, for many files   read.go
//	turning a snapshot into bytes         render.go, pipeline.go
//	what holds a file back                reconcile.go, guard.go, conform.go, less.go
//	what an object says about itself      proof.go
//	what a person is told                 outcome.go
//	what should be there                  expect.go
//	what is, and what is to do            plan.go, verify.go
//	keeping an account's bucket so        work.go
//	what the ledger is told               record.go
//
// The package does not know COS, the billing API, cron or HTTP.
package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/bill"
	"deliverd/internal/focus"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// Delivery is one file that should exist.
type Delivery struct {
	Period period.Period
	Due    time.Time // when it is due; x_ExportTime in the file
}

// Account is whose bill is delivered, and where to.
type Account struct {
	UIN        string
	Prefix     string // of the keys in the bucket, "" or ending in "/"
	GroupAdmin bool   // lines of other owners belong to the bill
	Currency   string // ISO 4217, for lines that do not name theirs
}

// Key is the object key of a delivery.
func (a Account) Key(p period.Period) string { return a.Prefix + p.Key(a.UIN) }

// Options are a person's decisions for one run.
type Options struct {
	DryRun         bool // do everything but write
	AcceptShrink   bool // replace an object by one that holds less
	ReplaceForeign bool // replace an object that is not ours
	SkipBadRows    bool // deliver a bill without its bad rows
	MonthKnown     bool // undated files are of the asked month
}

// Config is what a [Deliverer] works with.
type Config struct {
	Account     Account
	Layout      bill.Layout
	Products    []bill.ProductOverride
	Conformance Conformance // zero: SkipConformance
	Source      Source
	Summarizer  Summarizer // of the source's bills; nil where nobody can be asked
	Reconcile   Reconcile
	Bucket      Bucket
	Snapshots   *snapshot.Store
	Options     Options
	Fenced      bool                                       // whoever holds the account has aborted its open uploads
	Prove       func(context.Context, period.Period) error // that the account is still ours to write, asked right before the object of a period becomes visible; may be nil
	Taken       Taken                                      // told of every new snapshot; may be nil
	Progress    func(Step)                                 // called as the work goes on, from one goroutine at a time; may be nil
	Now         func() time.Time                           // the present, which Reconcile depends on; needed with a Summarizer
	Log         *zap.Logger
}

// Deliverer delivers the files of one account, one at a time. It reads a bill
// month once and makes all its files from that snapshot. It is not safe for
// concurrent use.
type Deliverer struct {
	cfg    Config
	schema focus.Schema
	months map[period.Month]*month
	fenced bool
}

// New returns the deliverer of one account. The error is what is wrong with the
// layout.
func New(cfg Config) (*Deliverer, error) {
	schema, err := cfg.Layout.Schema()
	if err != nil {
		return nil, err
	}
	if cfg.Log == nil {
		cfg.Log = zap.NewNop()
	}
	if cfg.Prove == nil {
		cfg.Prove = func(context.Context, period.Period) error { return nil }
	}
	if cfg.Taken == nil {
		cfg.Taken = func(context.Context, *snapshot.Snapshot) error { return nil }
	}
	if cfg.Progress == nil {
		cfg.Progress = func(Step) {}
	}
	return &Deliverer{cfg: cfg, schema: schema, months: map[period.Month]*month{}, fenced: cfg.Fenced || cfg.Options.DryRun}, nil
}

// Deliver makes the file of one delivery exist and proves it: when it returns
// nil, the outcome says what is in the bucket. A source that is not ready and
// a file that is held back are outcomes, not errors. Whatever fails, no part of
// a file becomes visible, and no upload of this account stays open unless the
// error matches object.ErrUploadOpen. Delivering twice is harmless: the second
// time finds the object unchanged.
func (d *Deliverer) Deliver(ctx context.Context, want Delivery) (Outcome, error) {
	out := Outcome{Delivery: want, Account: d.cfg.Account.UIN, Key: d.cfg.Account.Key(want.Period), Reconcile: NotReconciled}
	if err := d.fence(ctx); err != nil {
		return out.failed(err)
	}
	snap, err := d.read(ctx, want.Period)
	if errors.Is(err, bill.ErrNotReady) {
		return out.waiting(err), nil
	}
	if err != nil {
		return out.failed(err)
	}
	file, err := d.render(ctx, snap, want)
	if err != nil {
		return out.failed(err)
	}
	out.describe(snap, file)
	out.conform(d.conformance(file))
	unreconciled, gaps := out.reconcile(d.reconcile(snap, want))
	before, err := d.before(ctx, want.Period)
	if err != nil {
		return out.failed(err)
	}
	if before.holds(file) {
		return out.unchanged(), nil
	}
	if reasons := append(d.guard(file, before), unreconciled...); len(reasons) > 0 {
		return out.held(reasons, append(d.differences(ctx, snap, before, reasons), gaps...)), nil
	}
	if d.cfg.Options.DryRun {
		return out.wouldDeliver(), nil
	}
	if err := d.put(ctx, snap, want, file, before); err != nil {
		return out.failed(err)
	}
	d.cfg.Log.Info("delivered", zap.String("uin", out.Account), zap.String("key", out.Key), zap.Int64("rows", out.Rows), zap.Int64("bytes", out.Size))
	return out.delivered(before.exists), nil
}

func (d *Deliverer) fence(ctx context.Context) error {
	if d.fenced {
		return nil
	}
	if err := Fence(ctx, d.cfg.Account, d.cfg.Bucket, d.cfg.Log); err != nil {
		return err
	}
	d.fenced = true
	return nil
}

// Fence aborts every open upload at an account's keys and no other: what an
// earlier run that was killed left behind, and what one that was only stopped
// might otherwise still complete. It is the first thing that whoever takes an
// account does.
func Fence(ctx context.Context, a Account, b Bucket, log *zap.Logger) error {
	n, err := b.AbortUploads(ctx, a.Prefix+period.KeyPrefix(a.UIN), a.owns)
	if err != nil {
		return fmt.Errorf("abort open uploads: %w", err)
	}
	if n > 0 {
		log.Warn("aborted open uploads", zap.String("uin", a.UIN), zap.Int("uploads", n))
	}
	return nil
}

// owns reports whether a key is one that this account's deliveries have.
func (a Account) owns(key string) bool {
	p, ok := a.parse(key)
	return ok && a.Key(p) == key
}
