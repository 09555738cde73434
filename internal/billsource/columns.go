package billsource

import "deliverd/internal/bill"

// column says under which names a bill file has a field. A name is compared
// after [normal]: case, spaces, punctuation and a currency in parentheses do
// not count, so "BillingMode" is "Billing Mode" and "原价(元)" is "原价".
//
// Two columns of one file with names of the same list are an error. The names
// of or count only when the file has none of names: they are known to stand
// beside them with another meaning or a coarser value.
type column struct {
	field bill.Field
	names []string
	or    []string
}

// columns are the names as the provider's pages and files have them:
//
//   - field pages of partner bills (products 1085/56859, 48350, 43050) and of
//     direct bills (555/37506), in English and with the Chinese words that
//     the Chinese versions explain them by;
//   - the upgrade of November 2024 (555/64852, Chinese 555/111484): Region
//     Code, Availability Zone Code, Order ID, Bill Month, SP Deduction Rate,
//     Component Configuration, 地域编码, 可用区编码, 账单月份, 配置属性;
//   - the spellings without spaces of downloaded files (BillingMode,
//     OriginalCost, SP Deduction(Cost)) and the Chinese console's file of 2022
//     to today (支付者UIN … 现金账户支出(元), later 优惠券支付(元), 现金支付(元));
//   - the Chinese field comments of the billing API (账单归属日, 抵扣用量/时长).
//
// Money follows [bill.Field]: RealCost is what is left after discounts and
// deductions, before voucher and tax; TotalCost is what is to be paid. The
// Chinese bill has no such total: 优惠后总价 less the voucher is it.
//
// Not read: SP Deduction and 节省计划抵扣金额 (the plan's own money, beside the
// cost it stands for), Amount Before Tax (follows from the others), Reseller
// Account ID, Discount Object and Content, Payment Status, Extended Fields,
// Reserved Instance, 国内国际.
var columns = []column{
	{bill.RecordID, []string{"Billing Record ID", "ID", "账单记录ID"}, nil},
	{bill.BillDay, []string{"Bill Day", "Billing Day", "账单归属日", "账单日期", "账单日"}, nil},
	{bill.PayerUin, []string{"Payer Account ID", "Payer UIN", "支付者UIN", "支付者账号ID", "支付者账号"}, nil},
	{bill.OwnerUin, []string{"Owner Account ID", "Owner UIN", "使用者UIN", "使用者账号ID", "使用者账号", "资源归属者账号ID", "资源归属者账号"}, nil},
	{bill.OperateUin, []string{"Operator Account ID", "Operator UIN", "操作者UIN", "操作者账号ID", "操作者账号"}, nil},
	{bill.BusinessCode, []string{"Product Code", "产品编码"}, nil},
	{bill.BusinessName, []string{"Product Name", "产品名称"}, nil},
	{bill.ProductCode, []string{"Subproduct Code", "子产品编码"}, nil},
	{bill.ProductName, []string{"Subproduct Name", "子产品名称", "子产品名"}, nil},
	{bill.PayModeName, []string{"Billing Mode", "计费模式"}, nil},
	{bill.ActionType, []string{"Transaction Type Code", "交易类型编码"}, nil},
	{bill.ActionTypeName, []string{"Transaction Type", "交易类型", "结算类型"}, nil},
	{bill.ProjectID, []string{"Project ID", "项目ID"}, nil},
	{bill.ProjectName, []string{"Project Name", "Project", "项目名称", "项目"}, nil},
	{bill.RegionID, []string{"Region Code", "地域编码"}, []string{"Region ID", "地域ID"}},
	{bill.RegionName, []string{"Region", "地域"}, []string{"Region Name", "地域名称"}},
	{bill.ZoneID, []string{"Availability Zone Code", "可用区编码"}, []string{"Availability Zone ID", "可用区ID"}},
	{bill.ZoneName, []string{"Availability Zone", "可用区"}, []string{"Availability Zone Name", "可用区名称"}},
	{bill.ResourceID, []string{"Instance ID", "实例ID"}, []string{"Resource ID", "资源ID"}},
	{bill.ResourceName, []string{"Instance Name", "实例名称"}, []string{"Resource Name", "资源名称", "资源别名"}},
	{bill.InstanceType, []string{"Instance Type", "实例类型"}, nil},
	{bill.OrderID, []string{"Order ID", "订单ID"}, nil},
	{bill.BillID, []string{"Transaction ID", "交易ID", "交易流水ID"}, nil},
	{bill.TransactionTime, []string{"Transaction Time", "Deduction Time", "扣费时间", "交易时间", "结算时间"}, nil},
	{bill.UsageStart, []string{"Usage Start Time", "开始使用时间", "使用开始时间", "资源开始使用时间"}, nil},
	{bill.UsageEnd, []string{"Usage End Time", "结束使用时间", "使用结束时间", "资源结束使用时间"}, nil},
	{bill.ComponentCode, []string{"Component Type Code", "组件类型编码"}, nil},
	{bill.ComponentName, []string{"Component Type", "组件类型"}, nil},
	{bill.ItemCode, []string{"Component Name Code", "组件名称编码"}, nil},
	{bill.ItemName, []string{"Component Name", "组件名称"}, nil},
	{bill.SinglePrice, []string{"Component List Price", "组件刊例价"}, nil},
	{bill.ContractPrice, []string{"Component Contracted Price", "组件单价", "组件合同签约价"}, nil},
	{bill.PriceUnit, []string{"Component Price Measurement Unit", "组件价格单位", "价格单位"}, nil},
	{bill.UsedAmount, []string{"Component Usage", "组件用量"}, nil},
	{bill.UsedAmountUnit, []string{"Component Usage Unit", "组件用量单位", "用量单位"}, nil},
	{bill.RealTotalMeasure, []string{"Original Usage/Duration", "组件原始用量", "原始用量/时长"}, nil},
	{bill.DeductedMeasure, []string{"Deducted Usage/Duration", "抵扣用量", "抵扣用量/时长", "抵扣用量/时长（含资源包）"}, nil},
	{bill.TimeSpan, []string{"Usage Duration", "使用时长", "资源使用时长"}, nil},
	{bill.TimeUnit, []string{"Duration Unit", "时长单位"}, nil},
	{bill.Cost, []string{"Original Cost", "原价", "组件原价", "原始总价"}, nil},
	{bill.Discount, []string{"Customer Discount Rate"}, []string{"Discount Multiplier", "Discount Rate", "折扣率"}},
	{bill.BlendedDiscount, []string{"Blended Discount Multiplier", "Blended Discount", "混合折扣率"}, nil},
	{bill.ReduceType, []string{"Discount Type", "优惠类型"}, []string{"Offer Type"}},
	{bill.RITimeSpan, []string{"RI Deduction (Duration)", "Deduction Duration By Reserved Instances", "预留实例抵扣时长"}, nil},
	{bill.CostWithRI, []string{"RI Deduction (Cost)", "Original Cost (with Reserved Instances)", "预留实例抵扣原价", "预留实例抵扣组件原价"}, nil},
	{bill.SPDeductionRate, []string{"SP Deduction Rate", "Savings Plan Deduction Rate", "节省计划抵扣率"}, nil},
	{bill.CostWithSP, []string{"SP Deduction (Cost)", "Savings Plan Deduction (Cost)", "Original Cost (with Savings Plans)", "节省计划抵扣原价", "节省计划抵扣组件原价"}, nil},
	{bill.RealCost, []string{"Total Amount Before Voucher"}, []string{"Total Amount After Discount (Excluding Tax)", "Total Amount After Discount", "优惠后总价", "折后税前总费用", "折后不含税总价"}},
	{bill.VoucherPay, []string{"Customer Voucher Deduction"}, []string{"Voucher Deduction", "Voucher Payment", "代金券支出", "代金券支付", "代金券抵扣", "代金券扣减金额", "优惠券支出", "优惠券支付"}},
	{bill.CashPay, []string{"Cash Credit", "现金账户支出", "现金支付", "现金支出"}, nil},
	{bill.IncentivePay, []string{"Free Credit", "赠送账户支出", "赠送金支付", "赠送金支出"}, nil},
	{bill.TransferPay, []string{"Royalty Account Expenditure", "分成账户支出", "分成金账户支出", "分成金支付"}, nil},
	{bill.TaxRate, []string{"Tax Rate", "税率"}, nil},
	{bill.TaxAmount, []string{"Tax Amount", "税额"}, nil},
	{bill.TotalCost, []string{"Total Cost"}, []string{"Total Cost (Including Tax)", "含税总价", "折后含税总价", "总费用(含税)"}},
	{bill.Currency, []string{"Currency", "币种"}, nil},
	{bill.PriceInfo, []string{"Price Attributes", "Price Attribute", "价格属性"}, nil},
	{bill.ComponentConfig, []string{"Component Configuration", "配置属性"}, []string{"Configuration Description", "配置描述"}},
	{bill.Formula, []string{"Calculation Explanation", "Calculation Formula", "计算说明"}, nil},
	{bill.ReserveDetail, []string{"Additional Attributes", "Additional Attribute", "Remark", "备注属性"}, nil},
}

