package sample

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strconv"

	"deliverd/internal/bill"
)

// pageRecords is how many records an answer of DescribeBillDetail holds.
const pageRecords = 100

// recordFields and componentFields are the fields of BillDetail and of its
// BillDetailComponent that are plain text in the API and in a line.
var (
	recordFields = []bill.Field{
		bill.ActionType, bill.ActionTypeName, bill.BillID, bill.BusinessCode, bill.BusinessName, bill.UsageStart, bill.UsageEnd, bill.Formula, bill.RecordID,
		bill.OperateUin, bill.OrderID, bill.OwnerUin, bill.PayModeName, bill.TransactionTime, bill.PayerUin, bill.ProductCode, bill.ProductName,
		bill.ProjectName, bill.RegionID, bill.RegionName, bill.ReserveDetail, bill.ResourceID, bill.ResourceName, bill.ZoneName,
	}
	componentFields = []bill.Field{
		bill.BlendedDiscount, bill.CashPay, bill.ComponentCode, bill.ComponentName, bill.ContractPrice, bill.Cost, bill.Currency, bill.DeductedMeasure,
		bill.Discount, bill.IncentivePay, bill.InstanceType, bill.ItemCode, bill.ItemName, bill.CostWithRI, bill.CostWithSP, bill.PriceUnit, bill.RealCost,
		bill.RealTotalMeasure, bill.ReduceType, bill.RITimeSpan, bill.SPDeductionRate, bill.SinglePrice, bill.TaxAmount, bill.TaxRate, bill.TimeSpan,
		bill.TimeUnit, bill.TransferPay, bill.UsedAmount, bill.UsedAmountUnit, bill.VoucherPay,
	}
)

type tag struct{ TagKey, TagValue string }

// records groups lines into BillDetail objects. A blank text is a null.
func records(lines iter.Seq[*bill.Line]) iter.Seq[map[string]any] {
	return func(yield func(map[string]any) bool) {
		var record map[string]any
		for l := range lines {
			if record != nil && record["Id"] == l[bill.RecordID] && l[bill.RecordID] != "" {
				record["ComponentSet"] = append(record["ComponentSet"].([]any), componentOf(l))
				continue
			}
			if record != nil && !yield(record) {
				return
			}
			record = recordOf(l)
		}
		if record != nil {
			yield(record)
		}
	}
}

func recordOf(l *bill.Line) map[string]any {
	record := object(l, recordFields)
	record["BillDay"] = l[bill.BillDay] + " 00:00:00"
	record["BillMonth"] = billMonth(l) + "-01 00:00:00"
	record["FormulaUrl"] = nil
	if id, err := strconv.ParseInt(l[bill.ProjectID], 10, 64); err == nil {
		record["ProjectId"] = id
	}
	tags := []tag{}
	for key, value := range parseTags(l[bill.Tags]) {
		text, _ := value.(string) // a tag without a value has a blank one
		tags = append(tags, tag{key, text})
	}
	slices.SortFunc(tags, func(a, b tag) int { return slices.Compare([]string{a.TagKey}, []string{b.TagKey}) })
	record["Tags"] = tags
	record["PriceInfo"] = raw(l[bill.PriceInfo])
	record["AssociatedOrder"] = raw(l[bill.AssociatedOrder])
	record["ComponentSet"] = []any{componentOf(l)}
	return record
}

func componentOf(l *bill.Line) map[string]any {
	component := object(l, componentFields)
	component["ComponentConfig"] = raw(l[bill.ComponentConfig])
	component["SPDeduction"], component["SpecifiedPrice"] = "0.00000000", component["SinglePrice"]
	return component
}

func object(l *bill.Line, fields []bill.Field) map[string]any {
	o := make(map[string]any, len(fields)+8)
	for _, f := range fields {
		if o[f.String()] = nil; l[f] != "" {
			o[f.String()] = l[f]
		}
	}
	return o
}

func raw(text string) json.RawMessage {
	if text == "" {
		return json.RawMessage("null")
	}
	return json.RawMessage(text)
}

func writeNDJSON(w io.Writer, lines iter.Seq[*bill.Line]) error {
	return encodeAll(w, records(lines))
}

func writePages(w io.Writer, lines iter.Seq[*bill.Line]) error {
	return encodeAll(w, pages(lines))
}

// pages wraps the records as answers. Total is what is known so far: the API
// says itself that its count may lag.
func pages(lines iter.Seq[*bill.Line]) iter.Seq[any] {
	return func(yield func(any) bool) {
		number, total := 0, 0
		var set []map[string]any
		flush := func() bool {
			number++
			total += len(set)
			page := map[string]any{
				"Context": "page-" + strconv.Itoa(number), "DetailSet": set,
				"RequestId": "00000000-0000-4000-8000-" + strconv.Itoa(100_000_000_000+number), "Total": total,
			}
			set = nil
			return yield(map[string]any{"Response": page})
		}
		for record := range records(lines) {
			if set = append(set, record); len(set) == pageRecords && !flush() {
				return
			}
		}
		if len(set) > 0 || number == 0 {
			set = append([]map[string]any{}, set...)
			flush()
		}
	}
}

func encodeAll[T any](w io.Writer, values iter.Seq[T]) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	for v := range values {
		if err := encoder.Encode(v); err != nil {
			return err
		}
	}
	return buffered.Flush()
}
