package billsource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"deliverd/internal/bill"
)

// jsonReader turns JSON into lines: answers of DescribeBillDetail and its
// kin, with or without their Response envelope, bare records, or arrays of
// either, one after the other. So a page per file and NDJSON are the same.
type jsonReader struct {
	ctx   context.Context
	dec   *json.Decoder
	in    *boundedReader
	to    receiver
	at    place
	lines []bill.Line
}

// record is a record of the bill before its values are read.
type record = map[string]json.RawMessage

// maxValue bounds one record, so that a broken file cannot fill the memory.
const maxValue = 64 << 20

// boundedReader refuses to run far ahead of what the decoder has understood.
type boundedReader struct {
	r    io.Reader
	read int64
	done func() int64
}

var errLongValue = errors.New("a record is longer than 64 MiB")

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read-b.done() > maxValue {
		return 0, errLongValue
	}
	n, err := b.r.Read(p)
	b.read += int64(n)
	return n, err
}

func readJSON(ctx context.Context, file string, r io.Reader, to receiver) error {
	j := &jsonReader{ctx: ctx, in: &boundedReader{r: r}, to: to, at: place{file: file, month: "BillMonth"}}
	j.dec = json.NewDecoder(j.in)
	j.in.done = j.dec.InputOffset
	for {
		token, err := j.dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return j.broken(err)
		case token == json.Delim('{'):
			err = j.object(0)
		case token == json.Delim('['):
			err = j.array(func() error { return j.member() })
		default:
			err = j.notBill("holds a value that is no record")
		}
		if err != nil {
			return err
		}
	}
}

// member is an element of an array of pages or records.
func (j *jsonReader) member() error {
	token, err := j.dec.Token()
	if err != nil {
		return j.broken(err)
	}
	if token != json.Delim('{') {
		return j.notBill("holds a value that is no record")
	}
	return j.object(0)
}

// array reads an array behind its bracket.
func (j *jsonReader) array(element func() error) error {
	for j.dec.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return j.end()
}

func (j *jsonReader) end() error {
	if _, err := j.dec.Token(); err != nil {
		return j.broken(err)
	}
	return nil
}

// maxDepth is how deep Response envelopes may lie in each other: they do not.
const maxDepth = 1

// object reads an object behind its brace: an envelope, whose records are
// streamed, or a record.
func (j *jsonReader) object(depth int) error {
	values, page := record{}, false
	for j.dec.More() {
		key, err := j.dec.Token()
		if err != nil {
			return j.broken(err)
		}
		switch {
		case key == "Response" && depth < maxDepth:
			page = true
			err = j.response(depth)
		case key == "DetailSet":
			page = true
			err = j.details()
		default:
			var value json.RawMessage
			if err = j.dec.Decode(&value); err != nil {
				err = j.broken(err)
			}
			values[key.(string)] = value
		}
		if err != nil {
			return err
		}
	}
	if err := j.end(); err != nil {
		return err
	}
	if page {
		j.total(values["Total"])
		return nil
	}
	return j.record(values)
}

// total is how many records a page says that there are in all. The provider
// calls it a cached number that may be too small, so it proves nothing; but a
// number that is greater than what was read is worth a word.
func (j *jsonReader) total(value json.RawMessage) {
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		if t, ok := j.to.(*taker); ok {
			t.promised = max(t.promised, n)
		}
	}
}

func (j *jsonReader) response(depth int) error {
	token, err := j.dec.Token()
	switch {
	case err != nil:
		return j.broken(err)
	case token != json.Delim('{'):
		return j.notBill("has a Response that is no object")
	}
	return j.object(depth + 1)
}

// details streams the records of a page. The partner API answers null for a
// page without records.
func (j *jsonReader) details() error {
	token, err := j.dec.Token()
	switch {
	case err != nil:
		return j.broken(err)
	case token == nil:
		return nil
	case token != json.Delim('['):
		return j.notBill("has a DetailSet that is no array")
	}
	return j.array(func() error {
		var values record
		if err := j.dec.Decode(&values); err != nil {
			return j.broken(err)
		}
		return j.record(values)
	})
}

// record gives the lines of one record: all of them, or none when one is bad.
func (j *jsonReader) record(values record) error {
	j.at.row++
	if j.at.row%contextEvery == 0 && j.ctx.Err() != nil {
		return context.Cause(j.ctx)
	}
	for key, value := range values {
		if !utf8.Valid(value) {
			return j.to.bad(&RowError{j.at.file, j.at.row, key, "", "is not UTF-8", saveAsUTF8 + orSkip})
		}
	}
	j.at.names = &billingNames
	if _, billing := values["ComponentSet"]; !billing {
		j.at.names = &partnerNames
	}
	month, err := scalar(values["BillMonth"])
	if err == nil {
		j.lines, err = appendLines(j.lines[:0], values)
	}
	if err != nil {
		return j.badRecord(err)
	}
	if isNull(month) {
		month = ""
	}
	return j.to.take(j.lines, month, &j.at)
}

func (j *jsonReader) badRecord(err error) error {
	if _, stranger := errors.AsType[*strangerError](err); stranger {
		return j.notBill(err.Error())
	}
	if value, ok := errors.AsType[*valueError](err); ok {
		return j.to.bad(&RowError{j.at.file, j.at.row, value.name, value.text, value.problem, value.fix + orSkip})
	}
	return j.to.bad(j.at.problem(err))
}

func (j *jsonReader) notBill(problem string) error {
	return &FileError{File: j.at.file, Problem: problem, Fix: answersThere}
}

const answersThere = "put the answers of DescribeBillDetail there, a page per file or a record per line"

// broken is the error of text that is no JSON any more.
func (j *jsonReader) broken(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	where := fmt.Sprintf("after record %d, at byte %d", j.at.row, j.dec.InputOffset())
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fileProblem(j.at.file, "is cut short "+where, nil)
	case errors.As(err, &syntax), errors.Is(err, errLongValue):
		return fileProblem(j.at.file, "is no JSON "+where, err)
	case errors.As(err, &kind):
		return j.notBill("has something that is no record " + where)
	}
	return streamProblem(j.at.file, err)
}
