package billsource

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"deliverd/internal/bill"
)

// RowError says which row of a bill file is bad, and why.
type RowError struct {
	File    string // the file, with its member when it is a zip: detail.zip!1.csv
	Row     int64  // as a spreadsheet counts: the header is row 1; for JSON the record, from 1
	Column  string // the column's name in the file; "" when the whole row is meant
	Value   string // what the cell holds
	Problem string // "is no decimal number"
	Fix     string // what a person can do about it
}

func (e *RowError) Error() string {
	text := fmt.Sprintf("%s, row %d", e.File, e.Row)
	if e.Column != "" {
		text += fmt.Sprintf(", column %q", e.Column)
	}
	if e.Value != "" {
		return text + ": " + shown(e.Value) + " " + e.Problem
	}
	return text + ": " + e.Problem
}

// Remedy is what a person can do about the error.
func (e *RowError) Remedy() string { return e.Fix }

// FileError says what is wrong with a whole bill file.
type FileError struct {
	File    string
	Problem string // "is empty"
	Fix     string
	Err     error // the cause, where there is one
}

func (e *FileError) Error() string {
	text := e.File + " " + e.Problem
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Remedy is what a person can do about the error.
func (e *FileError) Remedy() string { return e.Fix }

func (e *FileError) Unwrap() error { return e.Err }

// WaitError says that the bill is not there yet, or not in full: what is
// there, and what is missing. It wraps [bill.ErrNotReady].
type WaitError struct {
	Place   string
	Problem string
	Fix     string
}

func (e *WaitError) Error() string {
	return fmt.Sprintf("%s: %v: %s", e.Place, bill.ErrNotReady, e.Problem)
}

// Remedy is what a person can do about the error.
func (e *WaitError) Remedy() string { return e.Fix }

func (e *WaitError) Unwrap() error { return bill.ErrNotReady }

const (
	downloadAgain = "download the file again"
	orSkip        = ", or leave such rows out with --skip-bad-rows"
)

// fileProblem is a FileError with the usual remedy of a damaged file.
func fileProblem(file, problem string, cause error) error {
	return &FileError{File: file, Problem: problem, Fix: downloadAgain, Err: cause}
}

// isAboutFile tells an error about what stands in a file from one of the
// receiver, the context or the disk.
func isAboutFile(err error) bool {
	_, row := errors.AsType[*RowError](err)
	_, file := errors.AsType[*FileError](err)
	return row || file
}

// shown is a value quoted for a message, and cut when it is long.
func shown(value string) string {
	const most = 80
	if len(value) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(value[cut]) {
			cut--
		}
		value = value[:cut] + "…"
	}
	return strconv.Quote(value)
}
