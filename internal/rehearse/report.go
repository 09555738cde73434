package rehearse

import (
	"time"

	"deliverd/internal/delivery"
)

// What an entry of the log tells.
const (
	Scripted = "script"   // a line of the script
	Landed   = "landed"   // a file has come into being
	Restored = "restored" // one that was there once has come into being again
	Replaced = "replaced" // one has taken the place of another
	Killed   = "killed"
	Waiting  = "waiting" // a try came to nothing, for another reason than the one before
	Held     = "held"
	Failed   = "failed"
)

// Entry is one line of the log.
type Entry struct {
	At       time.Time // in the rehearsal's zone
	What     string
	UIN      string
	Key      string
	Rows     int
	Bytes    int64
	Attempts int  // until it landed
	Late     bool // it landed past its freshness
	Why      string
}

// Summary is how a rehearsal ended.
type Summary struct {
	Expected    int // files that the calendar calls for by the end
	Landed      int // of them in the bucket
	Late        int // of these landed past their freshness
	LeftOut     int // of the expected left out by the policy for missed runs
	Missing     int
	Extra       int // objects that were never called for
	Partial     int // objects that are not a whole file
	OpenUploads int
	Unproved    int // objects of which the ledger does not say the same
	Kills       int // that struck at a step of the bucket
}

// Wrong is something that is not as it should be.
type Wrong struct {
	Kind string // missing, extra, partial, open upload, unproved
	UIN  string
	Key  string
	Why  string
}

// Report is what came of a rehearsal.
type Report struct {
	Log     []Entry
	Summary Summary
	Wrong   []Wrong
}

// AsShould reports whether the bucket ended exactly as the calendar wants it.
func (r *Report) AsShould() bool { return len(r.Wrong) == 0 }

// tell adds to the log.
func (r *rehearsal) tell(e Entry) {
	e.At = r.at()
	r.report.Log = append(r.report.Log, e)
	r.cfg.Told(e)
}

// told is called with every outcome. Of tries that came to nothing the first of
// a kind is logged.
func (r *rehearsal) told(a *account, out *delivery.Outcome) {
	what := string(out.Result)
	if what != Waiting && what != Held && what != Failed {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	a.bucket.tries[out.Key]++
	if a.bucket.last[out.Key] == what {
		return
	}
	a.bucket.last[out.Key] = what
	e := Entry{What: what, UIN: a.UIN, Key: out.Key}
	if out.Err != nil {
		e.Why = out.Err.Error()
	} else if len(out.Reasons) > 0 {
		e.Why = out.Reasons[0].Text
	}
	r.tell(e)
}
