package billsource

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/time/rate"
)

// Rates are how many requests a second the provider takes of one key. Of a rate
// two percent are left: the network does not keep the distance between requests.
type Rates struct {
	Detail  int // DescribeBillDetail; 0 is 5
	Summary int // DescribeBillSummary and its kin; 0 is 20
	Partner int // everything of the partners' API; 0 is 1
}

const margin = 0.98

// BudgetConfig is what a [Budget] is made of.
type BudgetConfig struct {
	Rates
	Now  func() time.Time                           // nil is time.Now
	Wait func(context.Context, time.Duration) error // nil uses a timer
}

// Budget is what requests one key may send. All who use the key share it: the
// provider counts by key, and refuses those who ask too often. Its methods may
// be called concurrently.
type Budget struct {
	limits map[class]*rate.Limiter
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
}

// class is what the provider counts together.
type class uint8

const (
	classDetail class = iota
	classSummary
	classPartner
)

// NewBudget returns a budget of which nothing is spent. Requests come evenly,
// not in bursts.
func NewBudget(c BudgetConfig) *Budget {
	b := &Budget{now: c.Now, wait: c.Wait, limits: map[class]*rate.Limiter{}}
	if b.now == nil {
		b.now = time.Now
	}
	if b.wait == nil {
		b.wait = sleep
	}
	for of, perSecond := range map[class]int{
		classDetail: cmp.Or(c.Detail, 5), classSummary: cmp.Or(c.Summary, 20), classPartner: cmp.Or(c.Partner, 1),
	} {
		b.limits[of] = rate.NewLimiter(rate.Limit(float64(perSecond)*margin), 1)
	}
	return b
}

// spend waits until a request of the class may be sent. Its error is the
// context's.
func (b *Budget) spend(ctx context.Context, of class) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	now := b.now()
	turn := b.limits[of].ReserveN(now, 1)
	wait := turn.DelayFrom(now)
	if wait <= 0 {
		return nil
	}
	if err := b.wait(ctx, wait); err != nil {
		turn.CancelAt(b.now())
		return err
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
