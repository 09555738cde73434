package conformance

import (
	"fmt"
	"slices"
	"strings"

	"deliverd/internal/focus"
)

// VersionAuto lets the header decide.
const VersionAuto = "auto"

// DetectVersion guesses the version that a file was made for from its header:
// the one that knows the most of its columns, then the one that misses the
// fewest mandatory ones, then the one that misses the fewest at all, then the
// oldest. why says so in words. A header without a single FOCUS column gives
// an empty version.
func DetectVersion(header []string) (version, why string) {
	var best fit
	for _, name := range focus.Versions() {
		v, err := focus.LoadVersion(name)
		if err != nil {
			continue
		}
		if f := fitOf(v, header); version == "" || f.better(best) {
			version, best = name, f
		}
	}
	if best.known == 0 {
		return "", "no column of the header is one of FOCUS"
	}
	why = fmt.Sprintf("FOCUS %s has %d of the header's columns", version, best.known)
	if best.strange > 0 {
		why += fmt.Sprintf(", not %s", strings.Join(best.examples, ", "))
	}
	if best.mandatory > 0 {
		why += fmt.Sprintf("; %d mandatory ones are missing", best.mandatory)
	} else {
		why += "; no mandatory one is missing"
	}
	return version, why
}

// fit counts how a header differs from a version.
type fit struct {
	known, strange, mandatory, missing int
	examples                           []string
}

func fitOf(v focus.Version, header []string) (f fit) {
	for _, name := range header {
		switch {
		case known(v, name):
			f.known++
		case !strings.HasPrefix(name, "x_"):
			f.strange++
			if len(f.examples) < 3 {
				f.examples = append(f.examples, name)
			}
		}
	}
	for _, c := range v.Columns {
		if !slices.Contains(header, c.Name) {
			f.missing++
			if c.Level == focus.Mandatory {
				f.mandatory++
			}
		}
	}
	return f
}

func (f fit) better(than fit) bool {
	a, b := []int{f.strange, f.mandatory, f.missing}, []int{than.strange, than.mandatory, than.missing}
	return slices.Compare(a, b) < 0
}
