package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// problemsOf parses text and returns what is wrong with it, "line:column: path:
// what" each.
func problemsOf(t *testing.T, text, dir string) Problems {
	t.Helper()
	cfg, err := Parse([]byte(text), dir)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("Parse = %v, %v; want Problems for:\n%s", cfg, err, text)
	}
	if cfg != nil {
		t.Error("there is a configuration beside the problems")
	}
	return problems
}

// One account, with extra keys spliced into its sections.
func account(bucket, extra string) string {
	return "accounts:\n  - uin: \"200020002001\"\n    source: {files: bills}\n" +
		"    bucket: {url: \"https://a.example.com\", secret-id: AKID, secret-key: swordfish" + bucket + "}\n" + extra
}

func withURL(url string) string {
	return strings.Replace(account("", ""), "https://a.example.com", url, 1)
}

func withSource(source string) string {
	return strings.Replace(account("", ""), "{files: bills}", source, 1)
}

func TestOneProblem(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", "timezon: UTC\n" + account("", ""), "1:1: timezon: unknown key"},
		{"unknown key, nested", account(", regoin: x", ""), "4:84: accounts[0].bucket.regoin: unknown key"},
		{"unknown key with odd characters", "\"a b\": 1\n" + account("", ""), `1:1: "a b": unknown key`},
		{"doubled key", "state: a\nstate: b\n" + account("", ""), "2:1: state: doubled key; it stands in line 1 already"},
		{"doubled key, nested", account("", "    daily: {at: \"0 3 * * *\", at: \"0 4 * * *\"}\n"), "5:30: accounts[0].daily.at: doubled key; it stands in line 5 already"},
		{"second document", account("", "---\nstate: a\n"), "5:1: a second document begins"},
		{"second document, empty", account("", "---\n"), "5:1: a second document begins"},
		{"not keys", "- a\n- b\n", "1:1: want keys, found a list"},
		{"a word", "deliverd\n", "1:1: want keys, found a single value"},
		{"keys in place of a value", "timezone: {name: UTC}\n" + account("", ""), "1:11: timezone: want a single value, found keys"},
		{"a list in place of a value", "state: [a]\n" + account("", ""), "1:8: state: want a single value, found a list"},
		{"a value in place of keys", "http: 8480\n" + account("", ""), "1:7: http: want keys, found a single value"},
		{"a value in place of a list", "accounts: none\n", "1:11: accounts: want a list, found a single value"},
		{"line break", "state: \"a\\nb\"\n" + account("", ""), "1:8: state: has a line break or another control character"},

		{"no account", "timezone: UTC\n", "accounts: no account is configured"},
		{"empty list of accounts", "accounts: []\n", "1:1: accounts: no account is configured"},
		{"zone", "timezone: Shanghai\n" + account("", ""), `1:11: timezone: "Shanghai" is no time zone`},
		{"the host's zone", "timezone: Local\n" + account("", ""), "1:11: timezone: the host's own zone is never used"},
		{"home", "state: ~/x\n" + account("", ""), "1:8: state: ~ is not expanded"},
		{"ledger", "ledger: mysql://u:swordfish@h/d\n" + account("", ""), "1:9: ledger: is no PostgreSQL URL"},
		{"no account at once", "parallel: {node: 0}\n" + account("", ""), "1:12: parallel.node: 0 is not within 1 and 1024"},
		{"too many accounts at once", "parallel: {bucket: 1025}\n" + account("", ""), "1:12: parallel.bucket: 1025 is not within 1 and 1024"},
		{"accounts of one key in words", "parallel: {api-key: one}\n" + account("", ""), `1:21: parallel.api-key: "one" is no whole number`},
		{"parallel without keys", "parallel: 4\n" + account("", ""), "1:11: parallel: want keys, found a single value"},
		{"a bare number to stop within", "stop-within: 30\n" + account("", ""), `1:14: stop-within: "30" is no length of time`},
		{"missed", "defaults: {missed: some}\n" + account("", ""), `1:20: defaults.missed: "some" is none of all, latest, none`},
		{"reconcile", "defaults: {reconcile: {open: no}}\n" + account("", ""), `1:30: defaults.reconcile.open: "no" is none of hold, warn, off`},
		{"bare number as length of time", "defaults: {freshness: 5}\n" + account("", ""), `1:23: defaults.freshness: "5" is no length of time`},
		{"negative length of time", "defaults: {freshness: -1h}\n" + account("", ""), "1:23: defaults.freshness: is less than nothing"},
		{"currency", "defaults: {currency: usd}\n" + account("", ""), `1:12: defaults.currency: "usd" is no currency`},
		{"FOCUS 1.1", "defaults: {focus: {version: 1.1}}\n" + account("", ""), `1:29: defaults.focus.version: "1.1" is none of 1.0, 1.2, 1.3, 1.4`},
		{"FOCUS 2 for one account", account("", "    focus: {version: 2}\n"), `5:22: accounts[0].focus.version: "2" is none of 1.0, 1.2, 1.3, 1.4`},
		{"a constant without x_", "defaults: {focus: {constants: [{name: Desk, value: a}]}}\n" + account("", ""), `1:33: defaults.focus.constants[0].name: "Desk" does not begin with x_`},
		{"an override of nothing", "defaults: {products: [{name: Thing}]}\n" + account("", ""), "1:23: defaults.products[0].product: is missing"},
		{"FOCUS 9", "defaults: {focus: {version: \"9\"}}\n" + account("", ""), `1:29: defaults.focus.version: "9" is none of 1.0, 1.2, 1.3, 1.4`},
		{"profile", "defaults: {focus: {profile: other}}\n" + account("", ""), `1:29: defaults.focus.profile: "other" is none of strict, provider`},

		{"uin with letters", strings.Replace(account("", ""), "200020002001", "20002000200x", 1), `2:5: accounts[0].uin: "20002000200x" is not 6 to 20 digits`},
		{"uin too short", strings.Replace(account("", ""), "200020002001", "12345", 1), `2:5: accounts[0].uin: "12345" is not 6 to 20 digits`},
		{"uin missing", strings.Replace(account("", ""), "uin: \"200020002001\"", "group-admin: true", 1), "2:5: accounts[0].uin: is missing"},
		{"group-admin in words", account("", "    group-admin: yes\n"), `5:18: accounts[0].group-admin: "yes" is neither true nor false`},
		{"group-admin in quotes", account("", "    group-admin: \"true\"\n"), `5:18: accounts[0].group-admin: "true" is neither true nor false`},
		{"no source", strings.Replace(account("", ""), "    source: {files: bills}\n", "", 1), "2:5: accounts[0].source: is missing: say where the bill comes from"},
		{"empty source", withSource("{}"), "3:5: accounts[0].source: is missing: say where the bill comes from"},
		{"two sources", withSource("{files: bills, api: {secret-id: A, secret-key: k}}"), "3:5: accounts[0].source: has both api and files"},
		{"empty files", withSource("{files: \"\"}"), "3:21: accounts[0].source.files: is empty"},
		{"files in another cloud", withSource("{files: s3://a/b}"), "3:21: accounts[0].source.files: is neither a path nor cos://bucket/prefix"},
		{"files in no bucket", withSource("{files: cos:///b}"), "3:21: accounts[0].source.files: names no bucket"},
		{"files under dots", withSource("{files: cos://b-1/../x}"), `3:21: accounts[0].source.files: has a segment ".."`},
		{"api kind", withSource("{api: {kind: partner, secret-id: A, secret-key: k}}"), `3:26: accounts[0].source.api.kind: "partner" is none of direct, customer, reseller`},
		{"api endpoint with a path", withSource("{api: {endpoint: a.example.com/x, secret-id: A, secret-key: k}}"), "3:30: accounts[0].source.api.endpoint: holds a path"},
		{"api credentials", withSource("{api: {credentials: none}}"), `3:33: accounts[0].source.api.credentials: "none" is none of key, environment, cvm-role, oidc`},
		{"api id beside a role", withSource("{api: {credentials: cvm-role, secret-id: A}}"), "3:43: accounts[0].source.api.secret-id: stands beside credentials: cvm-role"},
		{"api key beside a role", withSource("{api: {credentials: environment, secret-key: k}}"), "3:46: accounts[0].source.api.secret-key: stands beside credentials: environment"},
		{"api rate", withSource("{api: {secret-id: A, secret-key: k, partner-rate: 0}}"), "3:49: accounts[0].source.api.partner-rate: 0 is not within 1 and 10000"},
		{"api without id", withSource("{api: {secret-key: k}}"), "3:14: accounts[0].source.api.secret-id: is missing"},
		{"api without key", withSource("{api: {secret-id: A}}"), "3:14: accounts[0].source.api.secret-key: is missing"},

		{"url missing", strings.Replace(account("", ""), `url: "https://a.example.com", `, "", 1), "4:5: accounts[0].bucket.url: is missing"},
		{"url without scheme", withURL("a.example.com"), "4:19: accounts[0].bucket.url: must begin with https://"},
		{"url of plain http", withURL("http://a.example.com"), "4:19: accounts[0].bucket.url: plain http is for a loopback host only"},
		{"url with a path", withURL("https://a.example.com/x"), "4:19: accounts[0].bucket.url: holds a path"},
		{"url with a query", withURL("https://a.example.com?x=1"), "4:19: accounts[0].bucket.url: holds a query or a fragment"},
		{"url with a password", withURL("https://u:swordfish@a.example.com"), "4:19: accounts[0].bucket.url: holds a user or password"},
		{"url without host", withURL("https://"), "4:19: accounts[0].bucket.url: names no host"},
		{"url with port 0", withURL("https://a.example.com:0"), "4:19: accounts[0].bucket.url: its host or port does not exist"},
		{"url that is none", withURL("https://a b%"), "4:19: accounts[0].bucket.url: is no URL"},
		{"prefix without slash", account(", prefix: focus", ""), "4:84: accounts[0].bucket.prefix: does not end with a slash"},
		{"prefix with leading slash", account(", prefix: /focus/", ""), "4:84: accounts[0].bucket.prefix: has an empty segment"},
		{"prefix with two slashes", account(", prefix: a//b/", ""), "4:84: accounts[0].bucket.prefix: has an empty segment"},
		{"prefix with dots", account(", prefix: a/../", ""), `4:84: accounts[0].bucket.prefix: has a segment ".."`},
		{"prefix with a space", account(", prefix: \"a b/\"", ""), "4:84: accounts[0].bucket.prefix: has a character that is not one of A-Z a-z 0-9 / . _ = -"},
		{"part size without unit", account(", part-size: 16", ""), `4:95: accounts[0].bucket.part-size: "16" is no size`},
		{"part size too small", account(", part-size: 1B", ""), "4:84: accounts[0].bucket.part-size: 1B is not within 1MiB and 1GiB"},
		{"part size too large for anything", account(", part-size: 999999999999999999GiB", ""), `4:95: accounts[0].bucket.part-size: "999999999999999999GiB" is too large`},
		{"no parallel parts", account(", parallel-parts: 0", ""), "4:84: accounts[0].bucket.parallel-parts: 0 is not within 1 and 64"},
		{"parallel parts in words", account(", parallel-parts: four", ""), `4:100: accounts[0].bucket.parallel-parts: "four" is no whole number`},
		{"cron", account("", "    daily: {at: \"0 25 * * *\"}\n"), `5:17: accounts[0].daily.at: cron expression "0 25 * * *": end of range (25) above maximum (23): 25`},
		{"cron that never fires", account("", "    monthly: {at: \"0 0 31 2 *\"}\n"), `5:19: accounts[0].monthly.at: cron expression "0 0 31 2 *": no date ever fits it, so it never comes true`},
		{"cron with a zone", account("", "    daily: {at: \"TZ=0\"}\n"), `5:17: accounts[0].daily.at: cron expression "TZ=0": it names a time zone inside itself`},
		{"since", account("", "    daily: {since: 2025-02-30}\n"), `5:20: accounts[0].daily.since: "2025-02-30" is no day`},
		{"the same account twice", account("", "") + strings.TrimPrefix(account("", ""), "accounts:\n"), "5:5: accounts[1]: delivers the same uin to the same bucket and prefix as accounts[0]"},

		{"http listen", "http: {listen: 8480}\n" + account("", ""), `1:8: http.listen: "8480" is no address`},
		{"http port", "http: {listen: \"127.0.0.1:70000\"}\n" + account("", ""), `1:8: http.listen: "70000" is no port`},
		{"api without keys", "api: {listen: \":1\"}\n" + account("", ""), "1:1: api.keys: is missing: nobody could ask"},
		{"two listeners at one address", "http: {listen: \":1\"}\napi: {listen: \":1\", keys: [{secret-id: A, secret-key: k, accounts: [200020002001]}]}\n" + account("", ""), "2:7: api.listen: is the address of http.listen too"},
		{"api key for a stranger", "api: {keys: [{secret-id: A, secret-key: k, accounts: [\"100000\"]}]}\n" + account("", ""), `1:55: api.keys[0].accounts[0]: "100000" is no configured account`},
		{"api key for one account twice", "api: {keys: [{secret-id: A, secret-key: k, accounts: [\"200020002001\", \"200020002001\"]}]}\n" + account("", ""), `1:71: api.keys[0].accounts[1]: "200020002001" is listed already`},
		{"api key for nobody", "api: {keys: [{secret-id: A, secret-key: k}]}\n" + account("", ""), "1:14: api.keys[0].accounts: is missing"},

		{"tab", "defaults:\n\tmissed: all\n", "2:1: a tab, where YAML wants spaces"},
		{"anchor", "state: &s a\n" + account("", ""), "1:8: anchors, aliases and merge keys are not read"},
		{"tag", "state: !!str a\n" + account("", ""), "1:8: tags are not read"},
		{"directive", "%YAML 1.2\n---\n" + account("", ""), "1:1: this part of YAML is not read"},
		{"open bracket", "accounts: [1, 2\nstate: 3", "2:1: not YAML: ',' or ']' must be specified"},
		{"not UTF-8", "state: a\nhttp: \xff\n", "2:7: is not UTF-8 text"},
		{"empty", "", "holds no configuration: it is empty"},
		{"comments alone", "# nothing\n", "holds no configuration: it is empty"},
		{"null", "~\n", "holds no configuration: it is empty"},
		{"nested lists", "accounts: " + strings.Repeat("[", 1<<19), "1:27: nested too deeply"},
		{"nested hyphens", strings.Repeat("- ", 1<<19), "1:201: nested too deeply"},
		{"huge", strings.Repeat("#", 32<<20+1), "is larger than 32MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			problems := problemsOf(t, test.text, "/etc/deliverd")
			if got := problems.Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if strings.Contains(problems.Error()+problems.Remedy(), "swordfish") {
				t.Error("a secret is shown")
			}
		})
	}
}

