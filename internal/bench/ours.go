package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/focus/conformance"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// reading is bill file → lines with all checks, and → snapshot, beside
// DuckDB's typed read_csv of all its columns.
func (r *rig) reading(ctx context.Context) error {
	duck := func(ctx context.Context) (measure, error) { return r.duckRead(ctx, r.threads) }
	err := r.print(ctx, row{
		what: "bill file → lines, all checks", rows: int64(r.lines), aim: "≥ 1",
		ours: func(ctx context.Context) (measure, error) {
			source, err := r.source()
			if err != nil {
				return measure{}, err
			}
			return took(func() error {
				_, err := source.Read(ctx, r.request(), func(*bill.Line) error { return nil })
				return err
			})
		},
		theirs: duck,
	})
	if err != nil {
		return err
	}
	return r.print(ctx, row{
		what: "bill file → snapshot on disk", rows: int64(r.lines), aim: "–",
		ours: func(ctx context.Context) (measure, error) {
			return took(func() (err error) { r.snap, err = r.takeSnapshot(ctx); return err })
		},
		theirs: duck,
	})
}

// nowhere is snapshot → CSV, thrown away: with size and CRC-64 alone, and also
// held against the rules of FOCUS, beside DuckDB's COPY from Parquet.
func (r *rig) nowhere(ctx context.Context) error {
	for _, kind := range []struct {
		what, aim string
		rules     delivery.Conformance
	}{
		{"snapshot → CSV to nowhere", "≥ 1.5", delivery.SkipConformance},
		{"snapshot → CSV to nowhere, FOCUS rules checked", "–", delivery.HoldNonconforming},
	} {
		d, _, err := r.warm(ctx, kind.rules)
		if err != nil {
			return err
		}
		err = r.print(ctx, row{
			what: kind.what, rows: r.rows, aim: kind.aim,
			ours:   func(ctx context.Context) (measure, error) { return r.again(ctx, d, errNowhere) },
			theirs: func(ctx context.Context) (measure, error) { return r.duckCopy(ctx, r.threads, "/dev/null") },
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// warm returns a deliverer that has read its snapshot, and its bucket.
func (r *rig) warm(ctx context.Context, rules delivery.Conformance) (*delivery.Deliverer, *switched, error) {
	bucket := &switched{Bucket: noBucket{}}
	d, err := r.deliverer(bucket, rules)
	if err != nil {
		return nil, nil, err
	}
	_, err = r.again(ctx, d, errNowhere)
	return d, bucket, err
}

// again delivers the month and measures it.
func (r *rig) again(ctx context.Context, d *delivery.Deliverer, want error) (measure, error) {
	return took(func() error {
		out, err := d.Deliver(ctx, delivery.Delivery{Period: period.MonthlyOf(r.month), Due: r.month.End()})
		switch {
		case !errors.Is(err, want):
			return err
		case err == nil && out.Result != delivery.Delivered:
			return fmt.Errorf("it was %s: %v", out.Result, out.Reasons)
		}
		return nil
	})
}

// toBucket is snapshot → proved object in a bucket server, with size, CRC-64
// and rules, beside DuckDB's COPY to a file that our uploader then uploads.
func (r *rig) toBucket(ctx context.Context) error {
	for _, kind := range []struct {
		what, aim string
		rules     delivery.Conformance
	}{
		{"snapshot → bucket server", "≥ 1.5", delivery.SkipConformance},
		{"snapshot → bucket server, FOCUS rules checked", "–", delivery.HoldNonconforming},
	} {
		d, bucket, err := r.warm(ctx, kind.rules)
		if err != nil {
			return err
		}
		err = r.print(ctx, row{
			what: kind.what, rows: r.rows, aim: kind.aim,
			ours: func(ctx context.Context) (measure, error) {
				if err := r.newBucket(ctx); err != nil {
					return measure{}, err
				}
				bucket.Bucket = r.bucket
				return r.again(ctx, d, nil)
			},
			theirs: func(ctx context.Context) (measure, error) {
				if err := r.newBucket(ctx); err != nil {
					return measure{}, err
				}
				return r.duckUpload(ctx)
			},
		})
		if err != nil {
			return err
		}
	}
	return r.noServer()
}

// validate holds the FOCUS file against the rules of its version.
func (r *rig) validate(ctx context.Context) error {
	return r.print(ctx, row{
		what: "validate", rows: r.rows, aim: "≥ 300,000 rows/s",
		ours: func(ctx context.Context) (measure, error) {
			file, err := os.Open(r.focusFile())
			if err != nil {
				return measure{}, err
			}
			defer file.Close()
			return took(func() error {
				report, err := conformance.Check(ctx, file, conformance.Options{Version: "1.2", Workers: r.threads})
				if err == nil && report.Rows != r.rows {
					err = fmt.Errorf("%d rows, not %d", report.Rows, r.rows)
				}
				return err
			})
		},
	})
}

// switched is a bucket that can be exchanged.
type switched struct{ delivery.Bucket }

// noBucket is an empty bucket that wants nothing.
type noBucket struct{}

var errNowhere = errors.New("thrown away")

func (noBucket) Put(context.Context, string, io.Reader, object.PutOptions) (object.Object, error) {
	return object.Object{}, errNowhere
}

func (noBucket) Stat(context.Context, string) (object.Object, error) {
	return object.Object{}, fs.ErrNotExist
}

func (noBucket) List(context.Context, string) iter.Seq2[object.Object, error] {
	return func(func(object.Object, error) bool) {}
}

func (noBucket) AbortUploads(context.Context, string, func(string) bool) (int, error) { return 0, nil }
