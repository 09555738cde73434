package billsummary_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"testing/fstest"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/sample"
	"deliverd/internal/snapshot"
)

// read makes a snapshot of bill files, in the store given.
func (r *rig) read(store *snapshot.Store, files map[string][]byte) *snapshot.Snapshot {
	r.t.Helper()
	settled := fstest.MapFS{}
	for name, text := range files {
		settled[name] = &fstest.MapFile{Data: text, ModTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	}
	source, err := billsource.New(billsource.Config{FS: settled, Path: ".", Name: "bills"})
	if err != nil {
		r.t.Fatal(err)
	}
	december := month(r.t, "2025-12")
	w, err := store.Create(r.t.Context(), uin, december)
	if err != nil {
		r.t.Fatal(err)
	}
	defer w.Discard()
	reading, err := source.Read(r.t.Context(), bill.Request{UIN: uin, Month: december, Through: december.Last(), GroupAdmin: true}, w.Add)
	if err != nil {
		r.t.Fatal(err)
	}
	snap, err := w.Commit(r.t.Context(), reading)
	if err != nil {
		r.t.Fatal(err)
	}
	return snap
}

// sampled is a rig whose node has read a sample bill, as answers of the
// provider's API hold it.
func sampled(t *testing.T, lines int) (*rig, *snapshot.Snapshot) {
	t.Helper()
	r := newRig(t)
	var pages bytes.Buffer
	of := sample.Bill{UIN: uin, Month: month(t, "2025-12"), Lines: lines, Seed: 5, Members: 3}
	if err := sample.Write(&pages, sample.JSONPages, of.All()); err != nil {
		t.Fatal(err)
	}
	snap := r.read(r.store, map[string][]byte{"bill.json": pages.Bytes()})
	r.record(uin, "2025-12", snap.ID(), snap.Totals())
	return r, snap
}

func (r *rig) detail(params string) response {
	r.t.Helper()
	r.now = r.now.Add(time.Second) // the window of requests is another matter
	return r.send(r.signed(signing{action: "DescribeBillDetail", body: params}))
}

// TestDetailGivesTheBill: what the pages give is the bill, to the last digit of
// every field: read again, it is the same snapshot.
func TestDetailGivesTheBill(t *testing.T) {
	r, want := sampled(t, 2000)
	for _, limit := range []int{300, 77} {
		files := map[string][]byte{}
		records, at := int64(0), ""
		for offset := 0; ; offset += limit {
			params := fmt.Sprintf(`{"Month":"2025-12","Offset":%d,"Limit":%d`, offset, limit)
			if at != "" {
				params += `,"Context":"` + at + `"`
			}
			if offset == 0 {
				params += `,"NeedRecordNum":1`
			}
			got := r.detail(params + "}")
			if got.Error != nil || offset == 0 && got.Total == nil || offset > 0 && got.Total != nil {
				t.Fatal(got.raw)
			}
			if offset == 0 {
				records = *got.Total
			}
			at = got.Context
			records -= int64(len(got.DetailSet))
			files[fmt.Sprintf("page-%05d.json", offset)] = []byte(got.raw)
			if len(got.DetailSet) < limit {
				break
			}
		}
		if records != 0 || len(files) < 3 {
			t.Errorf("%d pages of %d: %d records less than were told", len(files), limit, records)
		}
		var all []byte
		for offset := 0; offset < len(files)*limit; offset += limit {
			all = append(append(all, files[fmt.Sprintf("page-%05d.json", offset)]...), '\n')
		}
		again, err := snapshot.NewStore(snapshot.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.read(again, map[string][]byte{"answers.json": all}); got.ID() != want.ID() || got.Lines() != 2000 {
			t.Errorf("in pages of %d the bill is another one, of %d lines", limit, got.Lines())
		}
	}
}

func TestDetailPages(t *testing.T) {
	r, _ := sampled(t, 500)
	total := *r.detail(`{"Month":"2025-12","Offset":0,"Limit":1,"NeedRecordNum":1}`).Total
	for _, test := range []struct {
		offset, limit, want int64
	}{{0, 1, 1}, {total - 1, 1, 1}, {total - 1, 300, 1}, {total, 300, 0}, {1 << 40, 300, 0}, {total - 5, 3, 3}} {
		got := r.detail(fmt.Sprintf(`{"BeginTime":"2025-12-01 00:00:00","EndTime":"2025-12-31 23:59:59","Offset":%d,"Limit":%d,"PayerUin":"`+uin+`"}`, test.offset, test.limit))
		if got.Error != nil || int64(len(got.DetailSet)) != test.want || got.DetailSet == nil {
			t.Errorf("%+v: %d records: %.200s", test, len(got.DetailSet), got.raw)
		}
	}
}

func TestDetailRefusals(t *testing.T) {
	r, snap := sampled(t, 200)
	ask := func(more string) string { return `{"Month":"2025-12","Offset":0,"Limit":1` + more + `}` }
	for what, test := range map[string]struct{ code, params string }{
		"no offset":                 {"MissingParameter", `{"Month":"2025-12","Limit":1}`},
		"no limit":                  {"MissingParameter", `{"Month":"2025-12","Offset":0}`},
		"no month":                  {"MissingParameter", `{"Offset":0,"Limit":1}`},
		"too large a page":          {"InvalidParameterValue", `{"Month":"2025-12","Offset":0,"Limit":301}`},
		"a page of nothing":         {"InvalidParameterValue", `{"Month":"2025-12","Offset":0,"Limit":0}`},
		"before the first":          {"InvalidParameterValue", `{"Month":"2025-12","Offset":-1,"Limit":1}`},
		"half a record":             {"InvalidParameter", `{"Month":"2025-12","Offset":0.5,"Limit":1}`},
		"a bad month":               {"InvalidParameterValue", `{"Month":"2025-13","Offset":0,"Limit":1}`},
		"a begin without an end":    {"InvalidParameterValue", ask(`,"BeginTime":"2025-12-01 00:00:00"`)},
		"two months":                {"InvalidParameterValue", ask(`,"BeginTime":"2025-12-01 00:00:00","EndTime":"2026-01-01 00:00:00"`)},
		"a filter":                  {"UnsupportedOperation", ask(`,"ResourceId":"x"`)},
		"a parameter of nobody's":   {"UnknownParameter", ask(`,"Colour":"red"`)},
		"another key's account":     {"AuthFailure.UnauthorizedOperation", ask(`,"PayerUin":"` + other + `"`)},
		"a month that was not read": {"ResourceNotFound", `{"Month":"2025-11","Offset":0,"Limit":1}`},
		"a page of another bill":    {"InvalidParameterValue", ask(`,"Context":"0123"`)},
	} {
		r.wantCode(what, test.code, r.detail(test.params))
	}
	r.record(uin, "2025-12", "read by another node", snap.Totals())
	r.wantCode("lines that lie with another node", "ResourceUnavailable", r.detail(ask("")))
	r.wantCode("the page after the bill has changed", "InvalidParameterValue", r.detail(ask(`,"Context":"`+snap.ID()+`"`)))
	r.record(second, "2025-12", "read by another node", snap.Totals())
	r.wantCode("a bill of which nothing is here", "ResourceUnavailable", r.detail(ask(`,"PayerUin":"`+second+`"`)))
	for i := range 6 {
		got := r.send(r.signed(signing{action: "DescribeBillDetail", body: ask("")}))
		if limited := got.Error.Code == "RequestLimitExceeded"; limited != (i >= 4) { // one was asked in this second
			t.Errorf("request %d: %s", i+2, got.raw)
		}
	}
}

// TestDetailByGET: numbers are texts there.
func TestDetailByGET(t *testing.T) {
	r, _ := sampled(t, 200)
	got := r.send(r.signed(signing{
		action: "DescribeBillDetail", method: http.MethodGet, query: "Limit=2&Month=2025-12&Offset=1", contentType: "application/x-www-form-urlencoded",
	}))
	if len(got.DetailSet) != 2 {
		t.Error(got.raw)
	}
}
