package billsource

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

// direct, partner and the Chinese headers are the orders and spellings of the
// provider's pages and of files seen, see columns.
const (
	chinese2022 = "支付者UIN,使用者UIN,操作者UIN,产品名称,计费模式,项目名称,地域,可用区,国内国际,资源ID,实例名称,子产品名称,交易类型,订单ID,交易ID,扣费时间,开始使用时间,结束使用时间,组件类型,组件名称,组件刊例价,组件单价,组件价格单位,组件用量,组件用量单位,使用时长,时长单位,组件原价,折扣率,优惠后总价,代金券支出(元),赠送账户支出(元),现金账户支出(元)"
	chinese2024 = "支付者账号ID,使用者账号ID,操作者账号ID,产品名称,子产品名称,计费模式,项目名称,地域,地域编码,可用区,可用区编码,实例ID,实例名称,实例类型,交易类型,交易ID,订单ID,扣费时间,使用开始时间,使用结束时间,组件类型,组件名称,组件刊例价,组件单价,组件价格单位,组件用量,组件用量单位,使用时长,时长单位,原价（元）,预留实例抵扣时长,预留实例抵扣原价(元),节省计划抵扣金额,节省计划抵扣率,节省计划抵扣原价（元）,折扣率,混合折扣率,优惠类型,优惠后总价(元),优惠券支付(元),赠送金支付(元),分成金支付(元),现金支付(元),配置属性,价格属性,备注属性,账单月份,标签键:team"
	partner2025 = "Bill Month,Instance ID,Instance Name,Product Name,Payer Account ID,Owner Account ID,Operator Account ID,Reseller Account ID,Billing Mode,Instance Type,Tag Keys,Project Name,Region,Availability Zone,Subproduct Name,Transaction Type,Transaction ID,Transaction Time,Usage Start Time,Usage End Time,Component Type,Component Name,Component List Price,Component Price Measurement Unit,Component Usage,Component Usage Unit,Usage Duration,Duration Unit,Original Cost,RI Deduction (Duration),RI Deduction (Cost),Customer Discount Rate,Total Amount Before Voucher,Customer Voucher Deduction,Total Cost,Currency,Payment Status"
	direct2022  = "Payer Account ID,Owner Account ID,Operator Account ID,Product Name,Billing Mode,Project Name,Region,Availability Zone,Instance ID,Instance Name,Instance Type,Subproduct Name,Transaction Type,Transaction ID,Transaction Time,Usage Start Time,Usage End Time,Component Type,Component Name,Component List Price,Component Contracted Price,Component Price Measurement Unit,Component Usage,Component Usage Unit,Usage Duration,Duration Unit,Reserved Instance,Original Cost,Deduction Duration By Reserved Instances,Original Cost (with Reserved Instances),Savings Plan Deduction,Savings Plan Deduction Rate,Original Cost (with Savings Plans）,Discount Rate,Blended Discount,Currency,Total Amount After Discount (Excluding Tax),Voucher Deduction,Amount Before Tax,Tax Rate,Tax Amount,Total Cost (Including Tax)"
)

func TestHeadersOfTheProvider(t *testing.T) {
	unread := map[string][]string{
		"direct 2025": {"SP Deduction", "Amount Before Tax", "tag_key:Country", "tag_key:Team", "Bill Month"},
		"direct 2022": {"Reserved Instance", "Savings Plan Deduction", "Amount Before Tax"},
		"partner":     {"Bill Month", "Reseller Account ID", "Tag Keys", "Payment Status"},
		"Chinese":     {"国内国际"},
		"Chinese new": {"节省计划抵扣金额", "账单月份", "标签键:team"},
	}
	for name, text := range map[string]string{"direct 2025": directHeader, "direct 2022": direct2022, "partner": partner2025, "Chinese": chinese2022, "Chinese new": chinese2024} {
		t.Run(name, func(t *testing.T) {
			cells := strings.Split(text, ",")
			h, err := readHeader("x.csv", cells)
			if err != nil {
				t.Fatal(err)
			}
			var left []string
			for i, cell := range cells {
				if !slices.ContainsFunc(h.fields, func(c fieldColumn) bool { return c.at == i }) {
					left = append(left, cell)
				}
			}
			if diff := cmp.Diff(unread[name], left); diff != "" {
				t.Errorf("columns that are no field: %s", diff)
			}
		})
	}
}

// rowOf reads one row under a header.
func rowOf(t *testing.T, header, cells string) bill.Line {
	t.Helper()
	lines, _ := mustRead(t, folder(monthly, header+"\n"+cells+"\n"), ".", wanted(t, "2025-12-09"))
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	return lines[0]
}

