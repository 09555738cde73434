package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"deliverd/internal/config"
	"deliverd/internal/ledger"
)

type checkFlags struct {
	config string
	uins   []string
	policy bool
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check --config F [--uin U]...",
		Short: "prove before going live that deliveries will work",
		Long: "check tries, for every account, what a delivery needs: the bucket and the credentials, the\n" +
			"clock, the rights (by an upload that is opened and aborted: nothing is left behind), the\n" +
			"source; and the state folder. It prints the least CAM policy that this configuration needs.\n" +
			"What makes an object visible, PutObject and CompleteMultipartUpload, only a delivery proves.\n\n" +
			"Results: ok, warning, failed. Exit code 1 when something failed, 3 with warnings alone.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.config, "config", "", "the configuration file")
	cmd.Flags().StringSliceVar(&f.uins, "uin", nil, "only this account; may be given more than once")
	cmd.Flags().BoolVar(&f.policy, "policy", false, "print the policy alone; nothing is tried")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

// The results of an item.
const (
	resultOK      = "ok"
	resultWarning = "warning"
	resultFailed  = "failed"
)

// itemJSON is the stable shape of one thing that was looked at (docs/json.md).
type itemJSON struct {
	UIN    string `json:"uin,omitempty"`    // empty for what no account has to itself
	Bucket string `json:"bucket,omitempty"` // the account's url and prefix
	Item   string `json:"item"`
	Result string `json:"result"`
	Why    string `json:"why"`
	Try    string `json:"try,omitempty"`
}

type checkReportJSON struct {
	Items    []itemJSON       `json:"items"`
	Results  map[string]int   `json:"results"`
	Policies []credentialJSON `json:"policies"`
}

func okItem(name, format string, args ...any) itemJSON {
	return itemJSON{Item: name, Result: resultOK, Why: fmt.Sprintf(format, args...)}
}

func warningItem(name, try, format string, args ...any) itemJSON {
	return itemJSON{Item: name, Result: resultWarning, Why: fmt.Sprintf(format, args...), Try: try}
}

func failedItem(name string, err error) itemJSON {
	return itemJSON{Item: name, Result: resultFailed, Why: err.Error(), Try: remedy(err)}
}

func (a *app) check(ctx context.Context, f checkFlags) error {
	cfg, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	accounts, err := chosen(cfg, f.uins)
	if err != nil {
		return err
	}
	report := &checkReportJSON{Items: []itemJSON{}, Results: map[string]int{}, Policies: policies(accounts)}
	if f.policy {
		for _, account := range accounts {
			a.report(report, ofPlace(account, policyItem(account)))
		}
	} else if err := a.checkEach(ctx, f.config, cfg, accounts, report); err != nil {
		return err
	}
	if a.json {
		return a.printJSON(report)
	}
	return a.printCheckEnd(report)
}

// checkEach looks at several accounts at once, and tells of them in the order
// of the configuration.
func (a *app) checkEach(ctx context.Context, path string, cfg *config.Config, accounts []config.Account, report *checkReportJSON) error {
	a.report(report, a.checkCommon(ctx, path, cfg, len(accounts)))
	log, keys := a.log(), newAPIKeys()
	found := make([]chan []itemJSON, len(accounts))
	for i := range found {
		found[i] = make(chan []itemJSON, 1)
	}
	var g errgroup.Group
	g.SetLimit(cfg.Parallel.Node)
	go func() {
		for i, account := range accounts {
			g.Go(func() error {
				found[i] <- ofPlace(account, checkAccount(ctx, account, keys, a.now, log)...)
				return nil
			})
		}
	}()
	for i := range found {
		items := <-found[i]
		if ctx.Err() != nil {
			continue // the others end soon, and leave nothing behind
		}
		a.report(report, items)
	}
	return context.Cause(ctx)
}

// ofPlace names the account in its items.
func ofPlace(account config.Account, items ...itemJSON) []itemJSON {
	for i := range items {
		items[i].UIN, items[i].Bucket = account.UIN, account.Bucket.URL.String()+"/"+account.Bucket.Prefix
	}
	return items
}

// report takes the items of one account, or those of none, into the report and
// prints them.
func (a *app) report(report *checkReportJSON, items []itemJSON) {
	for _, item := range items {
		report.Results[item.Result]++
		switch item.Result {
		case resultFailed:
			a.code = worst(a.code, exitFailed)
		case resultWarning:
			a.code = worst(a.code, exitNotAsShould)
		}
	}
	report.Items = append(report.Items, items...)
	if !a.json {
		a.printItems(items)
	}
}

func (a *app) printItems(items []itemJSON) {
	if len(items) > 0 && items[0].UIN != "" {
		fmt.Fprintf(a.stdout, "\naccount %s into %s\n", items[0].UIN, items[0].Bucket)
	}
	for _, item := range items {
		fmt.Fprintf(a.stdout, "%-7s  %-13s  %s\n", item.Result, item.Item, strings.Join(strings.Fields(item.Why), " "))
		if item.Try != "" {
			fmt.Fprintf(a.stdout, "%24s try: %s\n", "", item.Try)
		}
	}
}

func (a *app) printCheckEnd(report *checkReportJSON) error {
	for _, p := range report.Policies {
		fmt.Fprintf(a.stdout, "\nthe least policy for %s:\n", p.SecretID)
		if err := a.printJSON(p.Policy); err != nil {
			return err
		}
	}
	r := report.Results
	fmt.Fprintf(a.stdout, "\n%d ok, %d warnings, %d failed\n", r[resultOK], r[resultWarning], r[resultFailed])
	return nil
}

// checkCommon looks at what no account has to itself.
func (a *app) checkCommon(ctx context.Context, path string, cfg *config.Config, accounts int) []itemJSON {
	state := a.checkState(string(cfg.State))
	items := []itemJSON{okItem("configuration", "%s is good; accounts: %d, looked at: %d", path, len(cfg.Accounts), accounts), state}
	if state.Result == resultFailed && cfg.Ledger.IsZero() {
		return items // the ledger would lie in there
	}
	return append(items, checkLedger(ctx, cfg))
}

// ledgerWait bounds the look at the ledger: a database that does not answer by
// then is none to work with.
const ledgerWait = 10 * time.Second

// checkLedger opens the ledger to look on: it makes and migrates nothing.
func checkLedger(ctx context.Context, cfg *config.Config) itemJSON {
	const name = "ledger"
	ctx, cancel := context.WithTimeout(ctx, ledgerWait)
	defer cancel()
	remembers, err := ledger.Open(ctx, ledger.Config{Dir: string(cfg.State), Postgres: cfg.Ledger.Reveal(), ReadOnly: true})
	if err != nil {
		return failedItem(name, err)
	}
	if err := errors.Join(remembers.Ping(ctx), remembers.Close()); err != nil {
		return failedItem(name, err)
	}
	if cfg.Ledger.IsZero() {
		return okItem(name, "SQLite in %s", cfg.State)
	}
	return okItem(name, "%s answers", cfg.Ledger)
}
