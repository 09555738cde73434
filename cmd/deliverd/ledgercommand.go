package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"deliverd/internal/ledger"
)

func (a *app) ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "the ledger's schema",
		Args:  exact(0),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var path string
	migrate := &cobra.Command{
		Use:   "migrate --config F",
		Short: "bring the ledger to this program's version",
		Long: "migrate brings the ledger to the version of this program. run and deliver do so by\n" +
			"themselves; this is for who wants it done at a time of their own.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.migrate(cmd.Context(), path) },
	}
	migrate.Flags().StringVar(&path, "config", "", "the configuration file")
	migrate.Flags().BoolVar(&a.json, "json", false, "print JSON")
	cmd.AddCommand(migrate)
	return cmd
}

// migrateJSON is the stable shape of a migration (docs/json.md).
type migrateJSON struct {
	From int `json:"from"`
	To   int `json:"to"`
}

func (a *app) migrate(ctx context.Context, path string) error {
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	from, to, err := ledger.Migrate(ctx, ledger.Config{Dir: string(cfg.State), Postgres: cfg.Ledger.Reveal(), Now: a.now, Log: a.log()})
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(migrateJSON{from, to})
	}
	if from == to {
		fmt.Fprintf(a.stdout, "the ledger is at version %d already\n", to)
		return nil
	}
	fmt.Fprintf(a.stdout, "the ledger went from version %d to %d\n", from, to)
	return nil
}
