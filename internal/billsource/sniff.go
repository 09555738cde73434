package billsource

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"regexp"
	"unicode/utf8"
)

// read gives the rows of the part to the receiver. What the part begins with
// decides between JSON and CSV.
func (p *part) read(ctx context.Context, to receiver) error {
	if err := sniff(p.name, p.r); err != nil {
		return err
	}
	head, _ := p.r.Peek(sniffLength)
	head = bytes.TrimLeft(head, " \t\r\n")
	if head[0] == '{' || head[0] == '[' {
		return readJSON(ctx, p.name, p.r, to)
	}
	if jsonName.MatchString(p.name) {
		return fileProblem(p.name, "is no JSON: it begins with "+shown(firstLine(head)), nil)
	}
	return readCSV(ctx, p.name, p.r, to)
}

var jsonName = regexp.MustCompile(`(?i)\.(json|ndjson|jsonl)(\.gz)?$`)

const sniffLength = 512

var byteOrderMark = []byte("\ufeff")

// sniff refuses what is certainly no bill, and skips a byte order mark. After
// it, the stream has at least one byte that is no space.
func sniff(name string, r *bufio.Reader) error {
	head, err := r.Peek(sniffLength)
	if err != nil && err != io.EOF {
		return streamProblem(name, err)
	}
	if bytes.HasPrefix(head, byteOrderMark) {
		_, _ = r.Discard(len(byteOrderMark)) // they were peeked
		head = head[len(byteOrderMark):]
	}
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) == 0:
		return fileProblem(name, "is empty: a bill without lines still has a header", nil)
	case len(text) == 0:
		return fileProblem(name, "holds nothing but blanks", nil)
	case text[0] == '<':
		return fileProblem(name, "is a web page or XML, no bill: it begins with "+shown(firstLine(text)), nil)
	case isZip(head[:min(4, len(head))]):
		return &FileError{File: name, Problem: "is a zip inside another archive", Fix: "unpack it once"}
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return &FileError{File: name, Problem: "is UTF-16", Fix: saveAsUTF8}
	case bytes.IndexByte(head, 0) >= 0, bytes.HasPrefix(head, []byte("%PDF")):
		return &FileError{File: name, Problem: "is no text: it holds bytes that no CSV or JSON has", Fix: "put the detail bill there as CSV, JSON or a zip of them"}
	}
	return nil
}

const saveAsUTF8 = "save it as UTF-8 (in a spreadsheet: CSV UTF-8), or download it again"

func firstLine(text []byte) string {
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	for len(text) > 0 && !utf8.Valid(text) {
		text = text[:len(text)-1] // the end of the look ahead may cut a letter
	}
	return string(text)
}
