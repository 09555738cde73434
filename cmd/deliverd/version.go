package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"deliverd/internal/focus"
)

type versionJSON struct {
	Version  string   `json:"version"`
	Revision string   `json:"revision,omitempty"`
	Go       string   `json:"go"`
	FOCUS    []string `json:"focus"`
}

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: "print the version of deliverd and of what it writes", Args: exact(0),
		RunE: func(*cobra.Command, []string) error {
			v := readVersion()
			if a.json {
				return a.printJSON(v)
			}
			fmt.Fprintf(a.stdout, "deliverd %s, %s, FOCUS %s\n", strings.TrimSpace(v.Version+" "+v.Revision), v.Go, strings.Join(v.FOCUS, ", "))
			return nil
		},
	}
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

func readVersion() versionJSON {
	v := versionJSON{Version: "devel", Go: runtime.Version(), FOCUS: supportedVersions()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			v.Revision = setting.Value
		}
	}
	return v
}

// supportedVersions are the FOCUS versions that this release writes.
func supportedVersions() []string {
	return slices.DeleteFunc(focus.Versions(), func(v string) bool { return v == "1.1" }) // read and validated, not written
}
