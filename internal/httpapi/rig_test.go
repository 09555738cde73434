package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"deliverd/internal/period"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2025, 12, 9, 4, 30, 0, 0, time.FixedZone("", 8*3600))

// daemon is what the handlers ask, as a test wants it.
type daemon struct {
	alive  error
	lacks  map[string]error // by the name of the condition
	status Status
	broken error // instead of a status
}

func (d *daemon) config() Config {
	condition := func(name string) Condition {
		return Condition{name, func(context.Context) error { return d.lacks[name] }}
	}
	return Config{
		Alive:   func() error { return d.alive },
		Ready:   []Condition{condition("configuration"), condition("ledger"), condition("buckets")},
		Status:  func(context.Context) (Status, error) { return d.status, d.broken },
		Metrics: prometheus.NewRegistry(),
		Log:     zap.NewNop(),
	}
}

func get(t *testing.T, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return ask(t, handler, http.MethodGet, path)
}

func ask(t *testing.T, handler http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return answer
}

// logged is a log and what was written to it.
func logged() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	return zap.New(core), logs
}

var errOut = errors.New("out of reach")

// accounts are n that are well.
func accounts(n int) []Account {
	all := make([]Account, n)
	for i := range all {
		all[i] = Account{
			UIN: fmt.Sprintf("2000%08d", i), Bucket: "https://focus-1250000000.cos.ap-singapore.myqcloud.com",
			Cadences: []Cadence{
				{Cadence: period.Daily, On: true, LastSuccess: now.Add(-90 * time.Minute), LastKey: fmt.Sprintf("FOCUS-bill_details-2000%08d-20251208.CSV", i), NextDue: now.Add(23 * time.Hour)},
				{Cadence: period.Monthly},
			},
		}
	}
	return all
}

// sick are accounts of every state, those in trouble last.
func sick() Status {
	all := accounts(5)
	all[1].Cadences[0].Missing = 1
	all[1].Cadences[0].Waiting = []Problem{{Key: "FOCUS-bill_details-200000000001-20251208.CSV", Why: "no bill of 2025-12-08 yet"}}
	all[2].Cadences[0].Missing, all[2].Cadences[0].Late = 3, 2
	all[2].Cadences[0].Failing = []Problem{{Key: "FOCUS-bill_details-200000000002-20251207.CSV", Why: "tried 3 times: 503"}}
	all[3].Cadences[0].Held = []Problem{{Key: "FOCUS-bill_details-200000000003-20251208.CSV", Why: "fewer lines: 10 <b>than</b> before", Try: "deliverd deliver --accept-shrink"}}
	all[4].Problem = &Problem{Why: "bucket: access denied", Try: "look at its CAM policy"}
	all[4].Cadences[0].Differs = 4
	return Status{Now: now, Node: "node-a", Version: "v1.2.3", Accounts: all}
}
