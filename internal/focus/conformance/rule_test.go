package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"deliverd/internal/focus"
)

func TestRulesAreWholeAndNamedOnce(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/conformance.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Rules("0.5"); err == nil {
		t.Error("rules of a version that there is no data of")
	}
	for _, version := range focus.Versions() {
		rules, err := Rules(version)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[[2]string]bool{}
		for _, r := range rules {
			name := [2]string{r.Code, r.Column}
			if seen[name] {
				t.Errorf("%s: two rules %v", version, name)
			}
			seen[name] = true
			if r.Source == "" || r.Text == "" || r.Remedy == "" || r.Severity < Must || r.Severity > Hazard || strings.Contains(r.Text+r.Source, "%") {
				t.Errorf("%s: incomplete %+v", version, r)
			}
			if !strings.Contains(string(guide), "`"+r.Code+"`") {
				t.Errorf("docs/conformance.md does not explain %s", r.Code)
			}
		}
		t.Logf("FOCUS %s: %d rules", version, len(rules))
	}
}

// TestCitedModelRulesExist holds the rule ids that we cite against the
// requirements models, where they are at hand.
func TestCitedModelRulesExist(t *testing.T) {
	cited := regexp.MustCompile(`^(CAU-)?[A-Za-z]+-[CO]-\d{3}-[MCO]$`)
	for version, file := range map[string]string{"1.2": "model-1.2.0.1.json", "1.3": "model-1.3.json"} {
		rules, err := Rules(version)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(shared, "tools", "focus-check", "models", file))
		if err != nil {
			t.Logf("no model of %s here: cited ids are not looked up", version)
		}
		var model struct {
			ModelRules map[string]struct{ Reference, Status string }
		}
		if err == nil {
			if err := json.Unmarshal(data, &model); err != nil {
				t.Fatal(err)
			}
		}
		count := 0
		for _, r := range rules {
			if !cited.MatchString(r.Source) {
				continue
			}
			count++
			if known, ok := model.ModelRules[r.Source]; err == nil && (!ok || known.Status == "Removed" || !strings.HasPrefix(known.Reference, r.Column) && r.Code[:6] != "F-COST") {
				t.Errorf("%s: %s %s cites %s, which is %+v", version, r.Code, r.Column, r.Source, known)
			}
		}
		if count < 50 {
			t.Errorf("%s: only %d rules cite the model", version, count)
		}
	}
}

func TestDetectVersion(t *testing.T) {
	for _, version := range focus.Versions() {
		v, err := focus.LoadVersion(version)
		if err != nil {
			t.Fatal(err)
		}
		var full, mandatory []string
		for _, c := range v.Columns {
			full = append(full, c.Name)
			if c.Level == focus.Mandatory {
				mandatory = append(mandatory, c.Name)
			}
		}
		if got, why := DetectVersion(append(full, "x_CostCenter")); got != version || why == "" {
			t.Errorf("all columns of %s: %s (%s)", version, got, why)
		}
		want := version
		if version == "1.1" || version == "1.2" {
			want = "1.0" // their mandatory columns are the same
		}
		if got, why := DetectVersion(mandatory); got != want {
			t.Errorf("mandatory columns of %s: %s (%s), want %s", version, got, why, want)
		}
	}
	if got, why := DetectVersion([]string{"a", "x_b"}); got != "" || why == "" {
		t.Errorf("foreign header: %q %q", got, why)
	}
	report := check(t, sampleTable(t, "1.3").csv(), Options{Version: VersionAuto})
	if report.Version != "1.3" || !strings.Contains(report.VersionWhy, "65 of the header's columns") {
		t.Errorf("auto: %s, %s", report.Version, report.VersionWhy)
	}
}

func TestReportShowsWhereAndHowMuch(t *testing.T) {
	tb := sampleTable(t, "1.2")
	tb.set(rowUsage, "ListCost", "2.5")
	tb.set(rowUsed, "ListCost", "1.25")
	report := check(t, tb.csv(), Options{Version: "1.2"})
	f, _ := report.Finding("F-COST-LIST", "ListCost")
	if report.Failed() != 1 || f.Count != 2 || len(f.Rows) != 2 || f.Rows[0] != 2 || f.Rows[1] != 3 ||
		strings.Join(f.Values, " ") != "2.5 1.25" || f.Note != "largest difference 0.75" || f.Rule.Source != "ListCost-C-009-C" {
		t.Errorf("%+v", f)
	}
	text, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(text), `"severity":"must"`) {
		t.Errorf("%s %v", text, err)
	}
	if empty := check(t, nil, Options{Version: "1.2"}); empty.Failed() < 20 || empty.Findings[0].Rule.Code != "F-CSV-EMPTY" {
		t.Errorf("empty file: %+v", empty.Findings[:1])
	}
}
