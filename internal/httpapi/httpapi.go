// Package httpapi tells people and machines how the daemon is: whether it is
// alive, whether it is ready, its metrics, and a page with the state of every
// account.
//
// It knows HTTP, HTML and the exposition format of Prometheus. It does not know
// how any of it came about: what it shows is handed to it, as values it asks for
// or as events it counts. It opens no bucket, asks no source and reads no
// ledger; it binds no address and checks no caller: who may ask is for the
// address it listens on, or for a proxy in front of it, to say.
package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

// Config is what the handlers ask. Every field but Ready is needed. The
// functions are called by many requests at once and honour their context.
type Config struct {
	// Alive is nil while the daemon's loop goes round, else it says since when
	// it does not. It answers at once.
	Alive func() error

	// Ready are the conditions under which the daemon is of use.
	Ready []Condition

	// Status is the state of every account. It is called for every page, so it
	// hands out what it knows and looks at no bucket.
	Status func(context.Context) (Status, error)

	Metrics prometheus.Gatherer
	Log     *zap.Logger
}

// Condition is one thing that must hold before the daemon is ready.
type Condition struct {
	Name string // of what must be there, such as "ledger"
	// Met is nil where the condition holds, else it says what is missing.
	Met func(context.Context) error
}

// askAtMost bounds how long a handler waits for what it shows; it is shorter
// than the server takes to give the connection up.
const askAtMost = 10 * time.Second

// New returns the handler of every page.
func New(c Config) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", healthz(c.Alive))
	mux.Handle("GET /readyz", readyz(c.Ready))
	mux.Handle("GET /metrics", metricsPage(c.Metrics, c.Log))
	mux.Handle("GET /status.json", statusJSON(c.Status, c.Log))
	mux.Handle("GET /{$}", statusPage(c.Status, c.Log))
	return secured(mux)
}

// secured sets the headers that every answer has: nothing is stored, guessed,
// framed or told to others, and nothing is loaded but the page's own style.
func secured(next http.Handler) http.Handler {
	policy := "default-src 'none'; style-src '" + styleHash() + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// answerText answers with plain text.
func answerText(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(text)) // whoever asked is gone: nobody could be told
}
