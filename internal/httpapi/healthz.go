package httpapi

import "net/http"

// healthz answers whether the daemon is alive: the process answers, and its
// loop goes round. Whoever asks may restart it when it is not; a ledger or a
// bucket that is out of reach is no reason to.
func healthz(alive func() error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := alive(); err != nil {
			answerText(w, http.StatusServiceUnavailable, "loop: "+err.Error()+"\n")
			return
		}
		answerText(w, http.StatusOK, "alive\n")
	})
}
