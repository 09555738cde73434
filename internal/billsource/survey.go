package billsource

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"deliverd/internal/period"
)

// Survey is what a glance at a place shows.
type Survey struct {
	Files  int            // that hold bills of the account, or do not say whose
	Months []period.Month // of those, in order, each once
	Silent []string       // files that do not say their month
	Others []string       // files of other accounts
	Aside  []string       // what is not looked at, and why
}

// mostGlances bounds how many files a survey opens: over a network each is a
// request or two.
const mostGlances = 100

// Survey says which months of the account the place holds, without reading the
// bills: by the names that the provider gives, else by the first rows. It opens
// each of the newest hundred files, so an error says that one of them cannot be
// read, or that there is no such place.
func (f *Files) Survey(ctx context.Context, uin string) (Survey, error) {
	info, err := fs.Stat(f.FS, f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return Survey{}, &FileError{File: f.Name, Problem: "does not exist", Fix: "name the folder or the file that holds the bill"}
	}
	if err != nil {
		return Survey{}, fmt.Errorf("look at %s: %w", f.Name, err)
	}
	files := []candidate{newCandidate(path.Base(f.Path), f.Path, info)}
	var s Survey
	if info.IsDir() {
		l, err := f.list()
		if err != nil {
			return Survey{}, err
		}
		files, s.Aside = l.files, l.left
	}
	slices.SortStableFunc(files, func(a, b candidate) int { return b.modTime.Compare(a.modTime) })
	for i := range files {
		if err := s.look(ctx, f, &files[i], uin); err != nil {
			return Survey{}, err
		}
	}
	slices.SortFunc(s.Months, period.Month.Compare)
	s.Months = slices.Compact(s.Months)
	return s, nil
}

func (s *Survey) look(ctx context.Context, f *Files, c *candidate, uin string) error {
	if c.dated && c.uin != uin {
		s.Others = append(s.Others, c.name)
		return nil
	}
	s.Files++
	p := peeked{}
	if s.Files <= mostGlances {
		var err error
		if p, err = f.peek(ctx, c); err != nil {
			return err
		}
	}
	switch {
	case c.dated:
		s.Months = append(s.Months, c.month)
	case p.known:
		s.Months = append(s.Months, p.month)
	default:
		s.Silent = append(s.Silent, c.name)
	}
	return nil
}
