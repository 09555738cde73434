package httpapi

import (
	"time"

	"deliverd/internal/period"
)

// Status is the state of every account at one moment, as one node knows it. Its
// JSON is a stable shape (docs/json.md).
type Status struct {
	Now      time.Time `json:"now"`
	Node     string    `json:"node"` // which of several nodes answers
	Version  string    `json:"version"`
	Accounts []Account `json:"accounts"` // in the order in which they are shown to people who look for one
}

// Account is the state of one account.
type Account struct {
	UIN      string    `json:"uin"`
	Bucket   string    `json:"bucket"`            // its URL and the prefix of the keys
	Problem  *Problem  `json:"problem,omitempty"` // one that no delivery is to blame for; its key is blank
	Cadences []Cadence `json:"cadences"`
}

// Cadence is the state of one cadence of an account. The counts are of
// deliveries, and their words those of docs/operate.md.
type Cadence struct {
	Cadence     period.Cadence `json:"cadence"`
	On          bool           `json:"on"`
	LastSuccess time.Time      `json:"lastSuccess,omitzero"` // zero: none yet
	LastKey     string         `json:"lastKey,omitempty"`
	NextDue     time.Time      `json:"nextDue,omitzero"` // zero: never, it is off
	Missing     int            `json:"missing"`          // due and late
	Late        int            `json:"late"`
	Differs     int            `json:"differs"`
	Held        []Problem      `json:"held,omitempty"`
	Waiting     []Problem      `json:"waiting,omitempty"`
	Failing     []Problem      `json:"failing,omitempty"` // of the missing and the differing ones: why
}

// Problem is why something is not there, and what a person can do about it.
type Problem struct {
	Key   string `json:"key,omitempty"`
	Files int    `json:"files,omitempty"` // how many share the problem, the one at Key first
	Why   string `json:"why"`
	Try   string `json:"try,omitempty"`
}

// Files are how many deliveries the problems keep back.
func Files(problems []Problem) (n int) {
	for _, p := range problems {
		n += max(p.Files, 1)
	}
	return n
}

// state says in one word how an account, or all of them, are.
type state string

const (
	well    state = "well"    // everything that is due is in the bucket
	atWork  state = "at-work" // something is due or waits, and is in time
	trouble state = "trouble" // something is late, held or differs, or the account cannot be worked on
)

// state of an account: the worst of its cadences.
func (a Account) state() state {
	is := well
	if a.Problem != nil {
		is = trouble
	}
	for _, c := range a.Cadences {
		switch {
		case c.Late > 0 || c.Differs > 0 || len(c.Held) > 0:
			is = trouble
		case is == well && (c.Missing > 0 || len(c.Waiting) > 0):
			is = atWork
		}
	}
	return is
}

// overall is the state of all accounts in a few numbers. All but the first three
// count deliveries.
type overall struct {
	State    state `json:"state"`
	Accounts int   `json:"accounts"`
	Troubled int   `json:"troubled"` // accounts
	Missing  int   `json:"missing"`
	Late     int   `json:"late"`
	Differs  int   `json:"differs"`
	Held     int   `json:"held"`
	Waiting  int   `json:"waiting"`
}

func sumUp(accounts []Account) overall {
	sum := overall{State: well, Accounts: len(accounts)}
	for _, a := range accounts {
		switch a.state() {
		case trouble:
			sum.State = trouble
			sum.Troubled++
		case atWork:
			if sum.State == well {
				sum.State = atWork
			}
		}
		for _, c := range a.Cadences {
			sum.Missing += c.Missing
			sum.Late += c.Late
			sum.Differs += c.Differs
			sum.Held += Files(c.Held)
			sum.Waiting += Files(c.Waiting)
		}
	}
	return sum
}
