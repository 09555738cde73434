package bill

import (
	"strings"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
	"deliverd/internal/period"
)

// Commitments is what the lines of a month say of the commitments they paid
// for and used, gathered in a pass of its own before charges are made.
//
// The bill charges an hourly fee for a reserved instance or a savings plan, and
// shows what was deducted on the usage that it covered, but does not connect
// the two. They are connected here, day by day, where only one connection is
// possible among the fees of this bill: one savings plan pays fees that day, or
// one reserved instance of the product and region does, and what was used of it
// does not exceed what was paid for. Then covered usage carries its share of the
// fee, and what is left is the unused part, so that the day's EffectiveCost
// equals its fee to the last digit. Where several could have covered a line,
// nothing is made up. A commitment that was paid up front in another month
// cannot be seen: what it covered beside one that pays by the hour is taken for
// the latter's.
//
// The zero Commitments knows none. Add must not run beside a [Mapper] that
// uses it.
type Commitments struct {
	pools   map[poolKey]*pool
	actions map[[3]string]*action
}

// poolKey names what fees and coverage are set against each other: a day and,
// for reserved instances, a product in a region.
type poolKey struct{ kind, day, product, region, currency string }

type pool struct {
	plan    string // the one commitment that paid fees
	several bool   // more than one did
	unclear bool   // some line does not say how much it bought or used
	lines   int    // fee lines
	fee     amount.Amount
	bought  amount.Amount // what the fee bought: hours of a reserved instance; of a savings plan, the fee
	used    amount.Amount // of that
}

// Add takes a completed line into account.
func (cs *Commitments) Add(l *Line) {
	act := cs.actionOf(l)
	if act.commitment != noCommitment && act.frequency == recurring {
		cs.addFee(l, act.commitment)
		return
	}
	if act.category != usage {
		return
	}
	d := deductionsOf(l)
	if !d.any() {
		return
	}
	split := d.believed() && known(l[ResourceID]) != "" // as Mapper.coverage has it
	for _, cover := range [...]struct {
		commitment
		cost amount.Amount
	}{{reservedInstance, d.ri}, {savingsPlan, d.sp}} {
		if !cover.cost.IsZero() {
			p := cs.pool(keyOf(cover.commitment, l))
			used := usedOf(cover.commitment, l)
			p.unclear = p.unclear || !used.Valid || !split
			p.used = p.used.Add(used.Amount)
		}
	}
}

func (cs *Commitments) addFee(l *Line, k commitment) {
	money, err := l.Money()
	plan := known(l[ResourceID])
	if err != nil || plan == "" {
		return
	}
	p := cs.pool(keyOf(k, l))
	p.several = p.several || p.plan != "" && p.plan != plan
	if p.plan != plan {
		p.plan = strings.Clone(plan)
	}
	p.lines++
	p.fee = p.fee.Add(money.Real)
	if k == savingsPlan {
		p.bought = p.fee
		return
	}
	r := amountReader{line: l}
	instances, span := r.read(UsedAmount), r.read(TimeSpan)
	span.Valid, span.Amount = span.Valid && instances.Valid, span.Amount.Mul(instances.Amount)
	hours := inHours(span, timeWord(l[TimeUnit]))
	p.unclear = p.unclear || !hours.Valid
	p.bought = p.bought.Add(hours.Amount)
}

// usedOf is what a covered line used of a commitment: hours of a reserved
// instance, money of a savings plan (deduction × deduction rate).
//
// The provider says of RiTimeSpan only that it is "the duration of use deducted
// by reserved instances". The duration of use is TimeSpan, and TimeUnitName its
// unit: it is taken for the unit of both. Where the line names none, it is the
// hour, in which reserved instances are charged and deducted.
func usedOf(k commitment, l *Line) amount.Null {
	r := amountReader{line: l}
	if k == reservedInstance {
		unit := timeWord(l[TimeUnit])
		if l[TimeUnit] == "" {
			unit = "Hour"
		}
		return inHours(r.read(RITimeSpan), unit)
	}
	rate := r.read(SPDeductionRate)
	rate.Amount = rate.Amount.Mul(r.read(CostWithSP).Amount)
	return rate
}

