package cosdest

import (
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"sync"
)

// window is how much of an object one request fetches for ReadAt: archive/zip
// asks for a few KiB at a time.
const window = 4 << 20

// file is an open object. Read streams it and checks its CRC-64 at the end;
// ReadAt fetches windows, and notices if the object is replaced meanwhile.
type file struct {
	tree *tree
	info *info

	stream io.ReadCloser

	mu     sync.Mutex
	at     int64 // of the bytes in cached
	cached []byte
	closed bool
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

func (f *file) Read(p []byte) (int, error) {
	if f.isClosed() {
		return 0, f.failed("read", fs.ErrClosed)
	}
	if f.stream == nil {
		stream, err := f.tree.bucket.Get(f.tree.ctx, f.info.object.Key)
		if err != nil {
			return 0, f.failed("read", err)
		}
		f.stream = stream
	}
	return f.stream.Read(p)
}

func (f *file) Close() error {
	if f.isClosed() {
		return f.failed("close", fs.ErrClosed)
	}
	f.mu.Lock()
	f.closed, f.cached = true, nil
	f.mu.Unlock()
	if f.stream == nil {
		return nil
	}
	return f.stream.Close()
}

// ReadAt may be called by many goroutines; they take turns.
func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, f.failed("read", fs.ErrClosed)
	}
	if off < 0 {
		return 0, f.failed("read", fs.ErrInvalid)
	}
	for n < len(p) {
		if off+int64(n) >= f.info.Size() {
			return n, io.EOF
		}
		if err := f.fetch(off + int64(n)); err != nil {
			return n, f.failed("read", err)
		}
		n += copy(p[n:], f.cached[off+int64(n)-f.at:])
	}
	return n, nil
}

// fetch makes the byte at off part of the window.
func (f *file) fetch(off int64) error {
	if off >= f.at && off < f.at+int64(len(f.cached)) {
		return nil
	}
	length := min(window, f.info.Size()-off)
	res, err := f.tree.bucket.open(f.tree.ctx, f.info.object.Key, fmt.Sprintf("bytes=%d-%d", off, off+length-1))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	sum := res.Header.Get("x-cos-hash-crc64ecma")
	if f.info.object.HasCRC64 && sum != "" && sum != strconv.FormatUint(f.info.object.CRC64, 10) {
		return fmt.Errorf("get %s: the object was replaced while it was read", f.info.object.Key)
	}
	f.cached = f.cached[:0]
	if int64(cap(f.cached)) < length {
		f.cached = make([]byte, length)
	}
	f.at, f.cached = off, f.cached[:length]
	if _, err := io.ReadFull(res.Body, f.cached); err != nil {
		f.cached = nil
		return fmt.Errorf("get %s at %d: %w", f.info.object.Key, off, err)
	}
	return nil
}

func (f *file) isClosed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.closed
}

func (f *file) failed(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.info.object.Key, Err: err}
}
