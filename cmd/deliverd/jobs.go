package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"time"

	"go.uber.org/zap"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/ledger"
	"deliverd/internal/schedule"
)

func jobID(p ledger.Place) string { return p.UIN + " " + p.Bucket }

// job works on one account whenever there may be something to do.
func (d *daemon) job(n *node, id string, account config.Account) schedule.Job {
	inARow := 0      // runs that broke off
	settled := false // these settings have had their say in the ledger
	shares := func() []schedule.Share {
		shares := []schedule.Share{{Name: "bucket " + account.Bucket.URL.Host, Most: n.cfg.Parallel.Bucket}}
		if account.Source.UsesAPI() {
			shares = append(shares, schedule.Share{Name: "key " + account.Source.API.SecretID, Most: n.cfg.Parallel.APIKey})
		}
		if inARow > 0 { // what takes minutes to fail leaves the others room
			shares = append(shares, schedule.Share{Name: "broken accounts", Most: max(1, n.cfg.Parallel.Node/4)})
		}
		return shares
	}
	return schedule.Job{ID: id, Order: d.order(id), Shares: shares, Run: func(ctx context.Context) time.Time {
		cfg, err := n.workerConfig(account, d.began, work{}, d.board.told)
		var done delivery.Worked
		if err == nil {
			cfg.Follow = settled
			done, err = delivery.NewWorker(cfg).Work(ctx)
		}
		switch {
		case errors.Is(context.Cause(ctx), schedule.ErrReplaced), errors.Is(context.Cause(ctx), schedule.ErrStopped):
			d.log.Info("stopped what was being done", zap.String("uin", account.UIN), zap.NamedError("err", err))
		case err != nil:
			inARow++
			done.Next = d.app.now().Add(delivery.RetryBroken(inARow))
			d.log.Error("the account could not be seen to", zap.String("uin", account.UIN), zap.Time("next", done.Next), zap.NamedError("err", err), zap.String("try", remedy(err)))
			d.board.broken(id, account, err)
		default:
			inARow, settled = 0, settled || done.Elsewhere == nil
			d.board.worked(id, account, &done)
		}
		return done.Next
	}}
}

// order is in which order this node takes accounts that are due together:
// another one on every node, so that nodes do not queue for the same lock.
func (d *daemon) order(id string) uint64 {
	hash := fnv.New64a()
	host, _ := os.Hostname()
	fmt.Fprint(hash, host, os.Getpid(), id)
	return hash.Sum64()
}

// farewell writes down that a place has left the configuration, and aborts what
// is still being uploaded there, as far as the settings it had tell how.
func (d *daemon) farewell(n *node, place ledger.Place, had *config.Account) schedule.Job {
	return schedule.Job{ID: jobID(place), Once: true, Run: func(ctx context.Context) time.Time {
		err := d.leave(ctx, n, place, had)
		var held *ledger.HeldError
		if errors.As(err, &held) {
			return d.app.now().Add(farewellAgain)
		}
		if err != nil {
			d.log.Error("cannot write down that an account was switched off", zap.String("uin", place.UIN), zap.NamedError("err", err))
			return d.app.now().Add(farewellAgain)
		}
		d.log.Info("switched off: it has left the configuration", zap.String("uin", place.UIN), zap.String("bucket", place.Bucket))
		return time.Time{}
	}}
}

// farewellAgain is when a farewell that did not come about is tried again.
const farewellAgain = 10 * time.Second

func (d *daemon) leave(ctx context.Context, n *node, place ledger.Place, had *config.Account) (err error) {
	lock, err := n.ledger.Lock(ctx, place.UIN, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	if err := delivery.SwitchOff(ctx, lock, place, d.app.now()); err != nil || had == nil {
		return err
	}
	bucket, err := n.bucket(*had)
	if err != nil {
		return err
	}
	if err := delivery.Fence(ctx, newAccount(*had), bucket, d.log); err != nil {
		d.log.Warn("an upload of an account that has left may stay open", zap.String("uin", place.UIN), zap.NamedError("err", err))
	}
	return nil
}

// farewellToTheMissing writes off the places that left the configuration while
// the daemon was down. With a ledger that several nodes share it only tells of
// them: another node may have another configuration, rightly.
func (d *daemon) farewellToTheMissing(ctx context.Context) error {
	places, err := d.node.ledger.Places(ctx)
	if err != nil {
		return err
	}
	configured := map[string]bool{}
	for _, account := range d.node.cfg.Accounts {
		configured[jobID(placeOf(account))] = true
	}
	for _, place := range places {
		switch {
		case configured[jobID(place)]:
		case d.node.cfg.Ledger.IsZero():
			d.loop.Put(d.farewell(d.node, place, nil))
		default:
			d.log.Warn("switched on in the ledger, but not in this configuration: should it ever come back, it is owed the time between, unless it has a since",
				zap.String("uin", place.UIN), zap.String("bucket", place.Bucket))
		}
	}
	return nil
}
