package main

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/httpapi"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// testClock is a clock that stands still until it is moved.
type testClock struct{ at time.Time }

func (c *testClock) Now() time.Time { return c.at }

func (*testClock) Timer(time.Duration) (<-chan time.Time, func() bool) {
	return nil, func() bool { return true }
}

// testBoard is the board of a loop, and the clock of both.
func testBoard(t *testing.T) (*board, *testClock) {
	t.Helper()
	clock := &testClock{time.Date(2025, 11, 4, 4, 0, 0, 0, time.UTC)}
	b, err := newBoard(&node{}, schedule.NewLoop(schedule.LoopConfig{Clock: clock}), clock.Now)
	if err != nil {
		t.Fatal(err)
	}
	return b, clock
}

// TestReadiness: a node is of use when every account was looked at, by whatever
// node, or had its time for it, and not all of them are broken.
func TestReadiness(t *testing.T) {
	s := newSite(t)
	s.configureTwo("", "")
	cfg, err := config.Load(s.config)
	if err != nil {
		t.Fatal(err)
	}
	b, clock := testBoard(t)
	b.configured(cfg)
	first, second := cfg.Accounts[0], cfg.Accounts[1]
	id, other := jobID(placeOf(first)), jobID(placeOf(second))
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"at start", func() {}, "2 of 2 accounts have not been looked at yet"},
		{"one is broken", func() { b.broken(id, first, errors.New("no such bucket")) }, "1 of 2 accounts have not been looked at yet"},
		{"both are", func() { b.broken(other, second, errors.New("no such bucket")) }, "no account can be worked on"},
		{"one is well", func() { b.worked(other, second, &delivery.Worked{Plan: &delivery.Plan{}}) }, ""},
		{"the configuration is read anew", func() { b.configured(cfg) }, ""},
		{"one leaves", func() { b.configured(&config.Config{Accounts: cfg.Accounts[1:]}) }, ""},
		{"and comes back", func() { b.configured(cfg) }, "1 of 2 accounts have not been looked at yet"},
		{"after almost two minutes", func() { clock.at = clock.at.Add(2*time.Minute - 1) }, "1 of 2 accounts have not been looked at yet"},
		{"after two minutes", func() { clock.at = clock.at.Add(1) }, ""},
		{"and the other breaks", func() { b.broken(other, second, errors.New("no such bucket")) }, "1 of 2 accounts have not been looked at yet"},
		{"another node works on it", func() { b.worked(id, first, &delivery.Worked{Elsewhere: errors.New("held")}) }, ""},
	} {
		step.do()
		if err := b.seen(); (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("%s: got %v, want %q", step.name, err, step.want)
		}
	}
}

// TestAlive: a daemon whose loop does not go round is not alive, and is again
// when it does.
func TestAlive(t *testing.T) {
	b, clock := testBoard(t)
	for _, step := range []struct {
		name  string
		after time.Duration
		tick  bool
		want  string
	}{
		{"it goes round", 0, true, ""},
		{"it is a while ago", 2 * time.Minute, false, ""},
		{"it hangs", time.Nanosecond, false, "the loop has not gone round since 2025-11-04T04:00:00Z"},
		{"it goes round again", 0, true, ""},
	} {
		clock.at = clock.at.Add(step.after)
		if step.tick {
			b.loop.Tick(t.Context())
		}
		if err := b.alive(); (err == nil) != (step.want == "") || err != nil && err.Error() != step.want {
			t.Errorf("%s: got %v, want %q", step.name, err, step.want)
		}
	}
}

// series are the metrics of a board that begin with a name.
func series(b *board, name string) string {
	answer := httptest.NewRecorder()
	page := httpapi.New(httpapi.Config{Alive: b.alive, Ready: b.ready(), Status: b.status, Metrics: b.registry, Log: zap.NewNop()})
	page.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	var found strings.Builder
	for line := range strings.Lines(answer.Body.String()) {
		if strings.HasPrefix(line, name) {
			found.WriteString(strings.ReplaceAll(line, testUIN, "U"))
		}
	}
	return found.String()
}

