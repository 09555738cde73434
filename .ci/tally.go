// Command tally reads what `go test -json` writes, shows what a person wants to
// see of it, and counts. It fails when a test failed, when a test was skipped
// (a test that needs something brings it, or fails), and when a test that must
// run did not.
//
//	go build -o bin/tally .ci/tally.go && go test -json ./... | bin/tally -must TestEndToEnd
//
// Tests may say how much they worked through in a line that contains
// "sizes: "; such lines are repeated at the end.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
)

// event is one line of the stream (go doc test2json, go help buildjson).
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

type tally struct {
	out                     io.Writer
	passed, failed, skipped int
	packages                int
	broken                  []string            // packages that failed though no test of theirs did
	ran                     []string            // names of top-level tests that passed or failed
	sizes                   []string            // what tests said about their sizes
	output                  map[string][]string // by package and test, until its end is known
	failedIn                map[string]int      // failed tests by package
}

func main() {
	must := flag.String("must", "", "prefix of the name of a test that must have run")
	flag.Parse()
	t := tally{out: os.Stdout, output: map[string][]string{}, failedIn: map[string]int{}}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			t.line(line)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "tally:", err)
			os.Exit(1)
		}
	}
	if !t.close(*must) {
		os.Exit(1)
	}
}

func (t *tally) line(line string) {
	var e event
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil {
		fmt.Fprint(t.out, line) // not of the stream: what go itself has to say
		return
	}
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "output":
		t.output[key] = append(t.output[key], e.Output)
		if _, size, says := strings.Cut(e.Output, "sizes: "); says {
			t.sizes = append(t.sizes, strings.TrimSpace(size))
		}
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e)
		}
		delete(t.output, key)
	}
}

func (t *tally) endTest(e event) {
	if !strings.Contains(e.Test, "/") && e.Action != "skip" {
		t.ran = append(t.ran, e.Test)
	}
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		t.skipped++
		fmt.Fprintf(t.out, "skipped: %s in %s\n", e.Test, e.Package)
	case "fail":
		t.failed++
		t.failedIn[e.Package]++
		t.show(e)
	}
}

func (t *tally) endPackage(e event) {
	if e.Action == "skip" { // no test files
		return
	}
	t.packages++
	verdict := "ok  "
	if e.Action == "fail" {
		verdict = "FAIL"
		if t.failedIn[e.Package] == 0 {
			t.failed++
			t.broken = append(t.broken, e.Package)
			t.show(e)
		}
	}
	fmt.Fprintf(t.out, "%s %s %.1fs\n", verdict, e.Package, e.Elapsed)
}

// show prints what a failed test, or a failed package, has written.
func (t *tally) show(e event) {
	for _, text := range t.output[e.Package+" "+e.Test] {
		fmt.Fprint(t.out, text)
	}
}

// close prints the sums and reports whether all is well.
func (t *tally) close(must string) bool {
	ok := t.failed == 0 && t.skipped == 0
	if t.skipped > 0 {
		fmt.Fprintf(t.out, "%d tests were skipped: a test that needs something brings it, or fails\n", t.skipped)
	}
	if t.passed == 0 && t.failed == 0 {
		fmt.Fprintln(t.out, "no test ran")
		ok = false
	}
	if must != "" && !has(t.ran, must) {
		fmt.Fprintf(t.out, "no test named %s… ran\n", must)
		ok = false
	}
	for _, name := range t.broken {
		fmt.Fprintf(t.out, "failed as a whole: %s\n", name)
	}
	fmt.Fprintf(t.out, "sizes: %d packages, %d processors\n", t.packages, runtime.NumCPU())
	for _, size := range t.sizes {
		fmt.Fprintln(t.out, "sizes:", size)
	}
	fmt.Fprintf(t.out, "%d passed, %d failed\n", t.passed, t.failed)
	return ok
}

func has(names []string, prefix string) bool {
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
