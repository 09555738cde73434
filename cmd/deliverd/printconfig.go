package main

import (
	"bytes"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"deliverd/internal/config"
)

func (a *app) printConfigCommand() *cobra.Command {
	var path string
	var defaults bool
	cmd := &cobra.Command{
		Use:   "print-config (--config F | --defaults)",
		Short: "print the configuration in force, secrets redacted, or every key with its default",
		Args:  exact(0),
		RunE: func(*cobra.Command, []string) error {
			if defaults && path != "" {
				return usage("one of --config and --defaults", "--config and --defaults exclude each other")
			}
			write := config.WriteDefaults
			if !defaults {
				cfg, err := loadConfig(path)
				if err != nil {
					return err
				}
				write = cfg.Print
			}
			if !a.json {
				return write(a.stdout)
			}
			var text bytes.Buffer
			if err := write(&text); err != nil {
				return err
			}
			var document any
			if err := yaml.Unmarshal(text.Bytes(), &document); err != nil {
				return err
			}
			return a.printJSON(document)
		},
	}
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	cmd.Flags().StringVar(&path, "config", "", "the configuration file")
	cmd.Flags().BoolVar(&defaults, "defaults", false, "print every key with its default and what it is for")
	return cmd
}
