package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
)

type verifyFlags struct {
	config   string
	uins     []string
	from, to string
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify --config F [--from D --to D]",
		Short: "hold the bucket against what should be in it",
		Long: "verify lists the bucket and heads every expected object: its size and CRC-64 against\n" +
			"what the ledger has of it, else against what the object says was proved when it was\n" +
			"written. It reads only. Without --from and --to it looks at everything since each cadence\n" +
			"was switched on.\n\n" +
			"States: present, differs, due, late, not-yet, foreign, unproven, off.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.config, "config", "", "the configuration file")
	cmd.Flags().StringSliceVar(&f.uins, "uin", nil, "only this account; may be given more than once")
	cmd.Flags().StringVar(&f.from, "from", "", "the first bill day")
	cmd.Flags().StringVar(&f.to, "to", "", "the last bill day")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

// checkJSON is the stable shape of one check (docs/json.md).
type checkJSON struct {
	UIN     string `json:"uin"`
	Cadence string `json:"cadence"`
	Period  string `json:"period"`
	Key     string `json:"key"`
	Due     string `json:"due,omitempty"`
	State   string `json:"state"`
	Why     string `json:"why,omitempty"`
	Bytes   int64  `json:"bytes"`
	CRC64   string `json:"crc64,omitempty"`
	Rows    string `json:"rows,omitempty"`
	Billed  string `json:"billed,omitempty"`
	Listed  bool   `json:"listed"`
}

type verifyJSON struct {
	Checks []checkJSON    `json:"checks"`
	States map[string]int `json:"states"`

	Errors []accountErrorJSON `json:"errors,omitempty"` // accounts that could not be looked at
}

func (a *app) verify(ctx context.Context, f verifyFlags) error {
	report, err := a.checkAll(ctx, f)
	switch {
	case report == nil:
		return err
	case a.json:
		return errors.Join(err, a.printJSON(report))
	}
	a.printChecks(report)
	return err
}

// checkAll looks at every chosen account, also after one that it could not look
// at. There is a report when any was tried.
func (a *app) checkAll(ctx context.Context, f verifyFlags) (_ *verifyJSON, err error) {
	if (f.from == "") != (f.to == "") {
		return nil, usage("deliverd verify --config F --from 2025-11-01 --to 2025-11-30", "--from and --to go together")
	}
	now := a.now()
	if f.from != "" {
		if _, _, err := (span{from: f.from, to: f.to}).days(now); err != nil {
			return nil, err
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
	n, err := a.openNode(ctx, cfg, a.log(), true)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(n, err) }()
	report, failures := &verifyJSON{Checks: []checkJSON{}, States: map[string]int{}}, []error{}
	for _, account := range accounts {
		checks, err := a.verifyAccount(ctx, n, account, f, now)
		if err != nil {
			report.Errors = append(report.Errors, toAccountError(account.UIN, err))
			failures = append(failures, ofAccount(account.UIN, err))
		}
		if ctx.Err() != nil {
			break
		}
		for _, c := range checks {
			report.Checks = append(report.Checks, toCheckJSON(account.UIN, &c))
			report.States[string(c.State)]++
			if !c.State.AsShould() {
				a.code = exitNotAsShould
			}
		}
	}
	return report, errors.Join(failures...)
}

func (a *app) verifyAccount(ctx context.Context, n *node, account config.Account, f verifyFlags, now time.Time) ([]delivery.Check, error) {
	planner, err := n.planner(account, time.Time{})
	if err != nil {
		return nil, err
	}
	bucket, err := n.bucket(account)
	if err != nil {
		return nil, err
	}
	if err := bucket.Probe(ctx); err != nil {
		return nil, err
	}
	proofs, err := planner.Proofs(ctx)
	if err != nil {
		return nil, err
	}
	if f.from != "" {
		from, to, err := span{from: f.from, to: f.to}.days(now)
		if err != nil {
			return nil, err
		}
		should := expectedBetween(account, from, to)
		return planner.Verify(ctx, should.expected, proofs, should.covers, now)
	}
	plan, err := planner.Plan(ctx, now, now)
	if err != nil {
		return nil, err
	}
	return planner.Verify(ctx, plan.Expected(), proofs, everything, now)
}

func toCheckJSON(uin string, c *delivery.Check) checkJSON {
	shape := checkJSON{
		UIN: uin, Cadence: string(c.Period.Cadence), Period: c.Period.String(), Key: c.Key, State: string(c.State), Why: c.Why,
		Bytes: c.Object.Size, Rows: c.Object.Meta["deliverd-rows"], Billed: c.Object.Meta["deliverd-billed"], Listed: c.Listed,
	}
	if !c.Due.IsZero() {
		shape.Due = c.Due.Format(time.RFC3339)
	}
	if c.Object.HasCRC64 {
		shape.CRC64 = strconv.FormatUint(c.Object.CRC64, 10)
	}
	return shape
}

func (a *app) printChecks(report *verifyJSON) {
	for _, c := range report.Checks {
		fmt.Fprintf(a.stdout, "%-9s %s", c.State, c.Key)
		if c.CRC64 != "" {
			fmt.Fprintf(a.stdout, "  %s rows, billed %s, %d bytes, CRC-64 %s", orUnknown(c.Rows), orUnknown(c.Billed), c.Bytes, c.CRC64)
		}
		if c.Why != "" {
			fmt.Fprintf(a.stdout, "  (%s)", c.Why)
		}
		fmt.Fprintln(a.stdout)
	}
	if len(report.Checks) == 0 && len(report.Errors) > 0 {
		return // the errors say it
	}
	present := report.States[string(delivery.Present)]
	fmt.Fprintf(a.stdout, "%d of %d files are present and proved\n", present, len(report.Checks)-report.States[string(delivery.NotYet)]-report.States[string(delivery.Off)])
	if len(report.Checks) == 0 {
		fmt.Fprintln(a.stdout, "nothing is expected: set `since` in a cadence, deliver something, or say --from and --to")
	}
}

func orUnknown(s string) string {
	if s == "" {
		return "?"
	}
	return s
}
