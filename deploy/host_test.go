package deploy

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"deliverd/internal/config"
)

// unit are the settings of the service, all values of a key.
func unit(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for line := range strings.Lines(read(t, "systemd/deliverd.service")) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			all[key] = append(all[key], value)
		}
	}
	return all
}

// TestTheUnit: what the program and the service manager must agree on, and
// that nothing took a lock off.
func TestTheUnit(t *testing.T) {
	settings := unit(t)
	for key, want := range map[string]string{
		"Type": "notify", "Restart": "on-failure", "RestartPreventExitStatus": "2", "ExecReload": "/bin/kill -HUP $MAINPID",
		"StateDirectory": "deliverd", "User": "deliverd", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
		"PrivateTmp": "yes", "PrivateDevices": "yes", "MemoryDenyWriteExecute": "yes", "CapabilityBoundingSet": "",
		"RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "RestrictNamespaces": "yes", "SystemCallArchitectures": "native",
	} {
		if got := settings[key]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := settings["SystemCallFilter"]; len(got) == 0 || got[0] != "@system-service" {
		t.Errorf("SystemCallFilter is %q", got)
	}
	stop, err := time.ParseDuration(strings.Join(settings["TimeoutStopSec"], ""))
	if err != nil || stop <= stopWithin {
		t.Errorf("TimeoutStopSec is %s, %v: a delivery may take %s to finish", stop, err, stopWithin)
	}
	if bites, err := time.ParseDuration(strings.Join(settings["WatchdogSec"], "")); err != nil || bites < 10*time.Second {
		t.Errorf("WatchdogSec is %s, %v", bites, err)
	}
	if !strings.Contains(read(t, "systemd/sysusers.conf"), "\nu deliverd ") {
		t.Error("nothing makes the unit's user")
	}
	var defaults bytes.Buffer
	if err := config.WriteDefaults(&defaults); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(defaults.Bytes(), "/etc/deliverd")
	if err != nil {
		t.Fatal(err)
	}
	if string(cfg.State) != "/var/lib/"+settings["StateDirectory"][0] {
		t.Errorf("the state is %s by default, the unit's %q", cfg.State, settings["StateDirectory"])
	}
}

func TestTheImage(t *testing.T) {
	text := read(t, "Dockerfile")
	for _, want := range []string{
		"\nFROM scratch\n", "CGO_ENABLED=0 go build -trimpath ", "/etc/ssl/certs/ca-certificates.crt", "\nENV TMPDIR=" + stateDir + "\n", "\nVOLUME " + stateDir + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	builder := regexp.MustCompile(`(?m)^FROM golang:([0-9]+\.[0-9]+) AS build$`).FindStringSubmatch(text)
	needs := regexp.MustCompile(`(?m)^go ([0-9]+\.[0-9]+)`).FindStringSubmatch(read(t, "../go.mod"))
	if builder == nil || needs == nil || builder[1] != needs[1] {
		t.Errorf("the image is built by Go %v, go.mod names %v", builder, needs)
	}
	// Docker looks for the list beside the Dockerfile, under its name.
	for line := range strings.Lines(read(t, "Dockerfile.dockerignore")) {
		if line = strings.TrimSpace(line); line == "/cmd" || line == "/internal" || line == "/.git" || line == "/go.mod" {
			t.Errorf("%s is kept from the build", line)
		}
	}
}

// TestThePackages: what they are made of is there, or made by the Makefile, and
// lies where the unit looks for it.
func TestThePackages(t *testing.T) {
	var spec struct {
		Contents []struct{ Src, Dst, Type string }
		Scripts  map[string]string
	}
	if err := yaml.Unmarshal([]byte(read(t, "packages/nfpm.yaml")), &spec); err != nil {
		t.Fatal(err)
	}
	makefile, installed := read(t, "../Makefile"), map[string]string{}
	for _, c := range spec.Contents {
		installed[c.Dst] = c.Type
		if _, err := os.Stat(filepath.Join("..", c.Src)); err != nil && !strings.HasPrefix(c.Src, "dist/") {
			t.Errorf("%s: %v", c.Dst, err)
		}
		if strings.HasPrefix(c.Src, "dist/") && !regexp.MustCompile(`[ >]`+regexp.QuoteMeta(c.Src)+`[ \n]`).MatchString(makefile) {
			t.Errorf("the Makefile does not make %s", c.Src)
		}
	}
	for _, script := range spec.Scripts {
		if out, err := exec.CommandContext(t.Context(), "sh", "-n", filepath.Join("..", script)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
	command := strings.Fields(unit(t)["ExecStart"][0])
	if _, there := installed[command[0]]; !there {
		t.Errorf("the unit starts %s, which no package holds", command[0])
	}
	if kind := installed[command[len(command)-1]]; kind != "config|noreplace" {
		t.Errorf("%s is of type %q: an edited one must stay", command[len(command)-1], kind)
	}
}

// TestWhatThePackagesDo runs their scripts where a service manager runs, and
// sees what they ask of it.
func TestWhatThePackagesDo(t *testing.T) {
	reload, restart, stop := "systemctl daemon-reload\n", "systemctl try-restart deliverd.service\n", "systemctl disable --now deliverd.service\n"
	users := "systemd-sysusers deliverd.conf\n"
	for _, test := range []struct {
		name, script string
		args         []string
		want         string
	}{
		{"deb: first installed", "postinstall.sh", []string{"configure", ""}, users + reload},
		{"deb: upgraded", "postinstall.sh", []string{"configure", "1.0.0"}, users + reload + restart},
		{"deb: not upgraded after all", "postinstall.sh", []string{"abort-upgrade", "1.0.0"}, ""},
		{"deb: about to be upgraded", "preremove.sh", []string{"upgrade", "2.0.0"}, ""},
		{"deb: removed", "preremove.sh", []string{"remove"}, stop},
		{"deb: gone", "postremove.sh", []string{"remove"}, reload},
		{"rpm: first installed", "postinstall.sh", []string{"1"}, users + reload},
		{"rpm: upgraded", "postinstall.sh", []string{"2"}, users + reload + restart},
		{"rpm: the old one goes", "preremove.sh", []string{"1"}, ""},
		{"rpm: removed", "preremove.sh", []string{"0"}, stop},
		{"rpm: gone", "postremove.sh", []string{"0"}, reload},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, runScript(t, test.script, test.args, t.TempDir())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := runScript(t, test.script, test.args, "/nowhere"); strings.Contains(got, "systemctl") {
				t.Errorf("without a service manager: %s", got)
			}
		})
	}
}

// runScript runs a script of the packages with tools that only write down how
// they were called; running is where systemd shows that it runs.
func runScript(t *testing.T, script string, args []string, running string) string {
	t.Helper()
	dir := t.TempDir()
	calls := filepath.Join(dir, "calls")
	for _, tool := range []string{"systemctl", "systemd-sysusers", "getent", "chgrp"} {
		does := "#!/bin/sh\necho " + tool + " \"$@\" >>" + calls + "\n"
		if tool == "getent" {
			does = "#!/bin/sh\nexit 2\n" // no such group
		}
		if err := os.WriteFile(filepath.Join(dir, tool), []byte(does), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.ReplaceAll(read(t, "packages/"+script), "/run/systemd/system", running)
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", text, script}, args...)...)
	cmd.Env = []string{"PATH=" + dir + ":/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", script, args, err, out)
	}
	called, err := os.ReadFile(calls)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(called)
}
