package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/config"
	"deliverd/internal/cosdest"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

// longBill is a bill whose file has a few parts of 1 MiB. The second of them
// differs from the first in a name.
func longBill(t *testing.T, version int) string {
	t.Helper()
	m, err := period.ParseMonth("2025-11")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	lines := func(yield func(*bill.Line) bool) {
		for l := range (sample.Bill{UIN: testUIN, Month: m, Lines: 1600, Seed: 1}).All() {
			if l[bill.ResourceName] != "" {
				l[bill.ResourceName] = fmt.Sprintf("version %d", version)
			}
			if !yield(l) {
				return
			}
		}
	}
	if err := sample.Write(&text, sample.DirectCSV, lines); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// program is deliverd as a process of its own.
func (s *site) program(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	return cmd
}

func (s *site) bucket() *cosdest.Bucket {
	s.t.Helper()
	cfg, err := config.Load(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	b, err := newBucket(cfg.Accounts[0], nil, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// contents are the objects of the bucket.
func (s *site) contents() map[string]string {
	s.t.Helper()
	all, b := map[string]string{}, s.bucket()
	for o, err := range b.List(s.t.Context(), "") {
		if err != nil {
			s.t.Fatal(err)
		}
		body, err := b.Get(s.t.Context(), o.Key)
		if err != nil {
			s.t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			s.t.Fatal(err)
		}
		all[o.Key] = string(text)
	}
	return all
}

// TestKilledAtAnyMoment kills deliver again and again while it works: when the
// bucket sees one of its requests, and at moments of no meaning. The bucket
// always holds whole files, and one run that is left alone puts all right.
// DELIVERD_SOAK=1 kills it 200 times.
func TestKilledAtAnyMoment(t *testing.T) {
	rounds := soak(12, 200)
	t.Logf("sizes: deliver killed %d times (200 with DELIVERD_SOAK=1)", rounds)
	bills := []string{longBill(t, 0), longBill(t, 1)}
	monthly := []string{"deliver", "--monthly", "2025-11"}
	files := make([]string, 2)
	undisturbed := newSite(t)
	var requests atomic.Int64
	var lasted time.Duration
	for i, text := range bills {
		undisturbed.write("bills/detail.csv", text)
		requests.Store(0)
		undisturbed.watch(func(cosserver.Event) { requests.Add(1) })
		began := time.Now()
		if out, err := undisturbed.program(t.Context(), nil, append(monthly, "--config", undisturbed.config)...).CombinedOutput(); err != nil {
			t.Fatalf("undisturbed: %v\n%s", err, out)
		}
		lasted = time.Since(began)
		undisturbed.watch(nil)
		for _, text := range undisturbed.contents() {
			files[i] = text
		}
	}

	s, rng := newSite(t), rand.New(rand.NewPCG(1, 2))
	killed := 0
	for round := range rounds {
		s.write("bills/detail.csv", bills[round%2])
		moment, after := rng.Int64N(requests.Load()), patience
		if round%3 == 0 {
			moment, after = never, time.Duration(rng.Int64N(int64(lasted)))
		}
		if s.killed(moment, after, append(monthly, "--config", s.config)) {
			killed++
		}
		for key, text := range s.contents() {
			if text != files[0] && text != files[1] {
				t.Fatalf("round %d: %s has %d bytes, that is neither file", round, key, len(text))
			}
		}
	}
	if killed < rounds/4 {
		t.Errorf("killed %d of %d times, that shows little", killed, rounds)
	}
	s.write("bills/detail.csv", bills[0])
	if out, err := s.program(t.Context(), nil, append(monthly, "--config", s.config)...).CombinedOutput(); err != nil {
		t.Fatalf("left alone: %v\n%s", err, out)
	}
	s.checkClean(map[string]string{"focus/FOCUS-bill_details-200020002001-202511.CSV": files[0]})
}

// never is the number of no request.
const never = -1

// killed starts deliverd and kills it when the bucket has seen so many requests,
// or after a time; it reports whether that came before its end.
func (s *site) killed(moment int64, after time.Duration, args []string) bool {
	s.t.Helper()
	ctx, kill := context.WithCancel(s.t.Context())
	defer kill()
	timer := time.AfterFunc(after, kill)
	defer timer.Stop()
	var seen atomic.Int64
	s.watch(func(cosserver.Event) {
		if seen.Add(1) == moment+1 {
			kill()
		}
	})
	defer s.watch(nil)
	cmd := s.program(ctx, nil, args...)
	out, err := cmd.CombinedOutput()
	code := cmd.ProcessState.ExitCode() // -1: killed; the kill may also have come after the end
	if code != exitDone && code != -1 {
		s.t.Errorf("%s: %v\n%s", args[0], err, out)
	}
	return code == -1
}

// checkClean fails unless the bucket holds these objects and no open upload,
// and the state folder is tidy.
func (s *site) checkClean(want map[string]string) {
	s.t.Helper()
	got := s.contents()
	for key, text := range want {
		if got[key] != text {
			s.t.Errorf("%s has %d bytes, want the %d of an undisturbed run", key, len(got[key]), len(text))
		}
	}
	if len(got) != len(want) {
		s.t.Errorf("%d objects, want %d", len(got), len(want))
	}
	if _, err := s.bucket().AbortUploads(s.t.Context(), "", func(key string) bool { s.t.Errorf("open upload: %s", key); return false }); err != nil {
		s.t.Error(err)
	}
	s.checkTidy("state")
}

// checkTidy fails unless a state folder holds two snapshots of a bill at most,
// and nothing unfinished. The bills are of one month.
func (s *site) checkTidy(state string) {
	s.t.Helper()
	snapshots := map[string]int{} // by the folder of the account
	err := filepath.WalkDir(filepath.Join(s.dir, state), func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case strings.HasSuffix(name, ".bill"):
			if snapshots[filepath.Dir(path)]++; snapshots[filepath.Dir(path)] > 2 {
				s.t.Errorf("%s is one snapshot too many", path)
			}
		case strings.HasSuffix(name, ".lock"), strings.HasPrefix(name, "ledger.db"), entry.IsDir() && !strings.Contains(name, "tmp"):
		default:
			s.t.Errorf("left in the state folder: %s", path)
		}
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}
