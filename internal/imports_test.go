// Package internal holds no code, only tests of how the packages below it hang
// together.
package internal

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const module = "deliverd/"

// table says what each package may import of ours. It is the table of the
// design ("How it is built") with the leaf packages object, amount, sample and
// systemd; docs/packages.md shows it to readers and .golangci.yml to the linter.
// Whoever changes it says why in the commit.
var table = map[string][]string{
	"internal/amount":      {},
	"internal/object":      {},
	"internal/period":      {},
	"internal/retry":       {},
	"internal/focus":       {"amount", "period"},
	"internal/bill":        {"amount", "focus", "period"},
	"internal/sample":      {"amount", "bill", "period"},
	"internal/billsource":  {"amount", "bill", "period", "retry"},
	"internal/snapshot":    {"amount", "bill", "period"},
	"internal/cosdest":     {"object", "retry"},
	"internal/ledger":      {"period"},
	"internal/schedule":    {"period"},
	"internal/config":      {"period", "schedule"},
	"internal/delivery":    {"amount", "bill", "focus", "focus/conformance", "ledger", "object", "period", "snapshot"},
	"internal/billsummary": {"bill", "ledger", "period", "snapshot"},
	"internal/httpapi":     {"bill", "delivery", "ledger", "period"},
	"internal/notify":      {"ledger", "period"},
	"internal/systemd":     {},
	"internal/rehearse":    {"bill", "delivery", "delivery/membucket", "ledger", "object", "period", "schedule", "snapshot"},

	// Parts of a package, in folders of their own.
	"internal/focus/conformance":  {"amount", "focus", "period"},
	"internal/billsource/apitest": {"amount", "period"},
	"internal/cosdest/cosserver":  {"object", "retry"},
	"internal/cosdest/buckettest": {"object"},
	"internal/ledger/pgtest":      {},
	"internal/delivery/membucket": {"object"},
	"internal/delivery/slowcheck": {},
}

// commands is the one package that may import all of them.
const commands = "cmd/deliverd"

// pkg is what `go list -json` says of a package, as far as it matters here.
type pkg struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	Imports    []string
	Error      *struct{ Err string }
}

func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Name,GoFiles,Imports,Error", "./...")
	list.Dir = ".."
	var complaints bytes.Buffer
	list.Stderr = &complaints
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &complaints)
	}
	var all []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) < 5 {
		t.Fatalf("go list found but %d packages", len(all))
	}
	return all
}

func TestImportsFollowTheTable(t *testing.T) {
	for _, p := range packages(t) {
		t.Run(p.ImportPath, func(t *testing.T) {
			name := strings.TrimPrefix(p.ImportPath, module)
			if name == commands {
				return
			}
			allowed, known := table[name]
			if !known {
				t.Fatalf("the package is not in the table of imports: add it there, to .golangci.yml and to docs/packages.md")
			}
			for _, imported := range p.Imports {
				ours, isOurs := strings.CutPrefix(imported, module)
				if isOurs && !slices.Contains(allowed, strings.TrimPrefix(ours, "internal/")) {
					t.Errorf("imports %s; it may import %v of ours", ours, allowed)
				}
			}
		})
	}
}

// The table itself must keep the star: what may be imported is a leaf or lies
// below, so there is no way round in a circle.
func TestTheTableHasNoCircle(t *testing.T) {
	var visit func(name string, trail []string)
	visit = func(name string, trail []string) {
		if slices.Contains(trail, name) {
			t.Fatalf("a circle: %v", append(trail, name))
		}
		for _, next := range table["internal/"+name] {
			visit(next, append(slices.Clone(trail), name))
		}
	}
	for name := range table {
		visit(strings.TrimPrefix(name, "internal/"), nil)
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range packages(t) {
		t.Run(p.ImportPath, func(t *testing.T) {
			begin := "Package " + p.Name + " "
			if p.Name == "main" {
				begin = "Command " + filepath.Base(p.ImportPath) + " "
			}
			for _, file := range p.GoFiles {
				parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.PackageClauseOnly|parser.ParseComments)
				if err != nil {
					t.Fatal(err)
				}
				if text := parsed.Doc.Text(); strings.HasPrefix(text, begin) && len(strings.Fields(text)) >= 8 {
					return
				}
			}
			t.Errorf("no file has a comment that begins with %q and says what the package is for", "// "+begin)
		})
	}
}

// The linter draws the same table, so that an editor shows a wrong import at
// once.
func TestTheLinterDrawsTheTable(t *testing.T) {
	text, err := os.ReadFile("../.golangci.yml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Files []string
						Allow []string
						Deny  []struct{ Pkg string }
					}
				}
			}
		}
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	rules := config.Linters.Settings.Depguard.Rules
	for name, allowed := range table {
		rule, drawn := rules[strings.ReplaceAll(strings.TrimPrefix(name, "internal/"), "/", "-")]
		if !drawn {
			t.Errorf("%s has no rule", name)
			continue
		}
		var want []string
		for _, a := range allowed {
			want = append(want, module+"internal/"+a+"$")
		}
		if !slices.Equal(rule.Allow, want) {
			t.Errorf("%s: the linter allows %v, the table %v", name, rule.Allow, want)
		}
		if want := []string{"**/" + name + "/*.go", "!$test"}; !slices.Equal(rule.Files, want) {
			t.Errorf("%s: the rule is about %v, want %v", name, rule.Files, want)
		}
		if len(rule.Deny) != 1 || rule.Deny[0].Pkg != module {
			t.Errorf("%s: the rule denies %v, want all of ours", name, rule.Deny)
		}
	}
	if len(rules) != len(table) {
		t.Errorf("%d rules for %d packages", len(rules), len(table))
	}
}

func TestReadersSeeTheTable(t *testing.T) {
	text, err := os.ReadFile("../docs/packages.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|[^|]*\\| ([a-z/, –]+) \\|$")
	shown := map[string]string{}
	for _, match := range row.FindAllStringSubmatch(string(text), -1) {
		shown[match[1]] = match[2]
	}
	for name, allowed := range table {
		want := strings.Join(allowed, ", ")
		if want == "" {
			want = "–"
		}
		if got := shown[name]; got != want {
			t.Errorf("%s: docs/packages.md says %q, the table %q", name, got, want)
		}
	}
	if len(shown) != len(table) {
		t.Errorf("docs/packages.md has %d rows for %d packages", len(shown), len(table))
	}
}
