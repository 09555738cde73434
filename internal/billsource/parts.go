package billsource

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// part is one stream of bill rows: a file, or a member of a zip.
type part struct {
	name string // detail.csv, or detail.zip!1.csv
	r    *bufio.Reader
}

const readBuffer = 256 << 10

// eachPart gives the parts of a file: itself, what is inside when it is
// gzipped, or the members when it is a zip. The first bytes decide, not the
// extension: a browser may save one as the other.
func (f *Files) eachPart(ctx context.Context, c *candidate, m *meter, each func(*part) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	file, err := f.FS.Open(c.path)
	if err != nil {
		return fmt.Errorf("open %s: %w", c.name, err)
	}
	defer file.Close()
	r := bufio.NewReaderSize(m.reader(file), readBuffer)
	if magic, _ := r.Peek(4); isZip(magic) {
		return f.eachMember(ctx, c, file, r, m, each)
	}
	if strings.EqualFold(path.Ext(c.name), ".zip") {
		if err := sniff(c.name, r); err != nil {
			return err
		}
		return fileProblem(c.name, "is no zip archive", nil)
	}
	return eachStream(c.name, r, each)
}

// eachStream gives the stream, unpacked when it is gzip.
func eachStream(name string, r *bufio.Reader, each func(*part) error) error {
	if magic, _ := r.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return each(&part{name, r})
	}
	unpacked, err := gzip.NewReader(r)
	if err != nil {
		return streamProblem(name, err)
	}
	defer unpacked.Close()
	inside := bufio.NewReaderSize(unpacked, readBuffer)
	return blame(name, inside, each(&part{name, inside}))
}

// blame tells whether what looks like a bad bill is a damaged archive: its
// checksum stands at the end.
func blame(name string, r io.Reader, err error) error {
	if !isAboutFile(err) {
		return err
	}
	if _, damage := io.Copy(io.Discard, r); damage != nil {
		return streamProblem(name, damage)
	}
	return err
}

func isZip(magic []byte) bool {
	switch string(magic) {
	case "PK\x03\x04", "PK\x05\x06", "PK\x07\x08":
		return true
	}
	return false
}

func (f *Files) eachMember(ctx context.Context, c *candidate, file fs.File, r *bufio.Reader, m *meter, each func(*part) error) error {
	at, ok := file.(io.ReaderAt)
	if !ok {
		spooled, err := spool(r)
		if err != nil {
			return streamProblem(c.name, err)
		}
		defer spooled.Close()
		at = spooled
	}
	// The section answers io.EOF to what a damaged directory points at.
	archive, err := zip.NewReader(io.NewSectionReader(m.readerAt(at), 0, c.size), c.size)
	if err != nil {
		return fileProblem(c.name, "is a zip archive cut short or damaged", err)
	}
	archive.RegisterDecompressor(zip.Deflate, func(r io.Reader) io.ReadCloser { return flate.NewReader(r) })
	found := 0
	seen := map[[2]uint64]string{} // members by size and checksum
	for _, member := range archive.File {
		bill, err := isBillMember(c.name, member)
		if err != nil {
			return err
		}
		if !bill {
			continue
		}
		found++
		content := [2]uint64{member.UncompressedSize64, uint64(member.CRC32)}
		if twin, doubled := seen[content]; doubled {
			return &FileError{File: c.name, Problem: fmt.Sprintf("holds the same bill twice: %s and %s", twin, member.Name), Fix: "remove one of the two from the archive"}
		}
		seen[content] = member.Name
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := readMember(c.name, member, each); err != nil {
			return err
		}
	}
	if found == 0 {
		return &FileError{File: c.name, Problem: "is a zip archive without a CSV or JSON file in it", Fix: "put a zip there that holds the detail bill"}
	}
	return nil
}

// isBillMember tells a bill from what else is in a zip. Members in folders
// count: some tools wrap everything into one.
func isBillMember(archive string, member *zip.File) (bool, error) {
	base := path.Base(strings.ReplaceAll(member.Name, `\`, "/"))
	switch {
	case member.FileInfo().IsDir(), strings.HasPrefix(member.Name, "__MACOSX/"), leftAside(base) == "hidden":
		return false, nil
	case strings.EqualFold(path.Ext(base), ".zip"):
		return false, &FileError{File: memberName(archive, member), Problem: "is a zip inside a zip", Fix: "unpack " + archive + " once"}
	case !holdsBill(base):
		return false, nil
	case member.Flags&1 != 0:
		return false, &FileError{File: memberName(archive, member), Problem: "is encrypted", Fix: "unpack it with its password, and put the CSV or a zip without password there"}
	}
	return true, nil
}

func memberName(archive string, member *zip.File) string {
	return archive + "!" + strings.ToValidUTF8(member.Name, "�")
}

func readMember(archive string, member *zip.File, each func(*part) error) error {
	name := memberName(archive, member)
	r, err := member.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return &FileError{File: name, Problem: "is packed in a way that is not known", Fix: "unpack it and pack it again as an ordinary zip", Err: err}
	}
	if err != nil {
		return streamProblem(name, err)
	}
	defer r.Close()
	inside := bufio.NewReaderSize(r, readBuffer)
	return blame(name, inside, eachStream(name, inside, each))
}

// spool copies a stream into a temporary file that has no name any more, for
// a file system whose files cannot be read at an offset.
func spool(r io.Reader) (*os.File, error) {
	file, err := os.CreateTemp("", "deliverd-bill-*.zip")
	if err != nil {
		return nil, err
	}
	err = os.Remove(file.Name())
	if err == nil {
		_, err = io.Copy(file, r)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// streamProblem tells damage inside a file from a reading that failed.
func streamProblem(name string, err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fileProblem(name, "is cut short", err)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.As(err, &corrupt),
		errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat):
		return fileProblem(name, "is damaged", err)
	}
	return fmt.Errorf("read %s: %w", name, err)
}
