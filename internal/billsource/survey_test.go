package billsource

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestSurvey(t *testing.T) {
	dated := func(u, date string) string { return u + "-" + date + "-by_used_time-bill_details.csv" }
	november := partnerBill(row("2025-11-01", "1"))
	for name, test := range map[string]struct {
		fs     fstest.MapFS
		path   string
		months string
		want   Survey
	}{
		"empty": {fstest.MapFS{"b": {Mode: fs.ModeDir}}, "b", "[]", Survey{}},
		"the provider's names": {folder(dated(uin, "202512"), november, dated(uin, "20251109"), november, dated(uin, "202511"), november), "",
			"[2025-11 2025-12]", Survey{Files: 3}},
		"first rows": {folder("a.csv", november, "b.csv", partnerBill(row("2025-10-01", "1")), "c.zip", zipped(t, "c.csv", partnerBill(row("2025-09-01", "1")))), "",
			"[2025-09 2025-10 2025-11]", Survey{Files: 3}},
		"others and what is left aside": {folder(dated("100000000001", "202511"), november, "notes.txt", "x", dated(uin, "202511"), november), "",
			"[2025-11]", Survey{Files: 1, Others: []string{dated("100000000001", "202511")}, Aside: []string{"notes.txt (no CSV, JSON, gzip or zip)"}}},
		"no row": {folder("a.csv", partnerBill()), "", "[]", Survey{Files: 1, Silent: []string{"a.csv"}}},
		"a file": {folder("b/"+dated(uin, "202511"), november), "b/" + dated(uin, "202511"), "[2025-11]", Survey{Files: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := survey(t, test.fs, test.path)
			if err != nil {
				t.Fatal(err)
			}
			if months := fmt.Sprint(got.Months); months != test.months {
				t.Errorf("months %s, want %s", months, test.months)
			}
			got.Months = nil
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func survey(t *testing.T, files fs.FS, path string) (Survey, error) {
	t.Helper()
	f, err := New(Config{FS: files, Path: path, Name: "bills"})
	if err != nil {
		t.Fatal(err)
	}
	return f.Survey(t.Context(), uin)
}

func TestSurveyErrors(t *testing.T) {
	var wrong *FileError
	if _, err := survey(t, fstest.MapFS{}, "nowhere"); !errors.As(err, &wrong) || wrong.Error() != "bills does not exist" {
		t.Errorf("a missing folder: %v", err)
	}
	if _, err := survey(t, folder("a.zip", "no zip"), ""); !errors.As(err, &wrong) || !strings.HasPrefix(wrong.Error(), "a.zip ") {
		t.Errorf("a broken file: %v", err)
	}
	locked := lockedFS{folder(uin+"-202511-bill_details.csv", partnerBill(row("2025-11-01", "1")))}
	if _, err := survey(t, locked, ""); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("a file that may not be read: %v", err)
	}
}

// lockedFS lists its files and opens none.
type lockedFS struct{ fstest.MapFS }

func (l lockedFS) Open(name string) (fs.File, error) {
	if name == "." {
		return l.MapFS.Open(name)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

// TestSurveyOpensAHundred of the newest, however many there are.
func TestSurveyOpensAHundred(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 150 {
		f := file("no zip")
		if f.ModTime = now.AddDate(0, 0, -i); i < mostGlances {
			f.Data = []byte(partnerBill(row("2025-11-01", "1")))
		}
		files[fmt.Sprintf("%s-2025%02d%02d-bill_details.csv", uin, 1+i/28, 1+i%28)] = f
	}
	got, err := survey(t, files, "")
	if err != nil || got.Files != 150 || len(got.Months) != 6 {
		t.Errorf("got %+v, %v; want 150 files of 6 months, the old ones unopened", got, err)
	}
}
