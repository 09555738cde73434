package billsource

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
)

// summaryRequest asks what a month comes to in one dimension.
type summaryRequest struct {
	Month     string
	GroupType string
}

// claimed are the amounts of a summary, as the direct API names them.
type claimed struct {
	TotalCost          string
	RealTotalCost      string
	CashPayAmount      string
	IncentivePayAmount string
	VoucherPayAmount   string
	TransferPayAmount  string
}

type summaryGroup struct {
	GroupKey   string
	GroupValue string
	claimed
}

// summaryAnswer is the answer of DescribeBillSummary of billing 2018-07-09.
type summaryAnswer struct {
	Ready         *int
	SummaryDetail *[]summaryGroup
}

// malformed tells a summary from an answer that lost something on the way: a
// month without costs has an empty list or null, but says that it is ready.
func (s *summaryAnswer) malformed() string {
	switch {
	case s.Ready == nil:
		return "the answer does not say whether it is ready"
	case *s.Ready != 0 && s.SummaryDetail == nil:
		s.SummaryDetail = &[]summaryGroup{}
	}
	return ""
}

// Summary is what the provider says the bill comes to. It is an error that
// matches [bill.ErrNotReady] as long as the provider is still adding up. A
// group administrator's is the sum of its own and its organization's.
func (a *API) Summary(ctx context.Context, want bill.Request) (*bill.Summary, error) {
	s := &bill.Summary{}
	switch a.Kind {
	case Customer:
		return s, a.customerSummary(ctx, want, s)
	case Reseller:
		return s, a.resellerSummary(ctx, want, s)
	}
	actions := []string{"DescribeBillSummary"}
	if want.GroupAdmin {
		actions = append(actions, "DescribeBillSummaryForOrganization")
	}
	for _, action := range actions {
		if err := a.directSummary(ctx, action, want, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

var directDimensions = []struct {
	group string
	by    bill.Dimension
}{{"business", bill.ByProduct}, {"region", bill.ByRegion}, {"project", bill.ByProject}, {"payMode", bill.ByPayMode}}

func (a *API) directSummary(ctx context.Context, action string, want bill.Request, s *bill.Summary) error {
	for _, dimension := range directDimensions {
		var got summaryAnswer
		ask := summaryRequest{want.Month.String(), dimension.group}
		err := a.caller.do(ctx, call{billing, action, classSummary}, ask, &got)
		if failed, ok := asAPIError(err); ok && failed.isWait() {
			return a.summaryWait(action, want)
		}
		if err != nil {
			return err
		}
		if *got.Ready == 0 {
			return a.summaryWait(action, want)
		}
		s.Has(dimension.by)
		for _, group := range *got.SummaryDetail {
			claim, err := group.claim(action, group.GroupValue)
			if err != nil {
				return err
			}
			s.Add(dimension.by, group.GroupKey, claim)
		}
	}
	return nil
}

func (a *API) summaryWait(action string, want bill.Request) error {
	return &WaitError{Place: a.place(), Problem: action + " is not ready for " + want.Month.String(), Fix: "nothing; it is asked again"}
}

func (c *claimed) claim(action, name string) (bill.Claim, error) {
	claim := bill.Claim{Name: name}
	for _, f := range []struct {
		name, text string
		to         *amount.Null
	}{
		{"TotalCost", c.TotalCost, &claim.List}, {"RealTotalCost", c.RealTotalCost, &claim.Real},
		{"CashPayAmount", c.CashPayAmount, &claim.Cash}, {"IncentivePayAmount", c.IncentivePayAmount, &claim.Incentive},
		{"VoucherPayAmount", c.VoucherPayAmount, &claim.Voucher}, {"TransferPayAmount", c.TransferPayAmount, &claim.Transfer},
	} {
		var err error
		if *f.to, err = claimedAmount(action, f.name, f.text); err != nil {
			return claim, err
		}
	}
	return claim, nil
}

// claimedAmount reads an amount; "-" and blank are none.
func claimedAmount(action, name, text string) (amount.Null, error) {
	if isNull(text) {
		return amount.Null{}, nil
	}
	a, err := amount.Parse(text)
	if err != nil {
		return amount.Null{}, &APIError{Action: action, Code: codeMalformed, Message: fmt.Sprintf("%s is %s, which is no amount", name, shown(text)), Fix: fixOf(codeMalformed, action)}
	}
	return amount.Some(a), nil
}

// partnerClaimed are the amounts of a partner's summary. It has no real total:
// what is to be paid and what vouchers paid come to it.
type partnerClaimed struct {
	OriginalCost     string
	VoucherPayAmount string
	TotalCost        string
}

func (c *partnerClaimed) claim(action, name string) (bill.Claim, error) {
	claim := bill.Claim{Name: name}
	var err error
	if claim.List, err = claimedAmount(action, "OriginalCost", c.OriginalCost); err != nil {
		return claim, err
	}
	if claim.Voucher, err = claimedAmount(action, "VoucherPayAmount", c.VoucherPayAmount); err != nil {
		return claim, err
	}
	total, err := claimedAmount(action, "TotalCost", c.TotalCost)
	claim.Real = amount.Null{Amount: total.Amount.Add(claim.Voucher.Amount), Valid: total.Valid && claim.Voucher.Valid}
	return claim, err
}

// partnerSummary is an answer of DescribeBillSummary of intlpartnersmgt
// 2022-09-28.
type partnerSummary struct {
	SummaryDetail *[]struct {
		GroupKey, GroupValue string
		partnerClaimed
	}
}

// customerSummary asks for the two dimensions that partition a bill. The lines
// of a partner's bill have names where others have codes, so the names are what
// is compared by.
func (a *API) customerSummary(ctx context.Context, want bill.Request, s *bill.Summary) error {
	const action = "DescribeBillSummary"
	for _, by := range []bill.Dimension{bill.ByProduct, bill.ByProject} {
		var got partnerSummary
		if err := a.caller.do(ctx, call{partners, action, classPartner}, summaryRequest{want.Month.String(), string(by)}, &got); err != nil {
			return err
		}
		s.Has(by)
		if got.SummaryDetail == nil {
			continue
		}
		for _, g := range *got.SummaryDetail {
			claim, err := g.claim(action, g.GroupValue)
			if err != nil {
				return err
			}
			s.Add(by, cmp.Or(g.GroupValue, g.GroupKey), claim)
		}
	}
	return nil
}

// overview is an answer of the reseller's DescribeBillSummaryBy….
type overview struct {
	SummaryOverview json.RawMessage
}

func (a *API) resellerSummary(ctx context.Context, want bill.Request, s *bill.Summary) error {
	for _, o := range []struct {
		action string
		by     bill.Dimension
	}{
		{"DescribeBillSummaryByProduct", bill.ByProduct}, {"DescribeBillSummaryByRegion", bill.ByRegion}, {"DescribeBillSummaryByPayMode", bill.ByPayMode},
	} {
		var got overview
		ask := struct {
			BillMonth   string
			CustomerUin json.Number
		}{want.Month.String(), json.Number(want.UIN)}
		if err := a.caller.do(ctx, call{partners, o.action, classPartner}, ask, &got); err != nil {
			return err
		}
		var groups []struct {
			BusinessCode, BusinessCodeName string
			RegionId, RegionName           string
			PayMode, PayModeName           string
			partnerClaimed
		}
		if len(got.SummaryOverview) > 0 {
			if err := json.Unmarshal(got.SummaryOverview, &groups); err != nil {
				return &APIError{Action: o.action, Code: codeMalformed, Message: "SummaryOverview is no list of groups", Fix: fixOf(codeMalformed, o.action), Err: err}
			}
		}
		s.Has(o.by)
		for _, g := range groups {
			claim, err := g.claim(o.action, g.BusinessCodeName+g.RegionName+g.PayModeName)
			if err != nil {
				return err
			}
			s.Add(o.by, cmp.Or(g.PayMode, claim.Name, g.BusinessCode, g.RegionId), claim)
		}
	}
	return nil
}
