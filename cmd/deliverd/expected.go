package main

import (
	"context"
	"time"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/period"
)

// calendar is what should be in the bucket for one account, and over which
// periods it says so.
type calendar struct {
	expected []delivery.Delivery
	covers   func(period.Period) bool
}

// expectedBetween is what the switched-on cadences call for within a span of
// bill days, both ends inclusive.
func expectedBetween(account config.Account, from, to period.Day) calendar {
	var c calendar
	daily, monthly := account.Cadence(period.Daily).Enabled, account.Cadence(period.Monthly).Enabled
	for _, p := range periodsWithin(from, to, daily, monthly) {
		if due, ok := account.Cadence(p.Cadence).At.DueAt(p); ok {
			c.expected = append(c.expected, delivery.Delivery{Period: p, Due: due})
		}
	}
	c.covers = func(p period.Period) bool {
		first := p.Through
		if p.Cadence == period.Monthly {
			first = p.Month().First()
		}
		return first.Compare(from) >= 0 && p.Through.Compare(to) <= 0
	}
	return c
}

// expectedSinceActivation is what each switched-on cadence calls for since it
// was switched on: `since`, else the oldest of its files in the bucket.
func expectedSinceActivation(ctx context.Context, account config.Account, v *delivery.Verifier, now time.Time) (calendar, error) {
	var c calendar
	inventory, err := v.Inventory(ctx)
	if err != nil {
		return c, err
	}
	for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
		settings := account.Cadence(cadence)
		if !settings.Enabled {
			continue
		}
		after, known := activation(settings, cadence, inventory)
		if !known {
			continue
		}
		for due := range settings.At.Between(cadence, after, now) {
			c.expected = append(c.expected, delivery.Delivery{Period: due.Period, Due: due.At})
		}
	}
	c.covers = func(period.Period) bool { return true }
	return c, nil
}

// activation is the moment after which a cadence's due times count. Daily: the
// first due time on a later calendar day than `since`; monthly: the first
// after it (DESIGN section 3, Calendar).
func activation(settings config.Cadence, cadence period.Cadence, inventory []period.Period) (after time.Time, known bool) {
	if since := settings.Since; !since.IsZero() {
		y, m, d := since.Start().Date()
		at := time.Date(y, m, d, 0, 0, 0, 0, settings.At.Zone())
		if cadence == period.Daily {
			at = at.AddDate(0, 0, 1)
		}
		return at.Add(-time.Nanosecond), true
	}
	for _, p := range inventory {
		if p.Cadence != cadence {
			continue
		}
		if due, ok := settings.At.DueAt(p); ok && (!known || !due.After(after)) {
			after, known = due.Add(-time.Nanosecond), true
		}
	}
	return after, known
}
