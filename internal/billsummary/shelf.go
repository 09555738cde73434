package billsummary

import (
	"io/fs"
	"sync"

	"deliverd/internal/snapshot"
)

// shelf are the snapshots of this node that were opened last. To open one reads
// its totals, which takes longer than a page.
type shelf struct {
	store *snapshot.Store // nil: there are none

	mu   sync.Mutex
	open map[bookKey]*snapshot.Snapshot
}

// maxShelf is how many are kept open.
const maxShelf = 16

// get returns the newest snapshot of a bill that lies here, the one of the id
// if that is it. The error is fs.ErrNotExist when there is none.
func (s *shelf) get(k bookKey, id string) (*snapshot.Snapshot, error) {
	s.mu.Lock()
	have := s.open[k]
	s.mu.Unlock()
	if have != nil && have.ID() == id {
		return have, nil
	}
	if s.store == nil {
		return nil, fs.ErrNotExist
	}
	snap, err := s.store.Latest(k.uin, k.month)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil || len(s.open) >= maxShelf {
		s.open = map[bookKey]*snapshot.Snapshot{}
	}
	s.open[k] = snap
	return snap, nil
}