// planned is a daily delivery of November in a state.
func planned(day int, state delivery.State, skip bool) delivery.Planned {
	at := time.Date(2025, 11, day+1, 0, 0, 0, 0, period.Zone)
	d := delivery.Delivery{Period: period.DailyOf(period.LastEndedDay(at)), Due: at.Add(3 * time.Hour)}
	planned := delivery.Planned{Check: delivery.Check{Delivery: d, Key: "key", State: state}, Skip: skip}
	if state == delivery.Present {
		planned.Entry = ledger.Entry{Key: "key", Proof: ledger.Proof{At: d.Due.UTC()}}
	}
	return planned
}

// TestWhatTheMetricsSayOfAnAccount as it is looked at, breaks, and is mended.
func TestWhatTheMetricsSayOfAnAccount(t *testing.T) {
	s := newSite(t)
	cfg, err := config.Load(s.config)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := testBoard(t)
	b.configured(cfg)
	account := cfg.Accounts[0]
	id := jobID(placeOf(account))
	work := func(states ...delivery.Planned) func() {
		return func() { b.worked(id, account, &delivery.Worked{Plan: &delivery.Plan{Deliveries: states}}) }
	}
	for _, step := range []struct {
		name                  string
		do                    func()
		missing, late, broken string
	}{
		{"nobody has looked", func() {}, "", "", ""},
		{"some are missing", work(planned(1, delivery.Late, false), planned(2, delivery.Due, false)), "2", "1", "0"},
		{"it breaks", func() { b.broken(id, account, errors.New("no such bucket")) }, "2", "1", "1"},
		{"it is mended; what `missed` leaves out is not missing", work(planned(1, delivery.Late, true), planned(2, delivery.Due, true), planned(3, delivery.Due, false)), "1", "0", "0"},
	} {
		step.do()
		for name, value := range map[string]string{"deliverd_missing_deliveries": step.missing, "deliverd_late_deliveries": step.late, "deliverd_account_broken": step.broken} {
			want := ""
			if value != "" {
				want = name + `{uin="U"} ` + value + "\n"
			}
			if got := series(b, name); got != want {
				t.Errorf("%s: got %q, want %q", step.name, got, want)
			}
		}
	}
}

// TestACadenceThatIsOffHasNoLastSuccess: its age would wake somebody. The
// account is delivered into two buckets, which share the series.
func TestACadenceThatIsOffHasNoLastSuccess(t *testing.T) {
	s := newSite(t)
	b, _ := testBoard(t)
	load := func(first, second string) *config.Config {
		t.Helper()
		s.configureTwo("    daily: {enabled: "+first+"}\n", "    daily: {enabled: "+second+"}\n")
		s.write("deliverd.yaml", strings.Replace(strings.ReplaceAll(readFile(t, s.config), otherUIN, testUIN), "prefix: focus/", "prefix: other/", 1))
		cfg, err := config.Load(s.config)
		if err != nil {
			t.Fatal(err)
		}
		return cfg
	}
	work := func(account config.Account, states ...delivery.Planned) {
		b.worked(jobID(placeOf(account)), account, &delivery.Worked{Plan: &delivery.Plan{Deliveries: states}})
	}
	const success = `deliverd_last_success_timestamp_seconds{cadence="daily",uin="U"} 1.7621964e+09` + "\n"
	delivered := delivery.Outcome{Delivery: planned(3, delivery.Present, false).Delivery, Account: testUIN, Result: delivery.Delivered}
	both, one, none := load("true", "true"), load("true", "false"), load("false", "false")
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"it is on", func() { b.configured(both); work(both.Accounts[0], planned(3, delivery.Present, false)) }, success},
		{"it is off in one bucket", func() { b.configured(one); work(one.Accounts[1]) }, success},
		{"it is off in both", func() { b.configured(none) }, ""},
		{"an upload that was under way ends", func() { b.told(&delivered, time.Second); work(none.Accounts[0]) }, ""},
		{"it is on again", func() { b.configured(both); work(both.Accounts[0], planned(3, delivery.Present, false)) }, success},
	} {
		step.do()
		if got := series(b, "deliverd_last_success"); got != step.want {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
}
