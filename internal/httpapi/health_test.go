package httpapi

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestAliveIsNotReady: the two answers go their own ways.
func TestAliveIsNotReady(t *testing.T) {
	hangs := errors.New("last went round 5m0s ago")
	for _, test := range []struct {
		name           string
		daemon         daemon
		alive          int
		aliveText      string
		ready          int
		readyText      string
		readyNamesNone []string
	}{
		{"all is well", daemon{}, 200, "alive\n", 200, "ready\n", nil},
		{"the loop hangs", daemon{alive: hangs}, 503, "loop: last went round 5m0s ago\n", 200, "ready\n", nil},
		{"no ledger", daemon{lacks: map[string]error{"ledger": errOut}}, 200, "alive\n", 503, "ledger: out of reach\n", []string{"buckets", "configuration"}},
		{"all that is missing is named", daemon{lacks: map[string]error{"ledger": errOut, "buckets": errors.New("2 of 3 not probed yet")}},
			200, "alive\n", 503, "ledger: out of reach\nbuckets: 2 of 3 not probed yet\n", []string{"configuration"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			handler := New(test.daemon.config())
			alive, ready := get(t, handler, "/healthz"), get(t, handler, "/readyz")
			if alive.Code != test.alive || alive.Body.String() != test.aliveText {
				t.Errorf("healthz: got %d %q, want %d %q", alive.Code, alive.Body, test.alive, test.aliveText)
			}
			if ready.Code != test.ready || ready.Body.String() != test.readyText {
				t.Errorf("readyz: got %d %q, want %d %q", ready.Code, ready.Body, test.ready, test.readyText)
			}
			for _, name := range test.readyNamesNone {
				if strings.Contains(ready.Body.String(), name) {
					t.Errorf("readyz names %s, which is there", name)
				}
			}
		})
	}
}

// TestOnlyReading: whatever the page, it is read and nothing else.
func TestOnlyReading(t *testing.T) {
	handler := New((&daemon{}).config())
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/status.json"} {
		for method, want := range map[string]int{
			http.MethodGet: 200, http.MethodHead: 200, http.MethodPost: 405, http.MethodPut: 405, http.MethodDelete: 405, http.MethodOptions: 405,
		} {
			if got := ask(t, handler, method, path); got.Code != want {
				t.Errorf("%s %s: got %d, want %d", method, path, got.Code, want)
			}
		}
	}
	for _, path := range []string{"/nothing", "/status.json/", "/debug/pprof/"} {
		if got := get(t, handler, path); got.Code != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", path, got.Code)
		}
	}
}

func TestEveryAnswerIsSecured(t *testing.T) {
	handler := New((&daemon{alive: errOut}).config())
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/status.json", "/nothing"} {
		header := get(t, handler, path).Header()
		for key, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		} {
			if got := header.Get(key); got != want {
				t.Errorf("%s: %s is %q, want %q", path, key, got, want)
			}
		}
		if policy := header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
}
