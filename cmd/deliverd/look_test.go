package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
)

// app is deliverd at a time of its own, in this process; done is what it has
// said so far, with its exit code.
func (s *site) app(at string) (a *app, done func(code int) ended) {
	s.t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		s.t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	a = newApp(&stdout, &stderr)
	a.now = func() time.Time { return now }
	return a, func(code int) ended { return ended{code, s.plain(stdout.String()), s.plain(stderr.String())} }
}

// at runs a command at a time of its own.
func (s *site) at(now string, args ...string) ended {
	s.t.Helper()
	a, done := s.app(now)
	return done(a.run(s.t.Context(), append(args, "--config", s.config)))
}

// silent is an address that accepts connections and never answers.
func silent(t *testing.T) (address string, accepted <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan struct{}, 100)
	var mu sync.Mutex
	var all []net.Conn
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			all = append(all, conn)
			mu.Unlock()
			came <- struct{}{}
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range all {
			conn.Close()
		}
	})
	return listener.Addr().String(), came
}

// configureMany writes a configuration of accounts without a calendar, each in
// the bucket at its URL. Their uins end in 01, 02, ….
func (s *site) configureMany(urls ...string) {
	s.t.Helper()
	text := "state: state\naccounts:\n"
	for i, url := range urls {
		text += fmt.Sprintf("  - {uin: \"2000200020%02d\", source: {files: bills}, daily: {enabled: false}, monthly: {enabled: false},\n"+
			"     bucket: {url: %q, prefix: focus/, secret-id: %s, secret-key-file: secret-key}}\n", i+1, url, secretID)
	}
	s.write("deliverd.yaml", text)
	if got := s.run("ledger", "migrate", "--config", "{config}"); got.code != exitDone {
		s.t.Fatalf("got %+v", got)
	}
}

// uins are the accounts that a text output of status shows, in its order.
func uins(text string) []string { return regexp.MustCompile(`(?m)^\d{12}`).FindAllString(text, -1) }

// TestABucketThatDoesNotAnswerIsTold, and the other accounts are shown.
func TestABucketThatDoesNotAnswerIsTold(t *testing.T) {
	s := newSite(t)
	stuck, _ := silent(t)
	s.configureMany(s.url, "http://"+stuck, s.url)
	why := "list focus/FOCUS-bill_details-200020002002-* of bucket " + stuck + ": no answer within 2s"
	for _, args := range [][]string{{"status"}, {"status", "--json"}, {"plan", "--json"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			a, done := s.app(testNoon)
			a.lookAtMost = 2 * time.Second
			got := done(a.run(t.Context(), append(args, "--config", s.config)))
			if got.code != exitFailed || !strings.HasPrefix(got.stderr, "deliverd: account 200020002002: "+why+"\ntry: deliverd check") {
				t.Errorf("got %+v", got)
			}
			if len(args) == 1 {
				if shown := uins(got.stdout); !slices.Equal(shown, []string{"200020002001", "200020002003"}) {
					t.Errorf("shown: %q", shown)
				}
				return
			}
			if failed := errorsOf(t, got.stdout); len(failed) != 1 || failed[0].UIN != "200020002002" || failed[0].Error != why || failed[0].Try == "" {
				t.Errorf("errors: got %+v", failed)
			}
		})
	}
}

// TestAccountsAreLookedAtTogether and shown in the configuration's order: the
// first one's bucket answers when the second one's has.
func TestAccountsAreLookedAtTogether(t *testing.T) {
	s, other := newSite(t), newSite(t)
	s.configureMany(s.url, other.url)
	second := make(chan struct{})
	other.watch(func(e cosserver.Event) {
		if e.Op == "list" && e.Done {
			close(second)
		}
	})
	s.watch(func(e cosserver.Event) {
		if e.Op == "list" && !e.Done {
			<-second
		}
	})
	if got := s.at(testNoon, "status"); got.code != exitDone || !slices.Equal(uins(got.stdout), []string{"200020002001", "200020002002"}) {
		t.Errorf("got %+v", got)
	}
}

