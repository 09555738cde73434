package config

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const twoAccounts = `
state: /state
ledger: postgres://deliverd:swordfish@db/deliverd
http: {listen: "127.0.0.1:8480"}
api: {listen: "127.0.0.1:8481", keys: [{secret-id: A, secret-key: swordfish, accounts: ["200020002001", "200020002002"]}]}
accounts:
  - uin: "200020002001"
    source: {files: bills}
    bucket: {url: "https://a.example.com", prefix: focus/, secret-id: AKID, secret-key: swordfish}
  - uin: "200020002002"
    source: {files: bills}
    bucket: {url: "https://b.example.com", secret-id: AKID, secret-key: swordfish}
    missed: none
`

// second is the second account's entry, for whole texts around it.
const second = `  - uin: "200020002002"
    source: {files: bills}
    bucket: {url: "https://b.example.com", secret-id: AKID, secret-key: swordfish}
    missed: none
`

func TestDiff(t *testing.T) {
	for name, test := range map[string]struct {
		from, to string // to takes the place of from
		want     []Change
	}{
		"nothing":   {"", "", nil},
		"a comment": {"state:", "# new\nstate:", nil},
		"what restarts": {"/state\nledger: postgres://deliverd:swordfish@db/deliverd\nhttp: {listen: \"127.0.0.1:8480\"}\napi: {listen: \"127.0.0.1:8481\"",
			"/other\nhttp: {}\napi: {listen: \"127.0.0.1:1\"", []Change{
				{"state", "/state", "/other", true},
				{"ledger", "postgres://deliverd:redacted@db/deliverd", "", true},
				{"http.listen", "127.0.0.1:8480", "", true},
				{"api.listen", "127.0.0.1:8481", "127.0.0.1:1", true},
			}},
		"a password of the ledger": {"deliverd:swordfish", "deliverd:mackerel", []Change{
			{"ledger", "postgres://deliverd:redacted@db/deliverd", "postgres://deliverd:redacted@db/deliverd, changed", true}}},
		"what takes a restart, and what does not": {"state:", "timezone: UTC\nparallel: {node: 9}\nstop-within: 1m\nstate:", []Change{
			{"timezone", "Asia/Shanghai", "UTC", false}, {"parallel.node", "4", "9", true}, {"stop-within", "30s", "1m", true}}},
		"a secret": {"focus/, secret-id: AKID, secret-key: swordfish", "focus/, secret-id: AKID, secret-key: mackerel", []Change{
			{"accounts[200020002001].bucket.secret-key", "[redacted]", "[redacted], changed", false}}},
		"a secret and its id": {"focus/, secret-id: AKID, secret-key: swordfish", "focus/, secret-id: AKIE, secret-key: mackerel", []Change{
			{"accounts[200020002001].bucket.secret-id", "AKID", "AKIE", false},
			{"accounts[200020002001].bucket.secret-key", "[redacted]", "[redacted], changed", false}}},
		"a cadence": {"    missed: none\n", "    missed: none\n    daily: {enabled: false, at: \"5 3 * * *\", since: 2025-12-01}\n", []Change{
			{"accounts[200020002002].daily.enabled", "true", "false", false},
			{"accounts[200020002002].daily.at", "0 3 * * *", "5 3 * * *", false},
			{"accounts[200020002002].daily.since", "", "2025-12-01", false}}},
		"a default is told once": {"accounts:\n", "defaults: {missed: latest, focus: {tags: [a, b]}}\naccounts:\n", []Change{
			{"defaults.focus.tags", "[]", "[a, b]", false}, {"defaults.missed", "all", "latest", false}}},
		"a default that an account had": {"    missed: none\n", "", []Change{{"accounts[200020002002].missed", "none", "all", false}}},
		"lists of sections": {"    missed: none\n", "    missed: none\n    products: [{product: p_x, name: X}]\n", []Change{
			{"accounts[200020002002].products", "[]", "[{product: p_x, name: X}]", false}}},
		"an account went": {second, "", []Change{
			{"accounts[200020002002]", "https://b.example.com/", "", false},
			{"api.keys[A].accounts[200020002002]", "200020002002", "", false}}},
		"an account came, and the order is another": {second, strings.Replace(second, "b.example", "c.example", 1) + second, []Change{
			{"accounts[200020002002 https://c.example.com/]", "", "https://c.example.com/", false}}},
		"an account moved": {"b.example", "c.example", []Change{
			{"accounts[200020002002 https://c.example.com/]", "", "https://c.example.com/", false},
			{"accounts[200020002002 https://b.example.com/]", "https://b.example.com/", "", false}}},
		"a key of the API": {"secret-id: A, secret-key: swordfish, accounts: [\"200020002001\", ", "secret-id: A, secret-key: mackerel, accounts: [", []Change{
			{"api.keys[A].secret-key", "[redacted]", "[redacted], changed", false},
			{"api.keys[A].accounts[0]", "200020002001", "200020002002", false},
			{"api.keys[A].accounts[200020002001]", "200020002001", "", false}}},
		"another key of the API": {"secret-id: A,", "secret-id: B,", []Change{
			{"api.keys[B]", "", "2 accounts", false}, {"api.keys[A]", "2 accounts", "", false}}},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(twoAccounts, test.from, test.to, 1)
			if name == "an account went" {
				text = strings.Replace(text, `, "200020002002"]`, "]", 1)
			}
			got := Diff(mustParse(t, twoAccounts), mustParse(t, text))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if shown := fmt.Sprint(got); strings.Contains(shown, "swordfish") || strings.Contains(shown, "mackerel") {
				t.Errorf("a secret is shown: %s", shown)
			}
		})
	}
}

