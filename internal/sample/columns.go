package sample

import "deliverd/internal/bill"

// partnerCSV has the columns of the partners' page on the fields of customer
// bills, in its order; its newest version (2025-12-29) begins with Bill Month.
var partnerCSV = &csvDialect{columns: []column{
	{"Bill Month", 0, billMonth},
	{"Instance ID", bill.ResourceID, nil}, {"Instance Name", bill.ResourceName, nil}, {"Product Name", bill.BusinessName, nil},
	{"Payer Account ID", bill.PayerUin, nil}, {"Owner Account ID", bill.OwnerUin, nil}, {"Operator Account ID", bill.OperateUin, nil},
	{"Reseller Account ID", bill.PayerUin, nil}, {"Billing Mode", bill.PayModeName, nil}, {"Instance Type", bill.InstanceType, nil},
	{"Project Name", bill.ProjectName, nil}, {"Region", bill.RegionName, nil}, {"Availability Zone", bill.ZoneName, nil},
	{"Subproduct Name", bill.ProductName, nil}, {"Transaction Type", bill.ActionTypeName, nil}, {"Transaction ID", bill.BillID, nil},
	{"Transaction Time", bill.TransactionTime, nil}, {"Usage Start Time", bill.UsageStart, nil}, {"Usage End Time", bill.UsageEnd, nil},
	{"Component Type", bill.ComponentName, nil}, {"Component Name", bill.ItemName, nil}, {"Component List Price", bill.SinglePrice, nil},
	{"Component Price Measurement Unit", bill.PriceUnit, nil}, {"Component Usage", bill.UsedAmount, nil},
	{"Component Usage Unit", bill.UsedAmountUnit, nil}, {"Usage Duration", bill.TimeSpan, nil}, {"Duration Unit", bill.TimeUnit, nil},
	{"Original Cost", bill.Cost, nil}, {"RI Deduction (Duration)", bill.RITimeSpan, nil}, {"RI Deduction (Cost)", bill.CostWithRI, nil},
	{"Customer Discount Rate", bill.Discount, nil}, {"Total Amount Before Voucher", bill.RealCost, nil},
	{"Customer Voucher Deduction", bill.VoucherPay, nil}, {"Total Cost", 0, totalCost}, {"Currency", bill.Currency, nil},
	{"Payment Status", 0, constant("Paid")},
}}

// directCSV has the columns of the page on the fields of a direct customer's
// bill. The pages do not print the order; that of the billing records stands in.
var directCSV = &csvDialect{mark: "\ufeff", tagged: true, columns: []column{
	{"Bill Month", 0, billMonth}, {"Bill Day", bill.BillDay, nil}, {"Record ID", bill.RecordID, nil},
	{"Payer Account ID", bill.PayerUin, nil}, {"Owner Account ID", bill.OwnerUin, nil}, {"Operator Account ID", bill.OperateUin, nil},
	{"Product Name", bill.BusinessName, nil}, {"Product Code", bill.BusinessCode, nil},
	{"Subproduct Name", bill.ProductName, nil}, {"Subproduct Code", bill.ProductCode, nil},
	{"Billing Mode", bill.PayModeName, nil}, {"Project ID", bill.ProjectID, nil}, {"Project Name", bill.ProjectName, nil},
	{"Region", bill.RegionName, nil}, {"Region Code", bill.RegionID, nil},
	{"Availability Zone", bill.ZoneName, nil}, {"Availability Zone Code", bill.ZoneID, nil},
	{"Instance ID", bill.ResourceID, nil}, {"Instance Name", bill.ResourceName, nil}, {"Instance Type", bill.InstanceType, nil},
	{"Transaction Type", bill.ActionTypeName, nil}, {"Transaction ID", bill.BillID, nil}, {"Order ID", bill.OrderID, nil},
	{"Transaction Time", bill.TransactionTime, nil}, {"Usage Start Time", bill.UsageStart, nil}, {"Usage End Time", bill.UsageEnd, nil},
	{"Component Type", bill.ComponentName, nil}, {"Component Name", bill.ItemName, nil},
	{"Component List Price", bill.SinglePrice, nil}, {"Component Contracted Price", bill.ContractPrice, nil},
	{"Component Price Measurement Unit", bill.PriceUnit, nil}, {"Component Usage", bill.UsedAmount, nil},
	{"Component Usage Unit", bill.UsedAmountUnit, nil}, {"Usage Duration", bill.TimeSpan, nil}, {"Duration Unit", bill.TimeUnit, nil},
	{"Original Cost", bill.Cost, nil}, {"RI Deduction (Duration)", bill.RITimeSpan, nil}, {"RI Deduction (Cost)", bill.CostWithRI, nil},
	{"Savings Plan Deduction Rate", bill.SPDeductionRate, nil}, {"Savings Plan Deduction (Cost)", bill.CostWithSP, nil},
	{"Discount Multiplier", bill.Discount, nil}, {"Blended Discount Multiplier", bill.BlendedDiscount, nil}, {"Offer Type", bill.ReduceType, nil},
	{"Total Amount After Discount (Excluding Tax)", bill.RealCost, nil}, {"Voucher Deduction", bill.VoucherPay, nil},
	{"Amount Before Tax", 0, totalCost}, {"Tax Rate", bill.TaxRate, nil}, {"Tax Amount", bill.TaxAmount, nil},
	{"Total Cost (Including Tax)", 0, totalCost}, {"Currency", bill.Currency, nil},
}}

