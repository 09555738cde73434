package config

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// least is the shortest configuration that is one.
const least = `
accounts:
  - uin: 200020002001
    source: {files: bills}
    bucket: {url: "https://focus-1.cos.ap-singapore.myqcloud.com", secret-id: AKID, secret-key: swordfish}
`

func mustParse(t *testing.T, text string) *Config {
	t.Helper()
	cfg, err := Parse([]byte(text), "/etc/deliverd")
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return cfg
}

func at(t *testing.T, expr, zone string) schedule.Schedule {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.Parse(expr, z)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var sameZone = cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })

var sameDay = cmp.Comparer(func(a, b period.Day) bool { return a == b })

func TestDefaults(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	policy := Policy{
		Focus:       Focus{Version: "1.2", Profile: Strict, Effective: Billed},
		Reconcile:   Reconcile{Hold, Hold},
		Missed:      MissedAll,
		Freshness:   12 * time.Hour,
		Currency:    "USD",
		Conformance: Hold,
	}
	want := &Config{
		Timezone: shanghai,
		State:    "/var/lib/deliverd",
		Parallel: Parallel{Node: 4, Bucket: 4, APIKey: 1},

		StopWithin: 30 * time.Second,

		Defaults: policy,
		Accounts: []Account{{
			UIN: "200020002001",
			Source: Source{
				API:   APISource{Kind: Direct, Endpoint: Endpoint{"https", "billing.intl.tencentcloudapi.com"}, Credentials: CredentialsKey, STSEndpoint: Endpoint{"https", "sts.intl.tencentcloudapi.com"}, DetailRate: 5, SummaryRate: 20, PartnerRate: 1},
				Files: Files{Path: "/etc/deliverd/bills"},
			},
			Bucket: Bucket{
				URL:      &url.URL{Scheme: "https", Host: "focus-1.cos.ap-singapore.myqcloud.com"},
				SecretID: "AKID", SecretKey: NewSecret("swordfish"),
				PartSize: 8 << 20, ParallelParts: 4,
			},
			Daily:   Cadence{Enabled: true, At: at(t, "0 3 * * *", "Asia/Shanghai")},
			Monthly: Cadence{Enabled: true, At: at(t, "0 3 5 * *", "Asia/Shanghai")},
			Policy:  policy,
		}},
	}
	if diff := cmp.Diff(want, mustParse(t, least), sameZone, sameDay, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestAccountsWinOverDefaultsKeyByKey(t *testing.T) {
	cfg := mustParse(t, `
accounts:
  - uin: "200020002001"
    source: {files: bills}
    bucket: {url: "https://a.example.com", secret-id: AKID, secret-key: k}
    reconcile: {open: off}
    freshness: 0s
  - uin: "200020002002"
    source: {files: bills}
    bucket: {url: "https://a.example.com", secret-id: AKID, secret-key: k}
    currency: CNY
defaults:
  reconcile: {closed: warn}
  missed: latest
  freshness: 6h30m
`)
	focus := Focus{Version: "1.2", Profile: Strict, Effective: Billed}
	want := []Policy{
		{Focus: focus, Reconcile: Reconcile{Warn, Off}, Missed: MissedLatest, Freshness: 0, Currency: "USD", Conformance: Hold},
		{Focus: focus, Reconcile: Reconcile{Warn, Hold}, Missed: MissedLatest, Freshness: 6*time.Hour + 30*time.Minute, Currency: "CNY", Conformance: Hold},
	}
	for i, account := range cfg.Accounts {
		if diff := cmp.Diff(want[i], account.Policy); diff != "" {
			t.Errorf("account %d: %s", i, diff)
		}
	}
}

func TestTypedValues(t *testing.T) {
	cfg := mustParse(t, `
api:
  listen: ":8481"
  keys: [{secret-id: AKIDC, secret-key: c, accounts: ["200020002001"]}]
http: {listen: "127.0.0.1:0"}
accounts:
  - uin: "200020002001"
    source: {api: {kind: reseller, endpoint: "http://127.0.0.1:9000", secret-id: AKID, secret-key: s}}
    bucket: {url: "http://127.0.0.1:8080/", prefix: "focus/daily=1/", secret-id: AKID, secret-key: k, part-size: 1MiB, parallel-parts: 64}
    group-admin: true
    daily: {enabled: false, at: "30 2 * * *", since: 2025-12-01}
    monthly: {at: "@monthly", since: "2025-11-30"}
state: state
timezone: Europe/Berlin
ledger: postgresql://deliverd:swordfish@db/deliverd
parallel: {node: 1024, api-key: 2}
stop-within: 1m30s
`)
	a := cfg.Accounts[0]
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"zone, though written last", cfg.Timezone.String(), "Europe/Berlin"},
		{"state", cfg.State, Path("/etc/deliverd/state")},
		{"ledger", cfg.Ledger.Reveal(), "postgresql://deliverd:swordfish@db/deliverd"},
		{"ledger shown", cfg.Ledger.String(), "postgresql://deliverd:redacted@db/deliverd"},
		{"parallel", cfg.Parallel, Parallel{Node: 1024, Bucket: 4, APIKey: 2}},
		{"stop within", cfg.StopWithin, 90 * time.Second},
		{"source", a.Source.UsesAPI(), true},
		{"kind", a.Source.API.Kind, Reseller},
		{"endpoint", a.Source.API.Endpoint.URL(), "http://127.0.0.1:9000"},
		{"bucket", a.Bucket.URL.String(), "http://127.0.0.1:8080"},
		{"prefix", a.Bucket.Prefix, "focus/daily=1/"},
		{"part size", a.Bucket.PartSize, Size(1 << 20)},
		{"parallel parts", a.Bucket.ParallelParts, 64},
		{"group admin", a.GroupAdmin, true},
		{"daily enabled", a.Cadence(period.Daily).Enabled, false},
		{"daily at", a.Daily.At.Equal(at(t, "30 2 * * *", "Europe/Berlin")), true},
		{"daily since", a.Daily.Since.String(), "2025-12-01"},
		{"monthly enabled", a.Cadence(period.Monthly).Enabled, true},
		{"monthly at", a.Monthly.At.Equal(at(t, "@monthly", "Europe/Berlin")), true},
		{"monthly since", a.Monthly.Since.String(), "2025-11-30"},
		{"http", cfg.HTTP.Listen, "127.0.0.1:0"},
		{"api", cfg.API.Listen, ":8481"},
		{"api account", cfg.API.Keys[0].Accounts[0], "200020002001"},
	} {
		t.Run(check.name, func(t *testing.T) {
			if check.got != check.want {
				t.Errorf("got %v, want %v", check.got, check.want)
			}
		})
	}
}