// TestAnInterruptShowsWhatThereIs: of ten accounts eight are looked at at once,
// one of them is done, the ninth has just begun, and the tenth never does.
func TestAnInterruptShowsWhatThereIs(t *testing.T) {
	for _, command := range []string{"status", "plan"} {
		t.Run(command, func(t *testing.T) {
			s := newSite(t)
			s.configureMany(slices.Repeat([]string{s.url}, 10)...)
			ctx, stop := context.WithCancel(t.Context())
			together, goOn := make(chan struct{}), make(chan struct{})
			var mu sync.Mutex
			begun, ended, most := 0, 0, 0
			s.watch(func(e cosserver.Event) {
				mu.Lock()
				if e.Done {
					ended++
					mu.Unlock()
					return
				}
				begun++
				nth := begun
				most = max(most, begun-ended)
				mu.Unlock()
				switch nth {
				case looksAtOnce:
					close(together)
				case looksAtOnce + 1:
					stop()
				}
				if nth == 1 {
					<-together
					return
				}
				<-goOn
			})
			a, done := s.app(testNoon)
			got := done(a.run(ctx, []string{command, "--config", s.config}))
			mu.Lock()
			atOnce, asked := most, begun
			mu.Unlock()
			close(goOn)
			shown := 1
			if command == "plan" {
				shown = 0 // nothing is planned, and that all of it is known is not said
			}
			if got.code != exitInterrupted || len(uins(got.stdout)) != shown || shown == 0 && got.stdout != "" || got.stderr != "deliverd: interrupted; nothing is left half done\n" {
				t.Errorf("got %+v", got)
			}
			if atOnce != looksAtOnce || asked != looksAtOnce+1 {
				t.Errorf("%d accounts at once and %d in all, want %d and %d", atOnce, asked, looksAtOnce, looksAtOnce+1)
			}
		})
	}
}

// TestWhatCameDueRightNowWasNotMissed: the daemon makes it, `missed: none` or
// not; what came due longer ago, and was never tried, was missed.
func TestWhatCameDueRightNowWasNotMissed(t *testing.T) {
	s := newSite(t)
	s.configure("    missed: none\n    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n")
	if got := s.run("ledger", "migrate", "--config", "{config}"); got.code != exitDone {
		t.Fatalf("got %+v", got)
	}
	got := s.at("2025-11-04T03:01:00+08:00", "plan", "--json")
	var report planJSON
	if err := json.Unmarshal([]byte(got.stdout), &report); err != nil || got.code != exitDone {
		t.Fatalf("got %+v, %v", got, err)
	}
	skipped := map[string]bool{}
	for _, d := range report.Deliveries {
		skipped[d.Period] = d.Skipped
	}
	if !skipped["2025-11-01"] || !skipped["2025-11-02"] || skipped["2025-11-03"] {
		t.Errorf("missed, and left so: %v", skipped)
	}
	if got := s.at("2025-11-04T03:01:00+08:00", "status"); !strings.Contains(got.stdout, " 1 missing (0 late)") {
		t.Errorf("status: %+v", got)
	}
}

// TestTimesAreInTheBillsZone, whatever the ledger, the calendar and the machine
// have.
func TestTimesAreInTheBillsZone(t *testing.T) {
	s := newSite(t)
	s.configure("    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n")
	s.write("deliverd.yaml", "timezone: Europe/London\n"+readFile(t, s.config))
	const noon = "2025-11-04T04:00:00Z"
	if got := s.at(noon, "deliver", "--due"); got.code != exitDone {
		t.Fatalf("got %+v", got)
	}
	time8 := regexp.MustCompile(`"(now|at|lastSuccess|nextDue|due|nextTry|proved)": "([^"]*)"`)
	for command, want := range map[string][]string{"status": {"now", "lastSuccess", "nextDue"}, "plan": {"at", "due", "proved"}} {
		got := s.at(noon, command, "--json")
		seen := map[string]bool{}
		for _, at := range time8.FindAllStringSubmatch(got.stdout, -1) {
			seen[at[1]] = true
			if !strings.HasSuffix(at[2], "+08:00") {
				t.Errorf("%s: %s", command, at[0])
			}
		}
		for _, name := range want {
			if !seen[name] {
				t.Errorf("%s: no %s in %+v", command, name, got)
			}
		}
	}
	b, _ := testBoard(t)
	if shown, err := b.status(t.Context()); err != nil || !strings.HasSuffix(shown.Now.Format(time.RFC3339), "+08:00") {
		t.Errorf("the daemon's: %s, %v", shown.Now, err)
	}
}

// TestATimeNeedsItsZone: what is wrong is said, and how it is written.
func TestATimeNeedsItsZone(t *testing.T) {
	s := newSite(t)
	s.want(ended{exitUsage, "", "deliverd: --at: \"2026-12-01\" is not a time with its zone, such as 2026-12-01T03:00:00+08:00\n" +
		"try: --at 2026-12-01T03:00:00+08:00\n"}, "plan", "--config", "{config}", "--at", "2026-12-01")
}
