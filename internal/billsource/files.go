// Package billsource reads the lines of a bill from where a person has them.
//
// [Files] reads detail-bill files: CSV as the provider's console downloads it
// or the provider stores it, and JSON as its API answers it, in a folder or
// alone, plain, gzipped or zipped. The package knows file names, encodings,
// column names and dialects. It does not know what a line means in FOCUS,
// what becomes of it, or where the folder is: that is an [fs.FS].
//
// What is wrong with a bill is told as a [*RowError] or a [*FileError]; a
// bill that is not there yet as a [*WaitError], which wraps
// [bill.ErrNotReady]. Each has a Remedy.
package billsource

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// Config says where the bill files are.
type Config struct {
	FS   fs.FS
	Path string // the folder or the file inside FS; "" is "."
	Name string // how people call the place, such as /srv/bills; "" is Path

	Now    func() time.Time // the present, for Settle; nil is time.Now
	Settle time.Duration    // how long a file must have been unchanged; 0 is a minute, below 0 not at all

	// Progress, when set, is told now and then how many bytes of the chosen
	// files have been read, and how many there are.
	Progress func(read, total int64)
}

// Files reads bills from a folder or a file. It may be used concurrently.
type Files struct{ Config }

// New returns a reader of the files that c names. Nothing is opened yet.
func New(c Config) (*Files, error) {
	if c.FS == nil {
		return nil, errors.New("bill files: no file system")
	}
	if c.Path == "" {
		c.Path = "."
	}
	if !fs.ValidPath(c.Path) {
		return nil, fmt.Errorf("bill files: %q is no path inside a file system", c.Path)
	}
	if c.Name == "" {
		c.Name = c.Path
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Settle == 0 {
		c.Settle = time.Minute
	}
	return &Files{c}, nil
}

// Read gives every line of the wanted bill to emit, completed
// ([bill.Line.Complete]) and in no particular order. The line passed to emit
// is reused for the next one; its strings stay valid. An error of emit ends
// the reading and is returned as it is.
//
// Lines may have been given before an error shows, [bill.ErrNotReady]
// included: they are worth nothing then.
func (f *Files) Read(ctx context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error) {
	chosen, err := f.choose(ctx, want)
	if err != nil {
		return bill.Reading{}, err
	}
	t := newTaker(want, emit)
	err = f.readAll(ctx, chosen, t)
	if err == nil || isAboutFile(err) {
		// A file that is being rewritten looks broken: waiting explains more.
		err = cmp.Or(f.unchanged(chosen), err)
	}
	if err != nil {
		return bill.Reading{}, err
	}
	return t.finish(chosen)
}

func (f *Files) readAll(ctx context.Context, chosen *choice, t *taker) error {
	meter := f.meter(chosen)
	for i := range chosen.files {
		t.file = chosen.files[i].name
		err := f.eachPart(ctx, &chosen.files[i], meter, func(p *part) error { return p.read(ctx, t) })
		if err != nil {
			return err
		}
	}
	meter.done()
	return nil
}

// finish says what has been read, or why it is not enough.
func (t *taker) finish(chosen *choice) (bill.Reading, error) {
	if err := t.namesAccount(chosen); err != nil {
		return bill.Reading{}, err
	}
	r := t.reading
	if r.Lines == 0 && r.SkippedRows > 0 {
		// Leaving rows out is a person's word; leaving all out is no bill.
		return bill.Reading{}, &FileError{File: chosen.source(), Problem: fmt.Sprintf("has no good row: all %d are bad; the first: %s", r.SkippedRows, r.Skipped[0]), Fix: downloadAgain}
	}
	r.Source, r.Warnings = chosen.source(), chosen.warnings
	if read := t.records + r.SkippedRows; t.promised > read {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the pages speak of %d records, %d are there: see whether a page is missing", t.promised, read))
	}
	r.Through = chosen.through
	if !r.Through.IsZero() {
		return r, nil
	}
	through, err := t.lastDay()
	if err != nil {
		return bill.Reading{}, err
	}
	r.Through = through
	if through.Compare(t.want.Through) < 0 {
		return bill.Reading{}, &WaitError{
			Place:   chosen.source(),
			Problem: fmt.Sprintf("the last bill day in it is %s, and %s is asked for", through, t.want.Through),
			Fix:     fmt.Sprintf("put a bill there that reaches %s, or give it the provider's name: %s-%s-bill_details.zip", t.want.Through, t.want.UIN, t.want.Through.Compact()),
		}
	}
	return r, nil
}

// lastDay is the last bill day that undated files cover: the greatest one
// seen. A bill without lines has none; then the person who said the month
// vouches for all of it.
func (t *taker) lastDay() (period.Day, error) {
	if t.greatest == "" {
		return t.want.Month.Last(), nil
	}
	return period.ParseDay(t.greatest)
}

// unchanged looks at the chosen files again: a bill that changed under the
// reader is no bill. For undated files, which are united, a file that came or
// went counts as a change too.
func (f *Files) unchanged(chosen *choice) error {
	wait := func(name, what string) error {
		return &WaitError{Place: f.Name, Problem: name + " " + what + " while it was read", Fix: "nothing; it is read again when it has not changed for " + f.Settle.String()}
	}
	for i := range chosen.files {
		was := &chosen.files[i]
		info, err := fs.Stat(f.FS, was.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return wait(was.name, "went away")
		case err != nil:
			return fmt.Errorf("look at %s again: %w", was.name, err)
		case info.Size() != was.size || !info.ModTime().Equal(was.modTime):
			return wait(was.name, "changed")
		}
	}
	if !chosen.folder || !chosen.through.IsZero() {
		return nil
	}
	listing, err := f.list()
	if err != nil {
		return err
	}
	if got := listing.undatedNames(); got != chosen.undated {
		return wait("the set of files", "changed")
	}
	return nil
}

func (f *Files) inFolder(name string) string { return path.Join(f.Path, name) }
