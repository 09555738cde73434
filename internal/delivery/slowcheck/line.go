package main

import (
	"strings"

	"github.com/shopspring/decimal"
)

// line is one component of a bill, by the names of its columns or fields.
type line map[string]string

// The names that the dialects have for what this program reads.
var (
	totalNames   = []string{"Total Cost", "Total Cost (Including Tax)"}
	realNames    = []string{"RealCost", "Total Amount Before Voucher", "Total Amount After Discount (Excluding Tax)", "优惠后总价"}
	voucherNames = []string{"VoucherPayAmount", "Customer Voucher Deduction", "Voucher Deduction", "代金券支付"}
	dayNames     = [][]string{
		{"BillDay", "Bill Day", "账单日"},
		{"FeeEndTime", "Usage End Time", "结束使用时间"},
		{"FeeBeginTime", "Usage Start Time", "开始使用时间"},
		{"PayTime", "Transaction Time", "扣费时间"},
	}
)

// text is the value of the first of the names that has one.
func (l line) text(names []string) string {
	for _, name := range names {
		if text := strings.TrimSpace(l[name]); text != "" && text != "-" {
			return text
		}
	}
	return ""
}

// payable is what is to be paid: the total where the bill has one, else the
// real cost less the voucher.
func (l line) payable() (decimal.Decimal, error) {
	if total := l.text(totalNames); total != "" {
		return decimal.NewFromString(total)
	}
	whole, err := decimal.NewFromString(l.text(realNames))
	if err != nil {
		return decimal.Zero, err
	}
	voucher := decimal.Zero
	if text := l.text(voucherNames); text != "" {
		voucher, err = decimal.NewFromString(text)
	}
	return whole.Sub(voucher), err
}

// day is the line's bill day, clamped into the month: its own, else that of
// the end of its usage, the start, the transaction; else the month's first.
func (l line) day(month string) string {
	for _, names := range dayNames {
		text := l.text(names)
		switch {
		case text == "":
			continue
		case text[:len(month)] < month:
			return month + "-01"
		case text[:len(month)] > month:
			return month + "-31"
		default:
			return text[:len("2025-11-17")]
		}
	}
	return month + "-01"
}
