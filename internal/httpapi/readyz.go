package httpapi

import (
	"context"
	"net/http"
	"strings"
)

// readyz answers whether the daemon is of use, and names every condition that
// is not met. A daemon may be alive and not ready: it waits for its ledger.
func readyz(conditions []Condition) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), askAtMost)
		defer cancel()
		var missing strings.Builder
		for _, c := range conditions {
			if err := c.Met(ctx); err != nil {
				missing.WriteString(c.Name + ": " + err.Error() + "\n")
			}
		}
		if missing.Len() > 0 {
			answerText(w, http.StatusServiceUnavailable, missing.String())
			return
		}
		answerText(w, http.StatusOK, "ready\n")
	})
}
