package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/cosdest"
	"deliverd/internal/delivery"
	"deliverd/internal/focus"
	"deliverd/internal/period"
	"deliverd/internal/sample"
	"deliverd/internal/snapshot"
)

const uin = "200020002001"

// rig is what is measured: a bill file, its snapshot, its FOCUS file, and that
// file's rows as Parquet for DuckDB.
type rig struct {
	options
	month    period.Month
	store    *snapshot.Store
	snap     *snapshot.Snapshot
	columns  int
	rows     int64 // FOCUS rows
	size     int64 // bytes of the FOCUS file
	db       *sql.DB
	billType map[string]string // DuckDB's types of the bill's columns

	duckVersion string
	server      *server
	bucket      *cosdest.Bucket
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

// files are in folders of their own: a source reads a folder.
func (r *rig) billFile(lines int) string {
	return r.path(fmt.Sprintf("bills-%d/%s-202511-by_used_time-bill_details.csv", lines, uin))
}

func (r *rig) focusFile() string   { return r.path("focus.csv") }
func (r *rig) parquetFile() string { return r.path("focus.parquet") }

// prepare makes all of it; nothing here is measured.
func (r *rig) prepare(ctx context.Context) (err error) {
	if r.month, err = period.ParseMonth("2025-11"); err != nil {
		return err
	}
	if r.only == "memory" {
		return nil
	}
	if err := r.writeBill(r.lines); err != nil {
		return err
	}
	if r.store, err = snapshot.NewStore(snapshot.Config{Dir: r.path("snapshots")}); err != nil {
		return err
	}
	if r.snap, err = r.takeSnapshot(ctx); err != nil {
		return err
	}
	if err := r.writeFocus(ctx); err != nil {
		return err
	}
	return r.openDuck(ctx)
}

func (r *rig) close() error {
	var err error
	if r.db != nil {
		err = r.db.Close()
	}
	return errors.Join(err, r.noServer())
}

// writeBill writes a bill file as a direct customer downloads it.
func (r *rig) writeBill(lines int) (err error) {
	name := r.billFile(lines)
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return err
	}
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := sample.Write(file, sample.DirectCSV, r.sample(lines).All()); err != nil {
		return err
	}
	settled := time.Now().Add(-time.Hour) // a file that changed within a minute is not ready
	return os.Chtimes(name, settled, settled)
}

func (r *rig) sample(lines int) sample.Bill {
	return sample.Bill{UIN: uin, Month: r.month, Lines: lines, Seed: 1, Members: 3}
}

func (r *rig) source() (*billsource.Files, error) {
	return billsource.New(billsource.Config{FS: os.DirFS(filepath.Dir(r.billFile(r.lines))), Path: "."})
}

func (r *rig) request() bill.Request {
	return bill.Request{UIN: uin, Month: r.month, Through: r.month.Last(), GroupAdmin: true}
}

func (r *rig) takeSnapshot(ctx context.Context) (*snapshot.Snapshot, error) {
	source, err := r.source()
	if err != nil {
		return nil, err
	}
	writer, err := r.store.Create(ctx, uin, r.month)
	if err != nil {
		return nil, err
	}
	defer writer.Discard()
	reading, err := source.Read(ctx, r.request(), writer.Add)
	if err != nil {
		return nil, err
	}
	return writer.Commit(ctx, reading)
}

func (r *rig) layout() bill.Layout { return bill.Layout{Version: "1.2"} }

func (r *rig) mapper() *bill.Mapper {
	return bill.NewMapper(bill.MapperConfig{UIN: uin, Month: r.month, Due: r.month.End(), Currency: "USD", Layout: r.layout()})
}

func (r *rig) schema() (focus.Schema, error) { return r.layout().Schema() }

// writeFocus writes the FOCUS file that everything after the snapshot is
// compared on.
func (r *rig) writeFocus(ctx context.Context) (err error) {
	file, err := os.Create(r.focusFile())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	schema, err := r.schema()
	if err != nil {
		return err
	}
	r.columns = len(schema.Header())
	buffered := bufio.NewWriterSize(file, 1<<20)
	encoder, err := focus.NewEncoder(buffered, schema)
	if err != nil {
		return err
	}
	mapper := r.mapper()
	err = r.snap.Each(ctx, period.Day{}, func(l *bill.Line) error {
		return mapper.Charges(l, func(c *focus.Charge) error { r.rows++; return encoder.Encode(c) })
	})
	if err := errors.Join(err, buffered.Flush()); err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	r.size = info.Size()
	return nil
}

// deliverer delivers the bill into a bucket.
func (r *rig) deliverer(b delivery.Bucket, conformance delivery.Conformance) (*delivery.Deliverer, error) {
	source, err := r.source()
	if err != nil {
		return nil, err
	}
	return delivery.New(delivery.Config{
		Account: delivery.Account{UIN: uin, Currency: "USD", GroupAdmin: true}, Layout: r.layout(),
		Conformance: conformance, Source: source, Bucket: b, Snapshots: r.store,
	})
}
