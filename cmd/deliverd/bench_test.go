package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
)

// manyAccounts writes small bills of so many accounts and a configuration that
// delivers them into one bucket, a prefix for each.
func (s *site) manyAccounts(n int, cadence string) {
	s.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "state: state\nhttp: {listen: \"127.0.0.1:0\"}\nparallel: {node: 8, bucket: 8}\naccounts:\n")
	for i := range n {
		uin := strconv.Itoa(200_020_000_000 + i)
		s.write(fmt.Sprintf("many/%s/detail.csv", uin), strings.ReplaceAll(billOf("10", "20", "30"), testUIN, uin))
		fmt.Fprintf(&text, "  - uin: %q\n    source: {files: many/%s}\n    bucket: {url: %q, prefix: %s/, secret-id: %s, secret-key-file: secret-key}\n%s", uin, uin, s.url, uin, secretID, cadence)
	}
	s.write("deliverd.yaml", text.String())
}

// BenchmarkThousandAccountsDue starts the daemon when one small file of each of
// 1,000 accounts is due: how fast they come, how soon the first one does, and
// what memory the process takes at most. The bucket runs on the same cores.
func BenchmarkThousandAccountsDue(b *testing.B) {
	const accounts = 1000
	for b.Loop() {
		s := newSite(b)
		s.manyAccounts(accounts, "    daily: {since: 2025-11-03}\n    monthly: {enabled: false}\n")
		var mu sync.Mutex
		stored, first, all := 0, make(chan time.Time, 1), make(chan time.Time, 1)
		s.watch(func(e cosserver.Event) {
			if e.Op != "put" || !e.Done || e.Status != http.StatusOK {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if stored++; stored == 1 {
				first <- time.Now()
			}
			if stored == accounts {
				all <- time.Now()
			}
		})
		began := time.Now()
		d := s.daemon()
		one, last := <-first, <-all
		b.ReportMetric(accounts/last.Sub(one).Seconds(), "deliveries/s")
		b.ReportMetric(one.Sub(began).Seconds()*1000, "ms-to-first")
		b.ReportMetric(status(b, d.cmd.Process.Pid, "VmHWM"), "peak-MiB")
		d.kill()
		s.watch(nil)
	}
}

// BenchmarkIdleDaemon is the daemon with 5,000 accounts, none of which has
// anything due: its memory, and its share of one core.
func BenchmarkIdleDaemon(b *testing.B) {
	const accounts, watched = 5000, 10 * time.Second
	for b.Loop() {
		s := newSite(b)
		s.manyAccounts(accounts, "")
		d := s.daemon()
		page := d.listening()
		began := time.Now()
		for ready := false; !ready; time.Sleep(100 * time.Millisecond) {
			code, _ := get(b, page+"/readyz")
			ready = code == http.StatusOK
		}
		b.ReportMetric(time.Since(began).Seconds(), "s-until-ready")
		before := cpu(b, d.cmd.Process.Pid)
		time.Sleep(watched)
		b.ReportMetric(100*(cpu(b, d.cmd.Process.Pid)-before).Seconds()/watched.Seconds(), "%core")
		b.ReportMetric(status(b, d.cmd.Process.Pid, "VmRSS"), "MiB")
		d.kill()
	}
}

// status is a value of /proc/PID/status, in MiB.
func status(b *testing.B, pid int, name string) float64 {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), name+":")
	kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib / 1024
}

// cpu is the time a process has had of all cores.
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	ticks := 0
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond // a tick of USER_HZ
}
