package main

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	sdkhttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"deliverd/internal/bill"
	"deliverd/internal/ledger"
	"deliverd/internal/ledger/pgtest"
	"deliverd/internal/period"
)

const summaries = "../../testdata/summary/"

// april is a site whose bill is that of the provider's examples; its monthly
// file is due at aprilNoon.
func april(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	if err := os.Remove(filepath.Join(s.dir, "bills", "detail.csv")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(summaries + "bill-2023-04.json")
	if err != nil {
		t.Fatal(err)
	}
	s.write("bills/2023-04.json", string(text))
	s.write("caller-key", "a-callers-secret\n")
	s.configure(aprilAPI("AKIDcaller"))
	return s
}

const aprilNoon = startTime + "=2023-05-05T12:00:00+08:00"

func aprilAPI(id string) string {
	return "    daily: {enabled: false}\n    monthly: {since: 2023-05-01}\n" +
		"api: {listen: \"127.0.0.1:0\", keys: [{secret-id: " + id + ", secret-key-file: caller-key, accounts: [\"" + testUIN + "\"]}]}\n"
}

// answers is the host of the daemon's API.
func (p *process) answers() string {
	p.t.Helper()
	var line struct{ Address string }
	if err := json.Unmarshal([]byte(p.says(`"answering DescribeBillSummary"`)), &line); err != nil {
		p.t.Fatal(err)
	}
	return line.Address
}

// TestEveryNodeAnswers for the bill that one of them has read; its lines lie
// with that one alone.
func TestEveryNodeAnswers(t *testing.T) {
	s := april(t)
	s.configure(aprilAPI("AKIDcaller") + "ledger: \"" + pgtest.Start(t) + "\"\n")
	one := s.daemon(aprilNoon)
	one.wait(`"delivered"`, "-202304.CSV")
	text, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.write("other.yaml", strings.Replace(string(text), "state: state", "state: other", 1))
	other := s.start(t, "the other", []string{aprilNoon}, "run", "--config", filepath.Join(s.dir, "other.yaml"))
	readyOne, want, _ := describe(t, one.answers(), "AKIDcaller", "region")
	ready, got, code := describe(t, other.answers(), "AKIDcaller", "region")
	if diff := cmp.Diff(want, got); diff != "" || readyOne != 1 || ready != 1 {
		t.Errorf("ready %d and %d, %s (-one +other):\n%s", readyOne, ready, code, diff)
	}
	page := map[string]any{"Month": "2023-04", "Offset": 0, "Limit": 300}
	if _, code := call(t, one.answers(), "AKIDcaller", "DescribeBillDetail", page); code != "" {
		t.Errorf("lines of the one: %s", code)
	}
	if _, code := call(t, other.answers(), "AKIDcaller", "DescribeBillDetail", page); code != "ResourceUnavailable" {
		t.Errorf("lines of the other: %q", code)
	}
	one.stop()
	other.stop()
}

// call asks with the provider's own Go client; code is that of its error.
func call(t *testing.T, host, id, action string, params map[string]any) (body []byte, code string) {
	t.Helper()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint = "HTTP", host
	request := sdkhttp.NewCommonRequest("billing", "2018-07-09", action)
	request.SetContext(t.Context())
	if err := request.SetActionParameters(params); err != nil {
		t.Fatal(err)
	}
	answer := sdkhttp.NewCommonResponse()
	err := common.NewCommonClient(common.NewCredential(id, "a-callers-secret"), "", p).Send(request, answer)
	var known *sdkerrors.TencentCloudSDKError
	if errors.As(err, &known) {
		return nil, known.Code
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetBody(), ""
}

// describe asks for the summary of the examples' month.
func describe(t *testing.T, host, id, groupType string) (ready int, detail []any, code string) {
	t.Helper()
	body, code := call(t, host, id, "DescribeBillSummary", map[string]any{"Month": "2023-04", "GroupType": groupType})
	if code != "" {
		return 0, nil, code
	}
	var all struct {
		Response struct {
			Ready         int
			SummaryDetail []any
		}
	}
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	return all.Response.Ready, all.Response.SummaryDetail, ""
}

// TestDaemonAnswers what the provider's examples say, for the bill it has read,
// with the keys of the configuration in force.
func TestDaemonAnswers(t *testing.T) {
	s := april(t)
	d := s.daemon(aprilNoon)
	host := d.answers()
	d.wait(`"delivered"`, "-202304.CSV")
	for _, groupType := range []string{"region", "project", "business", "payMode"} {
		text, err := os.ReadFile(summaries + groupType + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var want []any
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		ready, got, code := describe(t, host, "AKIDcaller", groupType)
		if diff := cmp.Diff(want, got); diff != "" || ready != 1 {
			t.Errorf("%s: ready %d %s (-want +got):\n%s", groupType, ready, code, diff)
		}
	}
	s.configure(aprilAPI("AKIDnext"))
	d.signal(syscall.SIGHUP)
	d.wait(`"reloaded"`)
	s.until(func() bool { // the key that is gone is refused
		_, _, code := describe(t, host, "AKIDcaller", "region")
		return code == "AuthFailure.SecretIdNotFound"
	})
	if ready, _, code := describe(t, host, "AKIDnext", "region"); ready != 1 {
		t.Errorf("the new key: %d %q", ready, code)
	}
	d.stop()
	if strings.Contains(d.said(), "a-callers-secret") {
		t.Error("the log holds a secret")
	}
}

// TestDaemonNeedsItsAddressOfTheAPI: a busy port is found before anything starts.
func TestDaemonNeedsItsAddressOfTheAPI(t *testing.T) {
	s := april(t)
	bucket, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	s.configure(strings.Replace(aprilAPI("AKIDcaller"), "127.0.0.1:0", bucket.Host, 1))
	got := s.run("run", "--config", "{config}")
	if got.code != exitUsage || !strings.HasPrefix(got.stderr[strings.Index(got.stderr, "deliverd: "):], "deliverd: api.listen: ") || !strings.Contains(got.stderr, "try: another api.listen") {
		t.Errorf("%+v", got)
	}
	if s.objects() != 0 {
		t.Error("something was delivered")
	}
}

// TestDeliverTellsTheLedgerTheTotals; a dry run does not.
func TestDeliverTellsTheLedgerTheTotals(t *testing.T) {
	s := april(t)
	totals := func() (*bill.Totals, bool) {
		t.Helper()
		l, err := ledger.Open(t.Context(), ledger.Config{Dir: filepath.Join(s.dir, "state"), ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		month, err := period.ParseMonth("2023-04")
		if err != nil {
			t.Fatal(err)
		}
		got, found, err := l.Totals(t.Context(), testUIN, month)
		if err != nil || !found {
			return nil, false
		}
		all, err := bill.DecodeTotals(got.Encoded)
		if err != nil {
			t.Fatal(err)
		}
		return all, true
	}
	for _, asked := range [][]string{{"--monthly", "2023-04"}, {"--due"}} {
		got := s.run(append([]string{"deliver", "--config", "{config}", "--dry-run"}, asked...)...)
		if _, found := totals(); found {
			t.Errorf("a dry run told the ledger: %+v", got)
		}
	}
	got := s.run("deliver", "--config", "{config}", "--monthly", "2023-04")
	all, found := totals()
	if !found || all.Lines != 13 || all.Real.String() != "312.5533545" {
		t.Errorf("the ledger has %v, %+v after %+v", found, all, got)
	}
}
