package sample

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/bill"
)

func TestCSVDialects(t *testing.T) {
	for _, test := range []struct {
		dialect Dialect
		chinese bool
		column  string // one to look up
		field   bill.Field
		columns int
	}{
		{PartnerCSV, false, "Total Amount Before Voucher", bill.RealCost, 36},
		{DirectCSV, false, "Savings Plan Deduction (Cost)", bill.CostWithSP, 50 + len(tagKeys)},
		{ChineseCSV, true, "优惠后总价", bill.RealCost, 49 + len(tagKeys)},
	} {
		t.Run(test.dialect.String(), func(t *testing.T) {
			b := december(t, 2000)
			b.Chinese = test.chinese
			var file bytes.Buffer
			if err := Write(&file, test.dialect, b.All()); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.String(), "\ufeff"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			lines := keep(b)
			if len(rows) != len(lines)+1 || len(rows[0]) != test.columns {
				t.Fatalf("%d rows of %d columns, want %d of %d", len(rows), len(rows[0]), len(lines)+1, test.columns)
			}
			at := slices.Index(rows[0], test.column)
			name := slices.IndexFunc(rows[0], func(c string) bool { return c == "Instance Name" || c == "资源别名" })
			for i, l := range lines {
				if rows[i+1][at] != l[test.field] || rows[i+1][name] != dash(l[bill.ResourceName]) {
					t.Fatalf("row %d: %q, want %q", i, rows[i+1], l)
				}
			}
		})
	}
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func TestJSONDialectsKeepRecordsTogether(t *testing.T) {
	b := december(t, 2000)
	ids := map[string]int{}
	for _, l := range keep(b) {
		ids[l[bill.RecordID]]++
	}
	type record struct {
		Id           string
		ProjectId    int64
		ComponentSet []struct{ RealCost string }
		Tags         []tag
	}
	check := func(t *testing.T, got []record) {
		if len(got) != len(ids) {
			t.Fatalf("%d records, want %d", len(got), len(ids))
		}
		for _, r := range got {
			if len(r.ComponentSet) != ids[r.Id] {
				t.Fatalf("record %s has %d components, want %d", r.Id, len(r.ComponentSet), ids[r.Id])
			}
		}
	}
	t.Run("NDJSON", func(t *testing.T) {
		var file bytes.Buffer
		if err := WriteGzip(&file, NDJSON, b.All()); err != nil {
			t.Fatal(err)
		}
		plain, err := gzip.NewReader(&file)
		if err != nil {
			t.Fatal(err)
		}
		var got []record
		for decoder := json.NewDecoder(plain); ; {
			var r record
			if err := decoder.Decode(&r); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			got = append(got, r)
		}
		check(t, got)
	})
	t.Run("pages", func(t *testing.T) {
		var file bytes.Buffer
		if err := WriteZip(&file, "detail.json", JSONPages, b.All()); err != nil {
			t.Fatal(err)
		}
		archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		entry, err := archive.Open("detail.json")
		if err != nil {
			t.Fatal(err)
		}
		var got []record
		for decoder := json.NewDecoder(entry); decoder.More(); {
			var page struct{ Response struct{ DetailSet []record } }
			if err := decoder.Decode(&page); err != nil {
				t.Fatal(err)
			}
			if len(page.Response.DetailSet) > pageRecords {
				t.Errorf("%d records on a page", len(page.Response.DetailSet))
			}
			got = append(got, page.Response.DetailSet...)
		}
		check(t, got)
	})
}

func TestAFailedWriteIsTold(t *testing.T) {
	for _, d := range Dialects() {
		if err := Write(full{}, d, december(t, 2000).All()); !errors.Is(err, errFull) {
			t.Errorf("%s: got %v, want %v", d, err, errFull)
		}
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
