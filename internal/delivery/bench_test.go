package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
	"deliverd/internal/object"
	"deliverd/internal/period"
	"deliverd/internal/sample"
	"deliverd/internal/snapshot"
)

// BenchmarkDeliver is a delivery from a source in memory to a bucket that
// throws the bytes away: reading into a snapshot, rendering, rendering again.
// DELIVERD_BENCH_LINES sets the size of the bill.
func BenchmarkDeliver(b *testing.B) {
	lines := 100_000
	if n, err := strconv.Atoi(os.Getenv("DELIVERD_BENCH_LINES")); err == nil {
		lines = n
	}
	for _, conformance := range []delivery.Conformance{delivery.HoldNonconforming, delivery.SkipConformance} {
		b.Run(fmt.Sprintf("lines=%d/conformance=%s", lines, conformance), func(b *testing.B) {
			for b.Loop() {
				deliverOnce(b, lines, conformance)
			}
			b.ReportMetric(float64(b.N*lines)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

func deliverOnce(b *testing.B, lines int, conformance delivery.Conformance) {
	b.Helper()
	store, err := snapshot.NewStore(snapshot.Config{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	month, err := period.ParseMonth("2025-11")
	if err != nil {
		b.Fatal(err)
	}
	d, err := delivery.New(delivery.Config{
		Account: delivery.Account{UIN: "200020002001", Currency: "USD", GroupAdmin: true}, Layout: bill.Layout{Version: "1.2"},
		Conformance: conformance, Source: sampleSource(lines), Bucket: nowhere{}, Snapshots: store,
	})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Deliver(b.Context(), delivery.Delivery{Period: period.MonthlyOf(month), Due: month.End()}); !errors.Is(err, errNowhere) {
		b.Fatal(err)
	}
}

// sampleSource gives an invented bill of so many lines.
type sampleSource int

func (n sampleSource) Read(_ context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error) {
	err := (sample.Bill{UIN: want.UIN, Month: want.Month, Lines: int(n), Seed: 1, Members: 3}).Each(emit)
	return bill.Reading{Source: "sample", Through: want.Month.Last(), Lines: int64(n)}, err
}

// nowhere is an empty bucket that reads everything and keeps nothing.
type nowhere struct{}

var errNowhere = errors.New("thrown away")

func (nowhere) Put(_ context.Context, _ string, body io.Reader, _ object.PutOptions) (object.Object, error) {
	_, err := io.Copy(io.Discard, body)
	return object.Object{}, errors.Join(err, errNowhere)
}

func (nowhere) Stat(context.Context, string) (object.Object, error) {
	return object.Object{}, fs.ErrNotExist
}

func (nowhere) List(context.Context, string) iter.Seq2[object.Object, error] {
	return func(func(object.Object, error) bool) {}
}

func (nowhere) AbortUploads(context.Context, string, func(string) bool) (int, error) { return 0, nil }
