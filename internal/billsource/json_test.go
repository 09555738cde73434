package billsource

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

const json9 = uin + "-20251209-bill_details.json"

func TestJSONForms(t *testing.T) {
	a, b := billingRecord("2025-12-08", "1", "2"), billingRecord("2025-12-09", "3", "4")
	oneLine := func(s string) string { return strings.ReplaceAll(s, "\n", "") }
	for _, test := range []struct{ name, data string }{
		{"an answer", `{"Response":{"Context":"x","DetailSet":[` + a + "," + b + `],"RequestId":"1","Total":2}}`},
		{"an answer without envelope", `{"Total":2,"DetailSet":[` + a + "," + b + `]}`},
		{"records per line", oneLine(a) + "\n" + oneLine(b) + "\n"},
		{"records per line, CRLF and byte order mark", "\ufeff" + oneLine(a) + "\r\n" + oneLine(b)},
		{"pages per line", `{"Response":{"DetailSet":[` + oneLine(a) + "]}}\n" + `{"Response":{"DetailSet":[` + oneLine(b) + `]}}` + "\n" + `{"Response":{"DetailSet":null}}`},
		{"an array of records", "[" + a + "," + b + "]"},
		{"an array of pages", `[{"DetailSet":[` + a + `]},{"DetailSet":[` + b + `]}]`},
		{"several lines a record", a + "\n" + b},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _ := mustRead(t, folder(json9, test.data), ".", wanted(t, "2025-12-09"))
			if diff := cmp.Diff([]string{"1", "2", "3", "4"}, values(lines, bill.RealCost)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"2025-12-08", "2025-12-08", "2025-12-09", "2025-12-09"}, values(lines, bill.BillDay)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPagesInAFolderAreUnited(t *testing.T) {
	fsys := folder("1.json", `{"Response":{"DetailSet":[`+billingRecord("2025-12-08", "1", "2")+`]}}`,
		"2.json", `{"Response":{"DetailSet":[`+billingRecord("2025-12-09", "3", "4")+`]}}`,
		"3.json", `{"Response":{"DetailSet":[],"Total":2}}`)
	lines, reading := mustRead(t, fsys, ".", wanted(t, "2025-12-09"))
	if diff := cmp.Diff([]string{"1.json", "1.json", "2.json", "2.json"}, values(lines, bill.SourceFile)); diff != "" {
		t.Error(diff)
	}
	if reading.Source != "3 files in /srv/." || reading.Through != day(t, "2025-12-09") {
		t.Errorf("read %s through %s", reading.Source, reading.Through)
	}
}

// The four dialects: every value of a record of ours is where it belongs.
func TestDialects(t *testing.T) {
	for _, test := range []struct {
		name string
		want bill.Request
		line map[bill.Field]string
	}{
		{"BillDetail", bill.Request{UIN: "909000001"}, map[bill.Field]string{
			bill.RecordID: "1725000000000000001", bill.BillDay: "2023-07-17", bill.PayerUin: "909000001", bill.OwnerUin: "909000001", bill.OperateUin: "909000001",
			bill.BusinessCode: "p_cvm", bill.BusinessName: "云服务器CVM", bill.ProductCode: "sp_cvm_s2", bill.ProductName: "云服务器CVM-标准型S2", bill.PayModeName: "包年包月",
			bill.ActionType: "pre_to_post", bill.ActionTypeName: "包年包月转按量", bill.ProjectID: "1002227", bill.ProjectName: "element", bill.RegionID: "1", bill.RegionName: "华南地区（广州）",
			bill.ZoneName: "广州二区", bill.ResourceID: "ins-1", bill.ResourceName: "one", bill.OrderID: "202307", bill.BillID: "202308",
			bill.TransactionTime: "2023-07-07 16:14:18", bill.UsageStart: "2023-07-07 16:14:21", bill.UsageEnd: "2023-07-07 16:14:21",
			bill.ComponentCode: "v_cvm", bill.ComponentName: "运算组件", bill.ItemCode: "v_cvm_s2", bill.ItemName: "运算组件-S2", bill.InstanceType: "ri",
			bill.SinglePrice: "-80.89000000", bill.ContractPrice: "-80.89000000", bill.PriceUnit: "元/个/月", bill.UsedAmount: "1", bill.UsedAmountUnit: "个",
			bill.RealTotalMeasure: "1", bill.DeductedMeasure: "1", bill.TimeSpan: "1", bill.TimeUnit: "月", bill.Cost: "-80.89000000", bill.Discount: "1",
			bill.BlendedDiscount: "1.00000000", bill.ReduceType: "折扣", bill.RITimeSpan: "0.00000000", bill.CostWithRI: "0.00000000", bill.SPDeductionRate: "0.00000000", bill.CostWithSP: "0.00000000",
			bill.RealCost: "-80.89000000", bill.VoucherPay: "0", bill.CashPay: "-80.43264806", bill.IncentivePay: "-0.45735194", bill.TransferPay: "0",
			bill.PriceInfo: `["操作系统: linux","平台: 云平"]`, bill.ComponentConfig: `[{"Name":"项目","Value":"element"}]`, bill.Formula: "退款：343.12元",
			bill.AssociatedOrder: `{"PrepayPurchase":"1","PrepayRenew":"2,3"}`, bill.SourceFile: "BillDetail.json",
		}},
		{"BillDetailForOrganization", bill.Request{UIN: "700000000002", MonthKnown: true}, map[bill.Field]string{
			bill.BillDay: "2023-08-16", bill.OwnerUin: "700000000002", bill.BusinessName: "NAT网关", bill.ActionType: "postpay_deduct_h", bill.UsageEnd: "2023-08-16 20:59:59",
			bill.ProjectID: "0", bill.ItemName: "NAT网关-小型实例", bill.Cost: "0.50000000", bill.RealCost: "0.34020250", bill.CashPay: "0.34020250",
			bill.Tags: `{"owner":"j <1>"}`, bill.SourceFile: "BillDetailForOrganization.json",
		}},
		{"PartnerDescribeBillDetail", bill.Request{UIN: "132", MonthKnown: true}, map[bill.Field]string{
			bill.BillDay: "2023-01-01", bill.PayerUin: "1230", bill.OwnerUin: "132", bill.OperateUin: "321", bill.BusinessName: "cloud block storage", bill.PayModeName: "Pay-As-You-Go resources",
			bill.ProjectName: "default", bill.RegionName: "East China\u00a0(Shanghai)", bill.ZoneName: "Shanghai Zone 1", bill.ResourceID: "disk-1", bill.ResourceName: "the name",
			bill.ProductName: "HDD cloud block storage", bill.ActionTypeName: "Hourly settlement", bill.BillID: "2023010112345678", bill.TransactionTime: "2023-01-01 00:01:02",
			bill.UsageStart: "2023-01-01 00:01:02", bill.UsageEnd: "2023-01-01 00:01:02", bill.ComponentName: "volume size", bill.ItemName: "HDD-volume size",
			bill.SinglePrice: "0.1", bill.PriceUnit: "USD/GB/Second", bill.UsedAmount: "100", bill.UsedAmountUnit: "GB", bill.TimeSpan: "100", bill.TimeUnit: "Second",
			bill.Cost: "10", bill.Currency: "USD", bill.TotalCost: "10", bill.SourceFile: "PartnerDescribeBillDetail.json",
		}},
		{"PartnerDescribeCustomerBillDetail", bill.Request{UIN: "132", MonthKnown: true}, map[bill.Field]string{
			bill.RecordID: "9", bill.BillDay: "2023-01-01", bill.PayerUin: "1230", bill.OwnerUin: "132", bill.BusinessName: "cloud block storage", bill.ActionTypeName: "Hourly settlement",
			bill.UsageStart: "2023-01-01 00:01:02", bill.UsageEnd: "2023-01-01 00:01:02", bill.Cost: "10.123456789012345678", bill.Discount: "0.9",
			bill.RealCost: "9.00", bill.VoucherPay: "1.5", bill.TotalCost: "7.50", bill.Currency: "USD", bill.SourceFile: "PartnerDescribeCustomerBillDetail.json",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var line bill.Line
			for field, text := range test.line {
				line[field] = text
			}
			test.want.Month = month(t, line[bill.BillDay][:7])
			test.want.Through = day(t, line[bill.BillDay])
			lines, _ := mustRead(t, os.DirFS("testdata"), test.name+".json", test.want)
			if diff := cmp.Diff([]bill.Line{line}, lines); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBadRecords(t *testing.T) {
	good := billingRecord("2025-12-09", "1", "2")
	for _, test := range []struct {
		name, record string
		says         []string
	}{
		{"no number", strings.Replace(good, `"RealCost":"2"`, `"RealCost":"two"`, 1), []string{`column "ComponentSet[1].RealCost"`, `"two" is no decimal number`}},
		{"a list for a number", strings.Replace(good, `"RealCost":"1"`, `"RealCost":[1]`, 1), []string{`column "ComponentSet[0].RealCost"`, "no single value"}},
		{"no time", strings.Replace(good, `"2025-12-09 01:00:00"`, `"soon"`, 1), []string{`column "FeeBeginTime"`, `"soon"`}},
		{"no amount in the second component", strings.Replace(good, `"RealCost":"2"`, `"RealCost":"-"`, 1), []string{"no amount"}},
		{"no components", good[:strings.Index(good, `"ComponentSet"`)] + `"ComponentSet":[]}`, []string{`"ComponentSet"`, "empty"}},
		{"components that are none", good[:strings.Index(good, `"ComponentSet"`)] + `"ComponentSet":7}`, []string{"no array"}},
		{"a tag twice", strings.Replace(good, `"TagKey":"team"`, `"TagKey":"Country"`, 1), []string{`column "Tags"`, "twice"}},
		{"tags that are none", strings.Replace(good, `"TagKey":"team"`, `"TagKey":1`, 1), []string{`column "Tags"`, "no list"}},
		{"not UTF-8", strings.Replace(good, "Singapore", "\xd4\xc6", 1), []string{`column "RegionName"`, "not UTF-8"}},
		{"a month that is none", strings.Replace(good, "2025-12-01 00:00:00", "last", 1), []string{`column "BillMonth": "last"`}},
		{"a partner's without amount", fmt.Sprintf(`{"OwnerAccountId":%s,"TransactionType":"x","TotalCost":""}`, uin), []string{`column "TotalCost"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := folder(json9, good+"\n"+test.record+"\n"+good)
			_, _, err := read(t, fsys, ".", wanted(t, "2025-12-09"))
			wantError(t, err, false, append(test.says, json9+", row 2", "--skip-bad-rows")...)

			want := wanted(t, "2025-12-09")
			want.SkipBadRows = true
			lines, reading := mustRead(t, fsys, ".", want)
			if len(lines) != 4 || reading.SkippedRows != 1 {
				t.Errorf("skipping: %d lines, %d skipped", len(lines), reading.SkippedRows)
			}
		})
	}
}

func TestBrokenJSON(t *testing.T) {
	good := billingRecord("2025-12-09", "1", "2")
	for _, test := range []struct {
		name, data string
		says       []string
	}{
		{"cut in a record", good + good[:100], []string{"cut short after record 1"}},
		{"cut in a page", `{"Response":{"DetailSet":[` + good + ",", []string{"cut short after record 1"}},
		{"cut after a page", `{"Response":{"DetailSet":[` + good + "]", []string{"cut short"}},
		{"no JSON", "{Response:1}", []string{"no JSON after record 0"}},
		{"CSV named JSON", partnerBill(row("2025-12-09", "1")), []string{"is no JSON", "Bill Month"}},
		{"an error answer", `{"Response":{"Error":{"Code":"AuthFailure","Message":"no"},"RequestId":"1"}}`, []string{"error answer", "AuthFailure"}},
		{"an answer without DetailSet", `{"Response":{"Total":0}}`, []string{"neither a DetailSet"}},
		{"another answer", `{"BusinessCodeName":"CVM","RealTotalCost":"1"}`, []string{"without ComponentSet"}},
		{"an empty object", `{}`, []string{"neither"}},
		{"a number", "[1]", []string{"no record"}},
		{"a response that is none", `{"Response":1}`, []string{"no object"}},
		{"details that are none", `{"DetailSet":{}}`, []string{"no array"}},
		{"a detail that is none", `{"DetailSet":["x"]}`, []string{"no record"}},
		{"another account", strings.ReplaceAll(good, uin, "300"), []string{"row 1", `column "OwnerUin": "300"`}},
		{"another month", billingRecord("2025-11-09", "1", "2"), []string{`column "BillMonth": "2025-11-01 00:00:00"`}},
		{"a record without end", `{"Id":"` + strings.Repeat("x", maxValue+1<<20), []string{"64 MiB"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := wanted(t, "2025-12-09")
			want.SkipBadRows = true
			_, _, err := read(t, folder(json9, test.data), ".", want)
			wantError(t, err, false, append(test.says, json9)...)
		})
	}
}

func TestAMissingPageIsWorthAWord(t *testing.T) {
	page := func(total string) string {
		return `{"Response":{"Total":` + total + `,"DetailSet":[` + billingRecord("2025-12-09", "4", "5") + `]}}`
	}
	for total, want := range map[string]int{"0": 0, "1": 0, "3": 1, "null": 0, `"x"`: 0} {
		_, reading := mustRead(t, folder("1.json", page(total)), ".", wanted(t, "2025-12-09"))
		if len(reading.Warnings) != want {
			t.Errorf("Total %s: warnings %q, want %d", total, reading.Warnings, want)
		}
	}
}

func TestANamedFileThatStillChangesWaits(t *testing.T) {
	fsys := folder("bill.json", `{"DetailSet":[`+billingRecord("2025-12-09", "4", "5")+`]}`)
	fsys["bill.json"].ModTime = now
	_, _, err := read(t, fsys, "bill.json", wanted(t, "2025-12-09"))
	if !errors.Is(err, bill.ErrNotReady) {
		t.Errorf("got %v, want it to wait", err)
	}
}

func TestNullTagsAreNoTags(t *testing.T) {
	record := strings.Replace(billingRecord("2025-12-09", "4", "5"), `{"Id"`, `{"Tags":null,"Id"`, 1)
	record = regexp.MustCompile(`,"Tags":\[[^]]*\]`).ReplaceAllString(record, "")
	lines, _ := mustRead(t, folder("1.json", `{"DetailSet":[`+record+`]}`), ".", wanted(t, "2025-12-09"))
	if got := lines[0][bill.Tags]; got != "" {
		t.Errorf("tags %q, want none", got)
	}
}
