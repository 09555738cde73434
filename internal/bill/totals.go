package bill

import (
	"encoding/json"
	"strings"

	"deliverd/internal/amount"
)

// Sums are the six amounts that DescribeBillSummary answers, exact.
type Sums struct {
	List      amount.Amount `json:"list"`      // TotalCost: original cost
	Real      amount.Amount `json:"real"`      // RealTotalCost: after discounts
	Cash      amount.Amount `json:"cash"`      // CashPayAmount
	Incentive amount.Amount `json:"incentive"` // IncentivePayAmount
	Voucher   amount.Amount `json:"voucher"`   // VoucherPayAmount
	Transfer  amount.Amount `json:"transfer"`  // TransferPayAmount
}

// Add adds the amounts of t to s.
func (s *Sums) Add(t *Sums) {
	plus(&s.List, &t.List)
	plus(&s.Real, &t.Real)
	plus(&s.Cash, &t.Cash)
	plus(&s.Incentive, &t.Incentive)
	plus(&s.Voucher, &t.Voucher)
	plus(&s.Transfer, &t.Transfer)
}

// plus adds b to a. Most lines have zeros in three of the six sums.
func plus(a, b *amount.Amount) {
	if !b.IsZero() {
		*a = a.Add(*b)
	}
}

func sumsOf(m *Money) Sums {
	return Sums{List: m.List.Amount, Real: m.Real, Cash: m.Cash, Incentive: m.Incentive, Voucher: m.Voucher, Transfer: m.Transfer}
}

// Entry is one row of a total: a name, how many lines there are, and their sums.
type Entry struct {
	Name  string `json:"name"`
	Lines int64  `json:"lines"`
	Sums
}

func (e *Entry) add(s *share) {
	e.Lines += s.lines
	e.Add(&s.sums)
}

// Group is one value of a dimension: its sums, and the same by product.
type Group struct {
	Entry
	Products map[string]*Entry `json:"products"` // by product code
}

// DaySums are what the lines of one bill day and one owner account come to.
type DaySums struct {
	Lines   int64         `json:"lines"`
	Gross   amount.Amount `json:"gross"`   // sum of the positive list amounts, so that a refund is no shrink
	Payable amount.Amount `json:"payable"` // what is to be paid
}

// Parts are the exact sums of lines, by every dimension that DescribeBillSummary
// answers. Tags do not partition a bill: a line counts once for every tag key it
// carries, and what a key does not cover is the whole less the sum of the key's
// groups.
type Parts struct {
	Sums                                  // over all lines
	Products map[string]*Entry            `json:"products"` // by product code, else product name
	Regions  map[string]*Group            `json:"regions"`  // by region id, else region name
	Projects map[string]*Group            `json:"projects"` // by project id, else project name
	PayModes map[string]*Group            `json:"payModes"` // by prePay, postPay, riPay
	Tags     map[string]map[string]*Group `json:"tags"`     // by tag key, then tag value
}

// Totals are the exact sums of a bill as a whole, by owner, by day and owner,
// and by operator.
//
// The zero Totals is the total of no lines. Totals are not safe for concurrent use.
type Totals struct {
	Lines    int64 `json:"lines"`
	Unpriced int64 `json:"unpriced"` // lines without an original cost; List leaves them out
	Parts
	Owners    map[string]*Group              `json:"owners"`    // by owner account
	Days      map[string]map[string]*DaySums `json:"days"`      // by bill day, then owner account
	Operators map[string]*Parts              `json:"operators"` // by operator account; nil: the only one, so that the whole is its part
}

// OfOperator are the sums of one operator's lines; nil when there are none.
func (t *Totals) OfOperator(uin string) *Parts {
	parts, there := t.Operators[uin]
	if there && parts == nil {
		return &t.Parts
	}
	return parts
}

// Add adds a completed line. The error is that of [Line.Money]. A [Tally] does
// the same for many lines in a fraction of the time.
func (t *Totals) Add(l *Line) error {
	m, err := l.Money()
	if err != nil {
		return err
	}
	place := placeOf(l)
	t.add(&place, &share{lines: 1, unpriced: unpriced(&m), sums: sumsOf(&m)})
	t.addDay(l, &m)
	return nil
}

// place is where a line counts in the totals, but for its day.
type place struct {
	product, productName string
	region, regionName   string
	project, projectName string
	payModeName          string
	owner, operator      string
	tags                 string
}

