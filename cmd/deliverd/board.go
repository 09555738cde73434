package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/httpapi"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
	"deliverd/internal/systemd"
)

// board is what the daemon tells about itself: to the status page, to the
// metrics, to the service manager.
type board struct {
	loop     *schedule.Loop
	ledger   *ledger.Ledger
	now      func() time.Time
	began    time.Time
	node     string
	registry *prometheus.Registry
	metrics  *httpapi.Metrics

	mu       sync.Mutex
	accounts map[string]httpapi.Account // by job; what the last look at them showed
	looked   map[string]bool            // by job; somebody has looked at them, this node or another
	order    []string
	on       map[cadenceOf]bool // cadences that some place of the account is delivered with
}

// cadenceOf is one cadence of an account.
type cadenceOf struct {
	uin     string
	cadence period.Cadence
}

func newBoard(n *node, loop *schedule.Loop, now func() time.Time) (*board, error) {
	registry := prometheus.NewRegistry()
	v := readVersion()
	metrics, err := httpapi.NewMetrics(registry, httpapi.Build{Version: v.Version, Revision: v.Revision, Go: v.Go})
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	metrics.Reload(true, now())
	return &board{loop: loop, ledger: n.ledger, now: now, began: now(), node: host, registry: registry, metrics: metrics, accounts: map[string]httpapi.Account{}, looked: map[string]bool{}}, nil
}

// configured takes the accounts of a configuration, in its order.
func (b *board) configured(cfg *config.Config) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.accounts
	b.accounts, b.order, b.on = map[string]httpapi.Account{}, nil, map[cadenceOf]bool{}
	for _, a := range cfg.Accounts {
		id := jobID(placeOf(a))
		shown, known := before[id]
		if !known {
			shown = httpapi.Account{UIN: a.UIN, Bucket: placeOf(a).Bucket}
		}
		delete(before, id)
		b.accounts[id] = shown
		b.order = append(b.order, id)
		for _, cadence := range cadences {
			if a.Cadence(cadence).Enabled {
				b.on[cadenceOf{a.UIN, cadence}] = true
			}
		}
	}
	for id, gone := range before {
		delete(b.looked, id)
		b.metrics.Forget(gone.UIN)
	}
	for _, id := range b.order {
		b.forgetOff(b.accounts[id].UIN)
	}
}

// forgetOff drops the last success of an account's cadences that are off, with
// b.mu held. An account that is delivered into two buckets has one series.
func (b *board) forgetOff(uin string) {
	for _, cadence := range cadences {
		if !b.on[cadenceOf{uin, cadence}] {
			b.metrics.ForgetSuccess(uin, cadence)
		}
	}
}

// worked takes note of what one look at an account showed.
func (b *board) worked(id string, account config.Account, done *delivery.Worked) {
	if done.Plan == nil { // somebody else works on it
		b.mu.Lock()
		defer b.mu.Unlock()
		b.looked[id] = true
		return
	}
	shown := summary(account, done.Plan)
	counts := map[string]int{}
	for _, d := range done.Plan.Deliveries {
		if !d.Skip { // nobody is going to make it
			counts[string(d.State)]++
		}
	}
	b.metrics.States(account.UIN, counts)
	b.metrics.Broken(account.UIN, false)
	for _, c := range shown.Cadences {
		if !c.LastSuccess.IsZero() {
			b.metrics.LastSuccess(account.UIN, c.Cadence, c.LastSuccess)
		}
	}
	b.show(id, shown)
}

// broken takes note of an account that could not be looked at.
func (b *board) broken(id string, account config.Account, err error) {
	b.mu.Lock()
	shown := b.accounts[id]
	b.mu.Unlock()
	shown.UIN, shown.Bucket = account.UIN, placeOf(account).Bucket
	shown.Problem = &httpapi.Problem{Why: err.Error(), Try: remedy(err)}
	b.metrics.Broken(account.UIN, true)
	b.show(id, shown)
}

func (b *board) show(id string, shown httpapi.Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, configured := b.accounts[id]; configured {
		b.accounts[id], b.looked[id] = shown, true
		b.forgetOff(shown.UIN) // what ended while it was switched off may have told of itself
	}
}

func (b *board) told(out *delivery.Outcome, took time.Duration) {
	b.metrics.Outcome(*out, took, b.now())
}

// status is what is known of all accounts.
func (b *board) status(context.Context) (httpapi.Status, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := httpapi.Status{Now: b.now().In(period.Zone), Node: b.node, Version: readVersion().Version, Accounts: make([]httpapi.Account, len(b.order))}
	for i, id := range b.order {
		s.Accounts[i] = b.accounts[id]
	}
	return s, nil
}

// alive is nil while the loop goes round.
func (b *board) alive() error {
	const tooLong = 2 * time.Minute // it goes round every half minute at least
	if ticked := b.loop.Ticked(); b.now().Sub(ticked) > tooLong {
		return fmt.Errorf("the loop has not gone round since %s", ticked.Format(time.RFC3339))
	}
	return nil
}

// ready are the conditions under which the daemon is of use. The configuration
// was loaded, or there would be no board.
func (b *board) ready() []httpapi.Condition {
	return []httpapi.Condition{
		{Name: "ledger", Met: b.ledger.Ping},
		{Name: "buckets", Met: func(context.Context) error { return b.seen() }},
	}
}

// seen is nil when every account was looked at once, or had its time for it, and
// one at least was without trouble: a customer's broken bucket, or one that does
// not answer, does not make the node useless.
func (b *board) seen() error {
	const longEnough = 2 * time.Minute // since the start
	b.mu.Lock()
	defer b.mu.Unlock()
	unseen, well := 0, 0
	for _, id := range b.order {
		switch {
		case !b.looked[id]:
			unseen++
		case b.accounts[id].Problem == nil:
			well++
		}
	}
	switch {
	case unseen > 0 && (well == 0 || b.now().Sub(b.began) < longEnough):
		return fmt.Errorf("%d of %d accounts have not been looked at yet", unseen, len(b.order))
	case well == 0:
		return errors.New("no account can be worked on: /status.json says why")
	}
	return nil
}

// tell logs that the service manager was not told.
func tell(log *zap.Logger, err error) {
	if err != nil {
		log.Warn("the service manager is not told", zap.NamedError("err", err))
	}
}

func (b *board) reloading(log *zap.Logger) { tell(log, systemd.Reloading()) }
func (b *board) reloaded(log *zap.Logger)  { tell(log, systemd.Ready(b.line())) }

// notifySystemd tells the service manager that the daemon is at work, feeds its
// watchdog until the daemon has stopped, and tells of the stop.
func (b *board) notifySystemd(ctx context.Context, log *zap.Logger) (stopped func()) {
	tell(log, systemd.Ready(b.line()))
	feeding, stop := context.WithCancel(context.WithoutCancel(ctx))
	var told sync.WaitGroup
	told.Go(func() { tell(log, systemd.Watch(feeding, b.alive)) })
	told.Go(func() {
		select {
		case <-ctx.Done():
			tell(log, systemd.Stopping("letting running work finish"))
		case <-feeding.Done():
		}
	})
	return func() {
		stop()
		told.Wait()
	}
}

// line is the state in one line.
func (b *board) line() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return fmt.Sprintf("%d accounts", len(b.order))
}
