package billsource

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"deliverd/internal/bill"
)

// csvReader turns the rows of one CSV file into lines.
type csvReader struct {
	split  splitter
	header *header
	tags   tagger
	to     receiver
	at     place
	line   [1]bill.Line
}

// contextEvery is how many rows are read between two looks at the context.
const contextEvery = 1 << 10

// readCSV gives the rows of a CSV file to the receiver. A header without rows
// is a bill without lines. Rows without any text are passed over wherever
// they are; any other row is a line of the bill or a bad row, a sum or a
// footnote at the end included: what it is cannot be told from what it lacks.
func readCSV(ctx context.Context, file string, r *bufio.Reader, to receiver) error {
	c := &csvReader{split: splitter{r: r}, to: to, at: place{file: file}}
	cells, err := c.split.next()
	if err != nil {
		return c.broken(err)
	}
	if !utf8.ValidString(strings.Join(cells, "")) {
		return &FileError{File: file, Problem: "is not UTF-8 (perhaps GBK)", Fix: saveAsUTF8}
	}
	c.header, err = readHeader(file, slices.Clone(cells))
	if err != nil {
		return err
	}
	c.at.names, c.tags.columns = &c.header.names, c.header.tags
	if c.header.month >= 0 {
		c.at.month = strings.TrimSpace(cells[c.header.month])
	}
	for n := 1; ; n++ {
		if n%contextEvery == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		cells, err := c.split.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.broken(err)
		}
		if err := c.row(cells); err != nil {
			return err
		}
	}
}

// broken is the error of a file that is no CSV any more. It is not one bad
// row: after a broken quote it cannot be told how many rows are lost.
func (c *csvReader) broken(err error) error {
	file := c.at.file
	switch {
	case errors.Is(err, io.EOF):
		return fileProblem(file, "holds nothing but blanks", nil)
	case errors.Is(err, errOpenQuote), errors.Is(err, errLongRecord):
		return fileProblem(file, fmt.Sprintf("is cut short or broken in row %d", c.split.row), err)
	case errors.Is(err, errAfterQuote):
		return &FileError{File: file, Problem: fmt.Sprintf("is broken in row %d", c.split.row), Err: err, Fix: "download the file again, or double the quotes inside quoted cells"}
	}
	return streamProblem(file, err)
}

func (c *csvReader) row(cells []string) error {
	c.at.row = c.split.row
	cells, ok, err := c.fit(cells)
	if !ok {
		return err
	}
	return c.give(cells)
}

// fit holds a row against the header. Blank cells beyond it, from a comma at
// the end of each row, are cut off; a blank row is passed over. A last row
// that is too short and has no line end shows that the file is cut short, and
// a short or long row that goes over several lines that a quote is broken:
// both may hide more rows, so they are not bad rows to be skipped.
func (c *csvReader) fit(cells []string) (fitting []string, ok bool, err error) {
	if len(cells) == c.header.cells && cells[0] != "" {
		return cells, true, nil
	}
	if !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" }) {
		return nil, false, nil
	}
	want := c.header.cells
	for len(cells) > want && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == want {
		return cells, true, nil
	}
	problem := fmt.Sprintf("has %d cells, and the header has %d", len(cells), want)
	switch {
	case len(cells) < want && !c.split.whole:
		return nil, false, fileProblem(c.at.file, fmt.Sprintf("is cut short: its last row, %d, has no line end and %d cells instead of %d", c.at.row, len(cells), want), nil)
	case c.split.lines > 1:
		return nil, false, fileProblem(c.at.file, fmt.Sprintf("is broken: row %d goes over %d lines, %s", c.at.row, c.split.lines, problem), nil)
	}
	return nil, false, c.to.bad(&RowError{File: c.at.file, Row: c.at.row, Problem: problem, Fix: "correct the row, or download the file again" + orSkip})
}

// give makes a line of a fitting row.
func (c *csvReader) give(cells []string) error {
	line := &c.line[0]
	*line = bill.Line{}
	for i := range c.header.fields {
		f := &c.header.fields[i]
		if raw := cells[f.at]; raw != f.raw {
			text, err := clean(f.field, f.kind, raw)
			if err != nil {
				return c.to.bad(c.at.problem(err))
			}
			f.raw, f.text = raw, text
		}
		line[f.field] = f.text
	}
	if c.header.allTags >= 0 || len(c.header.tags) > 0 {
		all := ""
		if c.header.allTags >= 0 {
			all = cells[c.header.allTags]
		}
		tags, err := c.tags.of(cells, all)
		if err != nil {
			return c.to.bad(&RowError{c.at.file, c.at.row, "Tags", all, "cannot be read: " + err.Error(), "correct the cell, or download the file again" + orSkip})
		}
		if !utf8.ValidString(tags) {
			return c.to.bad(&RowError{c.at.file, c.at.row, "Tags", "", "is not UTF-8", saveAsUTF8 + orSkip})
		}
		line[bill.Tags] = tags
	}
	month := ""
	if c.header.month >= 0 {
		if month = cells[c.header.month]; isNull(month) {
			month = ""
		}
	}
	return c.to.take(c.line[:], month, &c.at)
}
