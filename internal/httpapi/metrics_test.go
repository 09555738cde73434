package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"deliverd/internal/billsummary"
	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

func newMetrics(t *testing.T) (*Metrics, *prometheus.Registry) {
	t.Helper()
	registry := prometheus.NewRegistry()
	m, err := NewMetrics(registry, Build{"v1.2.3", "abc", "go1"})
	if err != nil {
		t.Fatal(err)
	}
	return m, registry
}

// exposed are our series as /metrics answers them, but for the buckets.
func exposed(t *testing.T, registry *prometheus.Registry) map[string]string {
	t.Helper()
	c := (&daemon{}).config()
	c.Metrics = registry
	series := map[string]string{}
	for line := range strings.Lines(get(t, New(c), "/metrics").Body.String()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(name, "deliverd_") && !strings.Contains(name, "_bucket{") {
			series[name] = value
		}
	}
	return series
}

func outcome(uin string, p period.Period, result delivery.Result) delivery.Outcome {
	return delivery.Outcome{Delivery: delivery.Delivery{Period: p}, Account: uin, Result: result, Size: 1000, Rows: 12, Lines: 10}
}

func TestMetrics(t *testing.T) {
	m, registry := newMetrics(t)
	before := exposed(t, registry)
	at := time.Unix(1765222200, 0)
	month := period.MonthlyOf(period.MonthOf(at))
	day := period.DailyOf(period.LastEndedDay(at))
	m.LastSuccess("200020002001", period.Monthly, at.Add(-time.Hour))
	m.Outcome(outcome("200020002001", day, delivery.Delivered), 3*time.Second, at)
	m.Outcome(outcome("200020002001", month, delivery.Replaced), time.Second, at.Add(time.Second))
	m.Outcome(outcome("200020002002", day, delivery.Unchanged), time.Second, at)
	m.Outcome(outcome("200020002003", day, delivery.Held), time.Second, at)
	m.Outcome(outcome("200020002003", day, delivery.Failed), time.Second, at)
	m.Outcome(outcome("200020002003", day, delivery.Waiting), time.Second, at)
	m.States("200020002003", map[string]int{"due": 1, "late": 2, "held": 3, "waiting": 4, "present": 5, "not-yet": 6})
	m.Broken("200020002003", true)
	m.Broken("200020002002", true)
	m.Broken("200020002002", false)
	m.LastSuccess("200020002003", period.Daily, at)
	m.ForgetSuccess("200020002003", period.Daily)
	m.ForgetSuccess("200020002002", period.Monthly)
	m.Reload(true, at)
	m.Reload(false, at.Add(time.Hour))
	changed := map[string]string{}
	for name, value := range exposed(t, registry) {
		if was, known := before[name]; !known || was != value {
			changed[name] = value
		}
	}
	want := map[string]string{
		`deliverd_last_success_timestamp_seconds{cadence="daily",uin="200020002001"}`:   "1.7652222e+09",
		`deliverd_last_success_timestamp_seconds{cadence="monthly",uin="200020002001"}`: "1.765222201e+09",
		`deliverd_last_success_timestamp_seconds{cadence="daily",uin="200020002002"}`:   "1.7652222e+09",
		`deliverd_missing_deliveries{uin="200020002003"}`:                               "3",
		`deliverd_late_deliveries{uin="200020002003"}`:                                  "2",
		`deliverd_held_deliveries{uin="200020002003"}`:                                  "3",
		`deliverd_waiting_deliveries{uin="200020002003"}`:                               "4",
		`deliverd_account_broken{uin="200020002003"}`:                                   "1",
		`deliverd_account_broken{uin="200020002002"}`:                                   "0",
		`deliverd_deliveries_total{cadence="daily",result="delivered"}`:                 "1",
		`deliverd_deliveries_total{cadence="monthly",result="replaced"}`:                "1",
		`deliverd_deliveries_total{cadence="daily",result="unchanged"}`:                 "1",
		`deliverd_deliveries_total{cadence="daily",result="held"}`:                      "1",
		`deliverd_deliveries_total{cadence="daily",result="failed"}`:                    "1",
		`deliverd_deliveries_total{cadence="daily",result="waiting"}`:                   "1",
		`deliverd_delivery_duration_seconds_count`:                                      "6",
		`deliverd_delivery_duration_seconds_sum`:                                        "8",
		`deliverd_written_bytes_total`:                                                  "2000",
		`deliverd_written_rows_total`:                                                   "24",
		`deliverd_written_lines_total`:                                                  "20",
		`deliverd_config_reloads_total{result="ok"}`:                                    "1",
		`deliverd_config_reloads_total{result="bad"}`:                                   "1",
		`deliverd_config_last_reload_success_timestamp_seconds`:                         "1.7652222e+09",
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := before[`deliverd_build_info{goversion="go1",revision="abc",version="v1.2.3"}`]; got != "1" {
		t.Errorf("build info: %q", got)
	}
	m.Reload(true, at)
	if got := exposed(t, registry)["deliverd_config_last_reload_successful"]; got != "1" {
		t.Errorf("after a good reload: %q", got)
	}
}

// TestForgottenAccountsLeaveNothing: of accounts that came and went no series
// stays.
func TestForgottenAccountsLeaveNothing(t *testing.T) {
	m, registry := newMetrics(t)
	before := exposed(t, registry)
	day := period.DailyOf(period.LastEndedDay(now))
	for i := range 50 {
		uin := fmt.Sprintf("2000200020%02d", i)
		m.LastSuccess(uin, period.Monthly, now)
		m.LastSuccess(uin, day.Cadence, now)
		m.States(uin, map[string]int{"late": 1})
		m.Broken(uin, true)
	}
	if got, want := len(exposed(t, registry)), len(before)+7*50; got != want {
		t.Errorf("%d series, want %d", got, want)
	}
	for i := range 50 {
		m.Forget(fmt.Sprintf("2000200020%02d", i))
	}
	if diff := cmp.Diff(before, exposed(t, registry)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestTheDocumentedMetrics holds docs/metrics.md against the registry: name,
// type and labels.
func TestTheDocumentedMetrics(t *testing.T) {
	m, registry := newMetrics(t)
	m.LastSuccess("200020002001", period.Daily, now)
	m.States("200020002001", nil)
	answers, err := billsummary.NewMetrics(registry) // those of the other listener
	if err != nil {
		t.Fatal(err)
	}
	api := billsummary.New(billsummary.Config{Metrics: answers, Now: func() time.Time { return now }})
	api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	m.Broken("200020002001", false)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	exist := map[string]string{}
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "deliverd_") {
			continue
		}
		var labels []string
		for _, label := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, label.GetName())
		}
		exist[family.GetName()] = strings.ToLower(family.GetType().String()) + " " + strings.Join(labels, " ")
	}
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(deliverd_[a-z_]+)` \\| ([a-z]+) \\| ([^|]*) \\|").FindAllStringSubmatch(string(text), -1) {
		labels := strings.NewReplacer("`", "", ",", "", "–", "").Replace(row[3])
		shown[row[1]] = row[2] + " " + sorted(labels)
	}
	for name, is := range exist {
		kind, labels, _ := strings.Cut(is, " ")
		exist[name] = kind + " " + sorted(labels)
	}
	if diff := cmp.Diff(exist, shown); diff != "" || len(exist) < 10 {
		t.Errorf("(-registry +docs/metrics.md):\n%s", diff)
	}
	for _, used := range regexp.MustCompile(`deliverd_[a-z_]+[a-z]`).FindAllString(string(text), -1) {
		if _, exists := exist[used]; !exists && !strings.Contains(string(text), used+"…") {
			t.Errorf("docs/metrics.md speaks of %s, which does not exist", used)
		}
	}
}

