package billsource

import (
	"bytes"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

const (
	zip9 = uin + "-20251209-by_used_time-bill_details.zip"
	gz9  = uin + "-20251209-by_used_time-bill_details.csv.gz"
)

func TestPackedBills(t *testing.T) {
	eight, nine := partnerBill(row("2025-12-08", "8")), partnerBill(row("2025-12-09", "9"))
	page := billingRecord("2025-12-09", "4", "5")
	for _, test := range []struct {
		name, file, data string
		sources          []string
	}{
		{"gzip", gz9, gzipped(t, eight), []string{gz9}},
		{"gzip in two streams", gz9, gzipped(t, eight) + gzipped(t, row("2025-12-09", "9")+"\n"), []string{gz9, gz9}},
		{"zip of one", zip9, zipped(t, "a.csv", eight), []string{zip9 + "/a.csv"}},
		{"zip of several", zip9, zipped(t, "a_1.csv", eight, "a_2.CSV", nine), []string{zip9 + "/a_1.csv", zip9 + "/a_2.CSV"}},
		{"zip with other things", zip9, zipped(t, "read me.txt", "x", "__MACOSX/._a.csv", "x", ".DS_Store", "x", "in/", "", "in/a.csv", nine), []string{zip9 + "/in/a.csv"}},
		{"zip of gzip", zip9, zipped(t, "a.csv.gz", gzipped(t, nine)), []string{zip9 + "/a.csv.gz"}},
		{"zip of JSON", zip9, zipped(t, "1.json", page), []string{zip9 + "/1.json", zip9 + "/1.json"}},
		{"zip under another extension", daily9, zipped(t, "a.csv", eight), []string{daily9 + "/a.csv"}},
		{"gzip under another extension", daily9, gzipped(t, eight), []string{daily9}},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _ := mustRead(t, folder(test.file, test.data), ".", wanted(t, "2025-12-09"))
			if diff := cmp.Diff(test.sources, values(lines, bill.SourceFile)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPackedBillsThatAreRefused(t *testing.T) {
	big := directBill(3000)
	whole := zipped(t, "a.csv", big)
	packed := gzipped(t, big)
	flip := func(s string, at int) string { b := []byte(s); b[at] ^= 0xff; return string(b) }
	encrypted := []byte(zipped(t, "a.csv", big))
	for _, header := range []string{"PK\x03\x04", "PK\x01\x02"} {
		at := bytes.Index(encrypted, []byte(header))
		encrypted[at+map[string]int{"PK\x03\x04": 6, "PK\x01\x02": 8}[header]] |= 1
	}
	unknown := []byte(zipped(t, "a.csv", big))
	unknown[bytes.Index(unknown, []byte("PK\x01\x02"))+10] = 99
	for _, test := range []struct {
		name, file, data string
		says             []string
	}{
		{"a zip cut short", zip9, whole[:len(whole)/2], []string{"cut short or damaged", "download the file again"}},
		{"a zip damaged inside", zip9, flip(whole, len(whole)/3), []string{zip9 + "!a.csv", "damaged"}},
		{"a gzip cut short", gz9, packed[:len(packed)/2], []string{"cut short", "download the file again"}},
		{"a gzip cut in its header", gz9, packed[:5], []string{"cut short"}},
		{"a gzip with a wrong sum", gz9, flip(packed, len(packed)-6), []string{"damaged"}},
		{"an encrypted zip", zip9, string(encrypted), []string{zip9 + "!a.csv", "is encrypted", "password"}},
		{"a zip packed in an unknown way", zip9, string(unknown), []string{"packed in a way that is not known"}},
		{"a zip in a zip", zip9, zipped(t, "b.zip", whole), []string{zip9 + "!b.zip", "unpack"}},
		{"a zip in a zip by content", zip9, zipped(t, "b.csv", whole), []string{zip9 + "!b.csv", "zip inside another archive"}},
		{"a zip in a gzip", gz9, gzipped(t, whole), []string{"zip inside another archive"}},
		{"a zip without bills", zip9, zipped(t, "a.txt", "x", "b.pdf", "x"), []string{"without a CSV or JSON"}},
		{"an empty zip", zip9, zipped(t), []string{"without a CSV or JSON"}},
		{"a web page named zip", zip9, "<html>Forbidden</html>", []string{"web page"}},
		{"a text named zip", zip9, "hello", []string{"is no zip archive"}},
		{"an empty zip file", zip9, "", []string{"is empty"}},
		{"the same bill twice", zip9, zipped(t, "a.csv", big, "a (1).csv", big), []string{"the same bill twice", "a.csv and a (1).csv"}},
		{"an empty member", zip9, zipped(t, "a.csv", ""), []string{zip9 + "!a.csv", "is empty"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(t, folder(test.file, test.data), ".", wanted(t, "2025-12-09"))
			wantError(t, err, false, append(test.says, test.file)...)
		})
	}
}

// streamFS is a file system whose files can only be read from the beginning.
type streamFS struct{ fs.FS }

type streamFile struct{ fs.File }

func (s streamFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if info, e := fs.Stat(s.FS, name); err != nil || e == nil && info.IsDir() {
		return f, err
	}
	return streamFile{f}, nil
}

func TestAZipIsReadWithoutReaderAt(t *testing.T) {
	fsys := streamFS{folder(zip9, zipped(t, "a.csv", directBill(3000)))}
	f, err := fsys.Open(zip9)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.(io.ReaderAt); ok {
		t.Fatal("the test's file can be read at an offset")
	}
	lines, _ := mustRead(t, fsys, zip9, wanted(t, "2025-12-09"))
	if len(lines) != 3000 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestADiskErrorIsNotTheFilesFault(t *testing.T) {
	_, _, err := read(t, failingFS{folder(daily9, directBill(10))}, ".", wanted(t, "2025-12-09"))
	if err == nil || !strings.Contains(err.Error(), io.ErrClosedPipe.Error()) || isAboutFile(err) {
		t.Errorf("got %v", err)
	}
}

type failingFS struct{ fs.FS }

type failingFile struct{ fs.File }

func (f failingFS) Open(name string) (fs.File, error) {
	file, err := f.FS.Open(name)
	if name == "." || err != nil {
		return file, err
	}
	return failingFile{file}, nil
}

func (failingFile) Read([]byte) (int, error) { return 0, errBurning }

var errBurning = &fs.PathError{Op: "read", Path: "x", Err: io.ErrClosedPipe}
