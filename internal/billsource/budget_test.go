package billsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/billsource/apitest"
	"deliverd/internal/period"
)

// 101 pages of one key at 4.9 a second take 100/4.9 s, however many accounts
// share it; no sixth request comes within a second of the first.
func TestBudgetIsSharedByAllWhoUseTheKey(t *testing.T) {
	records := decemberRecords(t, 200)
	var mu sync.Mutex
	var at []time.Time
	var clock *clock
	s := serveAPI(t, apitest.Config{Fault: func(int, string) apitest.Fault {
		mu.Lock()
		defer mu.Unlock()
		at = append(at, clock.Now())
		return apitest.None
	}}, records, nil)
	one, c := testAPI(t, s.URL, func(c *APIConfig) { c.PageSize = 4 })
	mu.Lock()
	clock = c
	mu.Unlock()
	other, _ := testAPI(t, s.URL, func(c *APIConfig) { c.PageSize, c.Budget, c.Now = 4, one.Budget, clock.Now })
	began := clock.Now()
	for _, api := range []*API{one, other} {
		if _, _, err := readAPI(t, api, wanted(t, "2025-12-31")); err != nil {
			t.Fatal(err)
		}
	}
	took, pages := clock.Now().Sub(began), s.Requests("DescribeBillDetail")
	if least := time.Duration(pages-1) * time.Second / 5; pages != 102 || took < least || took > least*105/100 {
		t.Errorf("%d pages took %s", pages, took)
	}
	for i := 5; i < len(at); i++ {
		if apart := at[i].Sub(at[i-5]); apart < time.Second {
			t.Fatalf("requests %d and %d are %s apart", i-5, i, apart)
		}
	}
}

func TestBudgetHeedsTheContext(t *testing.T) {
	b := NewBudget(BudgetConfig{Rates: Rates{Partner: 1}})
	if err := b.spend(context.Background(), classPartner); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.spend(ctx, classPartner) }()
	cancel(stop)
	if err := <-done; !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// machine is the address at which a machine asks for its role.
type machine struct {
	*httptest.Server
	mu    sync.Mutex
	asked int
	until time.Time
	down  bool
}

