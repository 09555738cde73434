package main

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
)

// looksAtOnce is how many accounts plan and status look at at once.
const looksAtOnce = 8

// looked is what came of looking at one account. Both are nil where the look
// was interrupted.
type looked struct {
	plan *delivery.Plan
	err  error
}

// eachPlan makes the plan of every chosen account, several at once, and hands
// out those there are in the configuration's order, also when others cannot be
// made or when ctx ends. failed is not nil when any was tried.
func (a *app) eachPlan(ctx context.Context, path string, uins []string, w window, with func(config.Account, *delivery.Plan)) (failed []accountErrorJSON, err error) {
	cfg, err := loadConfig(path)
	if err != nil {
		return nil, err
	}
	accounts, err := chosen(cfg, uins)
	if err != nil {
		return nil, err
	}
	n, err := a.openNode(ctx, cfg, a.log(), true)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(n, err) }()
	results := make([]looked, len(accounts))
	var group errgroup.Group
	group.SetLimit(looksAtOnce)
	for i, account := range accounts {
		group.Go(func() error {
			results[i] = a.look(ctx, n, account, w)
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in results
	failed = []accountErrorJSON{}
	var failures []error
	for i, account := range accounts {
		switch r := results[i]; {
		case r.plan != nil:
			with(account, r.plan)
		case r.err != nil:
			failed = append(failed, toAccountError(account.UIN, r.err))
			failures = append(failures, ofAccount(account.UIN, r.err))
		}
	}
	return failed, errors.Join(append(failures, context.Cause(ctx))...)
}

// look makes the plan of one account, within the bound. What came due within its
// freshness was not missed: a daemon at work, which these commands look over the
// shoulder, is going to make it.
func (a *app) look(ctx context.Context, n *node, account config.Account, w window) looked {
	if ctx.Err() != nil {
		return looked{}
	}
	slow := fmt.Errorf("no answer within %s", a.lookAtMost)
	bounded, cancel := context.WithTimeoutCause(ctx, a.lookAtMost, slow)
	defer cancel()
	planner, err := n.planner(account, a.now().Add(-account.Freshness))
	if err != nil {
		return looked{err: err}
	}
	plan, err := planner.Plan(bounded, w.at, w.through)
	switch {
	case err == nil:
		return looked{plan: plan}
	case ctx.Err() != nil:
		return looked{}
	case bounded.Err() == nil:
		return looked{err: err}
	case !errors.Is(err, slow):
		err = fmt.Errorf("%w: %w", slow, err)
	}
	return looked{err: slowError{err}}
}

// slowError is that of an account that could not be looked at within the bound.
type slowError struct{ error }

func (e slowError) Unwrap() error { return e.error }

// Remedy is what to do about it.
func (slowError) Remedy() string {
	return "deliverd check --config F: it tries the bucket step by step"
}
