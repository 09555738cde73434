package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"deliverd/internal/billsummary"
	"deliverd/internal/config"
	"deliverd/internal/httpapi"
	"deliverd/internal/ledger"
	"deliverd/internal/schedule"
)

func (a *app) runCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "run --config F",
		Short: "the daemon: deliver what the calendar calls for, as long as it runs",
		Long: "run keeps the bucket of every configured account as its calendar wants it: at start, at\n" +
			"each due time, after a change of the configuration. What is missing is delivered, what is\n" +
			"there is left alone. The file is read again when it changes and on SIGHUP; a bad one is\n" +
			"refused and the old one stays in force. The first SIGINT or SIGTERM lets running work\n" +
			"finish within stop-within; a second one kills.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.daemon(cmd.Context(), path) },
	}
	cmd.Flags().StringVar(&path, "config", "", "the configuration file")
	return cmd
}

// daemon runs until ctx ends. A stop that went as it should is no failure.
func (a *app) daemon(ctx context.Context, path string) (err error) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP) // first: one that comes while it starts must not kill it
	defer signal.Stop(hup)
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	if err := checkWiring(cfg.Accounts); err != nil {
		return err
	}
	defer func() { // also while it was starting
		if ctx.Err() != nil && (err == nil || errors.Is(err, context.Cause(ctx)) || errors.Is(err, ctx.Err())) {
			a.stopped, err = true, nil
		}
	}()
	log := a.logFrom(zapcore.InfoLevel)
	owner, err := ledger.Own(string(cfg.State))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Release()) }()
	n, err := a.openNode(ctx, cfg, log, false)
	if err != nil {
		return err
	}
	defer func() { err = closing(n, err) }()
	d, err := a.newDaemon(n, path)
	if err != nil {
		return err
	}
	stopFront, err := d.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopFront()) }()
	stopAPI, err := d.listenAPI(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopAPI()) }()
	if err := d.farewellToTheMissing(ctx); err != nil {
		return err
	}
	d.apply(cfg)
	d.run(ctx, hup)
	return nil
}

// daemon is the loop, its accounts and what is known of them.
type daemon struct {
	app   *app
	log   *zap.Logger
	loop  *schedule.Loop
	began time.Time
	path  string
	board *board
	api   *billsummary.Server

	mu       sync.Mutex
	node     *node                     // under the configuration in force
	accounts map[string]config.Account // by job
}

func (a *app) newDaemon(n *node, path string) (*daemon, error) {
	loop := schedule.NewLoop(schedule.LoopConfig{Parallel: n.cfg.Parallel.Node, StopWithin: n.cfg.StopWithin, Clock: clock{a.now}, Log: n.log})
	board, err := newBoard(n, loop, a.now)
	if err != nil {
		return nil, err
	}
	api, err := newAnswers(n, board)
	return &daemon{app: a, log: n.log, loop: loop, began: a.now(), path: path, node: n, accounts: map[string]config.Account{}, board: board, api: api}, err
}

// clock is the clock of the loop: it waits in real time.
type clock struct{ now func() time.Time }

func (c clock) Now() time.Time { return c.now() }

func (clock) Timer(d time.Duration) (fired <-chan time.Time, stop func() bool) {
	timer := time.NewTimer(d)
	return timer.C, timer.Stop
}

// listen binds the address of health, metrics and the status page before
// anything starts, and returns what stops it.
func (d *daemon) listen(ctx context.Context) (stop func() error, err error) {
	handler := httpapi.New(httpapi.Config{Alive: d.board.alive, Ready: d.board.ready(), Status: d.board.status, Metrics: d.board.registry, Log: d.log})
	return d.serve(ctx, "http.listen", d.node.cfg.HTTP.Listen, "listening", handler)
}

// run watches the configuration and fires the jobs until ctx ends.
func (d *daemon) run(ctx context.Context, hup <-chan os.Signal) {
	watching, stopWatching := context.WithCancel(ctx)
	var watched sync.WaitGroup
	watched.Go(func() {
		if err := config.Watch(watching, d.path, d.current(), hup, d.reload); err != nil && watching.Err() == nil {
			d.log.Error("the configuration is not watched: restart to have a change take effect", zap.NamedError("err", err))
		}
	})
	tell := d.board.notifySystemd(ctx, d.log)
	d.log.Info("running", zap.Int("accounts", len(d.current().Accounts)), zap.String("version", readVersion().Version))
	d.loop.Run(ctx)
	stopWatching()
	watched.Wait()
	tell()
	d.log.Info("stopped")
}

func (d *daemon) current() *config.Config {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.node.cfg
}

// reload takes a new configuration, or says why not.
func (d *daemon) reload(cfg *config.Config, err error) {
	d.board.reloading(d.log)
	defer d.board.reloaded(d.log)
	if err == nil {
		err = d.accept(cfg)
	}
	d.board.metrics.Reload(err == nil, d.app.now())
	if err != nil {
		d.log.Error("the new configuration is refused, the old one stays in force", zap.String("file", d.path), zap.NamedError("err", err))
		return
	}
	changes := config.Diff(d.current(), cfg)
	for _, c := range changes {
		if c.Restart {
			d.log.Warn("changed, takes effect with the next start", zap.String("path", c.Path), zap.String("old", c.Old), zap.String("new", c.New))
			continue
		}
		d.log.Info("changed", zap.String("path", c.Path), zap.String("old", c.Old), zap.String("new", c.New))
	}
	d.apply(cfg)
	d.loop.Wake()
	d.log.Info("reloaded", zap.String("file", d.path), zap.Int("changes", len(changes)))
}

// accept checks what only the parts behind the configuration can tell.
func (d *daemon) accept(cfg *config.Config) error {
	if err := checkMappings(d.path, cfg); err != nil {
		return err
	}
	return checkWiring(cfg.Accounts)
}

// apply makes the jobs those of the configuration. An account whose settings
// have changed drops what it is doing, its upload is aborted, and begins anew;
// one that has gone is written off.
func (d *daemon) apply(cfg *config.Config) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.node.with(cfg)
	d.node = n
	d.board.configured(cfg)
	d.api.SetKeys(answerKeys(cfg))
	gone := d.accounts
	d.accounts = map[string]config.Account{}
	for _, account := range cfg.Accounts {
		id := jobID(placeOf(account))
		d.accounts[id] = account
		old, known := gone[id]
		delete(gone, id)
		if !known || !config.Equal(old, account) {
			d.loop.Put(d.job(n, id, account))
		}
	}
	for _, account := range gone {
		d.loop.Put(d.farewell(n, placeOf(account), &account))
	}
}