func TestChangeInOneLine(t *testing.T) {
	for _, test := range []struct {
		change Change
		want   string
	}{
		{Change{"state", "/a", "/b", true}, "state: /a → /b (at the next start)"},
		{Change{"accounts[1].daily.since", "", "2025-12-01", false}, "accounts[1].daily.since: nothing → 2025-12-01"},
		{Change{"accounts[1]", "https://a/", "", false}, "accounts[1]: https://a/ → nothing"},
	} {
		if got := test.change.String(); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

func TestEqual(t *testing.T) {
	dir := t.TempDir()
	for name, secret := range map[string]string{"a": "swordfish", "b": "swordfish\n", "c": "mackerel"} {
		write(t, filepath.Join(dir, name), secret)
	}
	parse := func(text string) Account {
		cfg, err := Parse([]byte(text), dir)
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Accounts[0]
	}
	base := account("", "")
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"itself":                      {base, true},
		"defaults that are written":   {account(", prefix: \"\", part-size: 8192KiB", "    daily: {at: \"0 3 * * *\"}\n    products: []\n"), true},
		"the secret from a file":      {strings.Replace(base, "secret-key: swordfish", "secret-key-file: a", 1), true},
		"the secret from another":     {strings.Replace(base, "secret-key: swordfish", "secret-key-file: b", 1), true},
		"another secret":              {strings.Replace(base, "secret-key: swordfish", "secret-key-file: c", 1), false},
		"another id":                  {strings.Replace(base, "AKID", "AKIE", 1), false},
		"another bucket":              {withURL("https://b.example.com"), false},
		"another prefix":              {account(", prefix: a/", ""), false},
		"another source":              {withSource("{files: others}"), false},
		"a source in a bucket":        {withSource("{files: cos://b-1/x}"), false},
		"a group administrator":       {account("", "    group-admin: true\n"), false},
		"switched off":                {account("", "    monthly: {enabled: false}\n"), false},
		"another time":                {account("", "    daily: {at: \"1 3 * * *\"}\n"), false},
		"another zone":                {"timezone: UTC\n" + base, false},
		"since":                       {account("", "    daily: {since: 2025-12-01}\n"), false},
		"a default it takes":          {"defaults: {freshness: 1h}\n" + base, false},
		"a list":                      {account("", "    focus: {tags: [a]}\n"), false},
		"a product":                   {account("", "    products: [{product: p}]\n"), false},
		"a state it does not know of": {"state: /elsewhere\n" + base, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Equal(parse(base), parse(test.text)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if a, b := parse(account("", "    products: [{product: p}]\n")), parse(account("", "    products: [{product: q}]\n")); Equal(a, b) {
		t.Error("two products are equal")
	}
}

// BenchmarkDiff is what a reload costs beside the reading.
func BenchmarkDiff(b *testing.B) {
	parse := func(text string) *Config {
		cfg, err := Parse([]byte(text), "/etc/deliverd")
		if err != nil {
			b.Fatal(err)
		}
		return cfg
	}
	was, is := parse(many(5000)), parse(strings.Replace(many(5000), "customers/4999/", "customers/x/", 1))
	for b.Loop() {
		if n := len(Diff(was, is)); n != 2 {
			b.Fatalf("%d changes, want 2", n)
		}
	}
}
