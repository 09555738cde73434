package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/period"
	"deliverd/internal/rehearse"
)

type rehearseFlags struct {
	config   string
	uins     []string
	from, to string
	script   string
	random   bool
	seed     uint64
}

func (a *app) rehearseCommand() *cobra.Command {
	var f rehearseFlags
	cmd := &cobra.Command{
		Use:   "rehearse --config F --from D --to D [--script S] [--random [--seed N]]",
		Short: "months of the daemon's operation in seconds, on a bucket in memory",
		Long: "rehearse runs what the daemon does, from the first moment of --from to the last of --to,\n" +
			"on a simulated clock, with an invented bill and a bucket in memory. Of the configuration\n" +
			"it takes accounts, cadences, time zone, missed, freshness and since; the configured source,\n" +
			"bucket and state folder are not touched. It prints what landed when, and exits with 0 when\n" +
			"the bucket ends exactly as the calendar wants it, else with 3.\n\n" +
			"--script names a file that says what goes wrong meanwhile, a line each (docs/rehearse.md):\n" +
			"  2026-02-01 02:00 bucket down\n" +
			"  2026-02-01 09:30 bucket up\n" +
			"  2026-02-07 02:55 kill 7\n" +
			"  2026-02-07 08:00 start\n" +
			"--random makes such lines up from the seed, and prints them.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("seed") && !f.random {
				return usage("--random --seed 7", "--seed goes with --random")
			}
			return a.rehearse(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the configuration file")
	flags.StringSliceVar(&f.uins, "uin", nil, "only this account; may be given more than once")
	flags.StringVar(&f.from, "from", "", "the first day")
	flags.StringVar(&f.to, "to", "", "the last day")
	flags.StringVar(&f.script, "script", "", "what goes wrong, and when")
	flags.BoolVar(&f.random, "random", false, "let things go wrong at random")
	flags.Uint64Var(&f.seed, "seed", 1, "another seed, other troubles")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

func (a *app) rehearse(ctx context.Context, f rehearseFlags) error {
	cfg, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	accounts, err := chosen(cfg, f.uins)
	if err != nil {
		return err
	}
	c, err := f.rehearsal(cfg, accounts)
	if err != nil {
		return err
	}
	if f.random && !a.json {
		fmt.Fprintf(a.stdout, "# the random troubles of seed %d\n", f.seed)
		for _, e := range c.Script {
			fmt.Fprintln(a.stdout, e)
		}
		fmt.Fprintln(a.stdout)
	}
	if !a.json {
		c.Told = func(e rehearse.Entry) { fmt.Fprintln(a.stdout, rehearsedLine(e)) }
	}
	began := a.now()
	report, err := rehearse.Run(ctx, c)
	if err != nil {
		return err
	}
	if !report.AsShould() {
		a.code = exitNotAsShould
	}
	if a.json {
		return a.printJSON(toRehearseJSON(c, report))
	}
	a.printRehearsed(report, a.now().Sub(began))
	return nil
}

// rehearsal is what the flags and the configuration ask for.
func (f *rehearseFlags) rehearsal(cfg *config.Config, accounts []config.Account) (c rehearse.Config, err error) {
	c.Zone = cfg.Timezone
	if c.From, err = dayIn("--from", f.from, c.Zone, 0); err != nil {
		return c, err
	}
	if c.To, err = dayIn("--to", f.to, c.Zone, 1); err != nil {
		return c, err
	}
	if !c.From.Before(c.To) {
		return c, usage("--from before --to", "--to %s lies before --from %s", f.to, f.from)
	}
	for _, account := range accounts {
		c.Accounts = append(c.Accounts, rehearsed(account))
	}
	if f.script != "" {
		text, err := os.ReadFile(f.script)
		if err != nil {
			return c, usage("name a file with --script", "--script: %w", err)
		}
		if c.Script, err = c.Parse(string(text)); err != nil {
			return c, usage(remedy(err), "%s: %w", f.script, err)
		}
	}
	if f.random {
		c.Script = rehearse.Merge(c.Script, c.Random(f.seed))
	}
	return c, nil
}

// dayIn is the first moment of the day that lies so many days after the one a
// flag names.
func dayIn(flag, text string, zone *time.Location, days int) (time.Time, error) {
	if text == "" {
		return time.Time{}, usage("deliverd rehearse --config F --from 2026-01-28 --to 2026-03-06", "%s is missing", flag)
	}
	d, err := period.ParseDay(text)
	if err != nil {
		return time.Time{}, usage(flag+" 2026-01-28", "%s: %w", flag, err)
	}
	year, month, day := d.Start().Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, zone), nil
}

// rehearsed is what a rehearsal takes of an account.
func rehearsed(a config.Account) rehearse.Account {
	r := rehearse.Account{
		Account: newAccount(a), Bucket: placeOf(a).Bucket, Missed: delivery.Missed(a.Missed), Freshness: a.Freshness,
		Cadences: map[period.Cadence]rehearse.Cadence{},
	}
	for _, cadence := range cadences {
		set := a.Cadence(cadence)
		r.Cadences[cadence] = rehearse.Cadence{At: set.At, Enabled: set.Enabled, Since: set.Since}
	}
	return r
}
