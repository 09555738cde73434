package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// Missed says which deliveries that came due while nobody was there to make
// them are made up.
type Missed string

// The ways to make up missed deliveries.
const (
	MissedAll    Missed = "all"
	MissedLatest Missed = "latest" // the newest of each cadence
	MissedNone   Missed = "none"
)

// Planner holds what the calendar calls for against what the bucket holds. It
// only reads.
type Planner struct {
	Verifier
	Place    ledger.Place
	Cadences map[period.Cadence]Cadence
	Ledger   *ledger.Ledger
	Follow   bool      // what the ledger has of switches stands: another node may have newer settings
	Missed   Missed    // zero: MissedAll
	Began    time.Time // what came due before, and was never tried, was missed; zero: nothing was
}

// Planned is one delivery of a [Plan].
type Planned struct {
	Check
	Entry ledger.Entry // what the ledger remembers of it; zero: nothing
	Skip  bool         // it was missed, and is not made up
}

// Plan is what should be in the bucket, and what is.
type Plan struct {
	Deliveries []Planned // by due time, then key
	Unexpected []Check   // objects at our keys that nothing calls for, by key

	account   Account
	calendars map[period.Cadence]calendar
	nextDue   map[period.Cadence]time.Time
}

// Plan looks at the ledger and the bucket, and tells of every delivery that is
// due by through what has become of it at now. Those that are to be made are
// the ones that Planned.ToDo tells of.
func (p *Planner) Plan(ctx context.Context, now, through time.Time) (*Plan, error) {
	listed, err := p.list(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := p.expect(ctx, listed, now, through)
	if err != nil {
		return nil, err
	}
	if err := p.look(ctx, plan.Deliveries, listed, now); err != nil {
		return nil, err
	}
	p.skip(plan.Deliveries)
	plan.Unexpected = p.unexpectedOf(plan, listed, through)
	return plan, nil
}

// expect puts together what the calendar calls for and what a person had
// delivered besides. That may be there: it is proved like the others, and not
// made again when it is gone.
func (p *Planner) expect(ctx context.Context, listed []object.Object, now, through time.Time) (*Plan, error) {
	known, err := p.Ledger.Activations(ctx, p.Place)
	if err != nil {
		return nil, err
	}
	remembered, err := p.Ledger.Entries(ctx, p.Place)
	if err != nil {
		return nil, err
	}
	entries := map[period.Period]ledger.Entry{}
	for _, e := range remembered {
		entries[e.Period] = e
	}
	plan := &Plan{account: p.Account, calendars: map[period.Cadence]calendar{}, nextDue: map[period.Cadence]time.Time{}}
	for cadence := range p.Cadences {
		c, err := p.calendarOf(ctx, cadence, known, listed, now)
		if err != nil {
			return nil, err
		}
		plan.calendars[cadence], plan.nextDue[cadence] = c, c.next(now)
		for d := range c.expected(through) {
			plan.add(d, entries[d.Period])
			delete(entries, d.Period)
		}
	}
	for _, o := range listed {
		of, _ := p.Account.parse(o.Key)
		if e := entries[of]; p.Cadences[of.Cadence].Enabled && !e.Proof.At.IsZero() && !e.Due.After(through) {
			plan.add(Delivery{Period: of, Due: e.Due}, e)
		}
	}
	slices.SortFunc(plan.Deliveries, func(a, b Planned) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Key, b.Key)) })
	return plan, nil
}

func (plan *Plan) add(d Delivery, e ledger.Entry) {
	plan.Deliveries = append(plan.Deliveries, Planned{Check: Check{Delivery: d, Key: plan.account.Key(d.Period)}, Entry: e})
}

// Expected are the plan's deliveries, without what has become of them.
func (plan *Plan) Expected() []Delivery {
	all := make([]Delivery, len(plan.Deliveries))
	for i, d := range plan.Deliveries {
		all[i] = d.Delivery
	}
	return all
}

// Proofs are what the ledger has of the account's files.
func (p *Planner) Proofs(ctx context.Context) (map[period.Period]ledger.Proof, error) {
	entries, err := p.Ledger.Entries(ctx, p.Place)
	proofs := map[period.Period]ledger.Proof{}
	for _, e := range entries {
		proofs[e.Period] = e.Proof
	}
	return proofs, err
}

// Upcoming is the delivery that comes due next after the plan was made.
func (plan *Plan) Upcoming(c period.Cadence) (d Planned, ok bool) {
	due := plan.nextDue[c]
	if due.IsZero() {
		return d, false
	}
	cal := plan.calendars[c]
	for p, at := range cal.Calendar.Between(due.Add(-time.Nanosecond), due) {
		return Planned{Check: Check{Delivery: Delivery{Period: p, Due: at}, Key: plan.account.Key(p), State: NotYet, Why: "comes due next"}}, true
	}
	return d, false
}

// NextDue is when the cadence comes due next after the plan was made; zero:
// never, it is off.
func (plan *Plan) NextDue(c period.Cadence) time.Time { return plan.nextDue[c] }

// next is the first due time after now that counts.
func (c *calendar) next(now time.Time) time.Time {
	if !c.Enabled || len(c.spans) == 0 {
		return time.Time{}
	}
	after := now
	last := c.spans[len(c.spans)-1]
	if !last.Until.IsZero() {
		return time.Time{}
	}
	if last.After.After(after) {
		after = last.After
	}
	for _, due := range c.Calendar.Between(after, after.AddDate(9, 0, 0)) {
		return due
	}
	return time.Time{}
}

