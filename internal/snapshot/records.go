package snapshot

import (
	"context"
	"os"
	"path/filepath"

	"deliverd/internal/bill"
)

// recordMemory bounds the memory of checkRecords.
const recordMemory = 8 << 20

// checkRecords finds records that two files hold under different bill days,
// which do not meet in the order of the bill. It costs nothing for a bill of
// one file; else it reads what was written once more, keeps of every record
// its id and file, and sorts those like a bill, within bounded memory.
func (w *Writer) checkRecords(ctx context.Context) error {
	if !w.seal.files || !w.seal.ids {
		return nil
	}
	dir := filepath.Join(w.dir, "records")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	pairs := sorter{dir: dir, limit: min(recordMemory, w.store.limit), create: w.store.create, encoder: w.store.encoder, decoder: w.store.decoder}
	err := w.seal.reread(w.store, func(l *bill.Line) error { return pairs.add(ctx, l) })
	if err != nil {
		return err
	}
	var prev bill.Line
	return pairs.finish(ctx, func(l *bill.Line, _ string) error {
		if l[bill.RecordID] == prev[bill.RecordID] && l.File() != prev.File() {
			return duplicate(&prev, l)
		}
		prev = *l
		return nil
	})
}

// reread gives a line for every record and file written so far, made of
// nothing but record id, file, and what a message needs.
func (s *sealer) reread(store *Store, visit func(*bill.Line) error) error {
	if err := s.flush(); err != nil {
		return err
	}
	f, err := os.Open(s.file.Name())
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := openBlocks(f, s.offset, store.decoder)
	if err != nil {
		return err
	}
	var pair bill.Line
	for {
		l, err := b.next()
		if l == nil || err != nil {
			return err
		}
		if l[bill.RecordID] == "" || l[bill.RecordID] == pair[bill.RecordID] && l[bill.SourceFile] == pair[bill.SourceFile] {
			continue
		}
		pair[bill.RecordID], pair[bill.SourceFile] = l[bill.RecordID], l[bill.SourceFile]
		pair[bill.ResourceID] = l[bill.ResourceID]
		if err := visit(&pair); err != nil {
			return err
		}
	}
}