func TestAllProblemsAtOnceInTheOrderOfTheFile(t *testing.T) {
	problems := problemsOf(t, `timezone: Nowhere
colour: red
accounts:
  - uin: x
    source: {file: bills}
    bucket:
      url: ftp://a.example.com
      secret-id: AKID
    daily: {at: never, at: "0 3 * * *"}
  - uin: "200020002001"
    bucket: none
http: {listen: here}
`, "/etc/deliverd")
	want := strings.Join([]string{
		`1:11: timezone: "Nowhere" is no time zone`,
		`2:1: colour: unknown key`,
		`4:5: accounts[0].uin: "x" is not 6 to 20 digits`,
		`5:5: accounts[0].source: is missing: say where the bill comes from`,
		`5:14: accounts[0].source.file: unknown key`,
		`6:5: accounts[0].bucket.secret-key: is missing`,
		`7:12: accounts[0].bucket.url: must begin with https://`,
		`9:17: accounts[0].daily.at: cron expression "never": expected exactly 5 fields, found 1: [never]`,
		`9:24: accounts[0].daily.at: doubled key; it stands in line 9 already`,
		`10:5: accounts[1].source: is missing: say where the bill comes from`,
		`11:13: accounts[1].bucket: want keys, found a single value`,
		`12:8: http.listen: "here" is no address`,
	}, "\n")
	if got := problems.Error(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if got := problems.Remedy(); !strings.Contains(got, "known here: api, files") || strings.Count(got, "\n") < 5 {
		t.Errorf("remedies:\n%s", got)
	}
}

func TestManyProblemsAreCutShort(t *testing.T) {
	var text strings.Builder
	for i := range 80 {
		fmt.Fprintf(&text, "key-%d: x\n", i)
	}
	lines := strings.Split(problemsOf(t, text.String()+account("", ""), "/").Error(), "\n")
	if len(lines) != 51 || lines[50] != "… and 30 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "empty"), " \n")
	write(t, filepath.Join(dir, "two"), "swordfish\nswordfish\n")
	write(t, filepath.Join(dir, "long"), strings.Repeat("swordfish", 1<<13))
	keyed := func(key string) string { return strings.Replace(account("", ""), "secret-key: swordfish", key, 1) }
	for _, test := range []struct{ name, text, want string }{
		{"both", keyed("secret-key: swordfish, secret-key-file: two"), "accounts[0].bucket.secret-key-file: stands beside secret-key"},
		{"missing", keyed("secret-key-file: none"), "accounts[0].bucket.secret-key-file: cannot read " + dir + "/none: no such file or directory"},
		{"folder", keyed("secret-key-file: ."), "accounts[0].bucket.secret-key-file: cannot read " + dir + ": is a folder, not a file"},
		{"empty", keyed("secret-key-file: empty"), "accounts[0].bucket.secret-key-file: " + dir + "/empty is empty"},
		{"two lines", keyed("secret-key-file: two"), "accounts[0].bucket.secret-key-file: " + dir + "/two holds more than one line"},
		{"long", keyed("secret-key-file: long"), "accounts[0].bucket.secret-key-file: cannot read " + dir + "/long: is larger than 64KiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := problemsOf(t, test.text, dir).Error()
			if _, what, _ := strings.Cut(got, ": "); what != test.want {
				t.Errorf("got  %s\nwant %s", what, test.want)
			}
			if strings.Contains(got, "swordfish") {
				t.Error("a secret is shown")
			}
		})
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "large.yaml"), strings.Repeat("#", 32<<20+1))
	write(t, filepath.Join(dir, "wrong.yaml"), "# first\nkolour: red\n"+account("", ""))
	for _, test := range []struct{ name, file, want string }{
		{"missing file", "none.yaml", "none.yaml: no such file or directory"},
		{"folder", ".", ".: is a folder, not a file"},
		{"larger than 32 megabytes", "large.yaml", "large.yaml: is larger than 32MiB"},
		{"name, line and column", "wrong.yaml", "wrong.yaml:2:1: kolour: unknown key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(dir)
			_, err := Load(test.file)
			if err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	_, err := Load(filepath.Join(dir, "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v does not wrap its cause", err)
	}
}

// A mistake that every account shares is found in each, and a file of many
// mistakes is refused about as fast as a good one is read.
func TestEveryAccountIsWrong(t *testing.T) {
	const n = 2000
	text := strings.ReplaceAll(many(n), "      secret-key: swordfish\n    daily", "    daily")
	problems := problemsOf(t, text, "/etc/deliverd")
	if len(problems) != n {
		t.Fatalf("%d problems, want %d", len(problems), n)
	}
	for i, p := range problems {
		if want := fmt.Sprintf("accounts[%d].bucket.secret-key", i); p.Path != want {
			t.Fatalf("problem %d is of %s, want %s", i, p.Path, want)
		}
	}
}
