package bill

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"deliverd/internal/amount"
)

// ErrMoved is what a source answers when the bill changed while it was read:
// what it gave is worth nothing, and reading again may help.
var ErrMoved = errors.New("the bill moved while it was read")

// Dimension is what a summary breaks a bill down by. Tags are none: they do not
// partition a bill.
type Dimension string

// The dimensions of a [Summary].
const (
	ByProduct Dimension = "product"
	ByRegion  Dimension = "region"
	ByProject Dimension = "project"
	ByPayMode Dimension = "payMode"
)

var dimensions = []Dimension{ByProduct, ByRegion, ByProject, ByPayMode}

// Claim is what the provider says one value of a dimension comes to. An amount
// that it does not state is absent.
type Claim struct {
	Name                                           string
	List, Real, Cash, Incentive, Voucher, Transfer amount.Null
}

// Summary is what the provider says a bill comes to, in the dimensions that it
// was asked for.
type Summary struct {
	By map[Dimension]map[string]Claim
}

// Add adds a claim for a value. What is added to something absent is absent.
func (s *Summary) Add(d Dimension, key string, c Claim) {
	claims := s.Has(d)
	was, known := claims[key]
	if known {
		for i, b := range c.amounts() {
			a := was.amounts()[i]
			if a.Valid && b.Valid {
				*a = amount.Some(a.Amount.Add(b.Amount))
			} else {
				*a = amount.Null{}
			}
		}
		c = was
	}
	claims[key] = c
}

// Has sees to it that the summary has the dimension, with no value if need be,
// and returns its claims.
func (s *Summary) Has(d Dimension) map[string]Claim {
	if s.By == nil {
		s.By = map[Dimension]map[string]Claim{}
	}
	if s.By[d] == nil {
		s.By[d] = map[string]Claim{}
	}
	return s.By[d]
}

func (c *Claim) amounts() [6]*amount.Null {
	return [...]*amount.Null{&c.Real, &c.Cash, &c.Incentive, &c.Voucher, &c.Transfer, &c.List}
}

func (s *Sums) amounts() [6]amount.Amount {
	return [...]amount.Amount{s.Real, s.Cash, s.Incentive, s.Voucher, s.Transfer, s.List}
}

// amountNames are the names of the provider's summary for what amounts returns.
var amountNames = [6]string{"RealTotalCost", "CashPayAmount", "IncentivePayAmount", "VoucherPayAmount", "TransferPayAmount", "TotalCost"}

// Without takes the sums of lines out of the summary that it counts twice.
func (s *Summary) Without(twice *Totals) {
	if twice == nil {
		return
	}
	for d, claims := range s.By {
		for key, e := range totalsBy(twice, d, claims) {
			c := claims[key]
			for i, a := range c.amounts() {
				if a.Valid {
					*a = amount.Some(a.Amount.Sub(e.amounts()[i]))
				}
			}
			claims[key] = c
		}
	}
}

// Equal reports whether both say the same of the same values.
func (s *Summary) Equal(o *Summary) bool {
	if len(s.By) != len(o.By) {
		return false
	}
	for d, claims := range s.By {
		others, ok := o.By[d]
		if !ok || len(claims) != len(others) {
			return false
		}
		for key, c := range claims {
			other, ok := others[key]
			if !ok {
				return false
			}
			for i, a := range c.amounts() {
				if b := other.amounts()[i]; a.Valid != b.Valid || !a.Amount.Equal(b.Amount) {
					return false
				}
			}
		}
	}
	return true
}

// Difference is an amount in which a bill is not what the provider says.
type Difference struct {
	By           Dimension
	Key, Name    string
	Amount       string // as the provider names it: RealTotalCost
	Ours, Theirs amount.Amount
}

func (d Difference) String() string {
	what := string(d.By) + " " + d.Key
	if d.Name != "" && d.Name != d.Key {
		what += " (" + d.Name + ")"
	}
	gap, side := d.Ours.Sub(d.Theirs), "too much"
	if gap.Sign() < 0 {
		gap, side = gap.Neg(), "missing"
	}
	return fmt.Sprintf("%s: %s is %s, the provider's summary says %s: %s %s", what, d.Amount, d.Ours, d.Theirs, gap, side)
}

// Differences lists where the totals of a bill are not what the summary says:
// one for each value of each dimension, the greatest first within a dimension.
// Amounts are held against each other exactly; only digits behind the eighth
// decimal, which a summary does not show, are forgiven. An amount that the
// summary does not state says nothing. The list amount is left out of a bill
// with lines that have none.
func (s *Summary) Differences(t *Totals) []Difference {
	var found []Difference
	for _, d := range dimensions {
		claims, asked := s.By[d]
		if !asked {
			continue
		}
		first := len(found)
		ours := totalsBy(t, d, claims)
		for key, claim := range claims {
			if diff, differs := claim.differs(ours[key].Sums, t.Unpriced > 0); differs {
				diff.By, diff.Key, diff.Name = d, key, cmp.Or(claim.Name, ours[key].Name)
				found = append(found, diff)
			}
		}
		for key, o := range ours {
			if _, known := claims[key]; known {
				continue
			}
			var nothing Claim
			for _, a := range nothing.amounts() {
				a.Valid = true
			}
			if diff, differs := nothing.differs(o.Sums, t.Unpriced > 0); differs {
				diff.By, diff.Key, diff.Name = d, key, o.Name
				found = append(found, diff)
			}
		}
		slices.SortFunc(found[first:], func(a, b Difference) int {
			return cmp.Or(b.gap().Cmp(a.gap()), strings.Compare(a.Key, b.Key))
		})
	}
	return found
}

func (d Difference) gap() amount.Amount { return d.Ours.Sub(d.Theirs).Abs() }

func (c Claim) differs(ours Sums, unpriced bool) (Difference, bool) {
	for i, theirs := range c.amounts() {
		if !theirs.Valid || unpriced && amountNames[i] == "TotalCost" {
			continue
		}
		d := Difference{Amount: amountNames[i], Ours: ours.amounts()[i], Theirs: theirs.Amount}
		if d.gap().Cmp(lastPlace) >= 0 {
			return d, true
		}
	}
	return Difference{}, false
}

// totalsBy are the totals in one dimension, by the keys that the summary has:
// its code, or its name where the bill has no codes. What belongs to no region
// or project is 0 there and blank in lines.
func totalsBy(t *Totals, d Dimension, claims map[string]Claim) map[string]Entry {
	found := map[string]Entry{}
	codes := map[string]string{}
	for code, c := range claims {
		if c.Name != "" {
			codes[c.Name] = code
		}
	}
	add := func(key string, e Entry) {
		if _, known := claims[key]; !known {
			if named, found := codes[cmp.Or(e.Name, key)]; found {
				key = named
			} else if key == "" {
				key = "0"
			}
		}
		sum := found[key]
		sum.Name = cmp.Or(sum.Name, e.Name)
		sum.Add(&e.Sums)
		found[key] = sum
	}
	switch d {
	case ByProduct:
		for key, e := range t.Products {
			add(key, *e)
		}
	default:
		for key, g := range map[Dimension]map[string]*Group{ByRegion: t.Regions, ByProject: t.Projects, ByPayMode: t.PayModes}[d] {
			add(key, g.Entry)
		}
	}
	return found
}
