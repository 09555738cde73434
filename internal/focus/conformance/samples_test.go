package conformance

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAgreesOnRandomCells puts values where they do not belong. The versions
// are those for which the other checker has a model.
func TestAgreesOnRandomCells(t *testing.T) {
	pool := []string{"", "0", "-1.5", "1.5", "Usage", "Purchase", "Tax", "Credit", "Correction", "Used", "Unused", "Committed", "USD", "sp-01",
		"disk-1", "x", "2025-12-09T00:00:00Z", "2025-11-30T00:00:00Z", `"{""a"":1}"`, "Other", "Compute", "Usage-Based", "1E-3", "ABC"}
	for _, version := range []string{"1.2", "1.3", "1.4"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dir, random := t.TempDir(), rand.New(rand.NewPCG(1, 2))
			var files []string
			planted := map[string]string{}
			for i := range 40 {
				tb := sampleTable(t, version)
				row, column, raw := random.IntN(len(tb.rows)), random.IntN(len(tb.header)), pool[random.IntN(len(pool))]
				path := filepath.Join(dir, fmt.Sprintf("%02d.csv", i))
				planted[path] = fmt.Sprintf("%s of row %d: %s becomes %s", tb.header[column], row, tb.rows[row][column], raw)
				tb.rows[row][column] = raw
				write(t, path, tb.csv())
				files = append(files, path)
			}
			others, ok := askOther(t, version, files...)
			for _, path := range files {
				report := checkFile(t, path, version)
				if ok && (report.Failed() > 0) != (len(others[path].with("FAIL")) > 0) {
					t.Errorf("%s: ours %q, the other %q", planted[path], codes(report, Must), others[path].with("FAIL"))
				}
			}
		})
	}
}

// TestAgreesOnSamples compares counts, rule by rule, on the files of other
// providers that the shared folder holds.
func TestAgreesOnSamples(t *testing.T) {
	for file, version := range map[string]string{
		"focus_sample_1.0.csv":                      "1.0",
		"aws_1_2_cost_and_usage_rows100_seed42.csv": "1.2",
		"aws_1_3_cost_and_usage_rows100_seed42.csv": "1.3",
	} {
		path := filepath.Join(shared, "reference", "focus-samples", file)
		if _, err := os.Stat(path); err != nil {
			t.Logf("%s is not here", path)
			continue
		}
		report := checkFile(t, path, version)
		others, ok := askOther(t, version, path)
		if !ok {
			continue
		}
		if got, want := report.Failed() > 0, len(others[path].with("FAIL")) > 0; got != want {
			t.Errorf("%s: fails %t, want %t: %s", file, got, want, codes(report, Must))
		}
		t.Logf("%s: %s | %s | %s", file, codes(report, Must), codes(report, Should), codes(report, Hazard))
		for _, r := range others[path].Results {
			code, column := counterpart(r.Rule)
			if code == "" || r.Status != "FAIL" && r.Status != "WARN" {
				continue
			}
			f, found := report.Finding(code, column)
			if !found || f.Count != r.Count {
				t.Errorf("%s: %s %d rows, ours %s %s %d", file, r.Rule, r.Count, code, column, f.Count)
			}
		}
	}
}

// counterpart is our rule for one of the other checker's, where one is exactly
// the other.
func counterpart(rule string) (code, column string) {
	for _, pattern := range []struct{ prefix, suffix, code string }{
		{"T-", "-not-null", "F-NULL"}, {"T-", "-numeric", "F-NUMBER"}, {"T-", "-datetime", "F-TIME"}, {"T-", "-keyvalue", "F-KEYVALUE"},
		{"T-", "-allowed", "F-VALUE"}, {"T-", "-non-negative", "F-NEGATIVE"}, {"X-NULL-EMPTY-", "", "F-EMPTY"}, {"X-NULL-PLACEHOLDER-", "", "F-PLACEHOLDER"},
		{"X-STR-SPACE-", "", "F-SPACE"}, {"X-HAZ-TYPE-", "", "F-HAZARD-NUMERIC"}, {"X-HAZ-INT-", "", "F-HAZARD-INTEGER"}, {"X-HAZ-ASCII-", "", "F-HAZARD-ASCII"},
		{"X-NN-Consumed", "", ""}, {"X-NN-", "", "F-PRICED"}, {"X-TAX-", "", "F-TAX-NULL"}, {"X-NULL-", "", "F-CONSUMED-NULL"}, {"X-NAME-", "", "F-HAZARD-NAMES"},
	} {
		name, ok := strings.CutPrefix(rule, pattern.prefix)
		name, ok2 := strings.CutSuffix(name, pattern.suffix)
		if ok && ok2 {
			return pattern.code, name
		}
	}
	return map[string]string{
			"X-COST-LIST": "F-COST-LIST", "X-COST-CONTRACTED": "F-COST-CONTRACTED", "X-EFF-CREDIT": "F-EFFECTIVE-CREDIT",
			"X-PRICING-COMMITTED": "F-COMMITTED", "X-HAZ-THIRD-PARTY": "F-HAZARD-ISSUER",
		}[rule], map[string]string{
			"X-COST-LIST": "ListCost", "X-COST-CONTRACTED": "ContractedCost", "X-EFF-CREDIT": "EffectiveCost",
			"X-PRICING-COMMITTED": "PricingCategory", "X-HAZ-THIRD-PARTY": "InvoiceIssuerName",
		}[rule]
}