// list is what the bucket lists at this account's keys, by key.
func (v *Verifier) list(ctx context.Context) ([]object.Object, error) {
	var listed []object.Object
	prefix := v.Account.Prefix + period.KeyPrefix(v.Account.UIN)
	for o, err := range v.Bucket.List(ctx, prefix) {
		if err != nil {
			return nil, err // it names the bucket and the prefix
		}
		if _, ok := v.Account.parse(o.Key); ok {
			listed = append(listed, o)
		}
	}
	return listed, nil
}

// look tells the state of every delivery. The listing and the ledger answer
// where they agree; where they do not, a HEAD does: an object that is not as
// the ledger has it, one that the ledger knows nothing of, and one that should
// be there and is not listed (yet).
func (p *Planner) look(ctx context.Context, all []Planned, listed []object.Object, now time.Time) error {
	there := map[string]object.Object{}
	for _, o := range listed {
		there[o.Key] = o
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(headsAtOnce)
	for i := range all {
		d := &all[i]
		d.Object, d.Listed = there[d.Key]
		proved := d.Entry.Proof
		switch {
		case d.Listed && !proved.At.IsZero() && proved.Size == d.Object.Size:
			d.State = Present
		case d.Listed, !proved.At.IsZero():
			group.Go(func() error {
				listed := d.Listed
				check, err := p.head(ctx, d.Delivery, d.Entry.Proof, now)
				d.Check, d.Listed = check, listed
				d.tried()
				return err
			})
		default:
			d.State, d.Why = p.missing(d.Delivery, now)
			d.tried()
		}
	}
	return group.Wait()
}

// tried says of a missing delivery what came of the last try. One that waits
// for its source for longer than its freshness is late, loudly.
func (d *Planned) tried() {
	if !d.State.Missing() || d.Entry.Try.At.IsZero() {
		return
	}
	switch try := d.Entry.Try; Result(try.Result) {
	case Waiting:
		if d.State == Due {
			d.State = AwaitingSource
		}
		d.Why = try.Why
	case Held:
		d.State, d.Why = HeldBack, try.Why
	case Failed:
		d.Why = fmt.Sprintf("failed %d times: %s", try.Attempts, try.Why)
	}
}

// skip marks the deliveries that were missed before this run of the program
// began and that the policy does not make up. What was tried, and what was
// there once, was not missed.
func (p *Planner) skip(all []Planned) {
	if p.Missed == MissedAll || p.Missed == "" || p.Began.IsZero() {
		return
	}
	newest := map[period.Cadence]time.Time{}
	for _, d := range all {
		if d.Due.Before(p.Began) && p.Missed == MissedLatest {
			newest[d.Period.Cadence] = d.Due // they come by due time
		}
	}
	for i := range all {
		d := &all[i]
		if d.State.Missing() && d.Due.Before(p.Began) && d.Entry.Key == "" && !d.Due.Equal(newest[d.Period.Cadence]) {
			d.Skip, d.Why = true, fmt.Sprintf("missed, and left so by `missed: %s`", p.Missed)
		}
	}
}

// unexpectedOf lists the objects at our keys that nothing calls for.
func (p *Planner) unexpectedOf(plan *Plan, listed []object.Object, through time.Time) []Check {
	expected := map[string]bool{}
	for _, d := range plan.Deliveries {
		expected[d.Key] = true
	}
	isExpected := func(o object.Object) bool { return expected[o.Key] }
	left := slices.DeleteFunc(slices.Clone(listed), isExpected)
	if len(left) == 0 {
		return nil // as nearly always: the calendar need not be asked again
	}
	for _, o := range left { // what comes due later is none of a stranger, if the plan is of an earlier moment
		if of, _ := p.Account.parse(o.Key); of.Through.End().AddDate(0, 2, 0).After(through) {
			through = of.Through.End().AddDate(0, 2, 0)
		}
	}
	for _, c := range plan.calendars {
		for d := range c.expected(through) {
			expected[p.Account.Key(d.Period)] = true
		}
	}
	var all []Check
	for _, o := range slices.DeleteFunc(left, isExpected) {
		of, _ := p.Account.parse(o.Key)
		c := Check{Delivery: Delivery{Period: of}, Key: o.Key, State: Foreign, Object: o, Listed: true, Why: "nothing is expected for this period"}
		if !p.Cadences[of.Cadence].Enabled {
			c.State, c.Why = Off, string(of.Cadence)+" is switched off"
		}
		all = append(all, c)
	}
	return all
}

// work are the deliveries that are to be made now: what was not tried yet before
// what did not come about, each oldest first. An eager one does not wait for the
// time of the next try.
func (plan *Plan) work(now time.Time, eager bool) (todo []*Planned) {
	for i := range plan.Deliveries {
		if d := &plan.Deliveries[i]; d.ToDo() && (eager || !d.Entry.Try.Next.After(now)) {
			todo = append(todo, d)
		}
	}
	slices.SortStableFunc(todo, func(a, b *Planned) int {
		return cmp.Compare(min(a.Entry.Try.Attempts, 1), min(b.Entry.Try.Attempts, 1))
	})
	return todo
}

// next is when there may be something to do: a due time, or another try of what
// did not come about.
func (plan *Plan) next() time.Time {
	var next time.Time
	at := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, due := range plan.nextDue {
		at(due)
	}
	for i := range plan.Deliveries {
		if d := &plan.Deliveries[i]; d.ToDo() {
			at(d.Entry.Try.Next)
		}
	}
	return next
}

// ToDo reports whether the delivery is missing and is to be made.
func (d *Planned) ToDo() bool {
	return !d.Skip && (d.State.Missing() || d.State == AwaitingSource || d.State == HeldBack)
}
