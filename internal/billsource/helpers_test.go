package billsource

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

const uin = "200020002001"

var now = time.Date(2025, 12, 10, 3, 0, 0, 0, period.Zone)

// partnerHeader is a small partner customer's bill; row fills it.
const partnerHeader = "Bill Month,Payer Account ID,Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Original Cost,Total Amount Before Voucher,Customer Voucher Deduction,Total Cost,Currency"

// row is a row of partnerHeader for a bill day and a total cost.
func row(day, total string) string {
	return fmt.Sprintf("%s,100,%s,CVM,Hourly settlement,%s 01:00:00,%s 01:59:59,%s,%s,0,%s,USD", day[:7], uin, day, day, total, total, total)
}

func partnerBill(rows ...string) string {
	return strings.Join(append([]string{partnerHeader}, rows...), "\n") + "\n"
}

func file(data string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(data), ModTime: now.Add(-time.Hour)}
}

// folder makes a file system of names and contents in turn.
func folder(namesAndData ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(namesAndData); i += 2 {
		m[namesAndData[i]] = file(namesAndData[i+1])
	}
	return m
}

func zipped(t testing.TB, namesAndData ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(namesAndData); i += 2 {
		member, err := w.Create(namesAndData[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := member.Write([]byte(namesAndData[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, data string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func month(t testing.TB, s string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func day(t testing.TB, s string) period.Day {
	t.Helper()
	d, err := period.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wanted is a request for December 2025, through a day of it.
func wanted(t testing.TB, through string) bill.Request {
	d := day(t, through)
	return bill.Request{UIN: uin, Month: d.Month(), Through: d}
}

// read reads a place of a file system and keeps the lines.
func read(t testing.TB, fsys fs.FS, path string, want bill.Request) ([]bill.Line, bill.Reading, error) {
	t.Helper()
	f, err := New(Config{FS: fsys, Path: path, Name: "/srv/" + path, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var lines []bill.Line
	reading, err := f.Read(context.Background(), want, func(l *bill.Line) error {
		lines = append(lines, *l)
		return nil
	})
	return lines, reading, err
}

// mustRead is read of a bill that is fine.
func mustRead(t testing.TB, fsys fs.FS, path string, want bill.Request) ([]bill.Line, bill.Reading) {
	t.Helper()
	lines, reading, err := read(t, fsys, path, want)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(lines)) != reading.Lines {
		t.Errorf("%d lines were given, and Reading says %d", len(lines), reading.Lines)
	}
	return lines, reading
}

// wantError holds an error against parts of its text; every error that a
// person sees has a remedy, and only a wait is ErrNotReady.
func wantError(t *testing.T, err error, wait bool, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := errors.Is(err, bill.ErrNotReady); got != wait {
		t.Errorf("%q is ErrNotReady: %t, want %t", err, got, wait)
	}
	var remedy interface{ Remedy() string }
	if !errors.As(err, &remedy) || remedy.Remedy() == "" {
		t.Fatalf("%q has no remedy", err)
	}
	text := err.Error() + "; try: " + remedy.Remedy()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func values(lines []bill.Line, f bill.Field) []string {
	found := make([]string, len(lines))
	for i := range lines {
		found[i] = lines[i][f]
	}
	return found
}
