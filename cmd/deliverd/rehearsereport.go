package main

import (
	"fmt"
	"strings"
	"time"

	"deliverd/internal/rehearse"
)

// rehearseJSON is the stable shape of a rehearsal (docs/json.md).
type rehearseJSON struct {
	From    string             `json:"from"`
	To      string             `json:"to"`
	Script  []string           `json:"script"`
	Log     []rehearsedJSON    `json:"log"`
	Wrong   []wrongJSON        `json:"wrong"`
	Summary rehearsalTotalJSON `json:"summary"`
}

type rehearsedJSON struct {
	At       string `json:"at"`
	What     string `json:"what"`
	UIN      string `json:"uin,omitempty"`
	Key      string `json:"key,omitempty"`
	Rows     int    `json:"rows,omitempty"`
	Bytes    int64  `json:"bytes,omitempty"`
	Attempts int    `json:"attempts,omitempty"`
	Late     bool   `json:"late,omitempty"`
	Why      string `json:"why,omitempty"`
}

type wrongJSON struct {
	Kind string `json:"kind"`
	UIN  string `json:"uin"`
	Key  string `json:"key"`
	Why  string `json:"why"`
}

type rehearsalTotalJSON struct {
	Expected    int `json:"expected"`
	Landed      int `json:"landed"`
	Late        int `json:"late"`
	LeftOut     int `json:"leftOut"`
	Missing     int `json:"missing"`
	Extra       int `json:"extra"`
	Partial     int `json:"partial"`
	OpenUploads int `json:"openUploads"`
	Unproved    int `json:"unproved"`
	Kills       int `json:"kills"`
}

func toRehearseJSON(c rehearse.Config, report *rehearse.Report) rehearseJSON {
	shape := rehearseJSON{
		From: c.From.Format(time.RFC3339), To: c.To.Format(time.RFC3339),
		Script: []string{}, Log: []rehearsedJSON{}, Wrong: []wrongJSON{}, Summary: rehearsalTotalJSON(report.Summary),
	}
	for _, e := range c.Script {
		shape.Script = append(shape.Script, e.String())
	}
	for _, e := range report.Log {
		shape.Log = append(shape.Log, rehearsedJSON{
			At: e.At.Format(time.RFC3339), What: e.What, UIN: e.UIN, Key: e.Key, Rows: e.Rows, Bytes: e.Bytes, Attempts: e.Attempts, Late: e.Late, Why: e.Why,
		})
	}
	for _, w := range report.Wrong {
		shape.Wrong = append(shape.Wrong, wrongJSON(w))
	}
	return shape
}

// rehearsedLine is an entry of the log for a person.
func rehearsedLine(e rehearse.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %-8s", e.At.Format("2006-01-02 15:04"), e.What)
	if e.Key != "" {
		fmt.Fprintf(&b, "  %s", e.Key)
	}
	if e.Rows > 0 {
		fmt.Fprintf(&b, "  %d rows", e.Rows)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", at attempt %d", e.Attempts)
	}
	if e.Late {
		fmt.Fprint(&b, ", late")
	}
	if e.Why != "" {
		fmt.Fprintf(&b, "  %s", e.Why)
	}
	return b.String()
}

func (a *app) printRehearsed(report *rehearse.Report, took time.Duration) {
	s := report.Summary
	fmt.Fprintln(a.stdout)
	for _, w := range report.Wrong {
		fmt.Fprintf(a.stdout, "%-11s  %s  %s\n", w.Kind, w.Key, w.Why)
	}
	fmt.Fprintf(a.stdout, "%d files expected, %d landed, %d late", s.Expected, s.Landed, s.Late)
	if s.LeftOut > 0 {
		fmt.Fprintf(a.stdout, ", %d left out by `missed`", s.LeftOut)
	}
	fmt.Fprintf(a.stdout, "; %d missing, %d extra, %d partial, %d open uploads, %d that the ledger does not prove\n", s.Missing, s.Extra, s.Partial, s.OpenUploads, s.Unproved)
	if took > time.Second {
		fmt.Fprintf(a.stdout, "rehearsed in %s\n", took.Round(time.Second))
	}
}
