package httpapi

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

// Metrics counts what the daemon does. docs/metrics.md documents every one of
// them. Labels are few: accounts, cadences and results, never a key. Its
// methods may be called by many goroutines at once.
type Metrics struct {
	lastSuccess                  *prometheus.GaugeVec
	missing, late, held, waiting *prometheus.GaugeVec
	broken                       *prometheus.GaugeVec
	deliveries                   *prometheus.CounterVec
	bytes, rows, lines           prometheus.Counter
	took                         prometheus.Histogram
	reloads                      *prometheus.CounterVec
	reloadOK, reloadedAt         prometheus.Gauge
}

// Build is what the metrics say of the program itself.
type Build struct{ Version, Revision, Go string }

const (
	byUIN     = "uin"
	byCadence = "cadence"
	byResult  = "result"
)

// NewMetrics registers the metrics, those of the process and of the Go runtime
// included. Registering twice with one registerer is an error.
func NewMetrics(with prometheus.Registerer, build Build) (*Metrics, error) {
	perAccount := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{byUIN})
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &Metrics{
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "deliverd_last_success_timestamp_seconds",
			Help: "When a file of this account and cadence was last delivered, or found as it should be; Unix time.",
		}, []string{byUIN, byCadence}),
		missing: perAccount("deliverd_missing_deliveries", "Deliveries of this account that are due or late."),
		late:    perAccount("deliverd_late_deliveries", "Deliveries of this account that are missing for longer than freshness."),
		held:    perAccount("deliverd_held_deliveries", "Deliveries of this account that are held back until a person decides."),
		waiting: perAccount("deliverd_waiting_deliveries", "Deliveries of this account whose source is not ready."),
		broken:  perAccount("deliverd_account_broken", "1 while this account cannot be worked on; what is said of its deliveries is then old."),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "deliverd_deliveries_total", Help: "Deliveries tried, by what became of them.",
		}, []string{byCadence, byResult}),
		bytes: counter("deliverd_written_bytes_total", "Bytes of the files written into buckets."),
		rows:  counter("deliverd_written_rows_total", "FOCUS rows of the files written into buckets."),
		lines: counter("deliverd_written_lines_total", "Bill lines of the files written into buckets."),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "deliverd_delivery_duration_seconds", Help: "How long a delivery took, whatever became of it.",
			Buckets: []float64{0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600},
		}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "deliverd_config_reloads_total", Help: "Configurations read while running, by whether they were taken (ok) or refused (bad).",
		}, []string{byResult}),
		reloadOK: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "deliverd_config_last_reload_successful", Help: "1 while the configuration file is the one in force, 0 after a bad one was refused.",
		}),
		reloadedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "deliverd_config_last_reload_success_timestamp_seconds", Help: "When the configuration in force was read; Unix time.",
		}),
	}
	m.fill()
	return m, m.register(with, build)
}

// fill makes the series that are known beforehand begin at 0, so that the first
// event is seen as a rise.
func (m *Metrics) fill() {
	for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
		for _, result := range []delivery.Result{delivery.Delivered, delivery.Replaced, delivery.Unchanged, delivery.Waiting, delivery.Held, delivery.Failed} {
			m.deliveries.WithLabelValues(string(cadence), string(result))
		}
	}
	for _, result := range []string{"ok", "bad"} {
		m.reloads.WithLabelValues(result)
	}
}

func (m *Metrics) register(with prometheus.Registerer, build Build) error {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "deliverd_build_info", Help: "1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": build.Version, "revision": build.Revision, "goversion": build.Go},
	})
	info.Set(1)
	var failures []error
	for _, c := range []prometheus.Collector{
		m.lastSuccess, m.missing, m.late, m.held, m.waiting, m.broken, m.deliveries, m.bytes, m.rows, m.lines, m.took,
		m.reloads, m.reloadOK, m.reloadedAt, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		failures = append(failures, with.Register(c))
	}
	return errors.Join(failures...)
}

// Outcome counts what became of a delivery that ended at a moment.
func (m *Metrics) Outcome(o delivery.Outcome, took time.Duration, at time.Time) {
	m.deliveries.WithLabelValues(string(o.Period.Cadence), string(o.Result)).Inc()
	m.took.Observe(took.Seconds())
	switch o.Result {
	case delivery.Delivered, delivery.Replaced:
		m.bytes.Add(float64(o.Size))
		m.rows.Add(float64(o.Rows))
		m.lines.Add(float64(o.Lines))
		m.LastSuccess(o.Account, o.Period.Cadence, at)
	case delivery.Unchanged:
		m.LastSuccess(o.Account, o.Period.Cadence, at)
	}
}

// LastSuccess says when a file of the account was last right: at start, from
// what the ledger remembers, so that a restart does not look like a failure.
func (m *Metrics) LastSuccess(uin string, cadence period.Cadence, at time.Time) {
	m.lastSuccess.WithLabelValues(uin, string(cadence)).Set(seconds(at))
}

// ForgetSuccess drops the last success of a cadence that is switched off: its
// age would look like a failure.
func (m *Metrics) ForgetSuccess(uin string, cadence period.Cadence) {
	m.lastSuccess.DeleteLabelValues(uin, string(cadence))
}

// States says how many deliveries of an account are in which state. States that
// are not named have none; present ones and the like are not told of.
func (m *Metrics) States(uin string, counts map[string]int) {
	m.missing.WithLabelValues(uin).Set(float64(counts["due"] + counts["late"]))
	m.late.WithLabelValues(uin).Set(float64(counts["late"]))
	m.held.WithLabelValues(uin).Set(float64(counts["held"]))
	m.waiting.WithLabelValues(uin).Set(float64(counts["waiting"]))
}

// Broken says whether the account could be worked on at the last look. What
// States said before it broke stays.
func (m *Metrics) Broken(uin string, broken bool) {
	value := 0.0
	if broken {
		value = 1
	}
	m.broken.WithLabelValues(uin).Set(value)
}

// Forget drops what was said of an account that is no longer configured.
func (m *Metrics) Forget(uin string) {
	for _, gauges := range []*prometheus.GaugeVec{m.lastSuccess, m.missing, m.late, m.held, m.waiting, m.broken} {
		gauges.DeletePartialMatch(prometheus.Labels{byUIN: uin})
	}
}

// Reload counts a configuration that was read, and whether it is in force. The
// first one, at start, is one of them.
func (m *Metrics) Reload(ok bool, at time.Time) {
	if !ok {
		m.reloads.WithLabelValues("bad").Inc()
		m.reloadOK.Set(0)
		return
	}
	m.reloads.WithLabelValues("ok").Inc()
	m.reloadOK.Set(1)
	m.reloadedAt.Set(seconds(at))
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
