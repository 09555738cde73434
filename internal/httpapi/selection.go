package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// perPage is how many accounts the page shows at once.
const perPage = 50

// selection is the part of the accounts that a request asked for.
type selection struct {
	UIN    string    // what the uin begins with; blank: any
	Listed []Account // on this page
	Page   int       // from 1
	Pages  int       // at least 1
}

// choose sorts the accounts that match, those in trouble first, and cuts out
// the page. A page beyond the last is the last: what was in trouble a moment
// ago may be well by now.
func choose(accounts []Account, uin string, page int) selection {
	matching := beginningWith(accounts, uin)
	rank := map[state]int{trouble: 0, atWork: 1, well: 2}
	slices.SortStableFunc(matching, func(a, b Account) int { return rank[a.state()] - rank[b.state()] })
	s := selection{UIN: uin, Pages: max(1, (len(matching)+perPage-1)/perPage)}
	s.Page = min(max(page, 1), s.Pages)
	first := (s.Page - 1) * perPage
	s.Listed = matching[first:min(first+perPage, len(matching))]
	return s
}

// beginningWith returns the accounts whose uin begins so, in a slice of its own.
func beginningWith(accounts []Account, uin string) []Account {
	matching := make([]Account, 0, len(accounts))
	for _, a := range accounts {
		if strings.HasPrefix(a.UIN, uin) {
			matching = append(matching, a)
		}
	}
	return matching
}

// asked reads what a request selects; what cannot be read selects nothing less.
func asked(r *http.Request) (uin string, page int) {
	query := r.URL.Query()
	page, err := strconv.Atoi(query.Get("page"))
	if err != nil {
		page = 1
	}
	return strings.TrimSpace(query.Get("uin")), page
}

// read asks for the status within a bound, and tells whoever asked when it is
// not to be had; it reports whether there is one.
func read(w http.ResponseWriter, r *http.Request, from func(context.Context) (Status, error)) (Status, bool) {
	ctx, cancel := context.WithTimeout(r.Context(), askAtMost)
	defer cancel()
	status, err := from(ctx)
	if err != nil {
		answerText(w, http.StatusServiceUnavailable, "status: "+err.Error()+"\n")
		return Status{}, false
	}
	return status, true
}
