package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
)

// deliverDue does once, for every chosen account, what the daemon does all the
// time: it delivers what the calendar calls for by now and the bucket does not
// hold. What is not up for another try yet is tried as well: somebody asked.
func (a *app) deliverDue(ctx context.Context, cfg *config.Config, accounts []config.Account, options delivery.Options) (_ *deliverReport, err error) {
	n, err := a.openNode(ctx, cfg, a.log(), false)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(n, err) }()
	report := newDeliverReport(a, 0)
	report.due = true
	var progress func(delivery.Step)
	if len(accounts) == 1 { // bars of several would draw over each other
		meter := newMeter(a.stderr)
		defer meter.done()
		meter.start(accounts[0].UIN)
		progress = meter.step
	}
	var failures []error
	var mu sync.Mutex // guards report and failures
	var group errgroup.Group
	group.SetLimit(cfg.Parallel.Node)
	for _, account := range accounts {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil // it is said once, below
			}
			done, err := a.workOnce(ctx, n, account, work{options: options, progress: progress})
			mu.Lock()
			defer mu.Unlock()
			for _, out := range done.Outcomes {
				report.asked++
				report.add(out)
			}
			if done.Left > 0 {
				err = errors.Join(err, fmt.Errorf("account %s: too many failures in a row: %d more files were not tried", account.UIN, done.Left))
			}
			if err != nil {
				report.fail(account.UIN, err)
				failures = append(failures, ofAccount(account.UIN, err))
			}
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in failures
	return report, errors.Join(append(failures, context.Cause(ctx))...)
}

func (a *app) workOnce(ctx context.Context, n *node, account config.Account, w work) (delivery.Worked, error) {
	cfg, err := n.workerConfig(account, a.now(), w, nil)
	if err != nil {
		return delivery.Worked{}, err
	}
	cfg.LockWait, cfg.Eager, cfg.DryRun = a.lockWait, true, w.options.DryRun
	done, err := delivery.NewWorker(cfg).Work(ctx)
	return done, errors.Join(err, done.Elsewhere)
}
