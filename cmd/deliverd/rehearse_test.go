package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documented are the code blocks of the page on rehearsals.
func documented(t *testing.T) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/rehearse.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for i, text := range strings.Split(string(page), "```\n") {
		if i%2 == 1 {
			blocks = append(blocks, text)
		}
	}
	if len(blocks) != 3 {
		t.Fatalf("%d code blocks, want the command, what it prints and a script", len(blocks))
	}
	return blocks
}

// The script of docs/rehearse.md does what it says.
func TestRehearse(t *testing.T) {
	s, blocks := newSite(t), documented(t)
	s.write("script", blocks[2])
	got := s.run("rehearse", "--config", "{config}", "--from", "2026-01-28", "--to", "2026-02-14", "--script", "{dir}/script")
	if got.code != exitDone || got.stderr != "" {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
	golden(t, "rehearse.txt", withoutTime(got.stdout))
	for line := range strings.Lines(blocks[1]) {
		if !strings.Contains(got.stdout, line) {
			t.Errorf("docs/rehearse.md shows what is not printed: %s", line)
		}
	}
	if s.objects() != 0 {
		t.Error("an object is in the configured bucket")
	}
	if _, err := os.Stat(s.dir + "/state"); !os.IsNotExist(err) {
		t.Errorf("the configured state folder: %v", err)
	}
}

// withoutTime is an output without how long it took.
func withoutTime(text string) string {
	text, _, _ = strings.Cut(text, "rehearsed in ")
	return text
}

// What does not end as it should is exit code 3.
func TestRehearseThatEndsBadly(t *testing.T) {
	s := newSite(t)
	s.write("script", "2026-02-12 02:55 kill 7\n")
	got := s.run("rehearse", "--config", "{config}", "--from", "2026-02-11", "--to", "2026-02-12", "--script", "{dir}/script")
	want := ended{exitNotAsShould, `2026-02-12 02:55  script    kill 7
2026-02-12 03:00  killed    focus/FOCUS-bill_details-200020002001-20260211.CSV  at the step complete

missing      focus/FOCUS-bill_details-200020002001-20260211.CSV  due since 2026-02-12 03:00
open upload  focus/FOCUS-bill_details-200020002001-20260211.CSV  nobody completed or aborted it
1 files expected, 0 landed, 0 late; 1 missing, 0 extra, 0 partial, 1 open uploads, 0 that the ledger does not prove
`, ""}
	got.stdout = withoutTime(got.stdout)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(ended{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A random script that is printed can be replayed, with the same end.
func TestRehearseRandomAgain(t *testing.T) {
	s := newSite(t)
	days := []string{"rehearse", "--config", "{config}", "--from", "2026-02-01", "--to", "2026-03-12"}
	printed := s.run(append(days, "--random", "--seed", "7")...)
	script, log, _ := strings.Cut(printed.stdout, "\n\n")
	if printed.code != exitDone || strings.Count(script, "\n") < 10 {
		t.Fatalf("exit code %d, %s, script:\n%s", printed.code, printed.stderr, script)
	}
	s.write("script", script)
	replayed := s.run(append(days, "--script", "{dir}/script")...)
	if diff := cmp.Diff(withoutTime(log), withoutTime(replayed.stdout)); diff != "" {
		t.Errorf("(-random +replayed):\n%s", diff)
	}
	told := s.run(append(days, "--script", "{dir}/script", "--json")...)
	var shape rehearseJSON
	if err := json.Unmarshal([]byte(told.stdout), &shape); err != nil {
		t.Fatal(err)
	}
	if len(shape.Script) != strings.Count(script, "\n") || shape.Summary.Expected == 0 || shape.Summary.Landed != shape.Summary.Expected {
		t.Errorf("JSON: %d lines of the script, %+v", len(shape.Script), shape.Summary)
	}
	logged := strings.Count(strings.SplitN(log, "\n\n", 2)[0], "\n") + 1
	if len(shape.Log) != logged {
		t.Errorf("JSON: %d entries, the log has %d", len(shape.Log), logged)
	}
}
