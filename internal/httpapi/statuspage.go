package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"go.uber.org/zap"
)

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

// styleHash names the page's style in the Content-Security-Policy: no other is
// applied.
func styleHash() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// pageData is what the template shows.
type pageData struct {
	Status
	selection
	Overall overall
	Style   template.CSS
}

// Link is the address of another page of the same selection.
func (d pageData) Link(page int) string {
	return "?" + url.Values{"page": {strconv.Itoa(page)}, "uin": {d.UIN}}.Encode()
}

// statusPage answers with the state of the accounts for people: all in a few
// numbers, then each account, those in trouble first. ?page= turns pages, ?uin=
// looks for accounts.
func statusPage(from func(context.Context) (Status, error), log *zap.Logger) http.Handler {
	page := template.Must(template.New("page").Funcs(template.FuncMap{
		"count":  count,
		"time":   shortTime,
		"away":   away,
		"before": func(n int) int { return n - 1 },
		"after":  func(n int) int { return n + 1 },
		"state":  Account.state,
	}).Parse(pageText))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, ok := read(w, r, from)
		if !ok {
			return
		}
		uin, number := asked(r)
		data := pageData{
			Status: status, selection: choose(status.Accounts, uin, number), Overall: sumUp(status.Accounts),
			Style: template.CSS(pageStyle),
		}
		var text bytes.Buffer // half a page is none
		if err := page.Execute(&text, data); err != nil {
			log.Error("status page", zap.NamedError("err", err))
			answerText(w, http.StatusInternalServerError, "status: "+err.Error()+"\n")
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(text.Bytes()) // whoever asked is gone: nobody could be told
	})
}

// count writes how many there are of something: 1 account, 2 accounts.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// shortTime shows a time in the zone it comes with.
func shortTime(t time.Time) string { return t.Format("2006-01-02 15:04 -07:00") }

// away says how far from now a moment is, in the unit that matters.
func away(t, now time.Time) string {
	if d := t.Sub(now); d > 0 {
		return "in " + span(d)
	}
	return span(now.Sub(t)) + " ago"
}

func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
}