// inHours is a duration in hours; null where it is not known exactly, as of a
// month.
func inHours(span amount.Null, unit string) amount.Null {
	exact := true
	switch unit {
	case "Hour":
	case "Day":
		span.Amount = span.Amount.Mul(amount.FromInt(24))
	case "Minute":
		span.Amount, exact = span.Amount.QuoExact(amount.FromInt(60), 24)
	case "Second":
		span.Amount, exact = span.Amount.QuoExact(amount.FromInt(3600), 24)
	default:
		exact = false
	}
	if !span.Valid || !exact {
		return amount.Null{}
	}
	return span
}

func keyOf(k commitment, l *Line) poolKey {
	key := poolKey{kind: k.kind, day: l[BillDay], currency: l[Currency]}
	if k == reservedInstance {
		key.product, _ = l.Product()
		key.region = first(l[RegionID], l[RegionName])
	}
	return key
}

func (cs *Commitments) pool(key poolKey) *pool {
	if cs.pools == nil {
		cs.pools = map[poolKey]*pool{}
	}
	p := cs.pools[key]
	if p == nil {
		p = &pool{}
		for _, text := range [...]*string{&key.day, &key.product, &key.region, &key.currency} {
			*text = strings.Clone(*text) // without holding on to what the line is a part of
		}
		cs.pools[key] = p
	}
	return p
}

// connected returns the pool of a line if only one connection is possible.
func (cs *Commitments) connected(k commitment, l *Line) *pool {
	if cs == nil {
		return nil
	}
	p := cs.pools[keyOf(k, l)]
	if p == nil || p.plan == "" || p.several || p.unclear || p.bought.Sign() <= 0 || p.fee.Cmp(p.price().Mul(p.used)) < 0 {
		return nil
	}
	return p
}

// price is what one unit of the commitment costs, rounded far below the
// provider's own eight decimals where the division does not end.
func (p *pool) price() amount.Amount {
	if price, ok := p.fee.QuoExact(p.bought, 24); ok {
		return price
	}
	return p.fee.Quo(p.bought, 16)
}

// unused emits what a day's fee bought and nothing used, as a charge of its
// own (FOCUS DiscountHandling), after the day's last fee line.
func (m *Mapper) unused(l *Line, act *action, visit func(*focus.Charge) error) error {
	p := m.cfg.Commitments.connected(act.commitment, l)
	if p == nil || act.frequency != recurring || m.charge.ResourceId == "" { // addFee does not count a fee of nothing named
		return nil
	}
	if m.fees[p]++; m.fees[p] < p.lines {
		return nil
	}
	rest := p.fee.Sub(p.price().Mul(p.used))
	if rest.IsZero() {
		return nil
	}
	c := &m.charge
	c.ChargeCategory, c.ChargeFrequency, c.PricingCategory = usage, usageBased, "Committed"
	if day, err := period.ParseDay(l[BillDay]); err == nil {
		c.ChargePeriodStart, c.ChargePeriodEnd = day.Start(), day.End()
	}
	unused, unit := amount.Some(p.bought.Sub(p.used)), "Hours"
	if act.commitment == savingsPlan {
		unit = c.BillingCurrency
	}
	m.commitment(act.commitment, p.plan, "Unused", unused, unit)
	c.PricingQuantity, c.PricingUnit = unused, unit
	c.ConsumedQuantity, c.ConsumedUnit = amount.Null{}, ""
	nothing := amount.Amount{}
	c.ListUnitPrice, c.ContractedUnitPrice = amount.Some(nothing), amount.Some(nothing)
	c.BilledCost, c.ListCost, c.ContractedCost, c.EffectiveCost = nothing, nothing, nothing, rest
	return m.emit(visit)
}

// actionOf is the package's, remembered by what it is made of.
func (cs *Commitments) actionOf(l *Line) *action {
	key := [3]string{l[ActionType], l[ActionTypeName], l[PayModeName]}
	act := cs.actions[key]
	if act == nil {
		if cs.actions == nil {
			cs.actions = map[[3]string]*action{}
		}
		act = actionOf(l)
		for i := range key {
			key[i] = strings.Clone(key[i])
		}
		cs.actions[key] = act
	}
	return act
}
