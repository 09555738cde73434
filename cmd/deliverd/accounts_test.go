package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"deliverd/internal/ledger"
)

const otherUIN = "200020002002"

// configureTwo writes a configuration of two accounts, the first as configure
// has it, the second with another source, bucket or cadence.
func (s *site) configureTwo(first, second string) {
	s.t.Helper()
	account := func(uin, more string) string {
		text := fmt.Sprintf("  - uin: %q\n", uin)
		if !strings.Contains(more, "source:") {
			text += "    source: {files: bills}\n"
		}
		if !strings.Contains(more, "bucket:") {
			text += fmt.Sprintf("    bucket: {url: %q, prefix: focus/, secret-id: %s, secret-key-file: secret-key}\n", s.url, secretID)
		}
		return text + more
	}
	s.write("deliverd.yaml", "state: state\naccounts:\n"+account(testUIN, first)+account(otherUIN, second))
}

// errorsOf reads the errors of a JSON document.
func errorsOf(t *testing.T, text string) (found []accountErrorJSON) {
	t.Helper()
	var shape struct {
		Errors []accountErrorJSON `json:"errors"`
	}
	if err := json.Unmarshal([]byte(text), &shape); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return shape.Errors
}

// TestWhatThisReleaseHasNot is refused before anything is delivered, also where
// an earlier account is all right.
func TestWhatThisReleaseHasNot(t *testing.T) {
	for name, test := range map[string]struct{ top, second, want string }{
		"a bucket of bills without a region": {"", "    source: {files: \"cos://bills-1250000000/x\"}\n",
			"deliverd: account 200020002002: cos://bills-1250000000/x needs a bucket.url that names its region\ntry: source: {files: /srv/bills}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.configureTwo("", test.second)
			s.write("deliverd.yaml", test.top+readFile(t, s.config))
			for _, more := range []string{"--json", "--dry-run", "--uin=" + testUIN + "," + otherUIN} {
				s.want(ended{exitUsage, "", strings.ReplaceAll(test.want, "{config}", "{dir}/deliverd.yaml")}, s.deliver("--daily", "2025-11-02", more)...)
			}
			if s.objects() != 0 {
				t.Error("an object is in the bucket")
			}
			if test.top == "" { // an account that is not meant is not looked at
				if got := s.run(s.deliver("--daily", "2025-11-02", "--uin", testUIN)...); got.code != exitDone {
					t.Errorf("the other account: got %+v", got)
				}
			}
		})
	}
}

// TestAnAccountThatFailsIsTold: with --json as well, and the others are seen to.
func TestAnAccountThatFailsIsTold(t *testing.T) {
	s := newSite(t)
	s.write("others/detail.csv", strings.ReplaceAll(billOf("10", "20"), testUIN, otherUIN))
	s.configureTwo("", "    source: {files: others}\n")
	lock, err := ledger.LockAccount(t.Context(), filepath.Join(s.dir, "state"), testUIN, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := s.runImpatient(s.deliver("--daily", "2025-11-02", "--json")...)
	failed := errorsOf(t, got.stdout)
	if got.code != exitFailed || s.objects() != 1 || !strings.Contains(got.stdout, `"delivered"`) || !strings.Contains(got.stderr, "is being worked on") {
		t.Errorf("got %+v and %d objects, want the other account's", got, s.objects())
	}
	if len(failed) != 1 || failed[0].UIN != testUIN || !strings.Contains(failed[0].Error, "is being worked on") || failed[0].Try == "" {
		t.Errorf("errors: got %+v", failed)
	}

	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	s.configureTwo("    source: {files: nowhere}\n", "")
	got = s.run(s.deliver("--daily", "2025-11-03", "--json", "--uin", testUIN)...)
	if failed := errorsOf(t, got.stdout); got.code != exitUsage || len(failed) != 1 || !strings.Contains(failed[0].Error, "nowhere is not there") {
		t.Errorf("a folder that is not there: got %+v", got)
	}
}

// TestVerifyTellsOfTheOthers: one account's bucket is not there.
func TestVerifyTellsOfTheOthers(t *testing.T) {
	s := newSite(t)
	s.run(s.deliver("--daily", "2025-11-02")...)
	s.configureTwo(fmt.Sprintf("    bucket: {url: %q, secret-id: AKIDwrong, secret-key-file: secret-key}\n", s.url), "")
	config := strings.ReplaceAll(strings.ReplaceAll(readFile(t, s.config), testUIN, "X"), otherUIN, testUIN)
	s.write("deliverd.yaml", strings.ReplaceAll(config, "X", otherUIN))
	verify := []string{"verify", "--config", "{config}", "--from", "2025-11-02", "--to", "2025-11-02"}
	got := s.run(slices.Clone(verify)...)
	if got.code != exitFailed || !strings.HasPrefix(got.stdout, "present   "+dailyKey) || !strings.HasPrefix(got.stderr, "deliverd: account "+otherUIN+": ") || !strings.Contains(got.stderr, "try: ") {
		t.Errorf("got %+v", got)
	}
	got = s.run(append(slices.Clone(verify), "--json")...)
	failed := errorsOf(t, got.stdout)
	if got.code != exitFailed || !strings.Contains(got.stdout, `"present": 1`) || len(failed) != 1 || failed[0].UIN != otherUIN || failed[0].Error == "" || failed[0].Try == "" {
		t.Errorf("--json: got %+v, errors %+v", got, failed)
	}
	got = s.run(append(slices.Clone(verify), "--uin", otherUIN)...)
	if got.code != exitFailed || got.stdout != "" {
		t.Errorf("with nothing to tell: got %+v", got)
	}
}

// TestACadenceThatIsSwitchedOff: what it delivered is neither foreign nor
// missing.
func TestACadenceThatIsSwitchedOff(t *testing.T) {
	s := newSite(t)
	s.run(s.deliver("--from", "2025-11-02", "--to", "2025-11-03", "--cadence", "daily")...)
	s.configure("    daily: {enabled: false}\n")
	line := func(day string) string {
		return "off       " + strings.Replace(dailyKey, "20251102", day, 1)
	}
	for _, more := range [][]string{nil, {"--from", "2025-11-01", "--to", "2025-11-29"}} {
		got := s.run(append([]string{"verify", "--config", "{config}"}, more...)...)
		if got.code != exitDone || !strings.HasPrefix(got.stdout, line("20251102")) || !strings.Contains(got.stdout, line("20251103")) || !strings.HasSuffix(got.stdout, "\n0 of 0 files are present and proved\n") {
			t.Errorf("%v: got %+v", more, got)
		}
	}
}
