package billsource

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

// FuzzSplit holds the splitter to encoding/csv: what that reads, ours reads to
// the same cells; and where a quoted cell is broken, ours refuses it too.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a,\"b\"\"c\"\r\n\"x\r\ny\",\n", "\n\na\n", "\"a\"b,c\n", "a\"b,c", "\"open", ",\n,,", "\"\"", "a\r", "\"a\"\r\nb\r\r\n"} {
		f.Add([]byte(s), 16)
	}
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		want, wantErr := withEncodingCSV(data)
		// A small buffer makes lines longer than it, as a 256 KiB line is.
		got, err := withSplitter(data, 16+(size&0xff))
		if wantErr == nil {
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Fatalf("%q: %v %s", data, err, diff)
			}
			return
		}
		var parse *csv.ParseError
		if errors.As(wantErr, &parse) && errors.Is(parse.Err, csv.ErrQuote) && err == nil && !bytes.Contains(bareQuotes(data), []byte{'"'}) {
			t.Fatalf("%q: encoding/csv says %v, we read %q", data, wantErr, got)
		}
	})
}

// bareQuotes gives the data when encoding/csv may stumble over a quote inside
// an unquoted cell before or after the one it reports.
func bareQuotes(data []byte) []byte {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	records, err := r.ReadAll()
	if err != nil {
		return data
	}
	for _, cell := range slices.Concat(records...) {
		if strings.Contains(cell, `"`) {
			return data
		}
	}
	return nil
}

func withEncodingCSV(data []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

func withSplitter(data []byte, buffer int) ([][]string, error) {
	s := splitter{r: bufio.NewReaderSize(bytes.NewReader(data), buffer)}
	var all [][]string
	for {
		cells, err := s.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, slices.Clone(cells))
	}
}

// FuzzRead reads anything: it ends in an error with a remedy or in lines that
// are complete, never in a panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(partnerBill(row("2025-12-09", "9"))), false)
	f.Add([]byte(directHeader+"\r\n"+directRow(1)), true)
	f.Add([]byte(chinese2024+"\n"), false)
	f.Add([]byte(billingRecord("2025-12-09", "1", "2")), true)
	f.Add([]byte(`{"Response":{"DetailSet":[{"OwnerAccountId":`+uin+`,"TransactionType":"x","TotalCost":1,"Tags":"a:1"}]}}`), false)
	f.Add([]byte(zipped(f, "a.csv", partnerBill(row("2025-12-09", "9")))), false)
	f.Add([]byte("\x1f\x8b"), false)
	f.Add([]byte(gzipped(f, partnerBill(row("2025-12-09", "9")))), false)
	f.Fuzz(func(t *testing.T, data []byte, skip bool) {
		want := wanted(t, "2025-12-09")
		want.SkipBadRows, want.MonthKnown = skip, true
		for _, name := range []string{monthly, "bill.csv"} {
			lines, reading, err := read(t, folder(name, string(data)), name, want)
			checkRead(t, lines, reading, err)
		}
	})
}

func checkRead(t *testing.T, lines []bill.Line, reading bill.Reading, err error) {
	t.Helper()
	if err != nil {
		var remedy interface{ Remedy() string }
		if !errors.As(err, &remedy) || remedy.Remedy() == "" {
			t.Fatalf("%v has no remedy", err)
		}
		return
	}
	if int64(len(lines)) != reading.Lines {
		t.Fatalf("%d lines, and Reading says %d", len(lines), reading.Lines)
	}
	for i := range lines {
		if lines[i][bill.BillDay][:7] != "2025-12" || lines[i][bill.SourceFile] == "" {
			t.Fatalf("incomplete: %v", lines[i])
		}
		if _, err := lines[i].Money(); err != nil {
			t.Fatal(err)
		}
		for field, text := range lines[i] {
			kind := bill.Field(field).Kind()
			if bill.Field(field) != bill.SourceFile && !utf8.ValidString(text) || kind == bill.JSON && text != "" && !json.Valid([]byte(text)) {
				t.Fatalf("%s is %q", bill.Field(field), text)
			}
		}
	}
}

// FuzzClean holds the short way to bill.Clean.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "-", " a ", "1.50", "-0.1", "1,234.5", "1e5", "2025-12-09 23:59:59", "2025-02-31 00:00:00", "2025-12-09 24:00:00", "2025/1/2", "é", "1.", ".5", "\x00a", "--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, field := range []bill.Field{bill.BusinessName, bill.Cost, bill.UsageEnd, bill.BillDay} {
			got, err := clean(field, field.Kind(), raw)
			want, wantErr := bill.Clean(field, raw)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("clean(%s, %q) = %q, %v; bill.Clean says %q, %v", field, raw, got, err, want, wantErr)
			}
		}
	})
}

// FuzzTags makes tags of anything: an error, or one JSON object of texts with
// sorted keys.
func FuzzTags(f *testing.F) {
	for _, s := range []string{"a:1;b:2", "a", `{"a":"1"}`, `[{"TagKey":"a","TagValue":null}]`, "a=1,b=2", `{"a":"1"}x`, "：;:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, all string) {
		if isNull(all) || !utf8.ValidString(all) {
			return
		}
		tagger := tagger{}
		text, err := tagger.of(nil, all)
		if err != nil || text == "" {
			return
		}
		var tags map[string]string
		if err := json.Unmarshal([]byte(text), &tags); err != nil {
			t.Fatalf("%q gives %q: %v", all, text, err)
		}
		if again := encodeTags(tags); again != text {
			t.Errorf("%q gives %q, sorted it is %q", all, text, again)
		}
	})
}
