package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func defaults(t *testing.T) string {
	t.Helper()
	var text bytes.Buffer
	if err := WriteDefaults(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestWrittenDefaultsAreTheDefaults(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deliverd.yaml")
	write(t, path, defaults(t))
	got, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Parse([]byte(`
accounts:
  - uin: "200020002001"
    source: {files: bills}
    bucket: {url: "https://focus-1250000000.cos.ap-singapore.myqcloud.com", secret-id: AKIDEXAMPLE, secret-key: CHANGE-ME}
`), filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	want.API.Keys = []APIKey{}
	if diff := cmp.Diff(want, got, sameZone, sameDay, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// Every key of the schema stands in the sample, in force or commented out, and
// the sample has no key that is none.
func TestWrittenDefaultsHaveEveryKey(t *testing.T) {
	var schema []string
	schemaKeys(reflect.TypeFor[Config](), "", &schema)
	uncommented := regexp.MustCompile(`(?m)^( *)#([a-z-])`).ReplaceAllString(defaults(t), "$1$2")
	var sample []string
	var path []string
	var columns []int
	line := regexp.MustCompile(`^( *(?:- )?)([a-z-]+):`)
	for text := range strings.Lines(uncommented) {
		match := line.FindStringSubmatch(text)
		if match == nil {
			continue
		}
		column := len(match[1])
		for len(columns) > 0 && columns[len(columns)-1] >= column {
			columns, path = columns[:len(columns)-1], path[:len(path)-1]
		}
		columns, path = append(columns, column), append(path, match[2])
		if key := strings.Join(path, "."); !slices.Contains(sample, key) {
			sample = append(sample, key)
		}
	}
	slices.Sort(schema)
	slices.Sort(sample)
	if diff := cmp.Diff(schema, sample); diff != "" {
		t.Errorf("-schema +sample:\n%s", diff)
	}
	if len(schema) < 50 {
		t.Errorf("the schema has but %d keys", len(schema))
	}
}

func schemaKeys(t reflect.Type, path string, all *[]string) {
	for _, f := range fields(reflect.New(t).Elem()) {
		here := strings.TrimPrefix(path+"."+f.key, ".")
		*all = append(*all, here)
		inner := f.value.Type()
		if inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct && !isLeaf(reflect.New(inner).Elem()) {
			schemaKeys(inner, here, all)
		}
	}
}

// The commented lines are lines a person takes the # from.
func TestCommentedDefaultsAreValid(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key"), "swordfish")
	text := defaults(t)
	for _, drop := range []string{"files", "secret-key", "keys: \\[\\]", "constants: \\[\\]", "products: \\[\\]"} {
		text = regexp.MustCompile(`(?m)^ *#?`+drop+`:?( .*)?\n`).ReplaceAllString(text, "")
	}
	text = regexp.MustCompile(`(?m)^( *)#([a-z-])`).ReplaceAllString(text, "$1$2")
	text = regexp.MustCompile(`/run/credentials/(bill|bucket|caller)\.key`).ReplaceAllString(text, filepath.Join(dir, "key"))
	cfg, err := Parse([]byte(text), dir)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	if !cfg.Accounts[0].Source.UsesAPI() || len(cfg.API.Keys) != 1 || cfg.Ledger.IsZero() || cfg.Accounts[0].Daily.Since.IsZero() {
		t.Errorf("a commented line was not read: %+v", cfg)
	}
}

const everything = `
timezone: Europe/Berlin
state: state
ledger: postgres://deliverd:swordfish@db:5432/deliverd?sslmode=disable
parallel: {node: 9, bucket: 3, api-key: 2}
stop-within: 0s
defaults:
  focus: {version: "1.3", profile: strict, columns: [BilledCost, "x_tag_a c"], tags: ["a c", "1"], constants: [{name: x_Desk, value: "4711"}, {name: x_Nothing}], effective-cost: amortised}
  conformance: warn
  products: [{product: p_x, name: "X: y", category: Compute, subcategory: Virtual Machines, resource-type: VM}]
  reconcile: {closed: warn, open: off}
  missed: none
  freshness: 90m
  currency: CNY
accounts:
  - uin: 200020002001
    source: {files: "cos://bills-1250000000/a b"}
    bucket: {url: "http://127.0.0.1:8080", prefix: a/, secret-id: "AKID: 'x' # \\", secret-key: swordfish, part-size: 1025KiB}
    group-admin: true
    daily: {enabled: false, at: "@daily", since: 2025-12-01}
  - uin: "200020002002"
    source: {api: {kind: customer, endpoint: "127.0.0.1:1", secret-id: "null", secret-key-file: key}}
    bucket: {url: "https://a.example.com", secret-id: 12e3, secret-key-file: "a b: c.key"}
    monthly: {at: "*/5 3 5 * *"}
http: {listen: "127.0.0.1:8480"}
api: {listen: "[::1]:8481", keys: [{secret-id: "true", secret-key: swordfish, accounts: [200020002001, "200020002002"]}, {secret-id: B, secret-key-file: key, accounts: ["200020002002"]}]}
`

func TestPrintCanBeLoadedAndSaysTheSame(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key"), "swordfish")
	write(t, filepath.Join(dir, "a b: c.key"), "swordfish")
	first, err := Parse([]byte(strings.Replace(everything, "a b\"", "a_b\"", 1)), dir)
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := first.Print(&printed); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(printed.String(), "swordfish") {
		t.Errorf("a secret is printed:\n%s", &printed)
	}
	second, err := Parse(printed.Bytes(), "/elsewhere")
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, &printed)
	}
	first.Ledger = second.Ledger
	first.Accounts[0].Bucket.SecretKey = NewSecret(redacted)
	first.API.Keys[0].SecretKey = NewSecret(redacted)
	if diff := cmp.Diff(first, second, sameZone, sameDay, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s\nin:\n%s", diff, &printed)
	}
	var generic map[string]any
	if err := yaml.Unmarshal(printed.Bytes(), &generic); err != nil {
		t.Errorf("another reader: %v", err)
	}
}

func TestPrintGolden(t *testing.T) {
	var printed bytes.Buffer
	if err := mustParse(t, least).Print(&printed); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/least.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), printed.String()); diff != "" {
		t.Error(diff)
	}
}

func TestSizeAndDurationText(t *testing.T) {
	for text, want := range map[string]Size{"0B": 0, "1B": 1, "1500B": 1500, "2KiB": 2048, "1500kB": 1500000, "16MiB": 16 << 20, "16 MiB": 16 << 20, "1GiB": 1 << 30, "5GB": 5e9} {
		var got, again Size
		if wrong := got.read(text); wrong != nil || got != want {
			t.Errorf("%s is %d (%v), want %d", text, got, wrong, want)
		}
		if wrong := again.read(got.String()); wrong != nil || again != got {
			t.Errorf("%s is printed as %s", text, got)
		}
	}
	for want, d := range map[string]time.Duration{"12h": 12 * time.Hour, "1h30m": 90 * time.Minute, "10m": 10 * time.Minute, "10h10m": 10*time.Hour + 10*time.Minute, "1h0m5s": time.Hour + 5*time.Second, "0s": 0, "20s": 20 * time.Second} {
		if got := shortDuration(d); got != want {
			t.Errorf("%s is printed as %s", want, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(least)
	f.Add(documented)
	f.Add(everything)
	f.Add("a: &a [*a]\n")
	f.Add("accounts: [{uin: 1}, ~, [], {bucket: {url: \"http://[::1%25x]\"}}]")
	f.Add("? a\n: b\n")
	f.Add("- - - -\n")
	f.Fuzz(func(t *testing.T, text string) {
		cfg, err := Parse([]byte(text), "/nowhere")
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without a text")
			}
			return
		}
		var printed bytes.Buffer
		if err := cfg.Print(&printed); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(printed.Bytes(), "/nowhere"); err != nil && cfg.Ledger.IsZero() {
			t.Fatalf("what was printed cannot be loaded: %v\n%s", err, &printed)
		}
	})
}
