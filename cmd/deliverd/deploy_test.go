package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDeployedCommandLines: every command line in deploy/ is one that the
// program knows, its flags included, and needs nothing more to begin.
func TestDeployedCommandLines(t *testing.T) {
	for name, args := range map[string][]string{
		"systemd unit": unitCommand(t),
		"image":        imageCommand(t),
		"StatefulSet":  podCommand(t, "daemon.yaml", "StatefulSet"),
		"CronJob":      podCommand(t, "cronjob.yaml", "CronJob"),
	} {
		t.Run(name, func(t *testing.T) {
			if len(args) == 0 {
				t.Fatal("no command line")
			}
			cmd, rest, err := newApp(io.Discard, io.Discard).root().Find(args)
			if err != nil || !cmd.HasParent() {
				t.Fatalf("%v: no such command (%v)", args, err)
			}
			if err := cmd.ParseFlags(rest); err != nil {
				t.Errorf("%v: %v", args, err)
			}
			if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
				t.Errorf("%v: %v", args, err)
			}
			if config := cmd.Flag("config"); config == nil || config.Value.String() != "/etc/deliverd/deliverd.yaml" {
				t.Errorf("%v: the configuration is another", args)
			}
		})
	}
}

// unitCommand is what the service starts, without the program.
func unitCommand(t *testing.T) []string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/deliverd (.*)$`).FindStringSubmatch(readFile(t, "../../deploy/systemd/deliverd.service"))
	if match == nil {
		t.Fatal("the unit starts nothing")
	}
	return strings.Fields(match[1])
}

func imageCommand(t *testing.T) []string {
	t.Helper()
	match := regexp.MustCompile(`(?m)^CMD (\[.*\])$`).FindStringSubmatch(readFile(t, "../../deploy/Dockerfile"))
	if match == nil {
		t.Fatal("the image starts nothing")
	}
	var args []string
	if err := json.Unmarshal([]byte(match[1]), &args); err != nil {
		t.Fatal(err)
	}
	return args
}

// podCommand is what a Kubernetes object of the kind starts.
func podCommand(t *testing.T, file, kind string) []string {
	t.Helper()
	type pod struct {
		Spec struct{ Containers []struct{ Args []string } }
	}
	source, err := os.Open("../../deploy/kubernetes/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	for decoder := yaml.NewDecoder(source); ; {
		var object struct {
			Kind string
			Spec struct {
				Template    pod
				JobTemplate struct{ Spec struct{ Template pod } } `yaml:"jobTemplate"`
			}
		}
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			t.Fatalf("%s has no %s", file, kind)
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if object.Kind != kind {
			continue
		}
		for _, p := range []pod{object.Spec.Template, object.Spec.JobTemplate.Spec.Template} {
			for _, c := range p.Spec.Containers {
				return c.Args
			}
		}
	}
}
