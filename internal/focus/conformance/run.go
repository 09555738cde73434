package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"unicode/utf8"
)

// readHeader reads the first record.
func readHeader(src *splitter) (header []string, faults headerFaults, err error) {
	data, err := src.next(nil, 1)
	switch {
	case errors.Is(err, io.EOF):
		return nil, headerFaults{empty: true}, nil
	case errors.Is(err, errLong):
		return nil, headerFaults{long: true}, nil
	case err != nil:
		return nil, headerFaults{}, fmt.Errorf("read header: %w", err)
	}
	faults.utf8 = !utf8.Valid(data)
	for width := 64; ; width *= 2 {
		cells := make([]cell, width)
		p := parser{data: append([]byte(nil), data...)}
		fields, wrong := p.record(cells)
		if fields > width {
			continue
		}
		faults.quote = wrong != 0
		for _, c := range cells[:fields] {
			header = append(header, string(c.text))
		}
		return header, faults, nil
	}
}

// job is a chunk on its way through the pipeline.
type job struct {
	buf  []byte
	data []byte
	res  *result
	err  error // of the check itself: a defect of ours
	done chan struct{}
}

// check checks the chunk, and says so. A panic is the job's error: it must not
// take the process down, nor leave anybody waiting.
func (j *job) check(w *worker) {
	defer func() {
		if r := recover(); r != nil {
			j.err = fmt.Errorf("a defect of deliverd, please report it: panic: %v\n%s", r, debug.Stack())
		}
		j.done <- struct{}{}
	}()
	j.res.reset()
	w.check(j.data, j.res)
}

// run sends the rest of a stream through workers to the merger, chunk by
// chunk; results are merged in the order of the stream.
func run(ctx context.Context, src *splitter, m *merger, opt Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	size := 4*opt.Workers + 4 // so that one slow chunk does not idle the others
	free, todo, ordered := make(chan *job, size), make(chan *job, size), make(chan *job, size)
	for range size {
		free <- &job{res: newResult(m.plan), done: make(chan struct{}, 1)}
	}
	var all sync.WaitGroup
	var readErr error
	all.Go(func() {
		defer close(ordered)
		defer close(todo)
		readErr = feed(ctx, src, opt.chunk, free, todo, ordered)
	})
	var defect error
	shared := newSeeds()
	for range opt.Workers {
		w := newWorker(m.plan, shared, opt.record)
		all.Go(func() {
			for j := range todo {
				j.check(w)
			}
		})
	}
	for j := range ordered {
		<-j.done
		if j.err != nil && defect == nil {
			defect = j.err
			m.stopped = true
			stop()
		}
		if m.stopped {
			continue
		}
		m.add(j.res)
		if m.stopped {
			stop()
		}
		free <- j
	}
	all.Wait()
	if defect != nil {
		return defect
	}
	if m.stopped && errors.Is(readErr, context.Canceled) {
		return nil
	}
	return readErr
}

// feed cuts the stream and gives every chunk to the workers and, in order, to
// the merger.
func feed(ctx context.Context, src *splitter, size int, free <-chan *job, todo, ordered chan<- *job) error {
	for {
		var j *job
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case j = <-free:
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		data, err := src.next(j.buf, size)
		tooLong := errors.Is(err, errLong)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil && !tooLong {
			return fmt.Errorf("read file: %w", err)
		}
		j.buf, j.data = data[:0], data
		todo <- j
		ordered <- j
		if tooLong {
			return nil
		}
	}
}
