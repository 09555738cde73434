package main

import (
	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/httpapi"
	"deliverd/internal/period"
)

// cadences in the order in which they are shown.
var cadences = [...]period.Cadence{period.Daily, period.Monthly}

// summary is the state of an account in the words of the status page, its times
// in the bill's zone.
func summary(account config.Account, plan *delivery.Plan) httpapi.Account {
	shown := httpapi.Account{UIN: account.UIN, Bucket: placeOf(account).Bucket}
	for _, cadence := range cadences {
		c := httpapi.Cadence{Cadence: cadence, On: account.Cadence(cadence).Enabled, NextDue: plan.NextDue(cadence).In(period.Zone)}
		for i := range plan.Deliveries {
			if d := &plan.Deliveries[i]; d.Period.Cadence == cadence {
				count(&c, d)
			}
		}
		shown.Cadences = append(shown.Cadences, c)
	}
	return shown
}

func count(c *httpapi.Cadence, d *delivery.Planned) {
	note := func(list *[]httpapi.Problem) {
		try := d.Entry.Try.Remedy
		for i := range *list {
			if p := &(*list)[i]; p.Why == d.Why && p.Try == try {
				p.Files++
				return
			}
		}
		*list = append(*list, httpapi.Problem{Key: d.Key, Files: 1, Why: d.Why, Try: try})
	}
	switch d.State {
	case delivery.Present:
		if at := d.Entry.Proof.At; !at.IsZero() {
			c.LastSuccess, c.LastKey = at.In(period.Zone), d.Key // they come by due time: the newest file counts
		}
	case delivery.Due, delivery.Late:
		if !d.ToDo() {
			return
		}
		c.Missing++
		if d.State == delivery.Late {
			c.Late++
		}
		if d.Entry.Try.Why != "" {
			note(&c.Failing)
		}
	case delivery.Differs, delivery.Foreign, delivery.Unproven:
		c.Differs++
		note(&c.Failing)
	case delivery.HeldBack:
		note(&c.Held)
	case delivery.AwaitingSource:
		note(&c.Waiting)
	}
}
