package deploy

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"deliverd/internal/httpapi"
	"deliverd/internal/period"
)

// TestBothForms is about what the daemon and the cron job have in common.
func TestBothForms(t *testing.T) {
	daemon, cron := objects(t, "kubernetes/daemon.yaml"), objects(t, "kubernetes/cronjob.yaml")
	for _, form := range []struct {
		name   string
		config object
		pod    pod
	}{
		{"daemon", daemon["ConfigMap"], daemon["StatefulSet"].Spec.Template.Spec},
		{"cron job", cron["ConfigMap"], cron["CronJob"].Spec.JobTemplate.Spec.Template.Spec},
	} {
		t.Run(form.name, func(t *testing.T) {
			if len(form.pod.Containers) != 1 {
				t.Fatalf("%d containers", len(form.pod.Containers))
			}
			c := form.pod.Containers[0]
			cfg, secrets := load(t, form.config.Data["deliverd.yaml"])
			if len(secrets) == 0 {
				t.Error("no secret comes from a file")
			}
			if want := "deliverd:devel"; c.Image != want || !strings.Contains(read(t, "../docs/deploy.md"), "-t "+want) {
				t.Errorf("the image is %s; docs/deploy.md builds another", c.Image)
			}
			checkMounts(t, form.pod, form.config, string(cfg.State))
			checkRights(t, form.pod)
			if grace := time.Duration(form.pod.TerminationGracePeriodSeconds) * time.Second; grace <= stopWithin {
				t.Errorf("is killed after %s, while a delivery may take %s to finish", grace, stopWithin)
			}
		})
	}
}

// checkMounts: the configuration is a folder, so that a change arrives by the
// swap of a link, and the one that the command line names.
func checkMounts(t *testing.T, p pod, config object, state string) {
	t.Helper()
	sources := map[string]string{"state": "a volume claim"}
	for _, v := range p.Volumes {
		switch {
		case v.ConfigMap != nil:
			sources[v.Name] = "config map " + v.ConfigMap.Name
		case v.Secret != nil:
			sources[v.Name] = "secret " + v.Secret.SecretName
		case v.EmptyDir != nil:
			sources[v.Name] = "an empty folder"
		}
	}
	at := map[string]string{}
	for _, m := range p.Containers[0].VolumeMounts {
		at[m.MountPath] = sources[m.Name]
		if m.SubPath != "" {
			t.Errorf("%s is a file of its own: a change would not reach it", m.MountPath)
		}
	}
	args := p.Containers[0].Args
	named := slices.Index(args, "--config")
	if named < 0 || named+1 == len(args) {
		t.Fatalf("no configuration in %v", args)
	}
	folder, file := path.Split(args[named+1])
	if _, there := config.Data[file]; !there || at[path.Clean(folder)] != "config map "+config.Metadata.Name {
		t.Errorf("the configuration %s is not in the config map at %s", args[named+1], folder)
	}
	if at[secretsDir] != "secret deliverd" {
		t.Errorf("at %s: %q", secretsDir, at[secretsDir])
	}
	if state != stateDir || at[state] == "" {
		t.Errorf("the state folder is %s, and there is %q", state, at[state])
	}
}

func checkRights(t *testing.T, p pod) {
	t.Helper()
	who, may := p.SecurityContext, p.Containers[0].SecurityContext
	user := strconv.Itoa(who.RunAsUser)
	if instruction := "\nUSER " + user + ":" + user + "\n"; !who.RunAsNonRoot || who.FSGroup != who.RunAsUser || !strings.Contains(read(t, "Dockerfile"), instruction) {
		t.Errorf("runs as %+v; the image has another user", who)
	}
	if !may.ReadOnlyRootFilesystem || may.AllowPrivilegeEscalation == nil || *may.AllowPrivilegeEscalation || !slices.Equal(may.Capabilities.Drop, []string{"ALL"}) {
		t.Errorf("has rights that it does not need: %+v", may)
	}
}

