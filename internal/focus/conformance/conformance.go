// Package conformance holds any provider's FOCUS Cost and Usage CSV against
// the rules of FOCUS 1.0 to 1.4: the column table of the version, the rules of
// its requirements model that one file can show, and those that stand only in
// its prose. Rules are tables (cellrules.go, rowrules.go and their
// neighbours); [Rules] lists those of a version. docs/conformance.md says how
// severities are meant and where the package departs from other checkers.
//
// It streams: records are read once, in parallel, in memory that does not grow
// with the file, and the report is the same for any number of workers.
//
// It does not know what a charge should have been: whether sums match an
// invoice, whether a charge belongs to one, whether a row is missing. It does
// not read FOCUS metadata, other datasets than Cost and Usage, or other
// formats than CSV, plain or gzip. It knows no cloud.
package conformance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"deliverd/internal/focus"
)

// Options of [Check].
type Options struct {
	// Version is the name of a version, or VersionAuto, which "" stands for.
	Version string
	// Applicable are the applicability criteria that hold for the provider
	// (see Criteria), or ApplicableAll: they make conditional columns
	// mandatory.
	Applicable []string
	// Workers is how many chunks are checked at a time; 0 for one per CPU,
	// but at most eight: each has some 3 MB of its own.
	Workers int

	// For tests: sizes in bytes, and keys per pair rule.
	chunk, record, keys int
}

const (
	chunkSize = 256 << 10
	maxRecord = 4 << 20
)

// ErrNoVersion is the error of a check with VersionAuto for a header that has
// no column of FOCUS.
var ErrNoVersion = errors.New("the header names no FOCUS column")

// Check reads a file, plain or gzip, to its end. Whatever is wrong with the
// file's text is in the report; an error is a stream that cannot be read, an
// unknown option, or a cancelled ctx, and comes without a report. Check
// returns once r's pending Read has.
func Check(ctx context.Context, r io.Reader, opt Options) (Report, error) {
	opt = opt.withDefaults()
	in, bom, err := open(r)
	if err != nil {
		return Report{}, err
	}
	src := &splitter{r: in, limit: opt.record}
	header, faults, err := readHeader(src)
	if err != nil {
		return Report{}, err
	}
	p, report, err := prepare(header, opt)
	if err != nil {
		return Report{}, err
	}
	report.note(p, bom, faults)
	m := newMerger(p, opt.keys)
	if !report.Stopped {
		if err := run(ctx, src, m, opt); err != nil {
			return Report{}, err
		}
		m.finish(&report)
	}
	report.order(p)
	return report, nil
}

func (o Options) withDefaults() Options {
	or := func(value *int, fallback int) {
		if *value <= 0 {
			*value = fallback
		}
	}
	or(&o.Workers, min(runtime.GOMAXPROCS(0), 8))
	or(&o.chunk, chunkSize)
	or(&o.record, maxRecord)
	or(&o.keys, maxKeys)
	if o.Version == "" {
		o.Version = VersionAuto
	}
	return o
}

// open undoes gzip and takes a byte order mark away.
func open(r io.Reader) (in io.Reader, bom bool, err error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, false, fmt.Errorf("read gzip: %w", err)
		}
		buffered = bufio.NewReaderSize(unzipped, 64<<10)
	}
	if mark, _ := buffered.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, err = buffered.Discard(len(mark))
		return buffered, true, err
	}
	return buffered, false, nil
}

// headerFaults is what is wrong with the first record as CSV.
type headerFaults struct {
	quote, utf8, long, empty bool
}

// prepare chooses the version and makes the plan.
func prepare(header []string, opt Options) (*plan, Report, error) {
	report := Report{Version: opt.Version, VersionWhy: "asked for", Columns: len(header)}
	if opt.Version == VersionAuto {
		report.Version, report.VersionWhy = DetectVersion(header)
		if report.Version == "" {
			return nil, Report{}, fmt.Errorf("guess the FOCUS version: %w", ErrNoVersion)
		}
	}
	v, err := focus.LoadVersion(report.Version)
	if err != nil {
		return nil, Report{}, err
	}
	p, err := newPlan(v, header, opt.Applicable)
	return p, report, err
}
