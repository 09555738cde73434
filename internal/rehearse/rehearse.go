// Package rehearse runs months of the daemon's operation in seconds: the same
// loop, calendar, plan, worker, delivery, snapshots and ledger as the daemon's,
// on a simulated clock, with an invented bill for a source and a bucket in
// memory. A script says what goes wrong meanwhile: outages, switches, kills,
// lost state. What should be in the bucket is found out once more, by a simple
// walk over the due times (wanted.go), and the bucket is held against that.
//
// Where a question lives:
//
//	what a script may say           script.go, parse.go, random.go
//	how the time goes by            run.go, clock.go
//	one life of the daemon          node.go
//	what the bucket goes through    bucket.go
//	what should be in the bucket    wanted.go
//	what is, at the end             judge.go, report.go
//
// The package knows no network, no configuration file and no real account.
// While something is worked on no simulated time passes, and accounts are
// worked on one after another, so that a script always has the same effect.
package rehearse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/delivery"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// Config says what is rehearsed.
type Config struct {
	Accounts []Account
	Zone     *time.Location // of a script's times
	From, To time.Time      // the first moment, and the first one after the last
	Script   []Event        // by time

	Told func(Entry) // called with every entry of the log as it comes; may be nil
	Log  *zap.Logger // of the daemon's parts; may be nil
}

// Missed is the policy of what is made up; see delivery.Missed.
type Missed = delivery.Missed

// The policies.
const (
	MissedAll    = delivery.MissedAll
	MissedLatest = delivery.MissedLatest
	MissedNone   = delivery.MissedNone
)

// Account is one account as it is configured.
type Account struct {
	delivery.Account
	Bucket    string // names its bucket; each account has one of its own in memory
	Missed    Missed
	Freshness time.Duration
	Cadences  map[period.Cadence]Cadence
}

// Cadence is one cadence as it is configured.
type Cadence struct {
	At      schedule.Schedule
	Enabled bool
	Since   period.Day
}

// sourceReady is how long after a day's end the source has it, until a script
// says otherwise.
const sourceReady = 2 * time.Hour

// cadences in the order in which they are told.
var cadences = [...]period.Cadence{period.Daily, period.Monthly}

// Run rehearses. The error is the context's, or one of this machine: a bucket
// that does not end as it should is told by the report.
func Run(ctx context.Context, cfg Config) (_ *Report, err error) {
	if !cfg.From.Before(cfg.To) {
		return nil, errors.New("rehearse: the end does not lie after the beginning")
	}
	dir, err := os.MkdirTemp("", "deliverd-rehearse-")
	if err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r := newRehearsal(cfg, dir)
	err = r.run(ctx)
	if r.node != nil {
		err = errors.Join(err, r.node.close())
	}
	if err != nil {
		return nil, fmt.Errorf("rehearse, at %s: %w", r.at().Format(scriptTime), err)
	}
	if err := r.judge(ctx); err != nil {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	return &r.report, nil
}
