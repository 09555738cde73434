package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/focus"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

type metadataFlags struct {
	config         string
	uin            string
	daily, monthly string
}

func (a *app) metadataCommand() *cobra.Command {
	var f metadataFlags
	cmd := &cobra.Command{
		Use:   "metadata --config F (--daily D | --monthly M)",
		Short: "print the FOCUS metadata of a delivered file: schema, and recency from FOCUS 1.3 on",
		Long: "metadata prints the metadata object that the FOCUS specification wants beside a file: who\n" +
			"made it, its schema and, from 1.3 on, the dataset it belongs to and how recent each of its\n" +
			"bill days is. It describes the object in the bucket, in the layout of the configuration.\n" +
			"Ids follow from what they name: they are the same on every machine.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.metadata(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.config, "config", "", "the configuration file")
	cmd.Flags().StringVar(&f.uin, "uin", "", "the account, where there are several")
	cmd.Flags().StringVar(&f.daily, "daily", "", "the daily file of this bill day")
	cmd.Flags().StringVar(&f.monthly, "monthly", "", "the monthly file of this month")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON, which metadata always is")
	return cmd
}

func (a *app) metadata(ctx context.Context, f metadataFlags) error {
	if (f.daily == "") == (f.monthly == "") {
		return usage("deliverd metadata --config F --monthly 2025-11", "say which file: one of --daily and --monthly")
	}
	cfg, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	var uins []string
	if f.uin != "" {
		uins = []string{f.uin}
	}
	accounts, err := chosen(cfg, uins)
	if err != nil {
		return err
	}
	if len(accounts) != 1 {
		return usage("--uin", "the configuration has %d accounts: say which with --uin", len(accounts))
	}
	account := accounts[0]
	wanted, err := span{daily: f.daily, monthly: f.monthly}.asked(account, a.now())
	if err != nil {
		return err
	}
	bucket, err := newBucket(account, nil, a.log())
	if err != nil {
		return err
	}
	key := newAccount(account).Key(wanted[0].Period)
	there, err := bucket.Stat(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return usage("deliverd deliver first", "%s is not in the bucket", key)
	}
	if err != nil {
		return err
	}
	return a.printMetadata(account, wanted[0], there)
}

func (a *app) printMetadata(account config.Account, want delivery.Delivery, there object.Object) error {
	layout := newLayout(account)
	schema, err := layout.Schema()
	if err != nil {
		return err
	}
	if version := there.Meta["deliverd-focus"]; version != schema.Version {
		return usage("deliver the file again, or set focus.version to the file's", "the object is of FOCUS version %q, the configuration says %s", version, schema.Version)
	}
	dataset := focus.Dataset{
		ID:   focus.GUID("deliverd", account.UIN, string(want.Period.Cadence)),
		Name: fmt.Sprintf("Cost and usage of account %s, %s", account.UIN, want.Period.Cadence),
	}
	return a.printJSON(schema.Metadata(focus.Generator{Name: "deliverd", Version: readVersion().Version}, dataset, want.Due, there.Modified, sectors(want.Period, there.Modified)))
}

// sectors are the bill days of a file. They are complete in a monthly file;
// in a daily one late lines may still come.
func sectors(p period.Period, updated time.Time) []focus.Sector {
	var all []focus.Sector
	for day := p.Month().First(); day.Compare(p.Through) <= 0; day = day.Next() {
		all = append(all, focus.Sector{Start: day.Start(), End: day.End(), Complete: p.Cadence == period.Monthly, Updated: updated})
	}
	return all
}