func TestEmptyKeysLeaveTheDefaults(t *testing.T) {
	text := "timezone:\ndefaults:\n  focus:\n  missed: ~\nhttp:\napi: null\n" + least
	if diff := cmp.Diff(mustParse(t, least), mustParse(t, text), sameZone, sameDay, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestByteOrderMarkAndCarriageReturns(t *testing.T) {
	if cfg := mustParse(t, "\ufefftimezone: UTC\r\n"+least); cfg.Timezone.String() != "UTC" {
		t.Errorf("zone %s", cfg.Timezone)
	}
}

func TestFilesInABucket(t *testing.T) {
	cfg := mustParse(t, `{accounts: [{uin: "200020002001", source: {files: cos://bills-1250000000/2025/l3},
  bucket: {url: "https://a.example.com", secret-id: AKID, secret-key: k}}]}`)
	want := Files{Bucket: "bills-1250000000", Prefix: "2025/l3"}
	if got := cfg.Accounts[0].Source.Files; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLoadResolvesAgainstTheFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "conf", "deliverd.yaml"), `
state: ../state
accounts:
  - uin: "200020002001"
    source: {files: /srv/bills}
    bucket: {url: "https://a.example.com", secret-id: AKID, secret-key-file: keys/bucket}
`)
	write(t, filepath.Join(dir, "conf", "keys", "bucket"), "  swordfish\n")
	cfg, err := Load(filepath.Join(dir, "conf", "deliverd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range []struct{ name, got, want string }{
		{"state", string(cfg.State), filepath.Join(dir, "state")},
		{"files", cfg.Accounts[0].Source.Files.String(), "/srv/bills"},
		{"secret file", string(cfg.Accounts[0].Bucket.SecretKeyFile), filepath.Join(dir, "conf/keys/bucket")},
		{"secret", cfg.Accounts[0].Bucket.SecretKey.Reveal(), "swordfish"},
	} {
		if check.got != check.want {
			t.Errorf("%s: got %s, want %s", check.name, check.got, check.want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A node of a reseller has thousands of accounts, and they may be written in
// full, as print-config does: the file has room for 20,000.
func TestThousandsOfAccounts(t *testing.T) {
	const n = 5000
	cfg := mustParse(t, many(n))
	for i, a := range cfg.Accounts {
		if a.UIN != uinOf(i) || a.Bucket.Prefix != fmt.Sprintf("customers/%d/", i) || a.Daily.At.String() != fmt.Sprintf("%d 3 * * *", i%60) {
			t.Fatalf("account %d: got %+v", i, a)
		}
	}
	if len(cfg.Accounts) != n || len(cfg.API.Keys[0].Accounts) != n {
		t.Errorf("%d accounts and %d of the key, want %d", len(cfg.Accounts), len(cfg.API.Keys[0].Accounts), n)
	}
	var printed bytes.Buffer
	if err := cfg.Print(&printed); err != nil || printed.Len()*20000/n > mostBytes {
		t.Errorf("in full it has %d bytes, %d are read; %v", printed.Len(), mostBytes, err)
	}
}

// Accounts that share a secret file all get it; it counts once among what was read.
func TestASharedSecretFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "key"), "swordfish")
	text := strings.ReplaceAll(many(3), "      secret-key: swordfish\n    daily", "      secret-key-file: key\n    daily")
	write(t, filepath.Join(dir, "deliverd.yaml"), text)
	cfg, read, err := load(filepath.Join(dir, "deliverd.yaml"))
	if err != nil || len(read) != 2 {
		t.Fatalf("read %d files, want the configuration and one secret; %v", len(read), err)
	}
	for _, a := range cfg.Accounts {
		if a.Bucket.SecretKey.Reveal() != "swordfish" {
			t.Errorf("account %s has no secret", a.UIN)
		}
	}
}

// The kind decides the host, unless the file does; a role needs no secret.
func TestAPISource(t *testing.T) {
	for _, test := range []struct{ api, endpoint string }{
		{"{secret-id: A, secret-key: k}", "https://billing.intl.tencentcloudapi.com"},
		{"{kind: customer, secret-id: A, secret-key: k}", "https://intlpartnersmgt.intl.tencentcloudapi.com"},
		{"{kind: reseller, credentials: cvm-role}", "https://intlpartnersmgt.intl.tencentcloudapi.com"},
		{"{kind: reseller, endpoint: partners.example.com, credentials: environment, partner-rate: 3}", "https://partners.example.com"},
	} {
		cfg := mustParse(t, withSource("{api: "+test.api+"}"))
		if got := cfg.Accounts[0].Source.API; got.Endpoint.URL() != test.endpoint || got.DetailRate != 5 {
			t.Errorf("%s: got %+v", test.api, got)
		}
	}
}
