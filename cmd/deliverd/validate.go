package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"deliverd/internal/focus"
	"deliverd/internal/focus/conformance"
)

type validateFlags struct {
	version    string
	applicable []string
	rules      bool
}

func (a *app) validateCommand() *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate [--version V|auto] FILE...",
		Short: "hold any provider's FOCUS CSV against the rules of its version",
		Long: "validate holds FOCUS Cost and Usage CSV files, plain or gzip, of any provider against the\n" +
			"rules of a FOCUS version, in memory that does not grow with the file. A broken must-rule\n" +
			"makes a file fail (exit 3); should-rules and hazards are reported. Rows are CSV records,\n" +
			"the header is record 1. --rules prints the rules of a version.",
		RunE: func(cmd *cobra.Command, files []string) error {
			if f.rules {
				return a.printRules(f.version)
			}
			return a.validate(cmd.Context(), f, files)
		},
	}
	cmd.Flags().StringVar(&f.version, "version", conformance.VersionAuto, "FOCUS version: "+strings.Join(focus.Versions(), ", ")+", or auto by the header")
	cmd.Flags().StringSliceVar(&f.applicable, "applicable", nil, "applicability criteria that hold for the provider, or ALL: they make conditional columns mandatory")
	cmd.Flags().BoolVar(&f.rules, "rules", false, "print the rules of the version")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

// validatedJSON is the stable shape of one file's report (docs/json.md).
type validatedJSON struct {
	File   string `json:"file"`
	Valid  bool   `json:"valid"`
	Must   int    `json:"must"` // broken rules by severity
	Should int    `json:"should"`
	Hazard int    `json:"hazard"`
	conformance.Report
}

func (a *app) validate(ctx context.Context, f validateFlags, files []string) error {
	if len(files) == 0 {
		return usage("deliverd validate FILE.csv", "validate needs at least one file")
	}
	reports := []validatedJSON{}
	for _, name := range files {
		report, err := checkFile(ctx, name, f)
		if err != nil {
			return err
		}
		shape := validatedJSON{
			File: name, Valid: report.Failed() == 0, Must: report.Failed(),
			Should: report.CountOf(conformance.Should), Hazard: report.CountOf(conformance.Hazard), Report: report,
		}
		if !shape.Valid {
			a.code = exitNotAsShould
		}
		reports = append(reports, shape)
		if !a.json {
			a.printValidated(&shape)
		}
	}
	if a.json {
		return a.printJSON(map[string]any{"files": reports})
	}
	return nil
}

func checkFile(ctx context.Context, name string, f validateFlags) (report conformance.Report, err error) {
	file, err := os.Open(name)
	if err != nil {
		return report, usage("deliverd validate with a readable file", "%w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	report, err = conformance.Check(ctx, file, conformance.Options{Version: f.version, Applicable: f.applicable})
	if err != nil {
		return report, fmt.Errorf("%s: %w", name, err)
	}
	return report, nil
}

func (a *app) printValidated(v *validatedJSON) {
	verdict := "conforms to"
	if !v.Valid {
		verdict = "FAILS"
	}
	fmt.Fprintf(a.stdout, "%s %s FOCUS %s: %d rows, %d columns; broken rules: %d must, %d should, %d hazards\n",
		v.File, verdict, v.Version, v.Rows, v.Columns, v.Must, v.Should, v.Hazard)
	for _, finding := range v.Findings {
		fmt.Fprintf(a.stdout, "  %-6s %s %s: %s (%s)\n", finding.Rule.Severity, finding.Rule.Code, finding.Rule.Column, finding.Rule.Text, finding.Rule.Source)
		fmt.Fprintf(a.stdout, "         %d times", finding.Count)
		if len(finding.Rows) > 0 {
			fmt.Fprintf(a.stdout, ", records %s", strings.Trim(fmt.Sprint(finding.Rows), "[]"))
		}
		if len(finding.Values) > 0 {
			fmt.Fprintf(a.stdout, ", such as %q", finding.Values)
		}
		if finding.Note != "" {
			fmt.Fprintf(a.stdout, " (%s)", finding.Note)
		}
		fmt.Fprintf(a.stdout, "\n         try: %s\n", finding.Rule.Remedy)
	}
	for _, limit := range v.Limits {
		fmt.Fprintf(a.stdout, "  not checked: %s\n", limit)
	}
}

func (a *app) printRules(version string) error {
	if version == conformance.VersionAuto {
		return usage("deliverd validate --rules --version 1.2", "--rules needs a --version")
	}
	rules, err := conformance.Rules(version)
	if err != nil {
		return usage("--version "+strings.Join(focus.Versions(), ", "), "%w", err)
	}
	if a.json {
		return a.printJSON(rules)
	}
	for _, rule := range rules {
		fmt.Fprintf(a.stdout, "%-6s %-24s %-34s %s (%s)\n", rule.Severity, rule.Code, rule.Column, rule.Text, rule.Source)
	}
	return nil
}
