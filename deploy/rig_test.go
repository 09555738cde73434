// Package deploy holds no code, only tests that what is deployed agrees with
// the program: paths, ports, probes, users, configurations. That its command
// lines are some that the program knows is tested in cmd/deliverd.
package deploy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"deliverd/internal/config"
)

const (
	stopWithin = 30 * time.Second // the default of stop-within
	stateDir   = "/var/lib/deliverd"
	secretsDir = "/run/secrets/deliverd"
)

// object is a Kubernetes object, as far as it matters here.
type object struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Data       map[string]string
	Spec       struct {
		Replicas             int
		ServiceName          string `yaml:"serviceName"`
		ClusterIP            string `yaml:"clusterIP"`
		MaxUnavailable       int    `yaml:"maxUnavailable"`
		Selector             any
		Template             template
		ConcurrencyPolicy    string `yaml:"concurrencyPolicy"`
		VolumeClaimTemplates []struct {
			Metadata struct{ Name string }
		} `yaml:"volumeClaimTemplates"`
		JobTemplate struct {
			Spec struct {
				BackoffLimit *int `yaml:"backoffLimit"`
				Template     template
			}
		} `yaml:"jobTemplate"`
	}
}

type template struct {
	Metadata struct{ Labels map[string]string }
	Spec     pod
}

type pod struct {
	TerminationGracePeriodSeconds int    `yaml:"terminationGracePeriodSeconds"`
	RestartPolicy                 string `yaml:"restartPolicy"`
	SecurityContext               struct {
		RunAsNonRoot bool `yaml:"runAsNonRoot"`
		RunAsUser    int  `yaml:"runAsUser"`
		FSGroup      int  `yaml:"fsGroup"`
	} `yaml:"securityContext"`
	Containers []container
	Volumes    []struct {
		Name      string
		ConfigMap *struct{ Name string } `yaml:"configMap"`
		Secret    *struct {
			SecretName string `yaml:"secretName"`
		}
		EmptyDir *struct{} `yaml:"emptyDir"`
	}
}

type container struct {
	Image           string
	Args            []string
	Ports           []port
	StartupProbe    probe `yaml:"startupProbe"`
	LivenessProbe   probe `yaml:"livenessProbe"`
	ReadinessProbe  probe `yaml:"readinessProbe"`
	SecurityContext struct {
		AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
		ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
		Capabilities             struct{ Drop []string }
	} `yaml:"securityContext"`
	VolumeMounts []mount `yaml:"volumeMounts"`
}

type port struct {
	Name          string
	ContainerPort int `yaml:"containerPort"`
}

type mount struct {
	Name      string
	MountPath string `yaml:"mountPath"`
	SubPath   string `yaml:"subPath"`
}

type probe struct {
	HTTPGet struct{ Path, Port string } `yaml:"httpGet"`
}

// objects are the documents of a file, by their kind.
func objects(t *testing.T, file string) map[string]object {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, file)))
	all := map[string]object{}
	for {
		var o object
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if o.APIVersion == "" || o.Metadata.Name == "" {
			t.Fatalf("%s: a %q without version or name", file, o.Kind)
		}
		all[o.Kind] = o
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// load reads a configuration as the program does, with the secrets it names
// found elsewhere; it returns the names of their files.
func load(t *testing.T, text string) (*config.Config, []string) {
	t.Helper()
	dir := t.TempDir()
	for _, secret := range []string{"bucket.key", "bill.key"} {
		if err := os.WriteFile(filepath.Join(dir, secret), []byte("swordfish\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Parse(bytes.ReplaceAll([]byte(text), []byte(secretsDir), []byte(dir)), "/etc/deliverd")
	if err != nil {
		t.Fatal(err)
	}
	var secrets []string
	for _, a := range cfg.Accounts {
		secrets = append(secrets, filepath.Base(string(a.Bucket.SecretKeyFile)))
		if !strings.HasPrefix(string(a.Bucket.SecretKeyFile), dir+"/") {
			t.Errorf("the secret %s is not among those of %s", a.Bucket.SecretKeyFile, secretsDir)
		}
	}
	return cfg, secrets
}
