package main

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"deliverd/internal/cosdest/cosserver"
)

// uploads is what the bucket's server saw of the writing, in its order.
type uploads struct {
	mu    sync.Mutex
	news  *sync.Cond
	seen  int // events
	all   []*sending
	begun map[string]*sending // by request, and by upload
	kills []int               // when a node was killed or cut off

	stored map[string]int // how often, by key
}

// sending is one Put, or one upload from its Initiate to its end.
type sending struct {
	key        string
	upload     string // its id; blank of a Put
	begin, end int    // when; end 0: open still
	stored     bool
	at         time.Time // when it was stored
}

func newUploads() *uploads {
	u := &uploads{begun: map[string]*sending{}, stored: map[string]int{}}
	u.news = sync.NewCond(&u.mu)
	return u
}

func (u *uploads) observe(e cosserver.Event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.seen++
	switch {
	case !e.Done && (e.Op == "put" || e.Op == "initiate"):
		s := &sending{key: e.Key, begin: u.seen}
		u.begun[e.RequestID], u.all = s, append(u.all, s)
	case e.Op == "initiate" && e.Done:
		s := u.begun[e.RequestID]
		if s.upload = e.UploadID; e.UploadID == "" {
			s.end = u.seen
		}
		u.begun[e.UploadID] = s
	case e.Op == "put" && e.Done:
		u.end(u.begun[e.RequestID], e.Status == 200)
	case e.Op == "complete" && e.Done && e.Status == 200:
		u.end(u.begun[e.UploadID], true)
	case e.Op == "abort" && e.Done && e.Status == 204:
		u.end(u.begun[e.UploadID], false)
	}
	u.news.Broadcast()
}

func (u *uploads) end(s *sending, stored bool) {
	s.end, s.stored, s.at = u.seen, stored, time.Now()
	if stored {
		u.stored[s.key]++
	}
}

// kill takes note that a node is killed or cut off now.
func (u *uploads) kill() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.kills = append(u.kills, u.seen)
}

// await waits until what it asks, with u.mu held, is so. When the bucket has
// heard nothing for a test's patience, it is not going to be.
func (u *uploads) await(so func() bool) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	silent := false
	watch := time.AfterFunc(patience, func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		silent = true
		u.news.Broadcast()
	})
	defer watch.Stop()
	for !so() {
		if silent {
			return fmt.Errorf("no request for %s, and %d objects were stored", patience, len(u.stored))
		}
		seen := u.seen
		u.news.Wait()
		if u.seen != seen {
			watch.Reset(patience)
		}
	}
	return nil
}

// check fails the test if a key was written by two at once. What a killed node
// left open is excused: of a Put nobody can tell whether it is still on its way.
// But only one of the two may have been stored, and no two uploads may have been
// open at once: who takes an account aborts what is open there.
func (u *uploads) check(t *testing.T) (excused int) {
	t.Helper()
	u.mu.Lock()
	defer u.mu.Unlock()
	byKey := map[string][]*sending{}
	for _, s := range u.all {
		for _, before := range byKey[s.key] {
			if before.end != 0 && before.end < s.begin {
				continue
			}
			killed := slices.ContainsFunc(u.kills, func(at int) bool { return before.begin <= at && at <= s.begin })
			if !killed || before.stored && s.stored || before.upload != "" && s.upload != "" {
				t.Errorf("two at once at %s: %s", s.key, fmt.Sprintf("%+v and %+v", *before, *s))
			}
			excused++
		}
		byKey[s.key] = append(byKey[s.key], s)
	}
	return excused
}
