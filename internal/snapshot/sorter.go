package snapshot

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"deliverd/internal/bill"
)

// fanIn is how many runs become one of the next level, so that few are open
// at the end (each holds a file and a block in memory) and yet a line is
// written but once a level: of 32 MiB of lines each, 31 runs of the first
// level and 31 of the second hold 31 GiB.
const fanIn = 32

// run is a file of sorted lines.
type run struct {
	path  string
	end   int64
	level int // how often its lines were merged
}

// sorter sorts lines within bounded memory: what does not fit goes to runs on
// disk, which are merged at the end.
//
// Bills come nearly sorted, and then the detour over runs is for nothing. So
// when memory is full only the lower half of the lines leaves it, in order,
// to stream. As long as nothing comes later that belongs before what has
// left, stream sees the whole bill in order; once something does, stream is
// given up, what it holds becomes the first run, and lines go out in whole
// sorted memories from then on.
type sorter struct {
	dir     string
	limit   int
	create  func(path string) (file, error)
	encoder *zstd.Encoder
	decoder *zstd.Decoder
	stream  stream // nil: none, or given up

	scratch []byte
	chunk   strings.Builder
	rows    []string
	bytes   int
	left    string // the last row that went to stream
	line    bill.Line
	runs    []run
	files   int
}

// stream takes lines in order, with their rows. giveUp ends it early as a run.
type stream interface {
	add(l *bill.Line, row string) error
	giveUp() (run, error)
}

// adder takes a line, and its row where there is one, else a blank.
type adder func(l *bill.Line, row string) error

// rowOverhead is what a row costs in memory beside its bytes.
const rowOverhead = 32

func (s *sorter) add(ctx context.Context, l *bill.Line) error {
	s.scratch = appendRow(s.scratch[:0], l)
	s.rows = append(s.rows, s.keep(s.scratch))
	if s.bytes += len(s.scratch) + rowOverhead; s.bytes < s.limit {
		return nil
	}
	return s.spill(ctx)
}

// chunkBytes is the memory that rows are given at a time: a row of its own
// each would cost an allocation a line.
const chunkBytes = 256 << 10

// keep copies a row.
func (s *sorter) keep(row []byte) string {
	if s.chunk.Len()+len(row) > s.chunk.Cap() {
		s.chunk = strings.Builder{}
		s.chunk.Grow(max(chunkBytes, len(row)))
	}
	from := s.chunk.Len()
	s.chunk.Write(row)
	return s.chunk.String()[from:]
}

// spill takes rows out of memory.
func (s *sorter) spill(ctx context.Context) error {
	if err := s.sort(); err != nil {
		return err
	}
	n, to := len(s.rows), s.stream
	if to != nil {
		n = (n + 1) / 2
		s.left = s.rows[n-1]
		return s.out(n, to.add)
	}
	w, err := s.newRun()
	if err != nil {
		return err
	}
	if err := s.endRun(w, s.out(n, w.addRow), 0); err != nil {
		return err
	}
	return s.mergeLevels(ctx)
}

// sort sorts the rows in memory and gives stream up when it has missed one.
func (s *sorter) sort() error {
	slices.SortStableFunc(s.rows, compareRows)
	if s.stream == nil || s.left == "" || len(s.rows) == 0 || compareRows(s.left, s.rows[0]) <= 0 {
		return nil
	}
	r, err := s.stream.giveUp()
	s.stream, s.runs = nil, append(s.runs, r)
	return err
}

// out gives the first n rows to add and forgets them.
func (s *sorter) out(n int, add adder) error {
	for _, row := range s.rows[:n] {
		readRow(row, &s.line)
		if err := add(&s.line, row); err != nil {
			return err
		}
		s.bytes -= len(row) + rowOverhead
	}
	rest := copy(s.rows, s.rows[n:])
	clear(s.rows[rest:])
	s.rows = s.rows[:rest]
	return nil
}

func (s *sorter) newRun() (*fileWriter, error) {
	s.files++
	f, err := s.create(filepath.Join(s.dir, fmt.Sprintf("run-%d", s.files)))
	if err != nil {
		return nil, err
	}
	return newFileWriter(f, s.encoder)
}

func (s *sorter) endRun(w *fileWriter, err error, level int) error {
	r, closing := w.run()
	r.level = level
	s.runs = append(s.runs, r)
	if err != nil {
		return err
	}
	return closing
}

// mergeLevels makes one run of the last fanIn of a level. Runs of higher
// levels stand first.
func (s *sorter) mergeLevels(ctx context.Context) error {
	for level := 0; ; level++ {
		from := len(s.runs)
		for from > 0 && s.runs[from-1].level == level {
			from--
		}
		if len(s.runs)-from < fanIn {
			return nil
		}
		if err := s.mergeRuns(ctx, from, level+1); err != nil {
			return err
		}
	}
}

func (s *sorter) mergeRuns(ctx context.Context, from, level int) error {
	w, err := s.newRun()
	if err != nil {
		return err
	}
	old := slices.Clone(s.runs[from:])
	err = s.merge(ctx, old, w.addRow)
	s.runs = s.runs[:from]
	err = s.endRun(w, err, level)
	for _, r := range old {
		err = errors.Join(err, os.Remove(r.path))
	}
	return err
}

// finish gives all lines that have not gone to stream to rest, in order. When
// stream was given up, or never was, that is all lines.
func (s *sorter) finish(ctx context.Context, rest adder) error {
	if err := s.sort(); err != nil {
		return err
	}
	if s.stream != nil {
		return s.out(len(s.rows), s.stream.add)
	}
	if len(s.runs) == 0 {
		return s.out(len(s.rows), rest)
	}
	if err := s.spill(ctx); err != nil {
		return err
	}
	return s.merge(ctx, s.runs, rest)
}

// merge gives the lines of the runs to add, in order.
func (s *sorter) merge(ctx context.Context, runs []run, add adder) (err error) {
	var h mergeHeap
	for i, r := range runs {
		f, err := os.Open(r.path)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := openBlocks(f, r.end, s.decoder)
		if err != nil {
			return err
		}
		l, err := b.next()
		if err != nil {
			return err
		}
		if l != nil {
			h = append(h, runHead{b, l, i})
		}
	}
	heap.Init(&h)
	for n := 0; len(h) > 0; n++ {
		if n%blockRows == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := add(h[0].line, ""); err != nil {
			return err
		}
		if h[0].line, err = h[0].from.next(); err != nil {
			return err
		}
		if h[0].line == nil {
			heap.Pop(&h)
		} else {
			heap.Fix(&h, 0)
		}
	}
	return nil
}

// runHead is the first line of a run that is not merged yet.
type runHead struct {
	from  *blocks
	line  *bill.Line
	order int
}

// mergeHeap has the least line first; of equal ones that of the earlier run.
type mergeHeap []runHead

func (h mergeHeap) Len() int      { return len(h) }
func (h mergeHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *mergeHeap) Push(x any)   { *h = append(*h, x.(runHead)) }
func (h mergeHeap) Less(i, j int) bool {
	c := h[i].line.Compare(h[j].line)
	return c < 0 || c == 0 && h[i].order < h[j].order
}

func (h *mergeHeap) Pop() any {
	last := len(*h) - 1
	popped := (*h)[last]
	*h = (*h)[:last]
	return popped
}
