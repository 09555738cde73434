package billsource

import "fmt"

// billingRecord is a record of the billing API with two components.
func billingRecord(day, real1, real2 string) string {
	component := func(code, real string) string {
		return fmt.Sprintf(`{"ComponentCode":"v_%s","ComponentCodeName":"%s type","ItemCode":"sv_%s","ItemCodeName":"%s","SinglePrice":"0.5","ContractPrice":"0.5",
 "PriceUnit":"USD/GB/Hour","UsedAmount":"1.0","UsedAmountUnit":"GB","TimeSpan":"1","TimeUnitName":"Hour","Cost":"%s","Discount":"1","RealCost":"%s",
 "VoucherPayAmount":"0","CashPayAmount":"%s","IncentivePayAmount":"0","TransferPayAmount":"0","InstanceType":"-","Currency":"USD","TaxRate":0,
 "ComponentConfig":[{"Name":"Zone","Value":"1 <2>"}]}`, code, code, code, code, real, real, real)
	}
	return fmt.Sprintf(`{"Id":"17%s","BillDay":"%s 00:00:00","BillMonth":"%s-01 00:00:00","PayerUin":"%s","OwnerUin":"%s","OperateUin":%s,
 "BusinessCode":"p_cvm","BusinessCodeName":"CVM","ProductCode":"sp_cvm_s5","ProductCodeName":"CVM S5","PayModeName":"Pay-as-you-go",
 "ActionType":"postpay_deduct_h","ActionTypeName":"Hourly settlement","ProjectId":0,"ProjectName":"Default","RegionId":"9","RegionName":"Singapore",
 "ZoneName":"Zone 1","ResourceId":"ins-1","ResourceName":"one","OrderId":"","BillId":"b-1","PayTime":"%s 02:10:00","FeeBeginTime":"%s 01:00:00",
 "FeeEndTime":"%s 01:59:59","PriceInfo":["os: linux"],"AssociatedOrder":null,"Tags":[{"TagKey":"team","TagValue":"core"},{"TagKey":"Country","TagValue":"SG"}],
 "ComponentSet":[%s,%s]}`, day[8:], day, day[:7], uin, uin, uin, day, day, day, component("cpu", real1), component("mem", real2))
}
