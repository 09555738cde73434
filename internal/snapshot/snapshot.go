package snapshot

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// Snapshot is a bill as it was read at one moment. It never changes. It is
// safe for concurrent use, and it holds no file open: after two later
// snapshots of its bill the lines are gone, and Each says fs.ErrNotExist.
type Snapshot struct {
	store *Store
	path  string
	foot  footer
	month period.Month
	read  bill.Reading
}

// Latest opens the newest snapshot of a bill. The error is fs.ErrNotExist when
// there is none, and a [*CorruptError] when it is not as it was written: an
// older one does not stand in for it.
func (s *Store) Latest(uin string, month period.Month) (*Snapshot, error) {
	return s.nth(0, uin, month)
}

// Previous opens the snapshot before the newest, with the errors of Latest.
func (s *Store) Previous(uin string, month period.Month) (*Snapshot, error) {
	return s.nth(1, uin, month)
}

func (s *Store) nth(n int, uin string, month period.Month) (*Snapshot, error) {
	names, err := s.names(uin, month)
	if err == nil && n >= len(names) {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("snapshot of %s %s: %w", uin, month, err)
	}
	return s.open(names[n].path)
}

func (s *Store) open(path string) (*Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := readTrailer(f)
	if err != nil {
		return nil, err
	}
	text, err := t.footer(f, s.decoder)
	if err != nil {
		return nil, err
	}
	var foot footer
	if err := json.Unmarshal(text, &foot); err != nil {
		return nil, &CorruptError{path, "the footer is malformed: " + err.Error()}
	}
	if _, err := openBlocks(f, t.blocksEnd, s.decoder); err != nil {
		return nil, err
	}
	return s.newSnapshot(path, foot)
}

func (s *Store) newSnapshot(path string, foot footer) (*Snapshot, error) {
	month, err := period.ParseMonth(foot.Month)
	if err != nil {
		return nil, &CorruptError{path, "the footer is malformed: " + err.Error()}
	}
	read := bill.Reading{
		Source: foot.Reading.Source, Lines: foot.Lines,
		SkippedRows: foot.Reading.SkippedRows, Skipped: foot.Reading.Skipped, Warnings: foot.Reading.Warnings,
	}
	if foot.Through != "" {
		if read.Through, err = period.ParseDay(foot.Through); err != nil {
			return nil, &CorruptError{path, "the footer is malformed: " + err.Error()}
		}
	}
	return &Snapshot{store: s, path: path, foot: foot, month: month, read: read}, nil
}

// ID names the content: two snapshots of one bill with the same lines have
// the same id, whenever and from whichever files they were read.
func (s *Snapshot) ID() string { return s.foot.ID }

// UIN is the account, Month the bill month, Through the last bill day that the
// source covered, Lines how many lines there are.
func (s *Snapshot) UIN() string         { return s.foot.UIN }
func (s *Snapshot) Month() period.Month { return s.month }
func (s *Snapshot) Through() period.Day { return s.read.Through }
func (s *Snapshot) Lines() int64        { return s.foot.Lines }

// Reading is what the source said.
func (s *Snapshot) Reading() bill.Reading { return s.read }

// Totals are the exact sums of all lines. They are shared: do not change them.
func (s *Snapshot) Totals() *bill.Totals { return s.foot.Totals }

// Each calls visit with every line up to and with the bill day through, in
// the order of [bill.Line.Compare]; the zero Day stands for all lines. The
// line is visit's until it returns; its texts stay. An error of visit ends
// the reading and is returned as it is. The other errors are the context's,
// the disk's, and a [*CorruptError]: visit has then seen a part of the lines.
func (s *Snapshot) Each(ctx context.Context, through period.Day, visit func(*bill.Line) error) error {
	f, err := os.Open(s.path)
	if err != nil {
		return fmt.Errorf("snapshot of %s %s: %w", s.UIN(), s.month, err)
	}
	defer f.Close()
	t, err := readTrailer(f)
	if err != nil {
		return err
	}
	if hex.EncodeToString(t.id) != s.foot.ID || t.lines != s.foot.Lines {
		return &CorruptError{s.path, "the file holds another bill than when it was opened"}
	}
	b, err := openBlocks(f, t.blocksEnd, s.store.decoder)
	if err != nil {
		return err
	}
	last := ""
	if !through.IsZero() {
		last = through.String()
	}
	return b.each(ctx, t.lines, last, visit)
}

// each visits the lines up to the day last, and counts them.
func (b *blocks) each(ctx context.Context, lines int64, last string, visit func(*bill.Line) error) error {
	for n := int64(0); ; n++ {
		if n%blockRows == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		l, err := b.next()
		switch {
		case err != nil:
			return err
		case l == nil && n != lines:
			return b.corrupt(fmt.Sprintf("there are %d lines, not %d", n, lines))
		case l == nil || last != "" && l[bill.BillDay] > last:
			return nil
		}
		if err := visit(l); err != nil {
			return err
		}
	}
}
