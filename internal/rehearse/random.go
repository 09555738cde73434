package rehearse

import (
	"math/rand/v2"
	"time"

	"deliverd/internal/period"
)

// quietEnd is how long before the end nothing goes wrong any more: what can be
// made good is made good by then.
const quietEnd = 4 * 24 * time.Hour

// Random is a script of random outages, switches, kills, losses and deletions,
// the same for the same rehearsal and seed. It ends with everything up and on
// some days before the rehearsal does.
func (c *Config) Random(seed uint64) []Event {
	s := &dice{Rand: rand.New(rand.NewPCG(seed, 0)), end: c.To.Add(-quietEnd).In(c.Zone), free: map[string]time.Time{}}
	for day := c.From.In(c.Zone); day.Before(s.end); day = day.AddDate(0, 0, 1) {
		s.outage(day)
		s.kill(day)
		s.late(day)
		for _, a := range c.Accounts {
			s.switches(day, a)
			s.deletion(day, a)
		}
	}
	for i := range s.events { // on whole minutes, as a script has them
		s.events[i].At = s.events[i].At.Truncate(time.Minute)
	}
	sortEvents(s.events)
	return s.events
}

// dice make up the events of one script.
type dice struct {
	*rand.Rand
	end    time.Time
	events []Event
	free   map[string]time.Time // when the trouble before it has ended

	out, back time.Time // the bucket's last outage
}

// moment is a random one of the day: often one in the hours around which files
// are usually due, often one at which the bucket is out.
func (s *dice) moment(day time.Time) time.Time {
	switch t := s.whileOut(); {
	case s.IntN(3) == 0:
		return day.Add(time.Duration(150+s.IntN(60)) * time.Minute)
	case s.outOn(day) && !t.Before(day) && t.Before(day.AddDate(0, 0, 1)):
		return t
	}
	return day.Add(time.Duration(s.IntN(24*60)) * time.Minute)
}

// whileOut is a random moment of the last outage.
func (s *dice) whileOut() time.Time {
	return s.out.Add(time.Duration(s.IntN(int(s.back.Sub(s.out)/time.Minute)+1)) * time.Minute)
}

// outOn reports whether the bucket is out at some moment of the day.
func (s *dice) outOn(day time.Time) bool {
	return s.out.Before(day.AddDate(0, 0, 1)) && s.back.After(day)
}

// trouble tells when something begins and ends; ok is false where it does not
// come up that day. One in so many days has it, and more of those with an outage:
// troubles that meet are worth more than troubles.
func (s *dice) trouble(what string, day time.Time, oneIn int, longest time.Duration) (from, to time.Time, ok bool) {
	if s.outOn(day) {
		oneIn = max(1, oneIn/4)
	}
	if s.IntN(oneIn) > 0 {
		return from, to, false
	}
	from = s.moment(day)
	length := s.Float64() * s.Float64() // short ones are more frequent
	to = from.Add(10*time.Minute + time.Duration(length*longest.Minutes())*time.Minute)
	if again := s.whileOut(); again.After(from) && s.IntN(2) == 0 {
		to = again
	}
	if from.Before(s.free[what]) || !to.Before(s.end) {
		return from, to, false
	}
	s.free[what] = to.Add(time.Minute)
	return from, to, true
}

func (s *dice) outage(day time.Time) {
	how := [...]Verb{BucketDown, BucketDown, BucketReadOnly, BucketMute}[s.IntN(4)]
	if from, to, ok := s.trouble("bucket", day, 6, 30*time.Hour); ok {
		s.out, s.back = from, to
		s.events = append(s.events, Event{At: from, Verb: how}, Event{At: to, Verb: BucketUp})
	}
}

func (s *dice) kill(day time.Time) {
	steps := 1 + s.IntN(12)
	if s.IntN(4) == 0 {
		steps = 1 + s.IntN(80)
	}
	lost := s.IntN(4) == 0
	from, to, ok := s.trouble("node", day, 5, 60*time.Hour)
	if !ok {
		return
	}
	s.events = append(s.events, Event{At: from, Verb: Kill, Steps: steps})
	if lost {
		s.events = append(s.events, Event{At: to, Verb: LoseState})
	}
	s.events = append(s.events, Event{At: to, Verb: Start})
}

func (s *dice) late(day time.Time) {
	late := time.Duration(3+s.IntN(30)) * time.Hour
	if from, to, ok := s.trouble("source", day, 25, 72*time.Hour); ok {
		s.events = append(s.events, Event{At: from, Verb: SourceLate, Late: late}, Event{At: to, Verb: SourceLate, Late: sourceReady})
	}
}

func (s *dice) switches(day time.Time, a Account) {
	for _, cadence := range cadences {
		if from, to, ok := s.trouble(a.UIN+string(cadence), day, 16, 20*24*time.Hour); ok && a.Cadences[cadence].Enabled {
			s.events = append(s.events, Event{At: from, Verb: SwitchOff, Cadence: cadence, UIN: a.UIN}, Event{At: to, Verb: SwitchOn, Cadence: cadence, UIN: a.UIN})
		}
	}
}

func (s *dice) deletion(day time.Time, a Account) {
	if s.IntN(30) > 0 {
		return
	}
	first := period.DayOf(day.AddDate(0, 0, -1-s.IntN(60)))
	e := Event{At: s.moment(day), Verb: Delete, UIN: a.UIN, First: period.DailyOf(first), Last: period.DailyOf(period.DayOf(first.Start().AddDate(0, 0, s.IntN(8))))}
	if s.IntN(4) == 0 {
		e.First = period.MonthlyOf(first.Month())
		e.Last = e.First
	}
	if e.At.Before(s.end) {
		s.events = append(s.events, e)
	}
}
