package billsummary

import (
	"cmp"
	"maps"
	"slices"

	"deliverd/internal/bill"
)

// summaryDetail is a group as an answer has it: its amounts are decimals with a
// fixed number of digits after the point; what groups products has no products.
type summaryDetail struct {
	Business             []businessInfo
	CashPayAmount        string
	GroupKey, GroupValue string
	IncentivePayAmount   string
	RealTotalCost        string
	TotalCost            string
	TransferPayAmount    string
	VoucherPayAmount     string
}

type businessInfo struct {
	BusinessCode, BusinessCodeName string
	CashPayAmount                  string
	IncentivePayAmount             string
	RealTotalCost                  string
	TotalCost                      string
	TransferPayAmount              string
	VoucherPayAmount               string
}

// How many digits an amount has after the point.
const (
	places    = 8
	tagPlaces = 2
)

// group is a group of a bill, by the code and text it is answered under.
type group struct {
	code, text string
	products   map[string]*bill.Entry // by product code, exact
}

func newGroup(code, text string) *group {
	return &group{code: code, text: text, products: map[string]*bill.Entry{}}
}

// add adds lines of a product.
func (g *group) add(product string, e *bill.Entry) {
	have := g.products[product]
	if have == nil {
		have = &bill.Entry{Name: e.Name}
		g.products[product] = have
	}
	have.Lines += e.Lines
	have.Add(&e.Sums)
}

// businessRows are the products of a bill, which are not divided further.
func businessRows(t *bill.Parts) []summaryDetail {
	return details((&group{products: t.Products}).productRows(places), places)
}

// rows are the groups of a bill, each by product. Groups that are answered
// under one code are one.
func (s *Server) rows(groupType string, groups map[string]*bill.Group, name naming) []summaryDetail {
	byCode := map[string]*group{}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		of := groups[key]
		code, text, known := name(key, of.Name)
		if !known {
			s.cfg.Metrics.unknownCode(groupType)
		}
		g := byCode[code]
		if g == nil {
			g = newGroup(code, text)
			byCode[code] = g
		}
		for product, e := range of.Products {
			g.add(product, e)
		}
	}
	rows := make([]row, 0, len(byCode))
	for _, g := range byCode {
		rows = append(rows, g.row(places))
	}
	return details(rows, places)
}

// tagRows are the groups of a tag key. What carries the key without a value and
// what does not carry it is a group like any other, without a value.
func tagRows(t *bill.Parts, key string) []summaryDetail {
	values := t.Tags[key]
	rows := make([]row, 0, len(values)+1)
	for value, of := range values {
		if value != "" {
			rows = append(rows, (&group{code: key, text: value, products: of.Products}).row(tagPlaces))
		}
	}
	if rest := untagged(t, key, values); len(rest.products) > 0 {
		rows = append(rows, rest.row(tagPlaces))
	}
	return details(rows, tagPlaces)
}

// untagged are all lines less what carries the key with a value.
func untagged(t *bill.Parts, key string, values map[string]*bill.Group) *group {
	rest := newGroup(key, "")
	for product, e := range t.Products {
		rest.add(product, e)
	}
	for value, of := range values {
		if value == "" {
			continue
		}
		for product, e := range of.Products {
			less := rest.products[product]
			less.Lines -= e.Lines
			subtract(&less.Sums, &e.Sums)
		}
	}
	maps.DeleteFunc(rest.products, func(_ string, e *bill.Entry) bool { return e.Lines == 0 })
	return rest
}

func subtract(a, b *bill.Sums) {
	a.List, a.Real, a.Cash = a.List.Sub(b.List), a.Real.Sub(b.Real), a.Cash.Sub(b.Cash)
	a.Incentive, a.Voucher, a.Transfer = a.Incentive.Sub(b.Incentive), a.Voucher.Sub(b.Voucher), a.Transfer.Sub(b.Transfer)
}

// row is one row of an answer before it is text; its sums are rounded.
type row struct {
	code, text string
	sums       bill.Sums
	products   []row // nil: not divided
}

// row rounds the sums of each product; the group's are the sums of those, so
// that an answer adds up as it stands.
func (g *group) row(digits int32) row {
	r := row{code: g.code, text: g.text, products: g.productRows(digits)}
	for i := range r.products {
		r.sums.Add(&r.products[i].sums)
	}
	slices.SortFunc(r.products, byCost)
	return r
}

// productRows are the products of a group, in no order. Those that are answered
// under one code are one.
func (g *group) productRows(digits int32) []row {
	byCode := newGroup("", "")
	for _, key := range slices.Sorted(maps.Keys(g.products)) {
		e := *g.products[key]
		var code string
		code, e.Name = bill.SummaryProduct(key, e.Name)
		byCode.add(code, &e)
	}
	rows := make([]row, 0, len(byCode.products))
	for code, e := range byCode.products {
		rows = append(rows, row{code: code, text: e.Name, sums: rounded(e.Sums, digits)})
	}
	return rows
}

// byCost puts the greater cost first, as it is printed; of two that cost the
// same, the one whose code or text comes first.
func byCost(a, b row) int {
	return cmp.Or(b.sums.Real.Cmp(a.sums.Real), cmp.Compare(a.code, b.code), cmp.Compare(a.text, b.text))
}

// rounded are sums with so many digits after the point, halves rounded to even.
func rounded(s bill.Sums, digits int32) bill.Sums {
	return bill.Sums{
		List: s.List.Round(digits), Real: s.Real.Round(digits), Cash: s.Cash.Round(digits),
		Incentive: s.Incentive.Round(digits), Voucher: s.Voucher.Round(digits), Transfer: s.Transfer.Round(digits),
	}
}

func details(rows []row, digits int32) []summaryDetail {
	slices.SortFunc(rows, byCost)
	all := make([]summaryDetail, len(rows))
	for i, r := range rows {
		all[i] = summaryDetail{
			GroupKey: r.code, GroupValue: r.text, TotalCost: r.sums.List.Fixed(digits), RealTotalCost: r.sums.Real.Fixed(digits),
			CashPayAmount: r.sums.Cash.Fixed(digits), IncentivePayAmount: r.sums.Incentive.Fixed(digits),
			VoucherPayAmount: r.sums.Voucher.Fixed(digits), TransferPayAmount: r.sums.Transfer.Fixed(digits),
		}
		for _, p := range r.products {
			all[i].Business = append(all[i].Business, businessInfo{
				BusinessCode: p.code, BusinessCodeName: p.text, TotalCost: p.sums.List.Fixed(digits), RealTotalCost: p.sums.Real.Fixed(digits),
				CashPayAmount: p.sums.Cash.Fixed(digits), IncentivePayAmount: p.sums.Incentive.Fixed(digits),
				VoucherPayAmount: p.sums.Voucher.Fixed(digits), TransferPayAmount: p.sums.Transfer.Fixed(digits),
			})
		}
	}
	return all
}
