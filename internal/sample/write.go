package sample

import (
	"archive/zip"
	"compress/gzip"
	"fmt"
	"io"
	"iter"

	"deliverd/internal/bill"
)

// Dialect is a form in which people have bills.
type Dialect int

// The dialects.
const (
	PartnerCSV Dialect = iota // what a reseller's customer downloads: English, without codes, tags and record ids
	DirectCSV                 // what a direct customer downloads: English, with codes and a column a tag key
	ChineseCSV                // the same of the Chinese site
	NDJSON                    // records of DescribeBillDetail, one a line
	JSONPages                 // whole answers of DescribeBillDetail, one a line, 100 records each
)

var dialects = [...]struct {
	name, extension string
	write           func(io.Writer, iter.Seq[*bill.Line]) error
}{
	PartnerCSV: {"partner CSV", ".csv", partnerCSV.write},
	DirectCSV:  {"direct CSV", ".csv", directCSV.write},
	ChineseCSV: {"Chinese CSV", ".csv", chineseCSV.write},
	NDJSON:     {"NDJSON", ".ndjson", writeNDJSON},
	JSONPages:  {"JSON pages", ".json", writePages},
}

// String is the dialect's name for people, Extension that of its files.
func (d Dialect) String() string    { return dialects[d].name }
func (d Dialect) Extension() string { return dialects[d].extension }

// Dialects are all dialects.
func Dialects() []Dialect { return []Dialect{PartnerCSV, DirectCSV, ChineseCSV, NDJSON, JSONPages} }

// Write renders lines in a dialect. It streams. Lines of one record must
// follow each other, as those of a [Bill] do.
func Write(w io.Writer, d Dialect, lines iter.Seq[*bill.Line]) error {
	if err := dialects[d].write(w, lines); err != nil {
		return fmt.Errorf("write %s: %w", d, err)
	}
	return nil
}

// WriteZip is [Write] into the one entry of a zip archive.
func WriteZip(w io.Writer, entry string, d Dialect, lines iter.Seq[*bill.Line]) error {
	archive := zip.NewWriter(w)
	file, err := archive.Create(entry)
	if err != nil {
		return fmt.Errorf("write %s: %w", entry, err)
	}
	if err := Write(file, d, lines); err != nil {
		return err
	}
	return archive.Close()
}

// WriteGzip is [Write], compressed.
func WriteGzip(w io.Writer, d Dialect, lines iter.Seq[*bill.Line]) error {
	compressed := gzip.NewWriter(w)
	if err := Write(compressed, d, lines); err != nil {
		return err
	}
	return compressed.Close()
}