func TestTheDaemonForm(t *testing.T) {
	all := objects(t, "kubernetes/daemon.yaml")
	set := all["StatefulSet"]
	cfg, _ := load(t, all["ConfigMap"].Data["deliverd.yaml"])
	if set.Spec.Replicas != 3 || cfg.Ledger.IsZero() {
		t.Errorf("%d nodes with the ledger %q: several nodes need PostgreSQL", set.Spec.Replicas, cfg.Ledger)
	}
	for _, file := range []string{"sslrootcert", "passfile"} {
		if !strings.Contains(all["ConfigMap"].Data["deliverd.yaml"], file+"="+secretsDir+"/") {
			t.Errorf("%s of the ledger is not among the secrets", file)
		}
	}
	if strings.Contains(cfg.Ledger.String(), ":redacted@") {
		t.Error("the ledger's password is in the config map")
	}
	if claims := set.Spec.VolumeClaimTemplates; len(claims) != 1 || claims[0].Metadata.Name != "state" {
		t.Errorf("claims %+v, want a volume for the state of each node", claims)
	}
	if service := all["Service"]; service.Spec.ClusterIP != "None" || service.Metadata.Name != set.Spec.ServiceName {
		t.Errorf("service %s (%s), the nodes belong to %s", service.Metadata.Name, service.Spec.ClusterIP, set.Spec.ServiceName)
	}
	if all["PodDisruptionBudget"].Spec.MaxUnavailable != 1 {
		t.Error("more than one node may be taken away at once")
	}
}

// TestProbes: each asks a page that exists, on the port that is listened on,
// from outside of the pod.
func TestProbes(t *testing.T) {
	all := objects(t, "kubernetes/daemon.yaml")
	c := all["StatefulSet"].Spec.Template.Spec.Containers[0]
	cfg, _ := load(t, all["ConfigMap"].Data["deliverd.yaml"])
	host, listens, err := net.SplitHostPort(cfg.HTTP.Listen)
	if err != nil || host != "0.0.0.0" {
		t.Errorf("listens on %q, where no probe arrives", cfg.HTTP.Listen)
	}
	handler := httpapi.New(httpapi.Config{
		Alive:   func() error { return nil },
		Status:  func(context.Context) (httpapi.Status, error) { return httpapi.Status{}, nil },
		Metrics: prometheus.NewRegistry(), Log: zap.NewNop(),
	})
	for name, probe := range map[string]struct {
		probe
		want string
	}{
		"startup": {c.StartupProbe, "/healthz"}, "liveness": {c.LivenessProbe, "/healthz"}, "readiness": {c.ReadinessProbe, "/readyz"},
	} {
		get := probe.HTTPGet
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, get.Path, nil))
		if get.Path != probe.want || answer.Code != http.StatusOK {
			t.Errorf("%s: %s answers %d, want %s", name, get.Path, answer.Code, probe.want)
		}
		if i := slices.IndexFunc(c.Ports, func(p port) bool { return p.Name == get.Port }); i < 0 || strconv.Itoa(c.Ports[i].ContainerPort) != listens {
			t.Errorf("%s asks the port %q of %v; the configuration says %s", name, get.Port, c.Ports, listens)
		}
	}
}

func TestTheCronForm(t *testing.T) {
	all := objects(t, "kubernetes/cronjob.yaml")
	job := all["CronJob"].Spec
	cfg, _ := load(t, all["ConfigMap"].Data["deliverd.yaml"])
	if job.ConcurrencyPolicy != "Forbid" || job.JobTemplate.Spec.Template.Spec.RestartPolicy != "Never" || job.JobTemplate.Spec.BackoffLimit == nil || *job.JobTemplate.Spec.BackoffLimit != 0 {
		t.Errorf("two runs may work at once, or one is repeated at once: %+v", job)
	}
	if !cfg.Ledger.IsZero() || cfg.HTTP.Listen != "" {
		t.Error("a run that ends needs neither a shared ledger nor a listener")
	}
	for _, a := range cfg.Accounts {
		for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
			if c := a.Cadence(cadence); c.Enabled && c.Since.IsZero() {
				t.Errorf("account %s, %s: nothing says since when; a run remembers nothing", a.UIN, cadence)
			}
		}
	}
}
