package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/ledger"
	"deliverd/internal/period"
)

type deliverFlags struct {
	config  string
	uins    []string
	span    span
	due     bool
	month   string
	options delivery.Options
}

func (a *app) deliverCommand() *cobra.Command {
	var f deliverFlags
	cmd := &cobra.Command{
		Use:   "deliver --config F (--daily D | --monthly M | --from D --to D | --due)",
		Short: "make files exist in the bucket, and prove them",
		Long: "deliver makes the asked files exist in the accounts' buckets and proves them. A file\n" +
			"that is there already, byte for byte, is left alone; what would replace good data by\n" +
			"less is held. --from and --to are both inclusive and send the switched-on cadences:\n" +
			"a daily file for every day, a monthly file for every month that lies wholly inside.\n" +
			"--due does once what the daemon does all the time: what the calendar calls for by now and\n" +
			"is not there.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.deliver(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the configuration file")
	flags.StringSliceVar(&f.uins, "uin", nil, "only this account; may be given more than once")
	flags.StringVar(&f.span.daily, "daily", "", "the daily file of this bill day, 2025-12-09")
	flags.StringVar(&f.span.monthly, "monthly", "", "the monthly file of this month, 2025-12")
	flags.StringVar(&f.span.from, "from", "", "the first bill day")
	flags.StringVar(&f.span.to, "to", "", "the last bill day")
	flags.StringVar(&f.span.cadence, "cadence", "", "with --from and --to: daily, monthly or both, switched on or not")
	flags.BoolVar(&f.due, "due", false, "what the calendar calls for by now and the bucket does not hold")
	flags.StringVar(&f.month, "month", "", "bill files without a date in their name and without a bill month column are of this month")
	flags.BoolVar(&f.options.DryRun, "dry-run", false, "do everything but write to the bucket")
	flags.BoolVar(&f.options.AcceptShrink, "accept-shrink", false, "replace a file even by one that holds less")
	flags.BoolVar(&f.options.ReplaceForeign, "replace-foreign", false, "replace an object that deliverd did not write")
	flags.BoolVar(&f.options.SkipBadRows, "skip-bad-rows", false, "leave bad rows of the bill out, count and report them")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

func (a *app) deliver(ctx context.Context, f deliverFlags) error {
	report, err := a.deliverAll(ctx, f)
	if report == nil {
		return err
	}
	return errors.Join(err, report.end())
}

func (f *deliverFlags) check() error {
	if !f.due {
		return f.span.check()
	}
	if f.span != (span{}) || f.month != "" {
		return usage("deliverd deliver --config F --due", "--due goes with none of --daily, --monthly, --from, --to, --cadence and --month")
	}
	return nil
}

// deliverAll delivers what is asked of every chosen account. There is a report
// when anything was tried.
func (a *app) deliverAll(ctx context.Context, f deliverFlags) (_ *deliverReport, err error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	var told period.Month
	if f.month != "" {
		var err error
		if told, err = period.ParseMonth(f.month); err != nil {
			return nil, usage("--month 2025-12", "--month: %w", err)
		}
	}
	cfg, err := loadConfig(f.config)
	if err != nil {
		return nil, err
	}
	accounts, err := chosen(cfg, f.uins)
	if err != nil {
		return nil, err
	}
	if err := checkWiring(accounts); err != nil {
		return nil, err
	}
	if f.due {
		return a.deliverDue(ctx, cfg, accounts, f.options)
	}
	wanted, asked := make([][]delivery.Delivery, len(accounts)), 0
	for i, account := range accounts {
		if wanted[i], err = f.span.asked(account, a.now()); err != nil {
			return nil, err
		}
		asked += len(wanted[i])
	}
	n, err := a.openNode(ctx, cfg, a.log(), false)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(n, err) }()
	report := newDeliverReport(a, asked)
	var failures []error
	for i, account := range accounts {
		err := a.deliverAccount(ctx, n, account, wanted[i], told, f.options, report)
		if err != nil {
			report.fail(account.UIN, err)
			failures = append(failures, ofAccount(account.UIN, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return report, errors.Join(failures...)
}

// deliverAccount delivers the wanted files of one account, holding its lock.
// What goes wrong with one file is in the report and does not keep the others
// from being tried; the error is one that no file is to blame for.
func (a *app) deliverAccount(ctx context.Context, n *node, account config.Account, wanted []delivery.Delivery, told period.Month, options delivery.Options, report *deliverReport) (err error) {
	lock, err := n.ledger.Lock(ctx, account.UIN, a.lockWait)
	if err != nil {
		return err
	}
	ctx, release := lock.Context(ctx)
	defer func() {
		release()
		err = errors.Join(err, lock.Release())
	}()
	entries, err := n.ledger.Entries(ctx, placeOf(account))
	if err != nil {
		return err
	}
	before := map[period.Period]ledger.Entry{}
	for _, e := range entries {
		before[e.Period] = e
	}
	meter := newMeter(a.stderr)
	defer meter.done()
	var taken delivery.Taken
	if !options.DryRun {
		taken = delivery.RecordTotals(lock, a.now)
	}
	deliverers := map[bool]*delivery.Deliverer{}
	for _, want := range wanted {
		known := want.Period.Month() == told
		if deliverers[known] == nil {
			options.MonthKnown = known
			if deliverers[known], err = n.deliverer(ctx, account, work{options: options, prove: delivery.Proving(lock, placeOf(account)), taken: taken, progress: meter.step}); err != nil {
				return err
			}
		}
		meter.start(account.UIN + " " + want.Period.String())
		outcome, _ := deliverers[known].Deliver(ctx, want) // a failure is in the outcome
		meter.done()
		if ctx.Err() != nil {
			return errors.Join(context.Cause(ctx), outcome.Err)
		}
		report.add(outcome)
		if options.DryRun {
			continue
		}
		if _, err := delivery.Record(ctx, lock, placeOf(account), before[want.Period], &outcome, a.now()); err != nil {
			return err
		}
	}
	return nil
}
