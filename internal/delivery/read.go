package delivery

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// month is what this run knows of one bill month.
type month struct {
	snapshot    *snapshot.Snapshot
	summary     *bill.Summary     // what the provider says that it comes to; nil where nobody was asked
	commitments *bill.Commitments // of the snapshot; nil until asked for
	unread      error             // why it could not be read: the source is not ready, or it failed
	asked       period.Day        // for this day
}

// read returns a snapshot of the period's bill that covers the period. A month
// is read from its source once in the life of a deliverer, however many files
// are made from it, unless a later file needs a later day.
func (d *Deliverer) read(ctx context.Context, p period.Period) (*snapshot.Snapshot, error) {
	m := d.months[p.Month()]
	if m == nil {
		m = &month{}
		d.months[p.Month()] = m
	}
	if m.snapshot != nil && m.snapshot.Through().Compare(p.Through) >= 0 {
		return m.snapshot, nil
	}
	if m.unread != nil && p.Through.Compare(m.asked) >= 0 {
		return nil, m.unread
	}
	snap, summary, err := d.take(ctx, p)
	if err != nil {
		m.unread, m.asked = &monthError{p.Month(), err}, p.Through
		return nil, m.unread
	}
	if err := d.cfg.Taken(ctx, snap); err != nil {
		return nil, err
	}
	m.snapshot, m.summary, m.commitments = snap, summary, nil
	return snap, nil
}

// monthError says why a month could not be read: the other files of the month
// will not come about either in this run, those of other months may.
type monthError struct {
	month period.Month
	err   error
}

func (e *monthError) Error() string { return fmt.Sprintf("read the bill of %s: %v", e.month, e.err) }
func (e *monthError) Unwrap() error { return e.err }

// isOfMonth reports whether a file did not come about because its month could
// not be read.
func isOfMonth(err error) bool {
	var of *monthError
	return errors.As(err, &of)
}

// commitments is what the month's lines say of commitments. It takes a pass
// over the snapshot, once.
func (d *Deliverer) commitments(ctx context.Context, snap *snapshot.Snapshot) (*bill.Commitments, error) {
	m := d.months[snap.Month()]
	if m.commitments != nil {
		return m.commitments, nil
	}
	all := &bill.Commitments{}
	if err := snap.Each(ctx, snap.Month().Last(), func(l *bill.Line) error { all.Add(l); return nil }); err != nil {
		return nil, fmt.Errorf("read the snapshot of %s: %w", snap.Month(), err)
	}
	m.commitments = all
	return all, nil
}

// mostReads is how often a bill that moves is read.
const mostReads = 3

// take reads the source into a new snapshot. Where the provider's summary can be
// asked, it is asked before and after: a bill that moved meanwhile is read
// again. One that still moves is taken as it is, and held against the last
// summary.
func (d *Deliverer) take(ctx context.Context, p period.Period) (*snapshot.Snapshot, *bill.Summary, error) {
	want := bill.Request{
		UIN: d.cfg.Account.UIN, Month: p.Month(), Through: p.Through, GroupAdmin: d.cfg.Account.GroupAdmin,
		SkipBadRows: d.cfg.Options.SkipBadRows, MonthKnown: d.cfg.Options.MonthKnown,
	}
	before, err := d.summary(ctx, want)
	if err != nil {
		return nil, nil, err
	}
	for read := 1; ; read++ {
		snap, after, err := d.takeOnce(ctx, want, func(after *bill.Summary) bool {
			return read == mostReads || before == nil || before.Equal(after)
		})
		switch {
		case err == nil && snap != nil:
			return snap, after, nil
		case err == nil:
			before = after
		case read == mostReads || !d.mayHaveMoved(err):
			return nil, nil, err
		default:
			if before, err = d.summary(ctx, want); err != nil {
				return nil, nil, err
			}
		}
		d.cfg.Log.Info("the bill moved while it was read; it is read again", zap.String("uin", want.UIN), zap.String("period", want.Month.String()))
	}
}

// mayHaveMoved tells an error that another reading may not meet: pages that do
// not fit together, by themselves or by a record that two of them have.
func (d *Deliverer) mayHaveMoved(err error) bool {
	_, twice := errors.AsType[*snapshot.DuplicateError](err)
	return errors.Is(err, bill.ErrMoved) || twice && d.cfg.Summarizer != nil
}

// takeOnce reads the source and asks for the summary; only where both are good
// together a snapshot comes to be. Else there is none, and no error.
func (d *Deliverer) takeOnce(ctx context.Context, want bill.Request, good func(*bill.Summary) bool) (*snapshot.Snapshot, *bill.Summary, error) {
	writer, err := d.cfg.Snapshots.Create(ctx, want.UIN, want.Month)
	if err != nil {
		return nil, nil, err
	}
	defer writer.Discard()
	lines := int64(0)
	reading, err := d.cfg.Source.Read(ctx, want, func(l *bill.Line) error {
		if lines++; lines%progressEvery == 0 {
			d.cfg.Progress(Step{Name: StepRead, Done: lines})
		}
		return writer.Add(l)
	})
	if err != nil {
		return nil, nil, err
	}
	d.cfg.Progress(Step{Name: StepRead, Done: lines, Total: lines})
	summary, err := d.summary(ctx, want)
	if err != nil || !good(summary) {
		return nil, summary, err
	}
	if summary != nil {
		summary.Without(reading.Twice)
	}
	snap, err := writer.Commit(ctx, reading)
	return snap, summary, err
}
