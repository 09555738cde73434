package main

import (
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
	c.covers = coveredBy(from, to)
	return c
}

// coveredBy takes the daily periods within a span of bill days, both ends
// inclusive, and the monthly ones that lie wholly inside.
func coveredBy(from, to period.Day) func(period.Period) bool {
	return func(p period.Period) bool {
		first := p.Through
		if p.Cadence == period.Monthly {
			first = p.Month().First()
		}
		return first.Compare(from) >= 0 && p.Through.Compare(to) <= 0
	}
}

func everything(period.Period) bool { return true }
