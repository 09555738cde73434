package billsummary

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"deliverd/internal/bill"
)

// recordFields and componentFields are the fields of the provider's BillDetail
// and of its BillDetailComponent that a line has as plain text.
var (
	recordFields = [...]bill.Field{
		bill.RecordID, bill.PayerUin, bill.OwnerUin, bill.OperateUin, bill.BusinessCode, bill.BusinessName, bill.ProductCode, bill.ProductName,
		bill.PayModeName, bill.ActionType, bill.ActionTypeName, bill.ProjectName, bill.RegionID, bill.RegionName, bill.ZoneName, bill.ResourceID,
		bill.ResourceName, bill.OrderID, bill.BillID, bill.TransactionTime, bill.UsageStart, bill.UsageEnd, bill.Formula, bill.ReserveDetail,
	}
	componentFields = [...]bill.Field{
		bill.ComponentCode, bill.ComponentName, bill.ItemCode, bill.ItemName, bill.InstanceType, bill.SinglePrice, bill.ContractPrice, bill.PriceUnit,
		bill.UsedAmount, bill.UsedAmountUnit, bill.RealTotalMeasure, bill.DeductedMeasure, bill.TimeSpan, bill.TimeUnit, bill.Cost, bill.Discount,
		bill.BlendedDiscount, bill.ReduceType, bill.RITimeSpan, bill.CostWithRI, bill.SPDeductionRate, bill.CostWithSP, bill.RealCost, bill.VoucherPay,
		bill.CashPay, bill.IncentivePay, bill.TransferPay, bill.TaxRate, bill.TaxAmount, bill.Currency,
	}
)

// record is a record of the bill: the lines that follow each other under one
// id. A line without an id is a record.
type record struct {
	id      string
	content map[string]any // nil: it is not asked for
}

func newRecord(l *bill.Line, asked bool) *record {
	r := &record{id: l[bill.RecordID]}
	if !asked {
		return r
	}
	r.content = texts(l, recordFields[:])
	r.content["BillDay"] = l[bill.BillDay] + " 00:00:00"
	r.content["BillMonth"] = l[bill.BillDay][:len("2006-01")] + "-01 00:00:00"
	if id, err := strconv.ParseInt(l[bill.ProjectID], 10, 64); err == nil {
		r.content["ProjectId"] = id
	}
	r.content["Tags"] = tagsOf(l)
	r.content["PriceInfo"], r.content["AssociatedOrder"] = raw(l[bill.PriceInfo]), raw(l[bill.AssociatedOrder])
	r.content["ComponentSet"] = []any{}
	r.add(l)
	return r
}

func (r *record) has(l *bill.Line) bool { return r.id != "" && r.id == l[bill.RecordID] }

// add adds a component. A bill file may state what is to be paid alone; the API
// states what the discounts leave, and how it was paid.
func (r *record) add(l *bill.Line) {
	c := texts(l, componentFields[:])
	c["ComponentConfig"] = raw(l[bill.ComponentConfig])
	if m, err := l.Money(); err == nil && l[bill.RealCost] == "" {
		c[bill.RealCost.String()], c[bill.VoucherPay.String()] = m.Real, m.Voucher
	}
	r.content["ComponentSet"] = append(r.content["ComponentSet"].([]any), c)
}

// texts are fields by the provider's names; a blank one is null.
func texts(l *bill.Line, fields []bill.Field) map[string]any {
	all := make(map[string]any, len(fields)+8)
	for _, f := range fields {
		if all[f.String()] = nil; l[f] != "" {
			all[f.String()] = l[f]
		}
	}
	return all
}

func raw(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

type tagInfo struct{ TagKey, TagValue string }

func tagsOf(l *bill.Line) []tagInfo {
	all := []tagInfo{}
	var tags map[string]any
	if l[bill.Tags] == "" || json.Unmarshal([]byte(l[bill.Tags]), &tags) != nil {
		return all
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value, _ := tags[key].(string) // a tag without a value has a blank one
		all = append(all, tagInfo{key, value})
	}
	return all
}
