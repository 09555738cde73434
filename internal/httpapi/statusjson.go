package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"go.uber.org/zap"
)

// statusDocument is what /status.json answers (docs/json.md).
type statusDocument struct {
	Status
	Overall overall `json:"overall"` // of all accounts, whichever of them are listed
}

// statusJSON answers with the state of every account, or of those whose uin
// begins with ?uin=, in the order in which the status has them.
func statusJSON(from func(context.Context) (Status, error), log *zap.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, ok := read(w, r, from)
		if !ok {
			return
		}
		document := statusDocument{Status: status, Overall: sumUp(status.Accounts)}
		uin, _ := asked(r)
		document.Accounts = beginningWith(status.Accounts, uin)
		text, err := json.MarshalIndent(document, "", "  ")
		if err != nil {
			log.Error("status as JSON", zap.NamedError("err", err))
			answerText(w, http.StatusInternalServerError, "status: "+err.Error()+"\n")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(text, '\n')) // whoever asked is gone: nobody could be told
	})
}
