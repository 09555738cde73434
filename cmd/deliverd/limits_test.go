package main

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"deliverd/internal/cosdest/cosserver"
)

// TestOneAtATimeIntoABucket: of five accounts of one bucket and one of another,
// all due at once, the first upload into the one bucket is held back until the
// account of the other has all its files. Nothing else goes into the first
// bucket meanwhile, nor later two things at once.
func TestOneAtATimeIntoABucket(t *testing.T) {
	s, other := newSite(t), newSite(t)
	text := "state: state\nparallel: {node: 8, bucket: 1}\nhttp: {listen: \"127.0.0.1:0\"}\naccounts:\n"
	for i, url := range []string{s.url, s.url, s.url, other.url, s.url, s.url} {
		uin := fmt.Sprintf("2000200020%02d", i+1)
		s.write("bills-"+uin+"/detail.csv", strings.ReplaceAll(billOf("10", "20", "30"), testUIN, uin))
		text += fmt.Sprintf("  - {uin: %q, source: {files: bills-%[1]s}, daily: {since: 2025-11-01}, monthly: {enabled: false},\n"+
			"     bucket: {url: %q, prefix: focus/, secret-id: %s, secret-key-file: secret-key}}\n", uin, url, secretID)
	}
	s.write("deliverd.yaml", text)

	elsewhere, all := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	uploads, most, stored, there := 0, 0, 0, 0
	other.watch(func(e cosserver.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Op == "put" && e.Done {
			if there++; there == 3 {
				close(elsewhere)
			}
		}
	})
	s.watch(func(e cosserver.Event) {
		if e.Op != "put" {
			return
		}
		mu.Lock()
		if e.Done {
			uploads--
			if stored++; stored == 5*3 {
				close(all)
			}
		} else {
			uploads++
			most = max(most, uploads)
		}
		mu.Unlock()
		if !e.Done {
			<-elsewhere
		}
	})
	d := s.daemon()
	<-all
	d.settles()
	d.stop()
	if mu.Lock(); most != 1 || stored != 5*3 {
		t.Errorf("%d uploads at once and %d in all, want 1 and %d", most, stored, 5*3)
	}
	mu.Unlock()
}
