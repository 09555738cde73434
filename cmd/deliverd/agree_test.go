package main

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/config"
	"deliverd/internal/ledger"
	"deliverd/internal/object"
)

// checkBucket fails the test unless the bucket holds these objects, whole and
// with their metadata, and no open upload, and `verify` and the ledger say the
// same of each.
func (s *site) checkBucket(t *testing.T, want map[string]object.Object) map[string]ledger.Entry {
	t.Helper()
	if diff := cmp.Diff(want, s.stats()); diff != "" {
		t.Errorf("the bucket (-undisturbed +got):\n%s", shortened(diff))
	}
	if _, err := s.bucket().AbortUploads(t.Context(), "", func(key string) bool { t.Errorf("open upload: %s", key); return false }); err != nil {
		t.Error(err)
	}
	verified, entries := s.verified(t), s.entries(t)
	for key, o := range want {
		c, e := verified[key], entries[key]
		if c.State != "present" || c.Bytes != o.Size || c.CRC64 != strconv.FormatUint(o.CRC64, 10) {
			t.Errorf("verify says of %s: %+v", key, c)
		}
		if e.Proof.Size != o.Size || e.Proof.CRC64 != o.CRC64 || e.Proof.Snapshot != o.Meta["deliverd-snapshot"] ||
			strconv.FormatInt(e.Proof.Rows, 10) != o.Meta["deliverd-rows"] || e.Proof.Billed != o.Meta["deliverd-billed"] || e.Try.Attempts != 0 {
			t.Errorf("the ledger says of %s: %+v; it is %+v", key, e, o)
		}
	}
	if len(verified) != len(want) || len(entries) != len(want) {
		t.Errorf("verify knows %d objects and the ledger %d, want %d", len(verified), len(entries), len(want))
	}
	return entries
}

func shortened(diff string) string {
	const most = 3000
	return diff[:min(most, len(diff))]
}

// verified is what `verify --json` prints, by key.
func (s *site) verified(t *testing.T) map[string]checkJSON {
	t.Helper()
	got := s.run("verify", "--config", "{config}", "--json")
	var report verifyJSON
	if err := json.NewDecoder(strings.NewReader(got.stdout)).Decode(&report); err != nil || got.code != exitDone {
		t.Errorf("verify: exit code %d, %v\n%s", got.code, err, got.stderr)
	}
	all := map[string]checkJSON{}
	for _, c := range report.Checks {
		all[c.Key] = c
	}
	return all
}

// entries is what the ledger has, by key.
func (s *site) entries(t *testing.T) map[string]ledger.Entry {
	t.Helper()
	cfg, err := config.Load(s.config)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(t.Context(), ledger.Config{Dir: string(cfg.State), Postgres: cfg.Ledger.Reveal(), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	all := map[string]ledger.Entry{}
	for _, account := range cfg.Accounts {
		entries, err := l.Entries(t.Context(), placeOf(account))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			all[e.Key] = e
		}
	}
	return all
}
