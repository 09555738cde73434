package rehearse

import (
	"fmt"
	"strings"
	"time"

	"deliverd/internal/period"
)

// Verb is what happens at a line of a script.
type Verb string

// The verbs. Each may come at any time: a bucket that is down may go down, and
// a node that runs is started anew.
const (
	BucketUp       Verb = "bucket up"
	BucketDown     Verb = "bucket down"      // it answers nothing
	BucketReadOnly Verb = "bucket read-only" // it takes nothing
	BucketMute     Verb = "bucket mute"      // it stores, and its answer to that is lost
	SourceLate     Verb = "source late"      // from now on it has a day so long after its end
	SwitchOff      Verb = "off"
	SwitchOn       Verb = "on"
	Kill           Verb = "kill" // at the given step of the bucket, counted from now
	Start          Verb = "start"
	LoseState      Verb = "lose state" // the state folder is gone at the next start
	Delete         Verb = "delete"
)

// Event is one line of a script.
type Event struct {
	At   time.Time
	Verb Verb

	Late        time.Duration  // SourceLate
	Steps       int            // Kill; at least 1
	Cadence     period.Cadence // SwitchOff, SwitchOn
	UIN         string         // SwitchOff, SwitchOn, Delete
	First, Last period.Period  // Delete, of one cadence, both inclusive
}

// scriptTime is how a script writes a moment.
const scriptTime = "2006-01-02 15:04"

// String is the event as a line of a script, in the zone of its time.
func (e Event) String() string {
	words := []string{e.At.Format(scriptTime), string(e.Verb)}
	switch e.Verb {
	case SourceLate:
		words = append(words, shortDuration(e.Late))
	case Kill:
		if e.Steps > 1 {
			words = append(words, fmt.Sprint(e.Steps))
		}
	case SwitchOff, SwitchOn:
		words = append(words, string(e.Cadence), e.UIN)
	case Delete:
		span := e.First.String()
		if e.Last != e.First {
			span += ".." + e.Last.String()
		}
		words = append(words, span, e.UIN)
	}
	return strings.Join(words, " ")
}

// shortDuration is a duration as people write it: 6h, not 6h0m0s.
func shortDuration(d time.Duration) string {
	text := d.String()
	if short, cut := strings.CutSuffix(text, "m0s"); cut {
		text = short + "m"
	}
	if short, cut := strings.CutSuffix(text, "h0m"); cut {
		text = short + "h"
	}
	return text
}

// ScriptError says what is wrong with a line of a script.
type ScriptError struct {
	Line    int
	Problem string
	Fix     string
}

func (e *ScriptError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Remedy is what a person can do about the error.
func (e *ScriptError) Remedy() string { return e.Fix }