// monthColumns name the bill month, which is no field of a line: it tells
// whether the file is of the wanted month.
var monthColumns = []string{"Bill Month", "Billing Month", "Billable Month", "账单月份", "账单归属月"}

// tagsColumns hold all cost allocation tags of a row in one cell.
var tagsColumns = []string{"Tags", "Tag", "Tag Keys", "Cost Allocation Tags", "标签", "标签键", "分账标签", "资源标签"}

// tagPrefixes begin the name of a column that holds one tag; the tag's key
// follows as it is: "tag_key:Country".
var tagPrefixes = []string{"tag_key:", "tag key:", "tag:", "标签键:", "标签:", "分账标签:"}

// resellerColumns are what the reseller owes the provider. The field page of
// partner bills lists them behind the customer's own amounts; in a file with
// both, only the customer's are his bill, tax included.
var resellerColumns = []string{
	"Reseller Discount Rate", "Discount Rate", "Total Amount After Discount (Excluding Tax)", "Reseller Voucher Deduction",
	"Voucher Deduction", "Amount Before Tax", "Tax Rate", "Tax Amount", "Total Cost (Including Tax)",
}

// customerColumns show that a file has the customer's own amounts.
var customerColumns = []string{"Total Amount Before Voucher", "Customer Voucher Deduction"}

// required are the columns without which a file is no detail bill: one of
// each. The names are the English and the Chinese one for the message.
var required = []struct {
	english, chinese string
	anyOf            []bill.Field
}{
	{"Payer Account ID or Owner Account ID", "支付者UIN/使用者UIN", []bill.Field{bill.PayerUin, bill.OwnerUin}},
	{"Product Name", "产品名称", []bill.Field{bill.BusinessName}},
	{"Transaction Type", "交易类型", []bill.Field{bill.ActionTypeName, bill.ActionType}},
	{"Usage Start Time", "开始使用时间", []bill.Field{bill.UsageStart}},
	{"Usage End Time", "结束使用时间", []bill.Field{bill.UsageEnd}},
	{"Total Cost or Total Amount After Discount (Excluding Tax)", "优惠后总价", []bill.Field{bill.TotalCost, bill.RealCost}},
	{"Total Cost or Voucher Deduction", "代金券支出", []bill.Field{bill.TotalCost, bill.VoucherPay}}, // else what vouchers paid would be charged
}