func TestMoneyOfTheBills(t *testing.T) {
	base := "Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,"
	for _, test := range []struct {
		name, header, cells                string
		realCost, voucher, total, tax, pay string
	}{
		{"partner", base + "Total Amount Before Voucher,Customer Voucher Deduction,Total Cost", uin + ",p,x,,,10,4,6", "10", "4", "6", "", "6.0"},
		{"direct", base + "Total Amount After Discount (Excluding Tax),Voucher Deduction,Amount Before Tax,TaxRate,TaxAmount,Total Cost (Including Tax)", uin + ",p,x,,,10,4,6,0.1,0.6,6.6", "10", "4", "6.6", "0.6", "6.6"},
		{"Chinese", "使用者UIN,产品名称,交易类型,开始使用时间,结束使用时间,优惠后总价,代金券支出(元)", uin + ",p,x,,,10,4", "10", "4", "", "", "6.0"},
		{"partner with what the reseller owes", base + "Total Amount Before Voucher,Customer Voucher Deduction,Total Cost,Reseller Discount Rate,Total Amount After Discount (Excluding Tax),Reseller Voucher Deduction,Amount Before Tax,Tax Rate,Tax Amount,Total Cost (Including Tax)",
			uin + ",p,x,,,10,4,6,0.5,5,0,5,0.1,0.5,5.5", "10", "4", "6", "", "6.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			line := rowOf(t, test.header, test.cells)
			got := []string{line[bill.RealCost], line[bill.VoucherPay], line[bill.TotalCost], line[bill.TaxAmount]}
			if diff := cmp.Diff([]string{test.realCost, test.voucher, test.total, test.tax}, got); diff != "" {
				t.Error(diff)
			}
			if m, err := line.Money(); err != nil || m.Payable.String() != test.pay {
				t.Errorf("payable is %s, %v, want %s", m.Payable, err, test.pay)
			}
		})
	}
}

