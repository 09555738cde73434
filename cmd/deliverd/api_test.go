package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"deliverd/internal/billsource/apitest"
	"deliverd/internal/period"
)

const (
	apiID     = "AKIDapi"
	apiSecret = "swordfish-api"
)

// readAPI makes a billing API the source, with some keys of the section more.
func (s *site) readAPI(cfg apitest.Config, more string) *apitest.Server {
	s.t.Helper()
	november, err := period.ParseMonth("2025-11")
	if err != nil {
		s.t.Fatal(err)
	}
	cfg.UIN, cfg.Keys = testUIN, func(id string) (string, string, bool) { return apiSecret, s.token, id == apiID }
	server := apitest.NewServer(cfg, apitest.Records(1, 30, testUIN, november), nil)
	s.t.Cleanup(server.Close)
	s.api = server.URL
	s.write("api-key", apiSecret)
	secret := "secret-id: " + apiID + ", secret-key-file: api-key"
	if strings.Contains(more, "credentials:") {
		secret = ""
	}
	s.write("deliverd.yaml", strings.Replace(readFile(s.t, s.config), "files: bills", fmt.Sprintf("api: {endpoint: %q, partner-rate: 1000, %s%s}", server.URL, more, secret), 1))
	return server
}

// resultOf is the one result of deliver --json.
func resultOf(t *testing.T, text string) (result struct {
	Result, Reconcile, Source, Try string
	Lines                          int64
	Differences                    []string
}) {
	t.Helper()
	var all struct{ Deliveries []json.RawMessage }
	if err := json.Unmarshal([]byte(text), &all); err != nil || len(all.Deliveries) != 1 {
		t.Fatalf("%v in %s", err, text)
	}
	if err := json.Unmarshal(all.Deliveries[0], &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestDeliverFromTheBillingAPI(t *testing.T) {
	for _, kind := range []string{"", "kind: customer, ", "kind: reseller, "} {
		t.Run(kind, func(t *testing.T) {
			s := newSite(t)
			server := s.readAPI(apitest.Config{}, kind)
			lines := int64(0)
			for _, r := range server.Own() {
				lines += int64(len(r.Components))
			}
			got := s.run(s.deliver("--monthly", "2025-11", "--json")...)
			if result := resultOf(t, got.stdout); got.code != exitDone || result.Result != "delivered" || result.Reconcile != "reconciled" || result.Lines != lines {
				t.Errorf("got %+v", got)
			}
			if s.objects() != 1 {
				t.Errorf("%d objects", s.objects())
			}
			if again := s.run(s.deliver("--monthly", "2025-11")...); again.code != exitDone || !strings.Contains(again.stdout, "unchanged") {
				t.Errorf("got %+v", again)
			}
		})
	}
}

// A line that the pages do not have holds the file, and warn delivers it.
func TestDroppedLineOfTheBillingAPI(t *testing.T) {
	var asked atomic.Int64
	s := newSite(t)
	s.readAPI(apitest.Config{Fault: func(_ int, action string) apitest.Fault {
		if action == "DescribeBillDetail" && asked.Add(1)%2 == 1 {
			return apitest.MissingPage
		}
		return apitest.None
	}}, "")
	got := s.run(s.deliver("--monthly", "2025-11", "--json")...)
	result := resultOf(t, got.stdout)
	if got.code != exitHeld || result.Result != "held" || result.Reconcile != "unreconciled" || s.objects() != 0 ||
		!strings.Contains(got.stdout, "the provider's summary says") || !strings.Contains(result.Try, "reconcile: {closed: warn") || len(result.Differences) == 0 {
		t.Errorf("got %+v", got)
	}
	asked.Store(0)
	s.write("deliverd.yaml", readFile(t, s.config)+"    reconcile: {closed: warn, open: warn}\n")
	if got := s.run(s.deliver("--monthly", "2025-11", "--json")...); got.code != exitNotAsShould || resultOf(t, got.stdout).Reconcile != "unreconciled" || s.objects() != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestCredentialsOfTheEnvironment(t *testing.T) {
	s := newSite(t)
	s.readAPI(apitest.Config{}, "credentials: environment")
	t.Setenv("TENCENTCLOUD_SECRET_ID", "")
	t.Setenv("TENCENTCLOUD_SECRET_KEY", "")
	t.Setenv("TENCENTCLOUD_TOKEN", "")
	if got := s.run(s.deliver("--monthly", "2025-11")...); got.code == exitDone || !strings.Contains(got.stdout+got.stderr, "TENCENTCLOUD_SECRET_ID") {
		t.Errorf("got %+v", got)
	}
	t.Setenv("TENCENTCLOUD_SECRET_ID", apiID)
	t.Setenv("TENCENTCLOUD_SECRET_KEY", apiSecret)
	if got := s.run(s.deliver("--monthly", "2025-11")...); got.code != exitDone {
		t.Errorf("got %+v", got)
	}
}

// No secret of the API is in what a person sees, nor in the state folder.
func TestSecretOfTheBillingAPIStaysOne(t *testing.T) {
	s := newSite(t)
	s.readAPI(apitest.Config{Fault: func(int, string) apitest.Fault { return apitest.Denied }}, "")
	for _, args := range [][]string{s.deliver("--monthly", "2025-11"), {"check", "--config", "{config}"}, {"print-config", "--config", "{config}"}} {
		if got := s.run(args...); strings.Contains(got.stdout+got.stderr, apiSecret) {
			t.Errorf("%v tells the secret", args)
		}
	}
	for _, path := range []string{"state/ledger.db", "state/ledger.db-wal"} {
		if found, _ := filepath.Glob(filepath.Join(s.dir, path)); len(found) > 0 && strings.Contains(readFile(t, found[0]), apiSecret) {
			t.Errorf("%s holds the secret", path)
		}
	}
}

// The role of a pod's token, which the API takes with its session's token.
func TestCredentialsOfAToken(t *testing.T) {
	var asked atomic.Int64
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		fmt.Fprintf(w, `{"Response":{"Credentials":{"Token":"session","TmpSecretId":%q,"TmpSecretKey":%q},"ExpiredTime":4000000000}}`, apiID, apiSecret)
	}))
	defer sts.Close()
	s := newSite(t)
	s.token = "session"
	s.readAPI(apitest.Config{}, fmt.Sprintf("credentials: oidc, sts-endpoint: %q", sts.URL))
	s.write("token", "a pod's token")
	for name, value := range map[string]string{"TKE_REGION": "ap-singapore", "TKE_PROVIDER_ID": "provider", "TKE_ROLE_ARN": "arn", "TKE_WEB_IDENTITY_TOKEN_FILE": ""} {
		t.Setenv(name, value)
	}
	if got := s.run(s.deliver("--monthly", "2025-11")...); got.code != exitFailed || !strings.Contains(got.stdout+got.stderr, "no token file") {
		t.Errorf("got %+v", got)
	}
	t.Setenv("TKE_WEB_IDENTITY_TOKEN_FILE", filepath.Join(s.dir, "token"))
	if got := s.run(s.deliver("--monthly", "2025-11")...); got.code != exitDone || asked.Load() != 1 {
		t.Errorf("asked %d times: %+v", asked.Load(), got)
	}
}
