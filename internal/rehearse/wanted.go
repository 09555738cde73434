package rehearse

import (
	"time"

	"deliverd/internal/period"
)

// wanted is what the calendar of one cadence of an account calls for, found out
// without the planner: by going through the due times of the cron expression one
// by one. It is what the bucket is held against.
type wanted struct {
	Cadence
	cadence period.Cadence

	on        bool   // as the node that runs has it
	known     bool   // the state folder knows since when
	unsettled bool   // the bucket has not been looked into yet: it may hold older files
	spans     []span // in which due times count; none of them where the configuration says since when
	left      map[period.Period]bool
}

// span is one time in which a cadence was on.
type span struct {
	on       time.Time // when it was switched on
	off      time.Time // zero: it is on
	backward bool      // due times count from on itself: it is that of the oldest file
}

// counts reports whether a due time counts. Daily: from the calendar day after
// the one on which the cadence was switched on. Monthly: from that moment.
func (w *wanted) counts(s span, due time.Time) bool {
	switch {
	case !s.off.IsZero() && due.After(s.off):
		return false
	case s.backward:
		return !due.Before(s.on)
	case w.cadence == period.Daily:
		return date(due.In(w.At.Zone())) > date(s.on.In(w.At.Zone()))
	default:
		return due.After(s.on)
	}
}

// countsSince is the same for what the configuration says.
func (w *wanted) countsSince(due time.Time) bool {
	day, since := date(due.In(w.At.Zone())), date(w.Since.Start())
	if w.cadence == period.Daily {
		return day > since
	}
	return day >= since
}

func date(t time.Time) int { return t.Year()*10000 + int(t.Month())*100 + t.Day() }

// of is the period that a due time stands for: the bill day, or the bill month,
// before the one that it lies in.
func (w *wanted) of(due time.Time) period.Period {
	local := due.In(period.Zone)
	before := local.AddDate(0, 0, -1)
	if w.cadence == period.Monthly {
		before = local.AddDate(0, 0, -local.Day())
		last, _ := period.NewDay(before.Date())
		return period.Period{Cadence: period.Monthly, Through: last}
	}
	day, _ := period.NewDay(before.Date())
	return period.Period{Cadence: period.Daily, Through: day}
}

// due is everything that was called for by now, with its first due time. It is
// nothing while the cadence is off.
func (w *wanted) due(now time.Time) map[period.Period]time.Time {
	all := map[period.Period]time.Time{}
	if !w.on {
		return all
	}
	add := func(from time.Time, counts func(time.Time) bool) {
		for due := w.At.Next(from.Add(-time.Second)); !due.IsZero() && !due.After(now); due = w.At.Next(due) {
			if !counts(due) {
				continue
			}
			if first, there := all[w.of(due)]; !there || due.Before(first) {
				all[w.of(due)] = due
			}
		}
	}
	if !w.Since.IsZero() {
		add(w.Since.Start().AddDate(0, 0, -2), w.countsSince)
		return all
	}
	for _, s := range w.spans {
		add(s.on, func(due time.Time) bool { return w.counts(s, due) })
	}
	return all
}

// seen is told before the node works on the account: with a switch that it has
// seen. What the state folder does not know is on from then, until the bucket
// was looked into.
func (w *wanted) seen(on bool, now time.Time) {
	switch {
	case !on && w.on && w.known:
		w.spans[len(w.spans)-1].off = now
	case on && !w.known:
		w.known, w.unsettled, w.spans = true, true, []span{{on: now}}
	case on && !w.on:
		w.unsettled, w.spans = false, append(w.spans, span{on: now})
	}
	w.on = on
}

// looked is told when the node has had a look into the bucket, whose oldest file
// of the cadence was due at the given time.
func (w *wanted) looked(oldest func() (due time.Time, found bool)) {
	if !w.on || !w.unsettled {
		return
	}
	w.unsettled = false
	if due, found := oldest(); found {
		w.spans[len(w.spans)-1] = span{on: due, backward: true}
	}
}

// forgotten is told when the state folder is gone.
func (w *wanted) forgotten() { w.known, w.unsettled, w.on, w.spans = false, false, false, nil }

// leave is told when a node that began at the given time looks for the first time
// what is there of a cadence that is on: what came due before and is missing, the
// policy may have it leave out.
func (w *wanted) leave(began time.Time, policy Missed, there func(period.Period) bool) {
	var newest time.Time
	missing := map[period.Period]time.Time{}
	for p, due := range w.due(began) {
		if !due.Before(began) {
			continue
		}
		if due.After(newest) {
			newest = due
		}
		if !there(p) {
			missing[p] = due
		}
	}
	for p, due := range missing {
		if policy == MissedNone || policy == MissedLatest && due.Before(newest) {
			w.left[p] = true
		}
	}
}
