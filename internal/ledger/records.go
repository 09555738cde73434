package ledger

import (
	"time"

	"deliverd/internal/period"
)

// Place is where the files of one account go: what the rows of the ledger are
// about.
type Place struct {
	UIN    string
	Bucket string // URL of the bucket, "/" and the prefix of the keys
}

// Activation is one span of time in which a cadence of a place was switched on.
type Activation struct {
	Place   Place
	Cadence period.Cadence
	After   time.Time // due times after it count
	Until   time.Time // when it was switched off: due times after it do not count; zero: it is on
	Origin  string    // why After is what it is: "switched on", "oldest file in the bucket", …
}

// Entry is what the ledger remembers of one delivery.
type Entry struct {
	Place  Place
	Period period.Period
	Key    string
	Due    time.Time
	Try    Try
	Proof  Proof // zero: never proved
}

// Try is the last thing that was tried.
type Try struct {
	Result   string    // delivered, replaced, unchanged, adopted, waiting, held, failed
	At       time.Time // by the clock of Node, for people
	Attempts int       // since the last success; 0 after one
	Next     time.Time // not before; zero: nothing is pending. In the caller's clock; PostgreSQL keeps it in its own
	Why      string    // for a person: the error, the reasons
	Remedy   string
	Node     string // who tried; "": who records it
}

// Proof is what was proved of the object when it was last written or found.
type Proof struct {
	At             time.Time
	Size           int64
	CRC64          uint64
	Lines, Rows    int64 // of the bill, of the file
	Days, Members  int
	Gross, Billed  string // decimals
	Snapshot       string
	Focus, Profile string
	Reconcile      string
}

// nanos is a moment as the ledger stores it: nanoseconds since 1970 in UTC,
// which orders and reads back exactly between the years 1678 and 2262; nil is
// the zero time.
func nanos(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

// moment reads what nanos stored.
func moment(n *int64) time.Time {
	if n == nil {
		return time.Time{}
	}
	return time.Unix(0, *n).UTC()
}
