package billsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// candidate is one file that may hold the wanted bill.
type candidate struct {
	name    string // as messages and lines name it
	path    string // inside the file system
	size    int64
	modTime time.Time
	dated   bool // it has a provider's name
	providerName
}

// choice is the set of files that make up the wanted bill.
type choice struct {
	place    string
	folder   bool
	files    []candidate
	through  period.Day // what dated files cover; zero for undated ones
	undated  string     // the undated files of the folder, to see one come or go
	warnings []string
}

// source is what [bill.Reading] calls the place.
func (c *choice) source() string {
	switch {
	case !c.folder:
		return c.place
	case len(c.files) == 1:
		return c.files[0].name + " in " + c.place
	default:
		return fmt.Sprintf("%d files in %s", len(c.files), c.place)
	}
}

// choose picks the files of the wanted bill: exactly one set, because the
// provider's files are cumulative and two of them hold the same money twice.
//
//   - A file with the provider's name for this account and month wins: the
//     monthly one, else the daily one of the greatest date. Two of them are
//     refused: which is right is not ours to say.
//   - Without one, the undated files are united.
func (f *Files) choose(ctx context.Context, want bill.Request) (*choice, error) {
	info, err := fs.Stat(f.FS, f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &FileError{File: f.Name, Problem: "does not exist", Fix: "name the folder or the file that holds the bill"}
	}
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", f.Name, err)
	}
	if !info.IsDir() {
		return f.chooseFile(ctx, newCandidate(path.Base(f.Path), f.Path, info), want)
	}
	listing, err := f.list()
	if err != nil {
		return nil, err
	}
	dated, err := listing.dated(want)
	if err != nil {
		return nil, err
	}
	if dated != nil {
		return f.chooseDated(*dated, listing, want)
	}
	return f.chooseUndated(ctx, listing, want)
}

func newCandidate(name, path string, info fs.FileInfo) candidate {
	c := candidate{name: name, path: path, size: info.Size(), modTime: info.ModTime()}
	c.providerName, c.dated = parseName(name)
	return c
}

// chooseFile takes the one file that a person named. Its name, when it is the
// provider's, must be of the wanted account and month; in a folder such files
// are merely left aside, here they are what was asked for.
func (f *Files) chooseFile(ctx context.Context, c candidate, want bill.Request) (*choice, error) {
	switch {
	case c.dated && c.uin != want.UIN:
		return nil, &FileError{File: f.Name, Problem: fmt.Sprintf("is by its name a bill of account %s, not of %s", c.uin, want.UIN), Fix: "name the file of account " + want.UIN}
	case c.dated && c.month != want.Month:
		return nil, &FileError{File: f.Name, Problem: fmt.Sprintf("is by its name the bill of %s, not of %s", c.month, want.Month), Fix: fmt.Sprintf("name the file of %s, or ask for %s", want.Month, c.month)}
	}
	ch := &choice{place: f.Name, files: []candidate{c}}
	if c.dated {
		ch.through = c.through()
		return ch, f.ready(ch, want)
	}
	if err := f.settled(ch); err != nil {
		return nil, err
	}
	p, err := f.peek(ctx, &c)
	if err != nil {
		return nil, err
	}
	switch {
	case p.known && p.month != want.Month:
		return nil, &FileError{File: f.Name, Problem: fmt.Sprintf("is the bill of %s, not of %s", p.month, want.Month), Fix: fmt.Sprintf("name the file of %s, or ask for %s", want.Month, p.month)}
	case !p.known && !want.MonthKnown:
		return nil, f.monthUnknown(c, p, want)
	}
	return ch, nil
}

// monthUnknown is the error of a file that does not say its month; of one
// without a good row, it is what is wrong with the first.
func (f *Files) monthUnknown(c candidate, p peeked, want bill.Request) error {
	if p.first != nil && !p.good {
		return p.first
	}
	return &FileError{File: c.name, Problem: "does not say its month: neither its name nor a Bill Month column does", Fix: "say --month " + want.Month.String()}
}

func (f *Files) chooseDated(c candidate, l *listing, want bill.Request) (*choice, error) {
	ch := &choice{place: f.Name, folder: true, files: []candidate{c}, through: c.through()}
	if n := len(l.undatedFiles()); n > 0 {
		ch.warnings = append(ch.warnings, fmt.Sprintf("%s is read; left aside because they have no date in their name: %s", c.name, some(candidateNames(l.undatedFiles()))))
	}
	return ch, f.ready(ch, want)
}

// chooseUndated unites the undated files that are of the wanted month: by
// their bill month column, or because a person said so. A page without
// records fits any month, but does not make a bill alone.
func (f *Files) chooseUndated(ctx context.Context, l *listing, want bill.Request) (*choice, error) {
	ch := &choice{place: f.Name, folder: true, undated: l.undatedNames()}
	var empty []candidate
	undated := l.undatedFiles()
	if err := f.settled(&choice{place: f.Name, files: undated}); err != nil {
		return nil, err
	}
	for i, c := range undated {
		p, err := f.peek(ctx, &undated[i])
		switch {
		case err != nil:
			return nil, err
		case p.known && p.month != want.Month:
			l.aside(c.name, "of "+p.month.String())
		case p.known || want.MonthKnown:
			ch.files = append(ch.files, c)
		case !p.rows:
			empty = append(empty, c)
		default:
			return nil, f.monthUnknown(c, p, want)
		}
	}
	if len(ch.files) == 0 && len(empty) > 0 {
		return nil, f.monthUnknown(empty[0], peeked{}, want)
	}
	if ch.files = append(ch.files, empty...); len(ch.files) == 0 {
		return nil, f.nothing(l, want)
	}
	return ch, nil
}

// nothing says that the folder has no bill of the month, and what it has.
func (f *Files) nothing(l *listing, want bill.Request) error {
	there := "it is empty"
	if len(l.left) > 0 {
		there = "it has " + some(l.left)
	}
	return &WaitError{
		Place:   f.Name,
		Problem: fmt.Sprintf("no bill of account %s for %s; %s", want.UIN, want.Month, there),
		Fix:     fmt.Sprintf("put %s-%s-bill_details.zip there, or any bill file with a Bill Month column", want.UIN, want.Month.Compact()),
	}
}

// ready tells whether dated files reach the wanted day and lie still.
func (f *Files) ready(ch *choice, want bill.Request) error {
	if ch.through.Compare(want.Through) < 0 {
		return &WaitError{
			Place:   f.Name,
			Problem: fmt.Sprintf("the newest bill of account %s for %s is %s, which ends on %s; %s is asked for", want.UIN, want.Month, ch.files[0].name, ch.through, want.Through),
			Fix:     fmt.Sprintf("put a bill there whose date is %s or later", want.Through),
		}
	}
	return f.settled(ch)
}

// settled tells whether the files have not changed for [Config.Settle]: a
// file that is still being copied looks whole to a reader. A time in the
// future beyond that is another machine's clock and says nothing; the look
// after the reading has to do then.
func (f *Files) settled(ch *choice) error {
	now := f.Now()
	for i := range ch.files {
		c := &ch.files[i]
		if age := now.Sub(c.modTime); age < f.Settle && age > -f.Settle {
			return &WaitError{
				Place:   f.Name,
				Problem: fmt.Sprintf("%s changed %s ago; it must have been unchanged for %s", c.name, max(age, 0).Round(time.Second), f.Settle),
				Fix:     "nothing; it is read when it lies still",
			}
		}
	}
	return nil
}

// some lists the first of the names.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
