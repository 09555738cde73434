package conformance

import (
	"bytes"
	"errors"
	"io"
)

// splitter cuts a CSV stream into chunks that end where a record ends. It
// knows of CSV only when a quoted field begins and ends, by the same grammar
// as [parser]: so the cuts, wherever they fall, never change what is read.
type splitter struct {
	r     io.Reader
	limit int    // a record longer than this is given up on
	rest  []byte // read, not yet handed out
	eof   bool
}

// errLong is returned with the last chunk of a stream whose next record is
// longer than the limit.
var errLong = errors.New("record too long")

// next returns the shortest run of whole records of at least size bytes, or
// whatever is left, read into buf when that is large enough. At the end of the
// stream it returns no bytes and io.EOF. The chunk belongs to the caller; rest
// is held in a buffer of its own.
func (s *splitter) next(buf []byte, size int) ([]byte, error) {
	data := append(buf[:0], s.rest...)
	s.rest = s.rest[:0]
	want := size + max(size/4, 4096)
	for {
		var err error
		if data, err = s.fill(data, want); err != nil {
			return nil, err
		}
		if len(data) == 0 {
			return nil, io.EOF
		}
		if end := cut(data, size, s.eof); end >= 0 {
			s.rest = append(s.rest, data[end:]...)
			return data[:end], nil
		}
		if s.eof {
			return data, nil
		}
		if len(data) > size+s.limit {
			return data, errLong
		}
		want = len(data) + max(len(data), 4096)
	}
}

// fill reads until data holds at least want bytes, or the stream ends.
func (s *splitter) fill(data []byte, want int) ([]byte, error) {
	if cap(data) < want {
		data = append(make([]byte, 0, want), data...)
	}
	for len(data) < want && !s.eof {
		n, err := s.r.Read(data[len(data):want])
		data = data[:len(data)+n]
		if err == io.EOF {
			s.eof = true
		} else if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// cut is the end of the first record of data that ends at size or later, and
// -1 when data does not hold that end. data begins where a record begins. A
// carriage return at the very end counts only when nothing can follow it.
func cut(data []byte, size int, last bool) int {
	at := 0
	for {
		quote := bytes.IndexByte(data[at:], '"')
		plain := len(data)
		if quote >= 0 {
			plain = at + quote
		}
		if plain >= size {
			if end := lineEnd(data, max(at, size-1), plain, last); end >= 0 {
				return end
			}
		}
		if quote < 0 {
			return -1
		}
		if at = pastQuote(data, plain); at < 0 {
			return -1
		}
	}
}

// lineEnd finds the first line end in data[from:to], which is free of quotes,
// and gives the position behind it.
func lineEnd(data []byte, from, to int, last bool) int {
	at := bytes.IndexAny(data[from:to], "\r\n")
	if at < 0 {
		return -1
	}
	at += from
	if data[at] == '\n' {
		return at + 1
	}
	switch {
	case at+1 < len(data) && data[at+1] == '\n':
		return at + 2
	case at+1 < len(data) || last:
		return at + 1
	}
	return -1
}

// pastQuote gives the position from which the text behind the quote at i is
// plain again, -1 when the quoted field does not end in data. A quote opens a
// field only where a field begins; text between a closing quote and the next
// separator belongs to nothing, quotes included.
func pastQuote(data []byte, i int) int {
	if i > 0 && classes[data[i-1]]&classEnd == 0 {
		return i + 1
	}
	for i++; ; i += 2 {
		next := bytes.IndexByte(data[i:], '"')
		if next < 0 {
			return -1
		}
		i += next
		if i+1 == len(data) {
			return -1 // closing, or the first half of a doubled quote
		}
		if data[i+1] != '"' {
			break
		}
	}
	i++
	for i < len(data) && classes[data[i]]&classEnd == 0 {
		i++
	}
	return i
}
