package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression and the zone it is read in. It is made by
// [Parse]; the zero Schedule never comes due. It is a plain value, safe for
// concurrent use.
type Schedule struct {
	expr  string
	zone  *time.Location
	every time.Duration     // of an @every; else 0
	spec  cron.SpecSchedule // its Location is UTC: it is asked about wall times
}

// String is the expression as it was written.
func (s Schedule) String() string { return s.expr }

// Zone is the zone the expression is read in; nil for the zero Schedule.
func (s Schedule) Zone() *time.Location { return s.zone }

// IsZero reports whether s was not made by [Parse].
func (s Schedule) IsZero() bool { return s.zone == nil }

// Equal reports whether both are the same expression in the same zone.
func (s Schedule) Equal(o Schedule) bool {
	return s.expr == o.expr && s.IsZero() == o.IsZero() && (s.IsZero() || s.zone.String() == o.zone.String())
}

// Next is the first due time after the given moment, in the schedule's zone.
// It is the zero time only for the zero Schedule and beyond the year 9999.
//
// Where clocks are changed, every time on the wall comes due exactly once: one
// that is shown twice, at its first showing; one that is skipped, at the first
// moment after the gap. (The library underneath fires twice and not at all.)
// So expressions are matched against wall times, and only the matches are
// turned into moments. Several matches inside one gap are one due time.
func (s Schedule) Next(after time.Time) time.Time {
	if s.IsZero() {
		return time.Time{}
	}
	if s.every > 0 {
		return s.nextEvery(after)
	}
	wall := wallOf(after, s.zone)
	for {
		wall = s.nextWall(wall)
		if wall.IsZero() || wall.Year() > 9999 {
			return time.Time{}
		}
		if due := momentOf(wall, s.zone); due.After(after) {
			return due
		}
	}
}

// nextWall asks the library, which gives up after five years: 29 February is
// eight years apart around 2100.
func (s Schedule) nextWall(wall time.Time) time.Time {
	for range 3 {
		if next := s.spec.Next(wall); !next.IsZero() {
			return next
		}
		wall = time.Date(wall.Year()+5, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	}
	return time.Time{}
}

// nextEvery counts from midnight of 1970-01-01 in the zone, not from a start
// of the program: due times follow from the expression alone.
func (s Schedule) nextEvery(after time.Time) time.Time {
	anchor := time.Date(1970, 1, 1, 0, 0, 0, 0, s.zone).Unix()
	step := int64(s.every / time.Second)
	since := after.Unix() - anchor
	steps := since / step
	if since%step < 0 {
		steps--
	}
	return time.Unix(anchor+(steps+1)*step, 0).In(s.zone)
}

// wallOf is what a clock on the wall shows in zone at t, written as if it were
// UTC, where no wall time is skipped or shown twice.
func wallOf(t time.Time, zone *time.Location) time.Time {
	_, offset := t.In(zone).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// momentOf is the first moment at which the wall shows the given time or, when
// it is skipped, the first moment after the gap.
func momentOf(wall time.Time, zone *time.Location) time.Time {
	// A zone's offset is less than a day, so it changes between these at most
	// as the clocks do around wall.
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, later := wall.Add(24 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(max(before, later)) * time.Second)
	late := wall.Add(-time.Duration(min(before, later)) * time.Second)
	for _, t := range []time.Time{early, late} {
		if wallOf(t, zone).Equal(wall) {
			return t.In(zone)
		}
	}
	// Skipped: the clocks jump between early and late.
	_, end := early.In(zone).ZoneBounds()
	return end
}
