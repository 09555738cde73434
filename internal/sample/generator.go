package sample

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// generator writes one bill, record by record.
type generator struct {
	bill     Bill
	rand     *rand.Rand
	owners   []string
	currency string
	tags     []string
	products []product
	wheel    []*kind
	resource map[trait][]*resource
	days     []string // from the first of the month before the bill month
	first    int      // the bill month's first day in days
	length   int      // of the bill month
	through  int      // days of the month to tell of

	next    int // lines told
	records int // records told
	line    bill.Line
	texts   texts
}

func newGenerator(b Bill) *generator {
	h := fnv.New64a()
	h.Write([]byte(b.UIN + " " + b.Month.String()))
	g := &generator{bill: b, rand: rand.New(rand.NewPCG(b.Seed, h.Sum64())), currency: "USD", products: products(), owners: []string{b.UIN}}
	if b.Chinese {
		g.currency = "CNY"
	}
	for i := range b.Members {
		g.owners = append(g.owners, "2000300"+strconv.Itoa(10001+i))
	}
	g.calendar()
	g.tags = tagSets(g.rand)
	g.wheel = newWheel(g.rand.Shuffle)
	g.resource = map[trait][]*resource{}
	for i := range min(max(b.Lines/400, 3*len(g.products)), 20_000) {
		res := g.newResource(i)
		g.resource[anyProduct] = append(g.resource[anyProduct], res)
		if t := res.product.trait; t != anyProduct {
			g.resource[t] = append(g.resource[t], res)
		}
	}
	return g
}

// calendar writes every day that a line can name.
func (g *generator) calendar() {
	first := g.bill.Month.First()
	for d := g.bill.Month.Prev().First(); d.Compare(first) < 0; d = d.Next() {
		g.first++
	}
	day := g.bill.Month.Prev().First()
	for range g.first + 2*31 + 366 {
		g.days = append(g.days, day.String())
		day = day.Next()
	}
	for d := first; d.Compare(g.bill.Month.Last()) <= 0; d = d.Next() {
		g.length++
		if g.bill.Through == (period.Day{}) || d.Compare(g.bill.Through) <= 0 {
			g.through = g.length
		}
	}
}

// record tells the lines of one record; false when no more are wanted.
func (g *generator) record(yield func(*bill.Line) bool) bool {
	at := int(int64(g.next) * int64(g.length) * 24 / int64(g.bill.Lines)) // hours into the month
	if at/24 >= g.through {
		return false
	}
	k := g.wheel[g.records%len(g.wheel)]
	candidates := g.resource[k.needs]
	res := candidates[g.rand.IntN(len(candidates))]
	head := res.line
	g.head(&head, k, at)
	g.records++
	parts := len(res.product.parts)
	if k.when == twice {
		parts = 2
	}
	for i := 0; i < parts && g.next < g.bill.Lines; i++ {
		g.line = head
		g.component(k, res, i, at)
		g.next++
		if !yield(&g.line) {
			return false
		}
	}
	return true
}

// idBase is an id as the provider's are: a time, and a running number.
const idBase = 1_725_547_686_519_644_160

// head writes what the lines of a record have in common.
func (g *generator) head(l *bill.Line, k *kind, at int) {
	chinese := g.bill.Chinese
	l[bill.BillDay] = g.days[g.first+at/24]
	l[bill.PayModeName] = k.mode.in(chinese)
	l[bill.ActionType], l[bill.ActionTypeName] = k.action, k.label.in(chinese)
	t := &g.texts
	// Nearly in order: an id may be overtaken by the next eight.
	id := idBase + int64(g.records)<<22 + int64(g.rand.IntN(8<<22))
	t.set(bill.RecordID, strconv.AppendInt(t.bytes, id, 10))
	t.set(bill.BillID, g.number(at))
	t.set(bill.OrderID, g.number(at))
	g.times(k.when, at)
	t.into(l)
}

// number is an order's or a transaction's: a date and 15 digits.
func (g *generator) number(at int) []byte {
	day := g.days[g.first+at/24]
	b := append(append(append(g.texts.bytes, day[:4]...), day[5:7]...), day[8:]...)
	return strconv.AppendInt(b, 400_000_000_000_000+g.rand.Int64N(599_999_999_999_999), 10)
}

// times writes usage start, usage end and transaction time.
func (g *generator) times(w when, at int) {
	day, hour := g.first+at/24, at%24
	second := g.rand.IntN(3600)
	from, to, paid := moment{day, hour * 3600}, moment{day, hour*3600 + 3599}, moment{day, (hour + 1) * 3600 % 86400}
	if hour == 23 {
		paid.day++
	}
	paid.second += second
	switch w {
	case daily:
		from, to, paid = moment{day, 0}, moment{day, 86399}, moment{day + 1, 3600 + second}
	case monthly:
		from, to, paid = moment{g.first, 0}, moment{day, 86399}, moment{day + 1, 7200 + second}
	case term:
		from.second += second
		to, paid = moment{day + g.length, from.second}, moment{day, from.second}
		if second%4 == 0 {
			to.day = day + 365
		}
	case instant, twice:
		from.second += second
		to, paid = from, from
	case lately:
		from.day = g.first + g.rand.IntN(at/24+1)
		to.day = from.day
	case before:
		from.day = g.rand.IntN(g.first)
		to.day = from.day
	}
	t := &g.texts
	t.set(bill.UsageStart, g.print(from))
	t.set(bill.UsageEnd, g.print(to))
	t.set(bill.TransactionTime, g.print(paid))
}

// moment is a second of a day of the calendar.
type moment struct{ day, second int }

func (g *generator) print(m moment) []byte {
	b := append(append(g.texts.bytes, g.days[m.day]...), ' ')
	for i, n := range [...]int{m.second / 3600, m.second / 60 % 60, m.second % 60} {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, byte('0'+n/10), byte('0'+n%10))
	}
	return b
}
