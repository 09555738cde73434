package bill

import "strings"

// action says what a transaction type is in FOCUS.
type action struct {
	category   string
	frequency  string
	corrects   bool       // adjusts or refunds something charged before
	dynamic    bool       // the provider may change the price at any time (spot)
	commitment commitment // the commitment that is bought
	codes      []string   // ActionType codes of the API
	signs      []string   // what the display name contains, in lower case, English or Chinese
}

const (
	oneTime    = "One-Time"
	recurring  = "Recurring"
	usageBased = "Usage-Based"
)

// actions is the transaction table, most particular first: the first entry
// that has the line's code wins, else the first whose sign is part of the
// display name. The provider documents the codes and the names but not this
// conversion (its own table could not be read): it is our reading of the
// names within the bounds that FOCUS sets, e.g. a Purchase is never
// Usage-Based. Display names drift between pages and years, hence the signs.
var actions = []action{
	{category: purchase, frequency: oneTime, commitment: reservedInstance, corrects: true, signs: []string{"ri refund", "预留实例退"}},
	{category: purchase, frequency: oneTime, commitment: reservedInstance, codes: []string{"ripay_purchase"}, signs: []string{"one-off ri", "预留实例一次性", "预留实例购买"}},
	{category: purchase, frequency: recurring, commitment: reservedInstance, codes: []string{"ri_hour_pay"}, signs: []string{"hourly ri", "预留实例小时"}},
	{category: purchase, frequency: recurring, commitment: savingsPlan, codes: []string{"svp_hour_pay"}, signs: []string{"savings plan", "节省计划"}},

	{category: adjustment, frequency: oneTime, corrects: true, codes: []string{"recon_deduct", "recon_increase", "recon_increase_f", "adjust-CR", "adjust-DR"}, signs: []string{"adjust-", "adjustment - ", "adjustment-", "调账", "compensation", "补偿"}},
	{category: adjustment, frequency: oneTime, corrects: true, signs: []string{"reversal", "冲正", "discount deduction", "优惠扣"}},
	{category: adjustment, frequency: oneTime, codes: []string{"recon_guarantee"}, signs: []string{"guarantee", "minimum spend", "保底"}},
	{category: adjustment, frequency: oneTime, codes: []string{"billVirtualId"}, signs: []string{"precision", "精度"}},

	{category: purchase, frequency: oneTime, corrects: true, codes: []string{"prepay_return", "pre_to_post"}, signs: []string{"refund", "退款", "退费", "转按量"}},
	{category: purchase, frequency: recurring, codes: []string{"prepay_renew", "preRenew", "pre_renew"}, signs: []string{"renewal", "续费"}},
	{category: purchase, frequency: oneTime, codes: []string{"prepay_modify", "preUpgrade", "preDowngrade", "pre_upgrade", "pre_downgrade"}, signs: []string{"specification adjustment", "upgrade", "downgrade", "modify", "变配", "升配", "降配"}},
	{category: purchase, frequency: oneTime, codes: []string{"offline_deduct", "online_deduct"}, signs: []string{"offline", "线下"}},
	{category: purchase, frequency: oneTime, codes: []string{"prepay_purchase", "prePurchase", "pre_purchase"}, signs: []string{"purchase", "new monthly", "new yearly", "新购", "购买"}},

	{category: usage, frequency: usageBased, dynamic: true, codes: []string{"postpay_deduct_s"}, signs: []string{"spot", "竞价"}},
	{category: usage, frequency: usageBased, codes: []string{"postpay_deduct", "postpay_deduct_h", "postpay_deduct_d", "postpay_deduct_m"}, signs: []string{"settlement", "pay-as-you-go", "deduction", "按量", "结算"}},
}

// A transaction type that the table does not know is read from the billing
// mode: a subscription is bought, everything else is used.
var (
	unknownPurchase = &action{category: purchase, frequency: oneTime}
	unknownUsage    = &action{category: usage, frequency: usageBased}
)

// actionsByCode finds an action by the API's code.
var actionsByCode = func() map[string]*action {
	byCode := map[string]*action{}
	for i := range actions {
		for _, code := range actions[i].codes {
			byCode[code] = &actions[i]
		}
	}
	return byCode
}()

func actionOf(l *Line) *action {
	if act := actionsByCode[l[ActionType]]; act != nil {
		return act
	}
	if name := strings.ToLower(l[ActionTypeName]); name != "" {
		for i := range actions {
			for _, sign := range actions[i].signs {
				if strings.Contains(name, sign) {
					return &actions[i]
				}
			}
		}
	}
	if l.PayMode() == PrePay {
		return unknownPurchase
	}
	return unknownUsage
}
