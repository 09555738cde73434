package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/billsummary"
	"deliverd/internal/config"
	"deliverd/internal/httpapi"
)

// newAnswers answers DescribeBillSummary from the ledger. Clients sign with the
// real time, whatever the clock of the calendar shows.
func newAnswers(n *node, b *board) (*billsummary.Server, error) {
	metrics, err := billsummary.NewMetrics(b.registry)
	if err != nil {
		return nil, err
	}
	return billsummary.New(billsummary.Config{Keys: answerKeys(n.cfg), Ledger: n.ledger, Snapshots: n.snapshots, Metrics: metrics, Now: time.Now, Log: n.log}), nil
}

func answerKeys(cfg *config.Config) []billsummary.Key {
	keys := make([]billsummary.Key, len(cfg.API.Keys))
	for i, k := range cfg.API.Keys {
		keys[i] = billsummary.Key{SecretID: k.SecretID, Secret: k.SecretKey.Reveal(), Accounts: k.Accounts}
	}
	return keys
}

// listenAPI binds the address of the API before anything starts, and returns
// what stops it.
func (d *daemon) listenAPI(ctx context.Context) (stop func() error, err error) {
	return d.serve(ctx, "api.listen", d.node.cfg.API.Listen, "answering DescribeBillSummary", d.api)
}

// serve binds an address and answers there until it is stopped. Blank: it does
// not.
func (d *daemon) serve(ctx context.Context, setting, address, says string, handler http.Handler) (stop func() error, err error) {
	if address == "" {
		return func() error { return nil }, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, usage("another "+setting+", or stop what listens there", "%s: %w", setting, err)
	}
	d.log.Info(says, zap.String("address", listener.Addr().String()))
	serving, stopServing := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- httpapi.Serve(serving, listener, handler, d.log) }()
	return func() error {
		stopServing()
		return <-served
	}, nil
}
