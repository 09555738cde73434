package cosdest

import (
	"context"
	"fmt"
	"hash/crc64"
	"io"
)

// source reads the body once, front to back, and knows at any time the size
// and CRC-64 of what it has read.
type source struct {
	r    io.Reader
	size int64
	sum  uint64
	err  error // sticky, io.EOF included
}

// fill reads up to limit bytes into buf, which it grows as needed, and says
// whether there may be more. Only io.EOF itself ends the body: io.ReadFull's
// io.ErrUnexpectedEOF would hide the one of a torn reader.
func (s *source) fill(ctx context.Context, buf []byte, limit int) (data []byte, more bool, err error) {
	const mostEmptyReads = 1000
	buf = buf[:0]
	for empty := 0; len(buf) < limit && s.err == nil; {
		if ctx.Err() != nil {
			return buf, false, context.Cause(ctx)
		}
		buf = grown(buf, limit)
		n, err := s.r.Read(buf[len(buf):min(cap(buf), limit)])
		s.take(buf[len(buf) : len(buf)+n])
		buf = buf[:len(buf)+n]
		s.err = err
		if empty++; n > 0 {
			empty = 0
		}
		if empty == mostEmptyReads && err == nil {
			s.err = io.ErrNoProgress
		}
	}
	if s.err != nil && s.err != io.EOF { //nolint:errorlint // a reader that wraps io.EOF was torn, it has not ended
		return buf, false, fmt.Errorf("read the content: %w", s.err)
	}
	return buf, s.err == nil, nil
}

func (s *source) take(p []byte) {
	s.size += int64(len(p))
	s.sum = crc64.Update(s.sum, crc64.MakeTable(crc64.ECMA), p)
}

// grown makes room in buf, doubling it up to limit: a small body costs little.
func grown(buf []byte, limit int) []byte {
	const least = 64 << 10
	if len(buf) < cap(buf) {
		return buf
	}
	bigger := make([]byte, len(buf), min(max(2*cap(buf), least), limit))
	copy(bigger, buf)
	return bigger
}
