package main

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/ledger/pgtest"
)

// TestNodesReplaceWithoutEachOther: a node replaces an object, by a person's
// wish, and is stopped between the proof of its lock and the Complete. Another
// one replaces the object by a newer one meanwhile. The Complete of the first
// has no effect, however small the object is.
func TestNodesReplaceWithoutEachOther(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		account int
	}{{"less than a part", 1}, {"more than a part", 0}}
	some := cases[:soak(1, 2)]
	t.Logf("sizes: %d of %d objects (all with DELIVERD_SOAK=1)", len(some), len(cases))
	for _, test := range some {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, 2, pgtest.Start(t))
			uin, key := f.accounts[test.account], f.key(test.account, fleetDays)
			deliver := func(node string, version int) *process {
				f.bill(test.account, version)
				return f.start(t, node, nil, "deliver", "--uin", uin, "--daily", fmt.Sprintf("%d-12-%02d", f.year, fleetDays), "--config", f.configuration(node, f.database))
			}
			deliver("first", 0).ends(exitDone)
			request := f.hold(func(e cosserver.Event) bool { return e.Op == "complete" || e.Op == "put" })
			late := deliver("late", 1)
			request.arrives(t)
			late.signal(syscall.SIGSTOP)
			stopped := time.Now()
			f.uploads.kill()
			deliver("other", 2).ends(exitDone)
			t.Logf("another node had replaced %s after %s", key, time.Since(stopped).Round(time.Millisecond))
			other := f.stats()[key]
			request.release()
			if e := <-request.done; e.Op != "complete" || e.Status != 404 {
				t.Errorf("the %s of the node that was stopped: %d %s, want one that finds no upload", e.Op, e.Status, e.Code)
			}
			late.signal(syscall.SIGCONT)
			late.ends(exitFailed)
			late.says("the lock of account " + uin + " is lost")

			want := f.undisturbed()[key]
			if other.CRC64 != want.CRC64 {
				t.Errorf("the other node made %+v, want %+v", other, want)
			}
			f.config = late.config()
			got, e := f.stats()[key], f.entries(t)[key]
			if got.CRC64 != want.CRC64 || e.Proof.CRC64 != want.CRC64 || e.Try.Result != "replaced" {
				t.Errorf("the bucket has %+v, the ledger %+v, want %+v", got, e, want)
			}
			if f.openUploads() != 0 {
				t.Error("an upload is open")
			}
			f.uploads.check(t)
		})
	}
}
