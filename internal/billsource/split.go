package billsource

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// splitter cuts CSV into records. It is encoding/csv made for bills: the
// cells of a record share one string, and it says what that package keeps to
// itself, whether the last line was whole. It reads what encoding/csv reads to
// the same cells (a fuzz test holds them together) and also takes a quote
// inside a cell that does not begin with one: an unquoted export has them.
type splitter struct {
	r     *bufio.Reader
	cells []string
	long  []byte // a line longer than the reader's buffer
	text  []byte // the cells of a quoted record, one after the other
	ends  []int

	row   int64 // of the record last given, as a spreadsheet counts: from 1, blank lines too
	lines int   // how many lines that record had
	whole bool  // its last line had an end
}

// maxRecord bounds a record, so that a quote that is never closed cannot take
// the whole file into memory.
const maxRecord = 16 << 20

var (
	errOpenQuote  = errors.New("a quoted cell is never closed")
	errAfterQuote = errors.New("text follows the closing quote of a cell")
	errLongRecord = errors.New("a record is longer than 16 MiB: a quoted cell is probably never closed")
)

// next gives the cells of the next record that is not a blank line; they are
// valid until the next call, their strings for good. The error is io.EOF at
// the end.
func (s *splitter) next() ([]string, error) {
	for {
		line, err := s.line()
		if err != nil {
			return nil, err
		}
		s.row++
		s.lines = 1
		switch {
		case len(line) == 0:
			continue
		case bytes.IndexByte(line, '"') < 0:
			return s.plain(string(line)), nil
		default:
			return s.quoted(line)
		}
	}
}

// line gives the next line without its end, valid until the next call.
func (s *splitter) line() ([]byte, error) {
	line, err := s.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = s.longLine(line)
	}
	if errors.Is(err, io.EOF) && len(line) > 0 {
		s.whole = false
		return bytes.TrimSuffix(line, []byte{'\r'}), nil
	}
	if err != nil {
		return nil, err
	}
	s.whole = true
	line = line[:len(line)-1]
	return bytes.TrimSuffix(line, []byte{'\r'}), nil
}

func (s *splitter) longLine(begin []byte) ([]byte, error) {
	s.long = append(s.long[:0], begin...)
	for {
		more, err := s.r.ReadSlice('\n')
		s.long = append(s.long, more...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return s.long, err
		}
		if len(s.long) > maxRecord {
			return nil, errLongRecord
		}
	}
}

func (s *splitter) plain(line string) []string {
	cells := s.cells[:0]
	for {
		i := strings.IndexByte(line, ',')
		if i < 0 {
			break
		}
		cells = append(cells, line[:i])
		line = line[i+1:]
	}
	s.cells = append(cells, line)
	return s.cells
}

func (s *splitter) quoted(line []byte) ([]string, error) {
	s.text, s.ends = s.text[:0], s.ends[:0]
	for more := true; more; {
		var err error
		if len(line) > 0 && line[0] == '"' {
			line, more, err = s.quotedCell(line[1:])
		} else {
			line, more = s.plainCell(line)
		}
		if err != nil {
			return nil, err
		}
		s.ends = append(s.ends, len(s.text))
	}
	text := string(s.text)
	cells, begin := s.cells[:0], 0
	for _, end := range s.ends {
		cells = append(cells, text[begin:end])
		begin = end
	}
	s.cells = cells
	return cells, nil
}

func (s *splitter) plainCell(line []byte) (rest []byte, more bool) {
	cell, rest, more := bytes.Cut(line, []byte{','})
	s.text = append(s.text, cell...)
	return rest, more
}

// quotedCell reads a cell behind its opening quote, over several lines if
// need be. A line end in a cell is kept as \n.
func (s *splitter) quotedCell(line []byte) (rest []byte, more bool, err error) {
	for {
		i := bytes.IndexByte(line, '"')
		if i < 0 {
			s.text = append(append(s.text, line...), '\n')
			if len(s.text) > maxRecord {
				return nil, false, errLongRecord
			}
			line, err = s.line()
			if errors.Is(err, io.EOF) {
				err = errOpenQuote
			}
			if err != nil {
				return nil, false, err
			}
			s.lines++
			continue
		}
		s.text = append(s.text, line[:i]...)
		line = line[i+1:]
		switch {
		case len(line) == 0:
			return line, false, nil
		case line[0] == ',':
			return line[1:], true, nil
		case line[0] == '"':
			s.text = append(s.text, '"')
			line = line[1:]
		default:
			return nil, false, errAfterQuote
		}
	}
}
