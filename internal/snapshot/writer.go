package snapshot

import (
	"context"
	"fmt"
	"path/filepath"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// Writer collects the lines of one bill. Nothing of it is visible before
// Commit has returned a snapshot. A Writer is not safe for concurrent use.
type Writer struct {
	store *Store
	ctx   context.Context // bounds Add, which has none of its own
	uin   string
	month period.Month
	dir   string // everything unfinished; "" when finished
	sort  sorter
	seal  *sealer
	lines int64
}

// Add adds a line, in any order, and copies what it keeps. The errors of a
// line are those of [bill.Line.Money]; a [*DuplicateError] may come from
// here or from Commit. After an error, Discard.
func (w *Writer) Add(l *bill.Line) error {
	if w.dir == "" {
		return errFinished
	}
	if err := w.ctx.Err(); err != nil {
		return context.Cause(w.ctx)
	}
	w.lines++
	return w.wrap(w.sort.add(w.ctx, l))
}

// Commit makes the lines a snapshot, the newest of its bill, durably: when it
// returns, the snapshot survives a power cut. After an error nothing is
// visible and nothing is left behind. What r says is kept with the lines.
func (w *Writer) Commit(ctx context.Context, r bill.Reading) (*Snapshot, error) {
	if w.dir == "" {
		return nil, errFinished
	}
	defer w.Discard()
	snapshot, err := w.commit(ctx, r)
	return snapshot, w.wrap(err)
}

func (w *Writer) commit(ctx context.Context, r bill.Reading) (*Snapshot, error) {
	if r.Lines != 0 && r.Lines != w.lines {
		return nil, fmt.Errorf("the source says it gave %d lines, %d arrived", r.Lines, w.lines)
	}
	if err := w.sorted(ctx); err != nil {
		return nil, err
	}
	if err := w.checkRecords(ctx); err != nil {
		return nil, err
	}
	foot, err := w.seal.finish(w.uin, w.month, r)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	path, err := w.store.publish(w.seal.file.Name(), w.uin, w.month, foot.ID)
	if err != nil {
		return nil, err
	}
	return w.store.newSnapshot(path, foot)
}

// sorted sees to it that all lines have gone to one sealer, in order.
func (w *Writer) sorted(ctx context.Context) error {
	var again *sealer // when the first had to be given up
	return w.sort.finish(ctx, func(l *bill.Line, row string) (err error) {
		if again == nil {
			if again, err = w.newSealer("merged"); err != nil {
				return err
			}
			w.seal = again
		}
		return again.add(l, row)
	})
}

func (w *Writer) newSealer(name string) (*sealer, error) {
	f, err := w.store.create(filepath.Join(w.dir, name))
	if err != nil {
		return nil, err
	}
	out, err := newFileWriter(f, w.store.encoder)
	return newSealer(out, w.uin, w.month), err
}

// Discard removes all that is unfinished. It may be called at any time, and
// again.
func (w *Writer) Discard() {
	if w.dir == "" {
		return
	}
	if w.seal != nil {
		_ = w.seal.close() // the file goes, whatever its state
	}
	w.store.drop(w.dir) // what cannot be removed now, the next Create sweeps
	w.dir = ""
}

func (w *Writer) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("snapshot of %s %s: %w", w.uin, w.month, err)
}
