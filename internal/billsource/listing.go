package billsource

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"deliverd/internal/bill"
)

// listing is what a folder holds. Folders in it are not looked into: a bill
// of another account, or an archive of old files, is often one level down,
// and two files of one month are an error.
type listing struct {
	place string
	files []candidate
	left  []string // "notes.txt (no CSV, JSON, gzip or zip)"
}

func (l *listing) aside(name, why string) { l.left = append(l.left, name+" ("+why+")") }

func (f *Files) list() (*listing, error) {
	entries, err := fs.ReadDir(f.FS, f.Path)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", f.Name, err)
	}
	l := &listing{place: f.Name}
	for _, entry := range entries {
		name := entry.Name()
		if why := leftAside(name); why != "" && !entry.IsDir() {
			l.aside(name, why)
			continue
		}
		info, err := fs.Stat(f.FS, f.inFolder(name)) // follows a link, unlike entry.Info
		switch {
		case errors.Is(err, fs.ErrNotExist):
			l.aside(name, "gone")
		case err != nil:
			return nil, fmt.Errorf("look at %s in %s: %w", name, f.Name, err)
		case info.IsDir():
			l.aside(name, "a folder")
		case !info.Mode().IsRegular():
			l.aside(name, "no regular file")
		default:
			l.files = append(l.files, newCandidate(name, f.inFolder(name), info))
		}
	}
	return l, nil
}

// dated is the provider's file of the wanted month: the monthly one, else
// the daily one of the greatest date; nil when there is none. Of two with the
// same date one must be wrong, or both hold a half: that is refused.
func (l *listing) dated(want bill.Request) (*candidate, error) {
	var best, twin *candidate
	for i := range l.files {
		c := &l.files[i]
		switch {
		case !c.dated:
			continue
		case c.uin != want.UIN:
			l.aside(c.name, "another account")
			continue
		case c.month != want.Month:
			l.aside(c.name, "another month")
			continue
		}
		switch order := compareDated(c, best); {
		case order > 0:
			best, twin = c, nil
		case order == 0:
			twin = c
		}
	}
	if twin != nil {
		return nil, &FileError{
			File:    best.name + " and " + twin.name,
			Problem: "are two files of the same date in " + l.place + ": each is a whole bill, and only one can be used",
			Fix:     "remove one of them",
		}
	}
	return best, nil
}

// compareDated puts the file to be used last: monthly after daily, then by date.
func compareDated(c, best *candidate) int {
	switch {
	case best == nil:
		return 1
	case c.day.IsZero() && !best.day.IsZero():
		return 1
	case !c.day.IsZero() && best.day.IsZero():
		return -1
	default:
		return c.day.Compare(best.day)
	}
}

func (l *listing) undatedFiles() []candidate {
	var undated []candidate
	for _, c := range l.files {
		if !c.dated {
			undated = append(undated, c)
		}
	}
	return undated
}

func (l *listing) undatedNames() string {
	return strings.Join(candidateNames(l.undatedFiles()), "\n")
}

func candidateNames(files []candidate) []string {
	names := make([]string, len(files))
	for i := range files {
		names[i] = files[i].name
	}
	return names
}