func placeOf(l *Line) place {
	p := place{
		region: l[RegionID], regionName: l[RegionName], project: l[ProjectID], projectName: l[ProjectName],
		payModeName: l[PayModeName], owner: l.Owner(), operator: l[OperateUin], tags: l[Tags],
	}
	p.product, p.productName = l.Product()
	if l[BusinessCode] != "" {
		p.productName = l[BusinessName] // a product without a name has none in the provider's summary either
	}
	return p
}

// share is what lines of one place come to.
type share struct {
	lines    int64
	unpriced int64
	sums     Sums
}

func unpriced(m *Money) int64 {
	if m.List.Valid {
		return 0
	}
	return 1
}

// add adds lines of one place.
func (t *Totals) add(p *place, s *share) {
	operator := t.operator(p.operator) // before the whole has these lines
	t.Lines += s.lines
	t.Unpriced += s.unpriced
	t.Parts.add(p, s)
	addTo(&t.Owners, p.owner, "", p, s)
	if operator != nil {
		operator.add(p, s)
	}
}

// operator is where lines of an operator count besides the whole. While there is
// but one, the whole is its part; it gets a part of its own with the second.
func (t *Totals) operator(uin string) *Parts {
	parts, known := t.Operators[uin]
	if known {
		return parts
	}
	if t.Operators == nil {
		t.Operators = map[string]*Parts{uin: nil}
		return nil
	}
	for only, part := range t.Operators {
		if part == nil {
			t.Operators[only] = t.clone()
		}
	}
	parts = &Parts{}
	t.Operators[uin] = parts
	return parts
}

func (t *Parts) add(p *place, s *share) {
	t.Add(&s.sums)
	entry(&t.Products, p.product, p.productName).add(s)
	addTo(&t.Regions, first(p.region, p.regionName), p.regionName, p, s)
	addTo(&t.Projects, first(p.project, p.projectName), p.projectName, p, s)
	addTo(&t.PayModes, payMode(p.payModeName), p.payModeName, p, s)
	t.addTags(p, s)
}

// addTo adds lines to one of the groups, and to its product.
func addTo(groups *map[string]*Group, key, name string, p *place, s *share) {
	g := group(groups, key, name)
	g.add(s)
	entry(&g.Products, p.product, p.productName).add(s)
}

func payMode(name string) string {
	l := Line{PayModeName: name}
	return l.PayMode()
}

func (t *Parts) addTags(p *place, s *share) {
	if p.tags == "" {
		return
	}
	var tags map[string]json.RawMessage
	if json.Unmarshal([]byte(p.tags), &tags) != nil {
		return // Clean saw to it that this is JSON; an array or a number carries no tags
	}
	if t.Tags == nil {
		t.Tags = map[string]map[string]*Group{}
	}
	for key, raw := range tags {
		var value string
		_ = json.Unmarshal(raw, &value) // a valueless tag is true, and its group has no value
		groups := t.Tags[key]
		addTo(&groups, value, "", p, s)
		t.Tags[key] = groups
	}
}

func (t *Totals) addDay(l *Line, m *Money) {
	if t.Days == nil {
		t.Days = map[string]map[string]*DaySums{}
	}
	owners := t.Days[l[BillDay]]
	if owners == nil {
		owners = map[string]*DaySums{}
		t.Days[strings.Clone(l[BillDay])] = owners
	}
	day := owners[l.Owner()]
	if day == nil {
		day = &DaySums{}
		owners[strings.Clone(l.Owner())] = day
	}
	day.Lines++
	day.Payable = day.Payable.Add(m.Payable)
	gross := m.List.Amount
	if !m.List.Valid {
		gross = m.Real
	}
	if gross.Sign() > 0 {
		day.Gross = day.Gross.Add(gross)
	}
}

func entry(entries *map[string]*Entry, key, name string) *Entry {
	if *entries == nil {
		*entries = map[string]*Entry{}
	}
	e := (*entries)[key]
	if e == nil {
		e = &Entry{}
		(*entries)[key] = e
	}
	e.Name = first(e.Name, name)
	return e
}

func group(groups *map[string]*Group, key, name string) *Group {
	if *groups == nil {
		*groups = map[string]*Group{}
	}
	g := (*groups)[key]
	if g == nil {
		g = &Group{}
		(*groups)[key] = g
	}
	g.Name = first(g.Name, name)
	return g
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
