package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	File         string // as it was named; empty when the text came from no file
	Line, Column int    // from 1; 0 when the problem is not at one place
	Path         string // accounts[0].bucket.url; empty for the file as a whole
	What         string // what is wrong
	Try          string // what to do about it; may be empty
	Err          error  // the cause, where there is one
}

// String is file:line:column: path: what is wrong.
func (p Problem) String() string {
	var parts []string
	if p.File != "" {
		parts = append(parts, p.File)
	}
	if p.Line > 0 {
		parts = append(parts, fmt.Sprintf("%d:%d", p.Line, p.Column))
	}
	where := strings.Join(parts, ":")
	parts = nil
	for _, part := range []string{where, p.Path, p.What} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Problems is everything that is wrong with a configuration, in the order of
// the file. [Load] and [Parse] return no other error.
type Problems []Problem

const mostShown = 50

// Error has one line per problem.
func (ps Problems) Error() string {
	var lines []string
	for i, p := range ps {
		if i == mostShown {
			lines = append(lines, fmt.Sprintf("… and %d more", len(ps)-i))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Remedy has one line per different piece of advice.
func (ps Problems) Remedy() string {
	var lines []string
	for _, p := range ps[:min(len(ps), mostShown)] {
		if p.Try != "" && !slices.Contains(lines, p.Try) {
			lines = append(lines, p.Try)
		}
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes the causes visible to errors.Is.
func (ps Problems) Unwrap() []error {
	var causes []error
	for _, p := range ps {
		if p.Err != nil {
			causes = append(causes, p.Err)
		}
	}
	return causes
}

func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
