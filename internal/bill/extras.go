package bill

import (
	"slices"
	"strings"
)

// extraColumn is a custom column: what FOCUS has no column for, and the bill's
// own words and numbers beside what was derived from them.
type extraColumn struct {
	name  string
	field Field // the field it copies; NumFields: filled by extras
	once  bool  // an amount of the line: on its first charge only, so that the column can be summed
}

// extraColumns in the order they are written: the provider's own five first,
// in its spelling, then ours.
var extraColumns = [...]extraColumn{
	{name: "x_ComponentName", field: ItemName},
	{name: "x_ComponentType", field: ComponentName},
	{name: "x_ExportTime", field: NumFields},
	{name: "x_OwnerAccountID", field: OwnerUin},
	{name: "x_SubproductName", field: ProductName},

	{name: "x_PricingBasis", field: NumFields},
	{name: "x_PayMode", field: NumFields},
	{name: "x_ProductName", field: BusinessName},
	{name: "x_ProductCode", field: BusinessCode},
	{name: "x_SubproductCode", field: ProductCode},
	{name: "x_ComponentTypeCode", field: ComponentCode},
	{name: "x_ComponentNameCode", field: ItemCode},
	{name: "x_TransactionType", field: ActionTypeName},
	{name: "x_TransactionTypeCode", field: ActionType},
	{name: "x_TransactionId", field: BillID},
	{name: "x_TransactionTime", field: NumFields},
	{name: "x_OrderId", field: OrderID},
	{name: "x_RecordId", field: RecordID},
	{name: "x_BillDay", field: BillDay},
	{name: "x_OperatorAccountID", field: OperateUin},
	{name: "x_ProjectId", field: ProjectID},
	{name: "x_ProjectName", field: ProjectName},
	{name: "x_Region", field: RegionName},
	{name: "x_RegionId", field: RegionID},
	{name: "x_AvailabilityZone", field: ZoneName},
	{name: "x_InstanceType", field: InstanceType},
	{name: "x_OfferType", field: ReduceType},
	{name: "x_ComponentListPrice", field: SinglePrice},
	{name: "x_ComponentContractedPrice", field: ContractPrice},
	{name: "x_ComponentPriceUnit", field: PriceUnit},
	{name: "x_DiscountMultiplier", field: Discount},
	{name: "x_UsageDuration", field: TimeSpan},
	{name: "x_DurationUnit", field: TimeUnit},
	{name: "x_ComponentUsageUnit", field: UsedAmountUnit},

	{name: "x_ComponentUsage", field: UsedAmount, once: true},
	{name: "x_OriginalUsage", field: RealTotalMeasure, once: true},
	{name: "x_DeductedUsage", field: DeductedMeasure, once: true},
	{name: "x_OriginalCost", field: Cost, once: true},
	{name: "x_RIDeductionDuration", field: RITimeSpan, once: true},
	{name: "x_RIDeductionCost", field: CostWithRI, once: true},
	{name: "x_SPDeductionRate", field: SPDeductionRate},
	{name: "x_SPDeductionCost", field: CostWithSP, once: true},
	{name: "x_TotalAfterDiscount", field: RealCost, once: true},
	{name: "x_VoucherDeduction", field: VoucherPay, once: true},
	{name: "x_CashPayment", field: CashPay, once: true},
	{name: "x_FreeCreditPayment", field: IncentivePay, once: true},
	{name: "x_RoyaltyPayment", field: TransferPay, once: true},
	{name: "x_TaxRate", field: TaxRate},
	{name: "x_TaxAmount", field: TaxAmount, once: true},
	{name: "x_TotalCost", field: TotalCost, once: true},
}

// The custom columns that are no copy of a field.
var (
	xExportTime      = extraIndex("x_ExportTime")
	xPricingBasis    = extraIndex("x_PricingBasis")
	xPayMode         = extraIndex("x_PayMode")
	xTransactionTime = extraIndex("x_TransactionTime")
)

// onceColumns are the custom columns that stand in the first charge of a line only.
var onceColumns = func() (at []int) {
	for i, c := range extraColumns {
		if c.once {
			at = append(at, i)
		}
	}
	return at
}()

func extraIndex(name string) int {
	return slices.IndexFunc(extraColumns[:], func(c extraColumn) bool { return c.name == name })
}

// ExtraColumns are the names of the custom columns that a [Mapper] fills, in order.
func ExtraColumns() []string {
	names := make([]string, len(extraColumns))
	for i, c := range extraColumns {
		names[i] = c.name
	}
	return names
}

const dateTimeFormat = "2006-01-02T15:04:05Z"

// extras fills the custom columns of a line. Times are in UTC, as FOCUS wants
// custom times too; numbers are the bill's digits.
func (m *Mapper) extras(l *Line, w *words) {
	extra := m.charge.Extra
	for i := range extraColumns {
		if f := extraColumns[i].field; f < NumFields {
			extra[i] = l[f]
		}
	}
	extra[xExportTime] = m.due
	extra[xPayMode] = w.payMode
	extra[xPricingBasis] = ""
	extra[xTransactionTime] = m.inUTC(l[TransactionTime])
	m.own(l)
}

// inUTC is a bill time as FOCUS writes times. Lines that follow each other
// often share theirs, so the last one is remembered.
func (m *Mapper) inUTC(text string) string {
	if text != m.lastTime.text {
		m.lastTime.text, m.lastTime.utc = text, ""
		if t, ok := ParseTime(text); ok {
			var buffer [len(dateTimeFormat)]byte
			m.lastTime.utc = m.keep(t.UTC().AppendFormat(buffer[:0], dateTimeFormat))
		}
	}
	return m.lastTime.utc
}

// keep makes a text that a charge can have. Nearly every line has some of its
// own: many share a piece of memory, so that they do not cost an allocation each.
func (m *Mapper) keep(text []byte) string {
	const pieces = 16 << 10
	if m.kept.Cap()-m.kept.Len() < len(text) {
		m.kept = strings.Builder{}
		m.kept.Grow(max(pieces, len(text)))
	}
	from := m.kept.Len()
	m.kept.Write(text)
	return m.kept.String()[from:]
}
