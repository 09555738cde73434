package rehearse_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"deliverd/internal/delivery"
	"deliverd/internal/period"
	"deliverd/internal/rehearse"
)

// TestMonthsOfTrouble lets months go by in which buckets fail, the daemon is
// killed and loses its state folder, cadences are switched and files deleted, all
// at random. At the end the bucket holds exactly what the calendar calls for.
// DELIVERD_SOAK=1 takes 400 days and many seeds.
func TestMonthsOfTrouble(t *testing.T) {
	to, seeds := "2026-01-20", uint64(6)
	if os.Getenv("DELIVERD_SOAK") == "1" {
		to, seeds = "2027-01-10", 24
	}
	t.Logf("%d seeds, from 2025-12-07 to %s", seeds, to)
	var all rehearse.Summary
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := config(t, "2025-12-07", to)
			vary(t, &c, seed)
			c.Script = c.Random(seed)
			began := time.Now() //nolint:forbidigo // how long it takes is told
			report := run(t, c)
			t.Logf("%d troubles, %+v in %s", len(c.Script), report.Summary, time.Since(began).Round(time.Millisecond)) //nolint:forbidigo // as above
			for _, w := range report.Wrong {
				t.Errorf("%+v", w)
			}
			if t.Failed() {
				for _, e := range c.Script {
					t.Log(e)
				}
			}
			all.Expected += report.Summary.Expected
			all.Kills += report.Summary.Kills
		})
	}
	if all.Expected < int(seeds)*30 || all.Kills < int(seeds) {
		t.Errorf("%d files expected and %d kills in all, that shows little", all.Expected, all.Kills)
	}
}

// vary configures each seed's account differently: the policy for what was
// missed, the zone of cron, when files are due, since, a second account.
func vary(t *testing.T, c *rehearse.Config, seed uint64) {
	t.Helper()
	a := &c.Accounts[0]
	switch seed % 6 {
	case 1:
		a.Missed = rehearse.MissedLatest
	case 2:
		a.Cadences[period.Daily] = cadence(t, "30 2,14 * * *")
		a.Cadences[period.Monthly] = cadence(t, "0 4 1,5 * *")
	case 3:
		set := a.Cadences[period.Daily]
		set.Since = day(t, "2025-11-20")
		a.Cadences[period.Daily] = set
	case 4:
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		c.Zone = zone
		c.From, c.To = c.From.Add(7*time.Hour), c.To.Add(7*time.Hour)
		for _, cadence := range []period.Cadence{period.Daily, period.Monthly} {
			a.Cadences[cadence] = cadenceIn(t, a.Cadences[cadence].At.String(), zone)
		}
	case 5:
		second := c.Accounts[0]
		second.Account = delivery.Account{UIN: "200020002002", Currency: "USD"}
		second.Missed = rehearse.MissedNone
		c.Accounts = append(c.Accounts, second)
	}
}
