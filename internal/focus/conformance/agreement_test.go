package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"deliverd/internal/focus"
)

// shared is a folder beside the repository that developers have and the
// repository does not need.
const shared = "../../../../shared"

// otherReport is what the other checker says about one file.
type otherReport struct {
	File    string `json:"file"`
	Results []struct {
		Rule, Status, Text string
		Count              int64
		Rows               []int64
	}
}

func (o otherReport) with(status string) (rules []string) {
	for _, r := range o.Results {
		if r.Status == status {
			rules = append(rules, r.Rule)
		}
	}
	return rules
}

// askOther runs the acceptance checker of the shared folder over files of one
// version; ok is false where there is none.
func askOther(t *testing.T, version string, files ...string) (reports map[string]otherReport, ok bool) {
	t.Helper()
	script := filepath.Join(shared, "tools", "focus-check", "focus_check.py")
	if testing.Short() {
		t.Log("short: only our own expectations are checked")
		return nil, false
	}
	python, err := exec.LookPath("python3")
	if _, absent := os.Stat(script); err != nil || absent != nil {
		t.Logf("no python3 with %s here: only our own expectations are checked", script)
		return nil, false
	}
	out := filepath.Join(t.TempDir(), "report.json")
	args := append([]string{script, "--version", version, "--applicable", "ALL", "--json", out}, files...)
	text, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput()
	data, readErr := os.ReadFile(out) // the exit code is 1 for files that fail, and for crashes
	if readErr != nil && bytes.Contains(text, []byte("No module named")) {
		t.Logf("the other checker cannot run here: %s", lastLine(text))
		return nil, false
	}
	if readErr != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var all []otherReport
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	reports = map[string]otherReport{}
	for _, r := range all {
		reports[r.File] = r
	}
	return reports, true
}

func lastLine(text []byte) []byte {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return lines[len(lines)-1]
}

// TestAgreesOnPlantedFaults holds pass and fail of every planted fault against
// the other checker; where the two are known to differ, the fault says why.
func TestAgreesOnPlantedFaults(t *testing.T) {
	for _, version := range focus.Versions() {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files := []string{filepath.Join(dir, "conforming.csv")}
			write(t, files[0], sampleTable(t, version).csv())
			cases := map[string]planted{files[0]: {name: "conforming"}}
			for i, f := range faults() {
				if !f.span.holds(version) {
					continue
				}
				tb := sampleTable(t, version)
				f.plant(tb)
				path := filepath.Join(dir, fmt.Sprintf("%03d.csv", i))
				write(t, path, tb.csv())
				files, cases[path] = append(files, path), f
			}
			if len(files) < 61 {
				t.Errorf("only %d faults", len(files)-1)
			}
			others, ok := askOther(t, version, files...)
			for path, f := range cases {
				report := checkFile(t, path, version)
				if ok {
					compare(t, version, f, report, others[path])
				}
			}
		})
	}
}

func compare(t *testing.T, version string, f planted, ours Report, other otherReport) {
	t.Helper()
	fails, warns := other.with("FAIL"), other.with("WARN")
	if len(other.Results) == 0 {
		t.Errorf("%s: no answer", f.name)
		return
	}
	agree := (len(fails) > 0) == (ours.Failed() > 0)
	expected := !f.differsAt(version)
	if agree != expected {
		t.Errorf("%s: agree %t, expected %t\nours:  %s\nother: %s", f.name, agree, expected, codes(ours, Must), strings.Join(fails, " "))
	}
	if expected && len(fails) == 0 && (len(warns) > 0) != (len(ours.Findings) > 0) {
		if _, known := softDifferences[f.code]; !known {
			t.Errorf("%s: ours advises %q, the other %q", f.name, codes(ours, Should)+codes(ours, Hazard), warns)
		}
	}
}

// softDifferences are advice of ours that the other checker does not give in
// some version, or the reverse: no difference of pass and fail.
var softDifferences = map[string]string{
	"F-UNIT":             "it looks at units from 1.2 on",
	"F-NUMBER-RANGE":     "it calculates with any exponent",
	"F-SKU-PARENT":       "it looks at it from 1.2 on",
	"F-SERVICE-CATEGORY": "it looks at it from 1.2 on",
}

func codes(r Report, s Severity) string {
	var all []string
	for _, f := range r.Findings {
		if f.Rule.Severity == s {
			all = append(all, fmt.Sprintf("%s(%s)x%d", f.Rule.Code, f.Rule.Column, f.Count))
		}
	}
	return strings.Join(all, " ")
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func checkFile(t *testing.T, path, version string) Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := Check(context.Background(), f, Options{Version: version, Applicable: []string{ApplicableAll}})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