// chineseCSV is the detail bill of the Chinese site.
var chineseCSV = &csvDialect{mark: "\ufeff", tagged: true, columns: []column{
	{"账单月份", 0, billMonth}, {"账单日", bill.BillDay, nil}, {"支付者UIN", bill.PayerUin, nil}, {"使用者UIN", bill.OwnerUin, nil}, {"操作者UIN", bill.OperateUin, nil},
	{"产品名称", bill.BusinessName, nil}, {"产品编码", bill.BusinessCode, nil}, {"子产品名称", bill.ProductName, nil}, {"子产品编码", bill.ProductCode, nil},
	{"计费模式", bill.PayModeName, nil}, {"项目ID", bill.ProjectID, nil}, {"项目名称", bill.ProjectName, nil}, {"地域ID", bill.RegionID, nil}, {"地域", bill.RegionName, nil},
	{"可用区", bill.ZoneName, nil}, {"资源ID", bill.ResourceID, nil}, {"资源别名", bill.ResourceName, nil}, {"实例类型", bill.InstanceType, nil},
	{"交易类型", bill.ActionTypeName, nil}, {"订单ID", bill.OrderID, nil}, {"交易ID", bill.BillID, nil}, {"扣费时间", bill.TransactionTime, nil},
	{"开始使用时间", bill.UsageStart, nil}, {"结束使用时间", bill.UsageEnd, nil}, {"组件类型", bill.ComponentName, nil}, {"组件名称", bill.ItemName, nil},
	{"组件刊例价", bill.SinglePrice, nil}, {"组件单价", bill.ContractPrice, nil}, {"组件价格单位", bill.PriceUnit, nil},
	{"组件用量", bill.UsedAmount, nil}, {"组件用量单位", bill.UsedAmountUnit, nil}, {"组件原始用量", bill.RealTotalMeasure, nil}, {"抵扣用量", bill.DeductedMeasure, nil},
	{"使用时长", bill.TimeSpan, nil}, {"时长单位", bill.TimeUnit, nil}, {"组件原价", bill.Cost, nil},
	{"预留实例抵扣时长", bill.RITimeSpan, nil}, {"预留实例抵扣组件原价", bill.CostWithRI, nil},
	{"节省计划抵扣率", bill.SPDeductionRate, nil}, {"节省计划抵扣组件原价", bill.CostWithSP, nil},
	{"折扣率", bill.Discount, nil}, {"混合折扣率", bill.BlendedDiscount, nil}, {"优惠类型", bill.ReduceType, nil}, {"优惠后总价", bill.RealCost, nil},
	{"代金券支付", bill.VoucherPay, nil}, {"现金账户支付", bill.CashPay, nil}, {"赠送账户支付", bill.IncentivePay, nil}, {"分成账户支付", bill.TransferPay, nil},
	{"币种", bill.Currency, nil},
}}
