package rehearse

import (
	"errors"
	"strings"

	"deliverd/internal/delivery/membucket"
	"deliverd/internal/period"
)

// bucket is the bucket of one account, and what is known of what lies in it.
type bucket struct {
	*membucket.Bucket
	held  map[string]uint64 // CRC-64 of what landed at a key
	tries map[string]int    // that came to nothing since something last landed at a key
	last  map[string]string // how the last of them ended
	first map[string]bool   // something has landed at the key
}

// errOutage is the error of a step while the script has the bucket fail.
var errOutage = errors.New("the bucket does not answer (as the script says)")

func newBucket(r *rehearsal, a *account) *bucket {
	b := &bucket{held: map[string]uint64{}, tries: map[string]int{}, last: map[string]string{}, first: map[string]bool{}}
	b.Bucket = membucket.New(membucket.Config{Now: r.clock.Now, Fault: func(step membucket.Step, key string) error { return r.step(a, step, key) }})
	return b
}

// landing is an object that has come into being.
type landing struct {
	account *account
	key     string
}

// step is called at every step of a bucket: it takes note of what was stored,
// kills the node when its time has come, and fails while the bucket is out.
func (r *rehearsal) step(a *account, step membucket.Step, key string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if step == membucket.Stored {
		r.pending = append(r.pending, landing{a, key})
	}
	if r.killed {
		return membucket.ErrKilled
	}
	if r.killIn > 0 {
		if r.killIn--; r.killIn == 0 {
			r.strike(a, step, key)
			return membucket.ErrKilled
		}
	}
	switch r.bucket {
	case BucketDown:
		return errOutage
	case BucketReadOnly:
		if step == membucket.Initiate {
			return errOutage
		}
	case BucketMute:
		if step == membucket.Stored {
			return errOutage
		}
	}
	return nil
}

// strike kills the node at a step. Objects are looked at in parallel: which of
// them it is at is chance, and is not told.
func (r *rehearsal) strike(a *account, step membucket.Step, key string) {
	r.killed = true
	r.node.die(membucket.ErrKilled)
	switch step {
	case membucket.Receive, membucket.Complete:
		a.bucket.tries[key]++
	case membucket.Stat:
		key = ""
	}
	r.report.Summary.Kills++
	r.tell(Entry{What: Killed, UIN: a.UIN, Key: key, Why: "at the step " + string(step)})
}

func (r *rehearsal) isKilled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.killed
}

// period is what a key of this account stands for.
func (a *account) period(key string) (period.Period, bool) {
	name, mine := strings.CutPrefix(key, a.Prefix)
	uin, p, ok := period.ParseKey(name)
	return p, mine && ok && uin == a.UIN
}
