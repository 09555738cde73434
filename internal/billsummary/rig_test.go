package billsummary_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"deliverd/internal/bill"
	"deliverd/internal/billsource"
	"deliverd/internal/billsummary"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

const (
	uin    = "200020002001"
	second = "200020002002"
	other  = "200020002003" // configured, and not the key's
	keyID  = "AKIDcaller"
	secret = "swordfish-secret"
	data   = "../../testdata/summary"
)

// rig is a server over a ledger of its own.
type rig struct {
	t       testing.TB
	ledger  *ledger.Ledger
	now     time.Time // of the server
	advance time.Duration
	store   *snapshot.Store
	server  *billsummary.Server
	url     string
	log     *observer.ObservedLogs
}

// newRig serves at a moment that does not move. It is now, because real clients
// sign with the real time.
func newRig(t testing.TB) *rig {
	t.Helper()
	core, log := observer.New(zap.ErrorLevel)
	r := &rig{t: t, log: log, now: time.Now()}
	var err error
	if r.ledger, err = ledger.Open(t.Context(), ledger.Config{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.ledger.Close() })
	if r.store, err = snapshot.NewStore(snapshot.Config{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	r.server = billsummary.New(billsummary.Config{
		Keys: []billsummary.Key{
			{SecretID: keyID, Secret: secret, Accounts: []string{uin, second}},
			{SecretID: "AKIDother", Secret: "another", Accounts: []string{other}},
		},
		Ledger: r.ledger, Snapshots: r.store, Now: func() time.Time { return r.now.Add(r.advance) }, Log: zap.New(core),
	})
	http := httptest.NewServer(r.server)
	t.Cleanup(http.Close)
	r.url = http.URL
	return r
}

func (r *rig) host() string { return strings.TrimPrefix(r.url, "http://") }

func month(t testing.TB, text string) period.Month {
	t.Helper()
	m, err := period.ParseMonth(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// record puts what a bill comes to into the ledger, as delivering it does.
func (r *rig) record(account, of, snapshot string, totals *bill.Totals) {
	r.t.Helper()
	encoded, err := totals.Encode()
	if err != nil {
		r.t.Fatal(err)
	}
	lock, err := r.ledger.Lock(r.t.Context(), account, 0)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = lock.Release() }()
	if err := lock.RecordTotals(r.t.Context(), ledger.Totals{UIN: account, Month: month(r.t, of), Snapshot: snapshot, Encoded: encoded}); err != nil {
		r.t.Fatal(err)
	}
}

// billFile are the totals of a bill file in testdata.
func billFile(t testing.TB, name, of string) *bill.Totals {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, name))
	if err != nil {
		t.Fatal(err)
	}
	settled := fstest.MapFS{name: {Data: text, ModTime: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	files, err := billsource.New(billsource.Config{FS: settled, Path: name, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	var tally bill.Tally
	m := month(t, of)
	if _, err := files.Read(t.Context(), bill.Request{UIN: uin, Month: m, Through: m.Last()}, tally.Add); err != nil {
		t.Fatal(err)
	}
	return tally.Totals()
}

// example is the SummaryDetail of one of the provider's examples.
func example(t testing.TB, name string) []any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// response is what an answer holds.
type response struct {
	Error         *struct{ Code, Message string }
	Ready         *int
	RequestId     string
	SummaryDetail []any
	Context       string
	DetailSet     []json.RawMessage
	Total         *int64
	raw           string
}

func (r *rig) send(req *http.Request) response {
	r.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	var all struct{ Response response }
	if err := json.Unmarshal(body, &all); err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json" {
		r.t.Fatalf("%s, %s: %s (%v)", res.Status, res.Header.Get("Content-Type"), body, err)
	}
	if all.Response.RequestId == "" {
		r.t.Errorf("no RequestId: %s", body)
	}
	all.Response.raw = string(body)
	return all.Response
}

// ask sends a well signed request for a summary.
func (r *rig) ask(params string) response {
	r.t.Helper()
	return r.send(r.signed(signing{body: params}))
}

func (r *rig) wantCode(what, code string, got response) {
	r.t.Helper()
	if got.Error == nil || got.Error.Code != code || got.Error.Message == "" || got.SummaryDetail != nil {
		r.t.Errorf("%s: %s, want %s", what, got.raw, code)
	}
	if strings.Contains(got.raw, secret) {
		r.t.Errorf("%s: the answer holds the secret: %s", what, got.raw)
	}
}

func (r *rig) wantDetail(what string, want []any, got response) {
	r.t.Helper()
	if got.Error != nil || got.Ready == nil || *got.Ready != 1 {
		r.t.Errorf("%s: %s", what, got.raw)
		return
	}
	if diff := cmp.Diff(want, got.SummaryDetail); diff != "" {
		r.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func body(text string) io.Reader { return bytes.NewReader([]byte(text)) }