func TestHeaderSpellings(t *testing.T) {
	for _, test := range []struct {
		name, header string
		field        bill.Field
	}{
		{"lower case", "payer account id", bill.PayerUin},
		{"without spaces", "PayerAccountID", bill.PayerUin},
		{"underscores", "payer_account_id", bill.PayerUin},
		{"full width", "ＲＩ　Ｄｅｄｕｃｔｉｏｎ（Ｃｏｓｔ）", bill.CostWithRI},
		{"SP cost", "SP Deduction(Cost)", bill.CostWithSP},
		{"the old SP rate", "SavingsPlanDeductionRate", bill.SPDeductionRate},
		{"a currency", "Original Cost (USD)", bill.Cost},
		{"a Chinese currency", "原价（元）", bill.Cost},
		{"zone before its id", "Availability Zone", bill.ZoneName},
		{"a mark in front", "\u200bRegion Code", bill.RegionID},
	} {
		t.Run(test.name, func(t *testing.T) {
			header := "Owner UIN,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost," + test.header
			if got := rowOf(t, header, uin+",p,x,,,1,7")[test.field]; got != "7" {
				t.Errorf("%s is %q, want 7", test.field, got)
			}
		})
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	base := "Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost"
	without := func(name string) string { return strings.Replace(base, name, "x", 1) }
	for _, test := range []struct {
		name, header string
		says         []string
	}{
		{"no account", without("Owner Account ID"), []string{"Payer Account ID or Owner Account ID"}},
		{"no product", without("Product Name"), []string{"missing: Product Name;"}},
		{"no transaction type", without("Transaction Type"), []string{"missing: Transaction Type;"}},
		{"no start", without("Usage Start Time"), []string{"missing: Usage Start Time;"}},
		{"no end", without("Usage End Time"), []string{"missing: Usage End Time;"}},
		{"neither total nor voucher", "Payer Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Amount After Discount (Excluding Tax),Voucher", []string{"missing: Total Cost or Voucher Deduction"}},
		{"no total", without("Total Cost"), []string{"missing: Total Cost or Total Amount After Discount"}},
		{"several", "Product Name,x", []string{"Transaction Type, Usage Start Time, Usage End Time", "its header is Product Name,x"}},
		{"Chinese", "支付者UIN,产品名称", []string{"Transaction Type (交易类型)", "Usage End Time (结束使用时间)"}},
		{"the same name twice", base + ",total cost", []string{"two columns", `"Total Cost"`, `"total cost"`}},
		{"two names of one field", base + ",Owner UIN", []string{`"Owner Account ID"`, `"Owner UIN"`}},
		{"two months", base + ",Bill Month,账单月份", []string{"Bill Month", "账单月份"}},
		{"a tag twice", base + ",tag_key:a,tag_key: a", []string{`the tag "a"`}},
		{"all tags twice", base + ",Tags,Tag Keys", []string{`"Tags"`, `"Tag Keys"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(t, folder(daily9, test.header+"\n"), ".", wanted(t, "2025-12-09"))
			wantError(t, err, false, append(test.says, daily9)...)
		})
	}
}

func TestPreferredColumns(t *testing.T) {
	base, cells := "Owner UIN,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost,", uin+",p,x,,,1,"
	for _, test := range []struct {
		name, header string
		field        bill.Field
	}{
		{"code before id", "Region ID,Region Code", bill.RegionID},
		{"instance before resource", "Resource ID,Instance ID", bill.ResourceID},
		{"discount type before offer type", "Offer Type,Discount Type", bill.ReduceType},
		{"component configuration before description", "Configuration Description,Component Configuration", bill.ComponentConfig},
		{"customer's discount before another", "Discount Multiplier,Customer Discount Rate", bill.Discount},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := rowOf(t, base+test.header, cells+"1,2")[test.field]; !strings.Contains(got, "2") {
				t.Errorf("got %q, want the second column", got)
			}
		})
	}
}

func TestTagsOfARow(t *testing.T) {
	base, cells := "Owner UIN,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost,", uin+",p,x,,,1,"
	for _, test := range []struct{ name, header, cells, want string }{
		{"columns", "tag_key:team,tag_key:Country", "core,SG", `{"Country":"SG","team":"core"}`},
		{"blank is absent", "tag_key:team,tag_key:Country", "-, ", ""},
		{"Chinese columns", "标签键:team,标签：国家", "core,中国", `{"team":"core","国家":"中国"}`},
		{"quotes and brackets", "tag_key:a", `"x ""<&>"" \"`, `{"a":"x \"<&>\" \\"}`},
		{"pairs", "Tag Keys", "team:core;Country:SG", `{"Country":"SG","team":"core"}`},
		{"pairs with commas", "Tags", `"team:core,Country:SG"`, `{"Country":"SG","team":"core"}`},
		{"a comma in a value", "Tags", `"team:a,b"`, `{"team":"a,b"}`},
		{"a colon in a value", "Tags", "url:http://x", `{"url":"http://x"}`},
		{"keys alone", "Tag Keys", `"team,Country"`, `{"Country":"","team":""}`},
		{"a JSON object", "Tags", `"{""b"": ""2"", ""a"": ""1""}"`, `{"a":"1","b":"2"}`},
		{"the API's JSON", "Tags", `"[{""TagKey"":""a"",""TagValue"":""1""}]"`, `{"a":"1"}`},
		{"both ways, agreeing", "Tags,tag_key:a,tag_key:b", "a:1,1,2", `{"a":"1","b":"2"}`},
		{"none", "Tags,tag_key:a", "-,-", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := rowOf(t, base+test.header, cells+test.cells)[bill.Tags]; got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for _, test := range []struct{ name, header, cells, says string }{
		{"a key twice", "Tags", "a:1;a:2", `tag "a" is there twice`},
		{"a key twice in an object", "Tags", `"{""a"":""1"",""a"":""1""}"`, "twice"},
		{"no key", "Tags", ":1", "no key"},
		{"no JSON", "Tags", "{a:1}", "no JSON"},
		{"a number in JSON", "Tags", `"{""a"":1}"`, "texts"},
		{"both ways, contradicting", "Tags,tag_key:a", "a:1,2", `"1" here and "2"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := read(t, folder(daily9, base+test.header+"\n"+cells+test.cells+"\n"), ".", wanted(t, "2025-12-09"))
			wantError(t, err, false, "row 2", test.says, "--skip-bad-rows")
		})
	}
}

func TestAttributesOfARow(t *testing.T) {
	base, cells := "Owner UIN,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost,", uin+",p,x,,,1,"
	for _, test := range []struct {
		name, header, cell, want string
		field                    bill.Field
	}{
		{"configuration", "配置属性", "可用区:广州二区;主机:ins-1", `[{"Name":"可用区","Value":"广州二区"},{"Name":"主机","Value":"ins-1"}]`, bill.ComponentConfig},
		{"configuration without name", "Component Configuration", "large", `[{"Name":"","Value":"large"}]`, bill.ComponentConfig},
		{"configuration as JSON", "Component Configuration", `"[{""Name"": ""a b"", ""Value"": ""1""}]"`, `[{"Name":"a b","Value":"1"}]`, bill.ComponentConfig},
		{"price attributes", "Price Attributes", "os: linux;tier 1", `["os: linux","tier 1"]`, bill.PriceInfo},
		{"nothing", "Price Attributes", "[ ]", "", bill.PriceInfo},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := rowOf(t, base+test.header, cells+test.cell)[test.field]; got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
