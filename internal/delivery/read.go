package delivery

import (
	"context"
	"errors"
	"fmt"

	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// month is what this run knows of one bill month.
type month struct {
	snapshot    *snapshot.Snapshot
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
	snap, err := d.take(ctx, p)
	if err != nil {
		m.unread, m.asked = &monthError{p.Month(), err}, p.Through
		return nil, m.unread
	}
	if err := d.cfg.Taken(ctx, snap); err != nil {
		return nil, err
	}
	m.snapshot, m.commitments = snap, nil
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

// take reads the source into a new snapshot.
func (d *Deliverer) take(ctx context.Context, p period.Period) (*snapshot.Snapshot, error) {
	writer, err := d.cfg.Snapshots.Create(ctx, d.cfg.Account.UIN, p.Month())
	if err != nil {
		return nil, err
	}
	defer writer.Discard()
	lines := int64(0)
	reading, err := d.cfg.Source.Read(ctx, bill.Request{
		UIN: d.cfg.Account.UIN, Month: p.Month(), Through: p.Through, GroupAdmin: d.cfg.Account.GroupAdmin,
		SkipBadRows: d.cfg.Options.SkipBadRows, MonthKnown: d.cfg.Options.MonthKnown,
	}, func(l *bill.Line) error {
		if lines++; lines%progressEvery == 0 {
			d.cfg.Progress(Step{Name: StepRead, Done: lines})
		}
		return writer.Add(l)
	})
	if err != nil {
		return nil, err
	}
	d.cfg.Progress(Step{Name: StepRead, Done: lines, Total: lines})
	return writer.Commit(ctx, reading)
}
