package bill

import "fmt"

// fieldNames are the names of the fields in messages and in snapshots.
var fieldNames = [NumFields]string{
	RecordID: "Id", BillDay: "BillDay", PayerUin: "PayerUin", OwnerUin: "OwnerUin", OperateUin: "OperateUin",
	BusinessCode: "BusinessCode", BusinessName: "BusinessCodeName", ProductCode: "ProductCode", ProductName: "ProductCodeName",
	PayModeName: "PayModeName", ActionType: "ActionType", ActionTypeName: "ActionTypeName",
	ProjectID: "ProjectId", ProjectName: "ProjectName", RegionID: "RegionId", RegionName: "RegionName",
	ZoneID: "ZoneId", ZoneName: "ZoneName", ResourceID: "ResourceId", ResourceName: "ResourceName",
	InstanceType: "InstanceType", OrderID: "OrderId", BillID: "BillId",
	TransactionTime: "PayTime", UsageStart: "FeeBeginTime", UsageEnd: "FeeEndTime",
	ComponentCode: "ComponentCode", ComponentName: "ComponentCodeName", ItemCode: "ItemCode", ItemName: "ItemCodeName",
	SinglePrice: "SinglePrice", ContractPrice: "ContractPrice", PriceUnit: "PriceUnit",
	UsedAmount: "UsedAmount", UsedAmountUnit: "UsedAmountUnit", RealTotalMeasure: "RealTotalMeasure",
	DeductedMeasure: "DeductedMeasure", TimeSpan: "TimeSpan", TimeUnit: "TimeUnitName", Cost: "Cost",
	Discount: "Discount", BlendedDiscount: "BlendedDiscount", ReduceType: "ReduceType", RITimeSpan: "RiTimeSpan",
	CostWithRI: "OriginalCostWithRI", SPDeductionRate: "SPDeductionRate", CostWithSP: "OriginalCostWithSP",
	RealCost: "RealCost", VoucherPay: "VoucherPayAmount", CashPay: "CashPayAmount", IncentivePay: "IncentivePayAmount",
	TransferPay: "TransferPayAmount", TaxRate: "TaxRate", TaxAmount: "TaxAmount", TotalCost: "TotalCost", Currency: "Currency",
	PriceInfo: "PriceInfo", ComponentConfig: "ComponentConfig", AssociatedOrder: "AssociatedOrder", Formula: "Formula",
	ReserveDetail: "ReserveDetail", Tags: "Tags", SourceFile: "SourceFile",
}

// String is the field's name in the provider's API, where it has one.
func (f Field) String() string {
	if f < NumFields {
		return fieldNames[f]
	}
	return fmt.Sprintf("Field(%d)", uint8(f))
}
