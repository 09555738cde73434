package billsource

import (
	"context"
	"io"
	"io/fs"
	"runtime"
	"testing"
	"time"

	"deliverd/internal/bill"
)

// endless is a bill of many rows that is nowhere in memory.
type endless struct {
	fs.FS
	rows int
}

type endlessFile struct {
	fs.File
	r io.Reader
}

func (e endless) Open(name string) (fs.File, error) {
	file, err := e.FS.Open(name)
	if err != nil || name == "." {
		return file, err
	}
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, directHeader+"\n")
		for i := 0; i < e.rows && err == nil; i++ {
			_, err = io.WriteString(w, directRow(i)+"\n")
		}
		w.CloseWithError(err) // nil is io.EOF
	}()
	return endlessFile{file, r}, nil
}

func (f endlessFile) Read(p []byte) (int, error) { return f.r.Read(p) }

func TestMemoryDoesNotGrowWithTheBill(t *testing.T) {
	const rows = 30_000
	f, err := New(Config{FS: endless{folder(daily9, ""), rows}, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var lines, early, late int64
	_, err = f.Read(context.Background(), wanted(t, "2025-12-09"), func(*bill.Line) error {
		switch lines++; lines {
		case rows / 10:
			early = live()
		case rows:
			late = live()
		}
		return nil
	})
	if err != nil || lines != rows {
		t.Fatalf("%d lines, %v", lines, err)
	}
	if grown := late - early; grown > 1<<20 {
		t.Errorf("%d bytes more are held after %d rows than after %d", grown, rows, rows/10)
	}
}
