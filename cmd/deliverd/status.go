package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/httpapi"
	"deliverd/internal/period"
)

func (a *app) statusCommand() *cobra.Command {
	var path string
	var uins []string
	cmd := &cobra.Command{
		Use:   "status --config F",
		Short: "per account: last success, next due, what is missing or held, and why",
		Long: "status looks at the ledger and at every bucket's listing and says, for each account and\n" +
			"cadence, when a file last was as it should be, what comes due next, what is missing,\n" +
			"held or waiting, why, and what to do. It reads only, beside a running daemon too.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), path, uins) },
	}
	cmd.Flags().StringVar(&path, "config", "", "the configuration file")
	cmd.Flags().StringSliceVar(&uins, "uin", nil, "only this account; may be given more than once")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

// statusJSON is the stable shape of the state of all accounts (docs/json.md).
type statusJSON struct {
	httpapi.Status
	Errors []accountErrorJSON `json:"errors,omitempty"`
}

func (a *app) status(ctx context.Context, path string, uins []string) error {
	now := a.now()
	host, _ := os.Hostname()
	report := statusJSON{Status: httpapi.Status{Now: now.In(period.Zone), Node: host, Version: readVersion().Version, Accounts: []httpapi.Account{}}}
	failed, err := a.eachPlan(ctx, path, uins, window{at: now, through: now}, func(account config.Account, plan *delivery.Plan) {
		report.Accounts = append(report.Accounts, summary(account, plan))
	})
	if failed == nil && err != nil {
		return err
	}
	report.Errors = failed
	if a.json {
		return errors.Join(err, a.printJSON(report))
	}
	for _, account := range report.Accounts {
		a.printStatus(account)
	}
	return err
}

func (a *app) printStatus(account httpapi.Account) {
	fmt.Fprintf(a.stdout, "%s  %s\n", account.UIN, account.Bucket)
	for _, c := range account.Cadences {
		if !c.On {
			fmt.Fprintf(a.stdout, "  %-7s  off\n", c.Cadence)
			continue
		}
		fmt.Fprintf(a.stdout, "  %-7s  last success %s, next due %s, %d missing (%d late), %d held, %d waiting, %d differ\n", c.Cadence,
			moment(c.LastSuccess, "never"), moment(c.NextDue, "never"), c.Missing, c.Late, httpapi.Files(c.Held), httpapi.Files(c.Waiting), c.Differs)
		for _, problems := range [][]httpapi.Problem{c.Held, c.Waiting, c.Failing} {
			for _, p := range problems {
				a.printProblem(p)
			}
		}
	}
}

func (a *app) printProblem(p httpapi.Problem) {
	more := ""
	if p.Files > 1 {
		more = fmt.Sprintf(" and %d more", p.Files-1)
	}
	fmt.Fprintf(a.stdout, "    %s%s: %s\n", p.Key, more, p.Why)
	if p.Try != "" {
		fmt.Fprintf(a.stdout, "      try: %s\n", p.Try)
	}
}

func moment(t time.Time, never string) string {
	if t.IsZero() {
		return never
	}
	return t.In(period.Zone).Format(time.RFC3339)
}
