package delivery_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/delivery"
	"deliverd/internal/focus/conformance"
	"deliverd/internal/sample"
)

// TestSumsAgreeWithASlowProgram delivers bills of every dialect, packing and
// kind through everything that deliverd has, downloads the files, and lets a
// program that shares nothing with it add up the bill and the file. The files
// are held against FOCUS besides.
func TestSumsAgreeWithASlowProgram(t *testing.T) {
	slowcheck := build(t)
	out := t.TempDir()
	packings := []string{"", ".gz", ".zip"}
	for i, dialect := range sample.Dialects() {
		for seed := range 3 {
			for _, blanked := range []bool{false, true} {
				packing := packings[(i+seed)%len(packings)]
				name := strings.ReplaceAll(fmt.Sprintf("%s%s seed %d blanked %v", dialect, packing, seed, blanked), " ", "-")
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					lines := invent(t, 250, uint64(10*i+seed))
					if blanked {
						blank(lines, dialect, rand.New(rand.NewPCG(uint64(i), uint64(seed))))
					}
					dir := t.TempDir()
					path := filepath.Join(dir, "bill"+dialect.Extension()+packing)
					if packing == ".zip" {
						path = filepath.Join(dir, "bill.zip")
					}
					writeFile(t, path, dialect, lines)
					for period, through := range map[string]string{"2025-11": "", "2025-11-17": "2025-11-17"} {
						file := filepath.Join(out, name+"."+period+".CSV")
						deliverFile(t, dir, period, file)
						args := []string{"-month", "2025-11", "-through", through, path, file}
						text, err := exec.CommandContext(t.Context(), slowcheck, args...).CombinedOutput()
						if err != nil || strings.HasPrefix(string(text), "0 lines") {
							t.Errorf("slowcheck %v: %v: %s", args, err, text)
						}
					}
				})
			}
		}
	}
	t.Cleanup(func() { acceptAll(t, out) })
}

// TestTheSlowProgramCanFail: a check that never fails says nothing.
func TestTheSlowProgramCanFail(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "bill.csv"), filepath.Join(dir, "file.CSV")
	writeFile(t, path, sample.DirectCSV, invent(t, 50, 1))
	deliverFile(t, dir, "2025-11", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n")
	for _, row := range rows[1:] {
		if strings.Contains(row, ",0.0,") || row == "" {
			continue // it may be a row of no cost
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), row, "", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.CommandContext(t.Context(), build(t), "-month", "2025-11", path, file).CombinedOutput(); err == nil {
			t.Errorf("a file without %q: %s", row, out)
		}
		return
	}
	t.Error("no row to leave out")
}

func build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slowcheck")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./slowcheck").CombinedOutput(); err != nil {
		t.Fatalf("build slowcheck: %v\n%s", err, out)
	}
	return path
}

// deliverFile delivers a period of the bill in dir into a COS bucket and
// downloads the object.
func deliverFile(t *testing.T, dir, period, to string) {
	t.Helper()
	files, err := billsource.New(billsource.Config{FS: os.DirFS(dir), Name: dir})
	if err != nil {
		t.Fatal(err)
	}
	bucket := newCOS(t)
	r := newRig(t, nil)
	r.edit = func(c *delivery.Config) { c.Source, c.Bucket = files, bucket.bucket(0) }
	out := r.must(delivery.Delivered, period)
	content, _ := bucket.content(out.Key)
	if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	checkFOCUS(t, to)
}

// blank empties fields of lines at random: any but what names the month and
// the price. Of a bill with two totals either may go.
func blank(lines []bill.Line, d sample.Dialect, rng *rand.Rand) {
	kept := map[bill.Field]bool{bill.BillDay: true, bill.RealCost: true, bill.VoucherPay: true, bill.RecordID: d >= sample.NDJSON}
	for i := range lines {
		for f := range bill.NumFields {
			if !kept[f] && rng.IntN(5) == 0 {
				lines[i][f] = ""
			}
		}
	}
}

// checkFOCUS holds a delivered file against every rule of FOCUS 1.2.
func checkFOCUS(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	report, err := conformance.Check(t.Context(), file, conformance.Options{Version: "1.2", Applicable: []string{conformance.ApplicableAll}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		if f.Rule.Severity == conformance.Must {
			t.Errorf("%s breaks %s (%s) %d times, in rows %v: %q", filepath.Base(path), f.Rule.Code, f.Rule.Column, f.Count, f.Rows, f.Values)
		}
	}
}

// acceptAll runs the acceptance checker of the project over the files, where
// there is one beside the repository.
func acceptAll(t *testing.T, dir string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.CSV"))
	if err != nil || len(all) == 0 {
		t.Fatalf("files: %v, %v", all, err)
	}
	t.Logf("sizes: FOCUS: %d delivered files held against every rule by our own check", len(all)) // checkFOCUS
	checker, err := filepath.Abs("../../../shared/tools/focus-check/focus_check.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(checker); err != nil {
		t.Logf("sizes: FOCUS: the acceptance checker focus_check did not run: %v", err)
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*-0-*.CSV"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files: %v, %v", files, err)
	}
	args := append([]string{checker, "--version", "1.2", "--applicable", "ALL"}, files...)
	t.Logf("sizes: FOCUS: %d of them held against the acceptance checker focus_check", len(files))
	if out, err := exec.CommandContext(context.WithoutCancel(t.Context()), "python3", args...).CombinedOutput(); err != nil {
		t.Errorf("focus_check: %v\n%s", err, failures(string(out)))
	}
}

// failures are the lines of the checker's report that say what is wrong.
func failures(report string) string {
	var lines []string
	for line := range strings.Lines(report) {
		if strings.HasPrefix(line, "FAIL") || strings.Contains(line, "Error") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}
