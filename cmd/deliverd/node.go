package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/billsource"
	"deliverd/internal/config"
	"deliverd/internal/cosdest"
	"deliverd/internal/delivery"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
	"deliverd/internal/snapshot"
)

// node is what the accounts of one process share.
type node struct {
	cfg       *config.Config
	log       *zap.Logger
	now       func() time.Time
	transport http.RoundTripper // nil: every bucket has one of its own
	snapshots *snapshot.Store
	ledger    *ledger.Ledger
	keys      *apiKeys
}

// openNode opens the ledger and the snapshots. A node that only reads makes
// nothing, and works beside a running daemon.
func (a *app) openNode(ctx context.Context, cfg *config.Config, log *zap.Logger, readOnly bool) (*node, error) {
	n := &node{keys: newAPIKeys(), cfg: cfg, log: log, now: a.now, transport: cosdest.NewTransport(cosdest.Timeouts{}, 4*cfg.Parallel.Node)}
	var err error
	if !readOnly {
		if n.snapshots, err = snapshot.NewStore(snapshot.Config{Dir: filepath.Join(string(cfg.State), "snapshots")}); err != nil {
			return nil, err
		}
	}
	n.ledger, err = ledger.Open(ctx, ledger.Config{Dir: string(cfg.State), Postgres: cfg.Ledger.Reveal(), ReadOnly: readOnly, Now: a.now, Log: log})
	return n, err
}

func (n *node) close() error {
	(&http.Client{Transport: n.transport}).CloseIdleConnections()
	return n.ledger.Close()
}

// with is the node under another configuration.
func (n *node) with(cfg *config.Config) *node {
	other := *n
	other.cfg = cfg
	return &other
}

func placeOf(a config.Account) ledger.Place {
	return ledger.Place{UIN: a.UIN, Bucket: a.Bucket.URL.String() + "/" + a.Bucket.Prefix}
}

func (n *node) bucket(a config.Account) (*cosdest.Bucket, error) {
	return newBucket(a, n.transport, n.log)
}

// newBucket is an account's bucket; a nil transport is one of its own.
func newBucket(a config.Account, transport http.RoundTripper, log *zap.Logger) (*cosdest.Bucket, error) {
	return cosdest.New(cosdest.Config{
		URL: a.Bucket.URL.String(), SecretID: a.Bucket.SecretID, SecretKey: a.Bucket.SecretKey.Reveal(),
		PartSize: int64(a.Bucket.PartSize), Parallel: a.Bucket.ParallelParts, Transport: transport, Log: log,
	})
}

// source is where an account's bill comes from and, where that is an API, who
// knows what it comes to.
func (n *node) source(ctx context.Context, a config.Account) (delivery.Source, delivery.Summarizer, error) {
	if !a.Source.UsesAPI() {
		files, err := n.files(ctx, a)
		return files, nil, err
	}
	api, err := newAPI(a, n.keys, n.now)
	return api, api, err
}

func (n *node) files(ctx context.Context, a config.Account) (*billsource.Files, error) {
	if err := checkSource(a); err != nil {
		return nil, err
	}
	if a.Source.Files.Bucket != "" {
		return n.bucketFiles(ctx, a)
	}
	return newFiles(string(a.Source.Files.Path))
}

// bucketFiles reads bill files that lie in another bucket of the same region,
// with the credentials of the account's own.
func (n *node) bucketFiles(ctx context.Context, a config.Account) (*billsource.Files, error) {
	region, _ := regionOf(a) // checkSource has seen to it
	there := a
	there.Bucket.URL = &url.URL{Scheme: a.Bucket.URL.Scheme, Host: a.Source.Files.Bucket + "." + region}
	bucket, err := n.bucket(there)
	if err != nil {
		return nil, err
	}
	return billsource.New(billsource.Config{FS: bucket.FS(ctx, a.Source.Files.Prefix), Name: a.Source.Files.String()})
}

// work is what one run over an account is given beside its configuration.
type work struct {
	options  delivery.Options
	prove    func(context.Context, period.Period) error
	fenced   bool
	taken    delivery.Taken
	progress func(delivery.Step)
}

// deliverer joins everything that delivers the files of one account.
func (n *node) deliverer(ctx context.Context, a config.Account, w work) (*delivery.Deliverer, error) {
	source, summarizer, err := n.source(ctx, a)
	if err != nil {
		return nil, err
	}
	bucket, err := n.bucket(a)
	if err != nil {
		return nil, err
	}
	return delivery.New(delivery.Config{
		Account: newAccount(a), Layout: newLayout(a), Products: newProducts(a), Conformance: delivery.Conformance(a.Conformance),
		Source: source, Summarizer: summarizer, Reconcile: newReconcile(a), Now: n.now, Bucket: bucket, Snapshots: n.snapshots, Options: w.options, Fenced: w.fenced, Prove: w.prove, Taken: w.taken, Progress: w.progress, Log: n.log,
	})
}

// planner holds an account's calendar against its bucket. What came due before
// began was missed; a zero began misses nothing.
func (n *node) planner(a config.Account, began time.Time) (*delivery.Planner, error) {
	bucket, err := n.bucket(a)
	if err != nil {
		return nil, err
	}
	p := &delivery.Planner{
		Verifier: delivery.Verifier{Account: newAccount(a), Bucket: bucket, Freshness: a.Freshness, Off: map[period.Cadence]bool{}},
		Place:    placeOf(a), Cadences: map[period.Cadence]delivery.Cadence{}, Ledger: n.ledger, Missed: delivery.Missed(a.Missed), Began: began,
	}
	for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
		set := a.Cadence(cadence)
		p.Off[cadence] = !set.Enabled
		p.Cadences[cadence] = delivery.Cadence{Calendar: schedule.Calendar{Cadence: cadence, At: set.At}, Enabled: set.Enabled, Since: set.Since}
	}
	return p, nil
}

// workerConfig is what keeps an account's bucket as its calendar wants it.
func (n *node) workerConfig(a config.Account, began time.Time, w work, told func(*delivery.Outcome, time.Duration)) (delivery.WorkerConfig, error) {
	planner, err := n.planner(a, began)
	if err != nil {
		return delivery.WorkerConfig{}, err
	}
	return delivery.WorkerConfig{
		Planner: *planner,
		Deliverer: func(ctx context.Context, prove func(context.Context, period.Period) error) (*delivery.Deliverer, error) {
			w := w
			w.prove, w.fenced = prove, true
			return n.deliverer(ctx, a, w)
		},
		Now: n.now, Told: told, Log: n.log,
	}, nil
}

// closing joins the error of closing a node to that of what was done with it.
func closing(n *node, err error) error { return errors.Join(err, n.close()) }
