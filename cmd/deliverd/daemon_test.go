package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	cos "github.com/tencentyun/cos-go-sdk-v5"

	"deliverd/internal/cosdest/cosserver"
)

// noon of 4 November 2025: the daily files of the 1st to the 3rd are due.
const testNoon = "2025-11-04T12:00:00+08:00"

const sinceNovember = "    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\nhttp: {listen: \"127.0.0.1:0\"}\n"

// daemon starts `deliverd run` at noon, or at another time of env.
func (s *site) daemon(env ...string) *process {
	s.t.Helper()
	return s.start(s.t, "the daemon", append([]string{startTime + "=" + testNoon}, env...), "run", "--config", s.config)
}

// get is the answer of one of its pages.
func get(t testing.TB, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// beside runs a command beside the daemon, at its time.
func (s *site) beside(args ...string) ended {
	s.t.Helper()
	cmd := s.program(s.t.Context(), []string{startTime + "=" + testNoon}, append(args, "--config", s.config)...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run()
	return ended{cmd.ProcessState.ExitCode(), s.plain(stdout.String()), s.plain(stderr.String())}
}

// TestDaemon: what is due is there soon after the start, its pages say so, the
// reading commands work beside it, a second one is refused, and a stop is soft.
func TestDaemon(t *testing.T) {
	s := newSite(t)
	s.configure(sinceNovember)
	d := s.daemon()
	page := d.listening()
	for _, day := range []string{"01", "02", "03"} {
		d.wait(`"delivered"`, "202511"+day+".CSV")
	}
	s.until(func() bool { code, _ := get(t, page+"/readyz"); return code == http.StatusOK })
	for path, want := range map[string]string{
		"/healthz": "", "/": "All is well", "/status.json": `"lastKey":"focus/FOCUS-bill_details-200020002001-20251103.CSV"`,
		"/metrics": `deliverd_deliveries_total{cadence="daily",result="delivered"} 3`,
	} {
		if code, text := get(t, page+path); code != http.StatusOK || !strings.Contains(strings.ReplaceAll(text, `": `, `":`), want) {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	if got := s.beside("run"); got.code != exitFailed || !strings.Contains(got.stderr, "deliverd: a daemon already runs on the state folder") || !strings.Contains(got.stderr, "try: ") {
		t.Errorf("a second one: %+v", got)
	}
	if got := s.beside("verify"); got.code != exitDone || !strings.Contains(got.stdout, "3 of 3 files are present and proved") {
		t.Errorf("verify: %+v", got)
	}
	if got := s.beside("plan"); got.code != exitDone || !strings.Contains(got.stdout, "4 files: 1 not-yet, 3 present at 2025-11-04T12:00") {
		t.Errorf("plan: %+v", got)
	}
	if got := s.beside("status"); got.code != exitDone || !strings.Contains(got.stdout, "next due 2025-11-05T03:00:00+08:00, 0 missing (0 late), 0 held, 0 waiting, 0 differ\n  monthly  off\n") {
		t.Errorf("status: %+v", got)
	}
	if got := s.beside("deliver", "--due"); got.code != exitDone || !strings.HasPrefix(got.stdout, "nothing to deliver: all that is due is there") {
		t.Errorf("deliver --due: %+v", got)
	}
	d.stop()
	if strings.Contains(d.said(), "interrupted") {
		t.Errorf("a stop is no interrupt:\n%s", d.said())
	}
}

// until asks again and again until something is so; each ask takes its time.
func (s *site) until(so func() bool) {
	s.t.Helper()
	for !so() {
		if s.t.Context().Err() != nil {
			s.t.Fatal("it never came to be")
		}
	}
}

// TestDaemonRestoresWhatWasDeleted at its next look: on SIGHUP as well.
func TestDaemonRestoresWhatWasDeleted(t *testing.T) {
	s := newSite(t)
	s.configure(sinceNovember)
	d := s.daemon()
	d.wait(`"delivered"`, "20251103.CSV")
	s.delete("focus/FOCUS-bill_details-" + testUIN + "-20251102.CSV")
	d.signal(syscall.SIGHUP)
	d.wait(`"delivered"`, "20251102.CSV")
	d.stop()
}

// delete deletes an object, as a person with rights to it does.
func (s *site) delete(key string) {
	s.t.Helper()
	bucket, err := url.Parse(s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	client := cos.NewClient(&cos.BaseURL{BucketURL: bucket}, &http.Client{Transport: &cos.AuthorizationTransport{SecretID: secretID, SecretKey: testSecret}})
	if _, err := client.Object.Delete(s.t.Context(), key); err != nil {
		s.t.Fatal(err)
	}
}

// replace writes a file as editors do: beside, and renamed over it.
func (s *site) replace(text string) {
	s.t.Helper()
	s.write("deliverd.yaml.new", text)
	if err := os.Rename(filepath.Join(s.dir, "deliverd.yaml.new"), s.config); err != nil {
		s.t.Fatal(err)
	}
}

// TestDaemonReloads: a bad file is refused and the old one stays in force, a new
// account is delivered without a restart, one that leaves is switched off.
func TestDaemonReloads(t *testing.T) {
	s := newSite(t)
	s.write("others/detail.csv", strings.ReplaceAll(billOf("10", "20"), testUIN, otherUIN))
	s.configure(sinceNovember)
	one := readFile(t, s.config)
	d := s.daemon()
	d.wait(`"delivered"`, "20251103.CSV")

	s.replace(strings.ReplaceAll(one, "since: 2025-11-01", "since: yesterday"))
	d.wait("the new configuration is refused, the old one stays in force", "yesterday")

	s.configureTwo("    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n", "    source: {files: others}\n    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n")
	d.wait(`"changed"`, otherUIN)
	d.wait(`"delivered"`, otherUIN+"-20251102.CSV")

	s.replace(one)
	d.wait("switched off: it has left the configuration", otherUIN)
	for range 2 { // it is said once, and once only
		d.signal(syscall.SIGHUP)
		d.wait(`"reloaded"`)
	}
	d.stop()
	if n := strings.Count(d.said(), "switched off: it has left the configuration"); n != 1 {
		t.Errorf("it was switched off %d times", n)
	}
	if secret := readFile(t, filepath.Join(s.dir, "secret-key")); strings.Contains(d.said(), strings.TrimSpace(secret)) {
		t.Error("the log has a secret")
	}
}

// TestDaemonWritesOffWhatLeftWhileItWasDown, so that the time between is not owed
// when it comes back.
func TestDaemonWritesOffWhatLeftWhileItWasDown(t *testing.T) {
	s := newSite(t)
	cadences := "    daily: {since: 2025-11-01}\n    monthly: {enabled: false}\n"
	s.write("others/detail.csv", strings.ReplaceAll(billOf("10", "20"), testUIN, otherUIN))
	s.configureTwo(cadences, "    source: {files: others}\n"+cadences)
	d := s.daemon()
	d.wait(`"delivered"`, otherUIN+"-20251102.CSV")
	d.stop()
	s.configure(cadences)
	d = s.daemon()
	d.wait("switched off: it has left the configuration", otherUIN)
	d.stop()
}

// TestDaemonLeavesMissedRuns where the configuration wants it so: what came due
// before it began is not made up.
func TestDaemonLeavesMissedRuns(t *testing.T) {
	for missed, want := range map[string]int{"all": 3, "latest": 1, "none": 0} {
		t.Run(missed, func(t *testing.T) {
			s := newSite(t)
			s.configure("    missed: " + missed + "\n" + sinceNovember)
			d := s.daemon()
			page := d.listening()
			s.until(func() bool { code, _ := get(t, page+"/readyz"); return code == http.StatusOK })
			d.stop()
			if got := s.objects(); got != want {
				t.Errorf("%d objects, want %d:\n%s", got, want, d.said())
			}
		})
	}
}

// TestDaemonSwitchesOffInFlight: the upload that is under way when its cadence is
// switched off is aborted, and nothing is written any more.
func TestDaemonSwitchesOffInFlight(t *testing.T) {
	s := newSite(t)
	s.write("bills/detail.csv", longBill(t, 0))
	s.configure("    daily: {enabled: false}\n    monthly: {since: 2025-12-01}\n")
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	aborted := make(chan struct{}, 100)
	s.watch(func(e cosserver.Event) {
		switch {
		case e.Op == "part" && e.Part == 2 && !e.Done:
			once.Do(func() { close(arrived) })
			<-goOn
		case e.Op == "abort" && e.Done:
			aborted <- struct{}{}
		}
	})
	d := s.daemon(startTime + "=2025-12-05T12:00:00+08:00")
	<-arrived
	s.replace(strings.ReplaceAll(readFile(t, s.config), "monthly: {since: 2025-12-01}", "monthly: {enabled: false}"))
	d.wait("stopped what was being done")
	close(goOn)
	<-aborted
	d.wait(`"switched off"`, "monthly")
	d.stop()
	s.watch(nil)
	s.checkClean(map[string]string{})
}

// TestDaemonStopsWithinItsBound: work that takes longer than stop-within is cut
// short, whole or nothing.
func TestDaemonStopsWithinItsBound(t *testing.T) {
	s := newSite(t)
	s.write("bills/detail.csv", longBill(t, 0))
	s.configure("    daily: {enabled: false}\n    monthly: {since: 2025-12-01}\nstop-within: 1s\n")
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.watch(func(e cosserver.Event) {
		if e.Op == "part" && e.Part == 2 && !e.Done {
			once.Do(func() { close(arrived) })
			<-goOn
		}
	})
	d := s.daemon(startTime + "=2025-12-05T12:00:00+08:00")
	<-arrived
	d.signal(syscall.SIGTERM)
	d.wait("stopped what was being done", "longer than it may")
	d.ends(exitDone)
	close(goOn)
	s.watch(nil)
	s.checkClean(map[string]string{})
}

// TestDaemonRefusesABusyPort before it starts anything.
func TestDaemonRefusesABusyPort(t *testing.T) {
	s := newSite(t)
	s.configure("http: {listen: " + strings.TrimPrefix(s.url, "http://") + "}\n")
	got := s.beside("run")
	if got.code != exitUsage || !strings.Contains(got.stderr, "http.listen: listen tcp") || s.objects() != 0 {
		t.Errorf("got %+v", got)
	}
}
