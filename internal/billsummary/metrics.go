package billsummary

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what the API answers. docs/metrics.md documents them.
type Metrics struct {
	requests *prometheus.CounterVec
	took     prometheus.Histogram
	unknown  *prometheus.CounterVec
}

// NewMetrics registers the metrics. Registering twice with one registerer is an
// error.
func NewMetrics(with prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "deliverd_api_requests_total", Help: "Requests to the API, by action (blank: none of ours, or its sender is not known) and the code of the answer.",
		}, []string{"action", "code"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "deliverd_api_request_duration_seconds", Help: "How long the API took to answer.",
			Buckets: []float64{0.0005, 0.001, 0.002, 0.005, 0.01, 0.03, 0.1, 1},
		}),
		unknown: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "deliverd_api_unknown_codes_total", Help: "Regions and billing modes of a bill without a code that is known, which the API answers as other; counted when an answer is made.",
		}, []string{"group"}),
	}
	for _, group := range []string{byRegion, byPayMode} {
		m.unknown.WithLabelValues(group) // 0 is worth knowing, too
	}
	for _, c := range []prometheus.Collector{m.requests, m.took, m.unknown} {
		if err := with.Register(c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (m *Metrics) answered(action, code string, took time.Duration) {
	if m != nil {
		m.requests.WithLabelValues(action, code).Inc()
		m.took.Observe(took.Seconds())
	}
}

func (m *Metrics) unknownCode(group string) {
	if m != nil {
		m.unknown.WithLabelValues(group).Inc()
	}
}
