package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

func page(t *testing.T, d *daemon, path string) string {
	t.Helper()
	answer := get(t, New(d.config()), path)
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%s: got %d, %s:\n%s", path, answer.Code, answer.Header().Get("Content-Type"), answer.Body)
	}
	return strings.ReplaceAll(answer.Body.String(), "&#43;", "+") // of a zone, as html/template writes it
}

// articles are the accounts on a page, by state.
func articles(text string) []string {
	var all []string
	for _, match := range regexp.MustCompile(`<article class="([a-z-]+)">\s*<h2>([0-9]+)</h2>`).FindAllStringSubmatch(text, -1) {
		all = append(all, match[2]+" "+match[1])
	}
	return all
}

func TestThePageSaysWhatIsWrongFirst(t *testing.T) {
	text := page(t, &daemon{status: sick()}, "/")
	at := -1
	for _, want := range []string{
		"<title>deliverd: 3 accounts in trouble</title>",
		`<header class="trouble">`, "<h1>3 of 5 accounts in trouble</h1>",
		"5 accounts · missing 4, late 2 of them · held 1 · waiting 1 · differs 4",
		"2025-12-09 04:30 +08:00 · node node-a · deliverd v1.2.3",
		`<article class="trouble">`, "<h2>200000000002</h2>", "<h3>daily</h3>", "2025-12-09 03:00 +08:00, 90 min ago", "20251208.CSV", "2025-12-10 03:30 +08:00, in 23 h", "3, 2 of them late", "<dt>failing</dt>", "20251207.CSV", "tried 3 times: 503",
		"<h3>monthly: off</h3>", "none yet",
		"<h2>200000000003</h2>", "held", "fewer lines: 10 &lt;b&gt;than&lt;/b&gt; before", "try: deliverd deliver --accept-shrink",
		"<h2>200000000004</h2>", "bucket: access denied", "try: look at its CAM policy",
		`<article class="at-work">`, "<h2>200000000001</h2>", "no bill of 2025-12-08 yet",
		`<article class="well">`, "<h2>200000000000</h2>",
	} {
		next := strings.Index(text[at+1:], want)
		if next < 0 {
			t.Fatalf("no %q after byte %d of\n%s", want, at, text)
		}
		at += 1 + next
	}
	if strings.Contains(text, "<nav>") {
		t.Error("one page can be turned")
	}
}

func TestTheHeadline(t *testing.T) {
	waits := accounts(2)
	waits[0].Cadences[0].Missing = 1
	for _, test := range []struct {
		name     string
		accounts []Account
		want     string
	}{
		{"well", accounts(2), `<header class="well">` + "\n<h1>All is well</h1>"},
		{"at work", waits, `<header class="at-work">` + "\n<h1>At work: nothing is late or held</h1>"},
		{"nobody", nil, "<p>No account is configured.</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if text := page(t, &daemon{status: Status{Now: now, Accounts: test.accounts}}, "/"); !strings.Contains(text, test.want) {
				t.Errorf("no %q in\n%s", test.want, text)
			}
		})
	}
}

// TestManyAccounts: with 5,000 of them a page stays small, begins with those in
// trouble, and every account is on one page.
func TestManyAccounts(t *testing.T) {
	all := accounts(5000)
	all[4321].Cadences[0].Late, all[4321].Cadences[0].Missing = 1, 1
	all[1234].Cadences[0].Missing = 1
	d := &daemon{status: Status{Now: now, Accounts: all}}
	first := page(t, d, "/")
	if got := articles(first); len(got) != perPage || got[0] != "200000004321 trouble" || got[1] != "200000001234 at-work" || got[2] != "200000000000 well" {
		t.Errorf("the first page shows %d accounts: %v …", len(got), got[:min(3, len(got))])
	}
	if len(first) > 64<<10 {
		t.Errorf("the page has %d bytes", len(first))
	}
	seen := map[string]bool{}
	path, pages := "/", 0
	for next := regexp.MustCompile(`href="(\?[^"]*)" rel="next"`); path != ""; pages++ {
		text := page(t, d, path)
		for _, account := range articles(text) {
			seen[account] = true
		}
		path = ""
		if link := next.FindStringSubmatch(text); link != nil {
			path = "/" + strings.ReplaceAll(link[1], "&amp;", "&")
		}
	}
	if len(seen) != 5000 || pages != 100 {
		t.Errorf("%d pages show %d accounts", pages, len(seen))
	}
}

func TestPagesThatAreAskedFor(t *testing.T) {
	d := &daemon{status: Status{Now: now, Accounts: accounts(120)}}
	for _, test := range []struct {
		path  string
		first string
		count int
		says  []string
	}{
		{"/?page=2", "200000000050", 50, []string{"page 2 of 3", `rel="prev"`, `rel="next"`}},
		{"/?page=3", "200000000100", 20, []string{"page 3 of 3"}},
		{"/?page=99", "200000000100", 20, []string{"page 3 of 3"}},
		{"/?page=-1", "200000000000", 50, []string{"page 1 of 3"}},
		{"/?page=many", "200000000000", 50, []string{"page 1 of 3"}},
		{"/?uin=2000000000", "200000000000", 50, []string{"page 1 of 2", "?page=2&amp;uin=2000000000"}},
		{"/?uin=20000000010", "200000000100", 10, []string{`value="20000000010"`, "all accounts"}},
		{"/?uin=%3Cscript%3E", "", 0, []string{"No account begins with &lt;script&gt;."}},
	} {
		t.Run(test.path, func(t *testing.T) {
			text := page(t, d, test.path)
			got := articles(text)
			if len(got) != test.count || test.count > 0 && !strings.HasPrefix(got[0], test.first+" ") {
				t.Errorf("got %d accounts: %v", len(got), got)
			}
			for _, want := range test.says {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
		})
	}
}

// TestThePageNeedsNothing: no script, nothing loaded, its style the one that
// the policy names, tags that are closed, and both colour schemes.
func TestThePageNeedsNothing(t *testing.T) {
	answer := get(t, New((&daemon{status: sick()}).config()), "/")
	text := answer.Body.String()
	for _, wrong := range []string{"<script", "src=", "<link", "http-equiv", "@import", "url("} {
		if strings.Contains(text, wrong) {
			t.Errorf("the page has %q", wrong)
		}
	}
	for _, want := range []string{`name="viewport"`, "prefers-color-scheme: dark", `lang="en"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	_, style, _ := strings.Cut(text, "<style>")
	style, _, found := strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if want := "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !found || !strings.Contains(answer.Header().Get("Content-Security-Policy"), want) {
		t.Errorf("the policy %q does not allow the page's style, %s", answer.Header().Get("Content-Security-Policy"), want)
	}
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

func TestNoStatusToBeHad(t *testing.T) {
	handler := New((&daemon{broken: errOut}).config())
	for _, path := range []string{"/", "/status.json"} {
		if got := get(t, handler, path); got.Code != 503 || got.Body.String() != "status: out of reach\n" {
			t.Errorf("%s: got %d %q", path, got.Code, got.Body)
		}
	}
}

func TestAway(t *testing.T) {
	for _, test := range []struct {
		by   time.Duration
		want string
	}{
		{0, "0 s ago"}, {-119 * time.Second, "119 s ago"}, {2 * time.Minute, "in 2 min"}, {-119 * time.Minute, "119 min ago"},
		{47 * time.Hour, "in 47 h"}, {-49 * time.Hour, "2 days ago"},
	} {
		if got := away(now.Add(test.by), now); got != test.want {
			t.Errorf("%s: got %q, want %q", test.by, got, test.want)
		}
	}
}