func newMachine(t *testing.T) *machine {
	m := &machine{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		switch {
		case m.down:
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/":
			fmt.Fprint(w, "reader")
		default:
			m.asked++
			fmt.Fprintf(w, `{"Code":"Success","TmpSecretId":"AKID%d","TmpSecretKey":"key","Token":"token %d","ExpiredTime":%d}`, m.asked, m.asked, m.until.Unix())
		}
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *machine) set(until time.Time, down bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.until, m.down = until, down
}

func TestRoleIsRenewedBeforeItEnds(t *testing.T) {
	m, clock := newMachine(t), &clock{now: time.Date(2026, 1, 10, 3, 0, 0, 0, period.Zone)}
	m.set(clock.now.Add(time.Hour), false)
	role := NewRole(RoleConfig{URL: m.URL + "/", Now: clock.Now})
	for _, step := range []struct {
		later time.Duration
		down  bool
		want  string
		good  bool
	}{
		{0, false, "AKID1", true},
		{54 * time.Minute, false, "AKID1", true}, // not yet
		{2 * time.Minute, true, "AKID1", true},   // near its end, and nobody answers
		{5 * time.Second, false, "AKID1", true},  // not asked again at once
		{10 * time.Second, false, "AKID2", true}, // now
		{56 * time.Minute, true, "AKID2", true},  // still good
		{10 * time.Minute, true, "AKID2", false}, // ended
		{10 * time.Minute, false, "AKID3", true}, // back
	} {
		_ = clock.Wait(context.Background(), step.later)
		m.set(clock.Now().Add(time.Hour), step.down)
		id, key, token := role.Current()
		if id != step.want || key != "key" || token != "token "+step.want[4:] {
			t.Errorf("after %s: got %s %s, want %s", step.later, id, token, step.want)
		}
		if err := role.Check(); (err == nil) != step.good {
			t.Errorf("after %s: check says %v", step.later, err)
		}
	}
}

func TestMachineWithoutARole(t *testing.T) {
	m := newMachine(t)
	m.set(time.Time{}, true)
	if err := NewRole(RoleConfig{URL: m.URL + "/"}).Check(); err == nil {
		t.Error("no error")
	}
}

// A token that ends while a bill is read is renewed, and the request repeated.
func TestExpiringCredentials(t *testing.T) {
	m, simulated := newMachine(t), &clock{now: time.Date(2026, 1, 10, 3, 0, 0, 0, period.Zone)}
	m.set(simulated.now.Add(6*time.Minute), false)
	var mu sync.Mutex
	good := 1 // the number of the credentials that the API takes
	s := serveAPI(t, apitest.Config{
		Keys: func(id string) (key, token string, ok bool) {
			mu.Lock()
			defer mu.Unlock()
			return "key", fmt.Sprintf("token %d", good), id == fmt.Sprintf("AKID%d", good)
		},
		Fault: func(n int, _ string) apitest.Fault {
			if mu.Lock(); n == 3 {
				good = 2
				m.set(simulated.Now().Add(time.Hour), false)
				_ = simulated.Wait(context.Background(), 2*time.Minute)
			}
			mu.Unlock()
			return apitest.None
		},
	}, decemberRecords(t, 40), nil)
	api, _ := testAPI(t, s.URL, func(c *APIConfig) {
		c.Credential = NewRole(RoleConfig{URL: m.URL + "/", Now: simulated.Now})
	})
	totals, _, err := readAPI(t, api, wanted(t, "2025-12-31"))
	if err != nil {
		t.Fatal(err)
	}
	wantTotals(t, totals, decemberRecords(t, 40)...)
	if s.Requests("") != 8 {
		t.Errorf("%d requests, want 7 and one again", s.Requests(""))
	}
}

func TestEvenDefaultRates(t *testing.T) {
	clock := &clock{}
	b := NewBudget(BudgetConfig{Now: clock.Now, Wait: clock.Wait})
	for of, want := range map[class]time.Duration{classDetail: 204 * time.Millisecond, classSummary: 51 * time.Millisecond, classPartner: 1020 * time.Millisecond} {
		for range 2 {
			began := clock.Now()
			if err := b.spend(context.Background(), of); err != nil {
				t.Fatal(err)
			}
			if took := clock.Now().Sub(began).Round(time.Millisecond); took != 0 && took != want {
				t.Errorf("class %d waits %s, want %s", of, took, want)
			}
		}
	}
	if took := clock.Now().Sub(time.Time{}).Round(time.Millisecond); took != 1276*time.Millisecond {
		t.Errorf("all of them waited %s", took)
	}
}

// The token is read anew for every renewal, and nothing is signed.
func TestTokenRole(t *testing.T) {
	clock := &clock{now: time.Date(2026, 1, 10, 3, 0, 0, 0, period.Zone)}
	var mu sync.Mutex
	var asked []string
	answer := `{"Response":{"Credentials":{"Token":"token","TmpSecretId":"AKID","TmpSecretKey":"key"},"ExpiredTime":%d,"RequestId":"r"}}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.Header.Get("X-TC-Action")+" "+r.Header.Get("X-TC-Version")+" "+r.Header.Get("X-TC-Region")+" "+r.Header.Get("Authorization")+" "+string(body))
		fmt.Fprintf(w, answer, clock.Now().Add(time.Hour).Unix())
	}))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "token")
	for _, missing := range []TokenConfig{{}, {ProviderID: "p", RoleARN: "r", TokenFile: file}} {
		if _, err := NewTokenRole(missing); err == nil {
			t.Errorf("%+v is taken", missing)
		}
	}
	role, err := NewTokenRole(TokenConfig{Endpoint: s.URL, Region: "ap-singapore", ProviderID: "provider", RoleARN: "qcs::cam::uin/1:roleName/r", TokenFile: file, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := role.Check(); err == nil || !strings.Contains(err.Error(), "credentials of the token's role") {
		t.Errorf("without a token: %v", err)
	}
	for i, token := range []string{"first", "second"} {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = clock.Wait(context.Background(), 58*time.Minute)
		if id, key, got := role.Current(); id != "AKID" || key != "key" || got != "token" {
			t.Fatalf("got %s %s %s; %v", id, key, got, role.Check())
		}
		want := `AssumeRoleWithWebIdentity 2018-08-13 ap-singapore SKIP {"DurationSeconds":7200,"ProviderId":"provider","RoleArn":"qcs::cam::uin/1:roleName/r","RoleSessionName":"deliverd","WebIdentityToken":"` + token + `"}`
		if mu.Lock(); len(asked) != i+1 || asked[i] != want {
			t.Errorf("asked %q, want %q at last", asked, want)
		}
		mu.Unlock()
	}
	mu.Lock()
	answer = `{"Response":{"Error":{"Code":"AuthFailure.UnauthorizedOperation","Message":"no"},"RequestId":"r-%d"}}`
	mu.Unlock()
	_ = clock.Wait(context.Background(), 2*time.Hour)
	if err := role.Check(); err == nil || !strings.Contains(err.Error(), "AuthFailure.UnauthorizedOperation") || strings.Contains(err.Error(), "second") {
		t.Errorf("got %v", err)
	}
}
