package delivery

import (
	"context"
	"fmt"
	"io"

	"deliverd/internal/bill"
	"deliverd/internal/focus/conformance"
)

// Conformance says what happens to a file that breaks a rule of its FOCUS version.
type Conformance string

// What happens to a file that breaks a rule.
const (
	HoldNonconforming Conformance = "hold" // it is held; in the provider's profile, whose shape breaks rules by nature, that is only reported
	WarnNonconforming Conformance = "warn" // it is delivered with a warning
	SkipConformance   Conformance = "off"  // nobody looks
)

// checker holds the bytes of a file against the rules while they are made.
type checker struct {
	*io.PipeWriter
	report chan conformance.Report
	err    chan error
}

// newChecker returns a checker that is fed by writing to it and asked by verdict.
func newChecker(ctx context.Context, version string) *checker {
	reader, writer := io.Pipe()
	c := &checker{writer, make(chan conformance.Report, 1), make(chan error, 1)}
	go func() {
		report, err := func() (report conformance.Report, err error) {
			defer caught(&err)
			return conformance.Check(ctx, reader, conformance.Options{Version: version})
		}()
		reader.CloseWithError(err) // a check that gave up does not block the writer
		c.report <- report
		c.err <- err
	}()
	return c
}

// verdict ends the file and returns the must-rules that it breaks.
func (c *checker) verdict(written error) ([]Reason, error) {
	_ = c.CloseWithError(written)
	report, err := <-c.report, <-c.err
	if written != nil || err != nil {
		return nil, err
	}
	var broken []Reason
	for _, finding := range report.Findings {
		if finding.Rule.Severity == conformance.Must {
			broken = append(broken, Reason{
				Kind:   ReasonConformance,
				Text:   fmt.Sprintf("%s %s: %s; %d times, first in record %v", finding.Rule.Code, finding.Rule.Column, finding.Rule.Text, finding.Count, finding.Rows),
				Remedy: finding.Rule.Remedy,
			})
		}
	}
	return broken, nil
}

// holdsBroken reports whether a broken rule holds a file back.
func (d *Deliverer) holdsBroken() bool {
	return d.cfg.Conformance == HoldNonconforming && d.cfg.Layout.Profile != bill.Provider
}

// conformance tells of the rules that a file breaks: as warnings where it
// should not, and as a mere report where its profile does so by nature.
func (d *Deliverer) conformance(f *file) (warnings, report []string) {
	for _, reason := range f.broken {
		report = append(report, reason.Text)
		if d.cfg.Layout.Profile != bill.Provider && !d.holdsBroken() {
			warnings = append(warnings, "FOCUS: "+reason.Text)
		}
	}
	return warnings, report
}
