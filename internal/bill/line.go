package bill

import "strings"

// Field names one field of a [Line]. The names follow the provider's billing
// API (BillDetail and BillDetailComponent of billing 2018-07-09) where it has
// the field; the comments beside the constants give the console's name.
type Field uint8

// The fields of a line.
const (
	RecordID         Field = iota // Id: the billing record, shared by its components
	BillDay                       // the bill day as 2025-12-09; never blank in a completed line
	PayerUin                      // Payer Account ID
	OwnerUin                      // Owner Account ID
	OperateUin                    // Operator Account ID
	BusinessCode                  // Product Code, such as p_cvm
	BusinessName                  // Product Name
	ProductCode                   // Subproduct Code, such as sp_cvm_s2
	ProductName                   // Subproduct Name
	PayModeName                   // Billing Mode
	ActionType                    // Transaction Type code, such as postpay_deduct_h
	ActionTypeName                // Transaction Type
	ProjectID                     // Project ID
	ProjectName                   // Project Name
	RegionID                      // Region Code
	RegionName                    // Region
	ZoneID                        // Availability Zone Code
	ZoneName                      // Availability Zone
	ResourceID                    // Instance ID
	ResourceName                  // Instance Name
	InstanceType                  // Instance Type: resource package, RI, SP, spot; blank for ordinary ones
	OrderID                       // Order ID
	BillID                        // Transaction ID
	TransactionTime               // Transaction Time, as the provider prints it: UTC+8, without a zone
	UsageStart                    // Usage Start Time, likewise
	UsageEnd                      // Usage End Time, likewise
	ComponentCode                 // Component Type code
	ComponentName                 // Component Type
	ItemCode                      // Component Name code
	ItemName                      // Component Name
	SinglePrice                   // Component List Price
	ContractPrice                 // Component Contracted Price
	PriceUnit                     // Component Price Measurement Unit, such as USD/GB/Hour
	UsedAmount                    // Component Usage, after what packages deducted
	UsedAmountUnit                // Component Usage Unit
	RealTotalMeasure              // Original usage, before what packages deducted
	DeductedMeasure               // usage that packages deducted
	TimeSpan                      // Usage Duration
	TimeUnit                      // Duration Unit
	Cost                          // Original Cost
	Discount                      // Discount Multiplier (a reseller's Customer Discount Rate)
	BlendedDiscount               // Blended Discount Multiplier
	ReduceType                    // Offer Type
	RITimeSpan                    // RI Deduction (Duration)
	CostWithRI                    // RI Deduction (Cost)
	SPDeductionRate               // Savings Plan Deduction Rate
	CostWithSP                    // Savings Plan Deduction (Cost)
	RealCost                      // total after discounts and deductions, before the voucher and before tax
	VoucherPay                    // Voucher Deduction
	CashPay                       // paid from the cash account
	IncentivePay                  // paid from the free credit
	TransferPay                   // paid from the royalty account
	TaxRate                       // Tax Rate
	TaxAmount                     // Tax Amount
	TotalCost                     // Total Cost, what is to be paid; a bill file has it, the API has not
	Currency                      // Currency
	PriceInfo                     // price attributes, a JSON array of strings
	ComponentConfig               // configuration, a JSON array of {Name, Value}
	AssociatedOrder               // related orders, a JSON object
	Formula                       // explanation of the amount
	ReserveDetail                 // Remark attribute
	Tags                          // cost allocation tags, a JSON object with sorted keys
	SourceFile                    // the file the line was read from, and behind a slash the archive's member; says nothing about the charge

	NumFields
)

// Kind is what the text of a field holds.
type Kind uint8

// The kinds of a field's text. Every kind is blank where the source has no value.
const (
	Text    Kind = iota // any text
	Decimal             // a plain decimal number: no separators, no exponent
	Time                // 2006-01-02 15:04:05 in UTC+8
	Date                // 2006-01-02
	JSON                // a JSON value in one line
)

// Line is one component of one record of the detail bill, as the source gave
// it: text, blank where the source has no value. It is the unit of money.
//
// The text of a line stays valid and unchanged for as long as it is held.
type Line [NumFields]string

// Kind is the kind of text the field holds.
func (f Field) Kind() Kind {
	switch f {
	case BillDay:
		return Date
	case TransactionTime, UsageStart, UsageEnd:
		return Time
	case SinglePrice, ContractPrice, UsedAmount, RealTotalMeasure, DeductedMeasure, TimeSpan, Cost, Discount,
		BlendedDiscount, RITimeSpan, CostWithRI, SPDeductionRate, CostWithSP, RealCost, VoucherPay, CashPay,
		IncentivePay, TransferPay, TaxRate, TaxAmount, TotalCost:
		return Decimal
	case PriceInfo, ComponentConfig, AssociatedOrder, Tags:
		return JSON
	default:
		return Text
	}
}

// Compare gives the order of lines in a snapshot and in a file: bill day,
// record, component, then the whole line. Where a line was read from does not
// count, so the same bill gives the same order however it was cut into files.
func (l *Line) Compare(m *Line) int {
	for _, f := range [...]Field{BillDay, RecordID, ComponentCode, ComponentName, ItemCode, ItemName} {
		if c := strings.Compare(l[f], m[f]); c != 0 {
			return c
		}
	}
	for f := range SourceFile {
		if c := strings.Compare(l[f], m[f]); c != 0 {
			return c
		}
	}
	return 0
}

// File is the file that the line was read from, without the member of an archive.
func (l *Line) File() string {
	file, _, _ := strings.Cut(l[SourceFile], "/")
	return file
}

// SameRecord reports whether both lines claim to belong to one record of the
// bill: they carry the same record id or, in a bill without ids, are alike in
// every field.
func (l *Line) SameRecord(m *Line) bool {
	if l[RecordID] != "" || m[RecordID] != "" {
		return l[RecordID] == m[RecordID]
	}
	return l.Compare(m) == 0
}