func sorted(words string) string {
	fields := strings.Fields(words)
	slices.Sort(fields)
	return strings.Join(fields, " ")
}

func TestRegisteringTwice(t *testing.T) {
	_, registry := newMetrics(t)
	var already prometheus.AlreadyRegisteredError
	if _, err := NewMetrics(registry, Build{}); !errors.As(err, &already) {
		t.Errorf("got %v, want that it is registered already", err)
	}
}

// TestAMetricThatCannotBeGathered is logged; the others are answered.
func TestAMetricThatCannotBeGathered(t *testing.T) {
	m, registry := newMetrics(t)
	m.Reload(true, now)
	bad := prometheus.NewDesc("other_metric", "broken on purpose", nil, nil)
	registry.MustRegister(invalid{bad})
	c := (&daemon{}).config()
	log, logs := logged()
	c.Metrics, c.Log = registry, log
	answer := get(t, New(c), "/metrics")
	if answer.Code != 200 || !strings.Contains(answer.Body.String(), "deliverd_config_last_reload_successful 1") {
		t.Errorf("got %d:\n%s", answer.Code, answer.Body)
	}
	if logs.Len() != 1 || !strings.Contains(logs.All()[0].Message, errOut.Error()) {
		t.Errorf("logged %v", logs.All())
	}
}

// invalid is a metric that cannot be gathered.
type invalid struct{ desc *prometheus.Desc }

func (i invalid) Describe(all chan<- *prometheus.Desc) { all <- i.desc }
func (i invalid) Collect(all chan<- prometheus.Metric) {
	all <- prometheus.NewInvalidMetric(i.desc, errOut)
}
