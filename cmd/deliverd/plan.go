package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

type planFlags struct {
	config       string
	uins         []string
	from, to, at string
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	cmd := &cobra.Command{
		Use:   "plan --config F [--from D --to D] [--at TIME]",
		Short: "every expected file: key, due time, state, and why",
		Long: "plan holds what the calendar calls for against what is in the bucket, by the bucket's\n" +
			"listing and the ledger. It reads only, beside a running daemon too. --from and --to are\n" +
			"bill days, both inclusive, past or future; without them it shows everything since each\n" +
			"cadence was switched on, and what comes due next. --at asks what will be, or was,\n" +
			"expected at another moment than now; the bucket is looked at as it is.\n\n" +
			"States: present, differs, due, late, waiting, held, not-yet, foreign, unproven, off.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.plan(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the configuration file")
	flags.StringSliceVar(&f.uins, "uin", nil, "only this account; may be given more than once")
	flags.StringVar(&f.from, "from", "", "the first bill day")
	flags.StringVar(&f.to, "to", "", "the last bill day")
	flags.StringVar(&f.at, "at", "", "at this moment instead of now: 2026-01-05T03:00:00+08:00")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

// plannedJSON is the stable shape of one delivery of a plan (docs/json.md).
type plannedJSON struct {
	UIN      string `json:"uin"`
	Cadence  string `json:"cadence"`
	Period   string `json:"period"`
	Key      string `json:"key"`
	Due      string `json:"due,omitempty"`
	State    string `json:"state"`
	Why      string `json:"why,omitempty"`
	Try      string `json:"try,omitempty"`
	Skipped  bool   `json:"skipped,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
	NextTry  string `json:"nextTry,omitempty"`
	Proved   string `json:"proved,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`
}

type planJSON struct {
	At         string             `json:"at"`
	Deliveries []plannedJSON      `json:"deliveries"`
	States     map[string]int     `json:"states"`
	Errors     []accountErrorJSON `json:"errors,omitempty"`
}

// window is which part of the plan is shown.
type window struct {
	at      time.Time
	through time.Time // due times up to here
	covers  func(period.Period) bool
	open    bool // no days were asked for: what comes due next is shown as well
}

// window reads the flags; it takes days of the future as well.
func (f *planFlags) window(now time.Time) (w window, err error) {
	w = window{at: now, through: now, covers: everything, open: true}
	if f.at != "" {
		if w.at, err = time.Parse(time.RFC3339, f.at); err != nil {
			return w, usage("--at 2026-12-01T03:00:00+08:00", "--at: %q is not a time with its zone, such as 2026-12-01T03:00:00+08:00", f.at)
		}
		w.through = w.at
	}
	if (f.from == "") != (f.to == "") {
		return w, usage("deliverd plan --config F --from 2025-11-01 --to 2025-11-30", "--from and --to go together")
	}
	if f.from == "" {
		return w, nil
	}
	from, err := period.ParseDay(f.from)
	if err != nil {
		return w, usage("--from 2025-12-09", "--from: %w", err)
	}
	to, err := period.ParseDay(f.to)
	if err != nil {
		return w, usage("--to 2025-12-09", "--to: %w", err)
	}
	if to.Compare(from) < 0 {
		return w, usage("--from before --to", "--to %s lies before --from %s", to, from)
	}
	if to.Start().Sub(from.Start()) > 100*366*24*time.Hour {
		return w, usage("a shorter span", "--from %s to --to %s is more than a hundred years", from, to)
	}
	w.open, w.covers, w.through = false, coveredBy(from, to), to.Month().Next().End()
	return w, nil
}

func (a *app) plan(ctx context.Context, f planFlags) (err error) {
	w, err := f.window(a.now())
	if err != nil {
		return err
	}
	report := &planJSON{At: w.at.In(period.Zone).Format(time.RFC3339), Deliveries: []plannedJSON{}, States: map[string]int{}}
	failed, err := a.eachPlan(ctx, f.config, f.uins, w, func(account config.Account, plan *delivery.Plan) {
		report.add(account, plan, w)
	})
	if failed == nil && err != nil {
		return err
	}
	report.Errors = failed
	if a.json {
		return errors.Join(err, a.printJSON(report))
	}
	if err == nil || len(report.Deliveries) > 0 {
		a.printPlan(report, w)
	}
	return err
}

func (r *planJSON) add(account config.Account, plan *delivery.Plan, w window) {
	all := plan.Deliveries
	for _, c := range plan.Unexpected {
		all = append(all, delivery.Planned{Check: c})
	}
	if w.open {
		for _, cadence := range cadences {
			if d, ok := plan.Upcoming(cadence); ok {
				all = append(all, d)
			}
		}
	}
	for i := range all {
		if d := &all[i]; w.covers(d.Period) {
			shape := toPlannedJSON(account.UIN, d)
			r.Deliveries = append(r.Deliveries, shape)
			r.States[shape.State]++
		}
	}
}

func toPlannedJSON(uin string, d *delivery.Planned) plannedJSON {
	shape := plannedJSON{
		UIN: uin, Cadence: string(d.Period.Cadence), Period: d.Period.String(), Key: d.Key, State: string(d.State), Why: d.Why, Skipped: d.Skip,
		Attempts: d.Entry.Try.Attempts, Bytes: d.Object.Size,
	}
	if d.ToDo() {
		shape.Try = d.Entry.Try.Remedy
	}
	for _, t := range []struct {
		at  time.Time
		set *string
	}{{d.Due, &shape.Due}, {d.Entry.Try.Next, &shape.NextTry}, {d.Entry.Proof.At, &shape.Proved}} {
		if !t.at.IsZero() {
			*t.set = t.at.In(period.Zone).Format(time.RFC3339)
		}
	}
	return shape
}

func (a *app) printPlan(report *planJSON, w window) {
	for _, d := range report.Deliveries {
		due := d.Due
		if due == "" {
			due = "-"
		}
		fmt.Fprintf(a.stdout, "%-8s  %-25s  %s", d.State, due, d.Key)
		if d.Why != "" {
			fmt.Fprintf(a.stdout, "  (%s)", d.Why)
		}
		fmt.Fprintln(a.stdout)
		if d.Try != "" {
			fmt.Fprintf(a.stdout, "          try: %s\n", d.Try)
		}
	}
	if len(report.Deliveries) == 0 {
		fmt.Fprintln(a.stdout, "nothing is expected: no cadence is switched on for these days")
		return
	}
	counts := make([]string, 0, len(report.States))
	for state, n := range report.States {
		counts = append(counts, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(counts)
	fmt.Fprintf(a.stdout, "%d files: ", len(report.Deliveries))
	for i, c := range counts {
		if i > 0 {
			fmt.Fprint(a.stdout, ", ")
		}
		fmt.Fprint(a.stdout, c)
	}
	fmt.Fprintf(a.stdout, " at %s\n", w.at.In(period.Zone).Format(time.RFC3339))
}
