package billsummary_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
	"deliverd/internal/billsummary"
)

// TestTheProvidersExamples: a bill answers what the provider's examples answer,
// field for field, down to the order of everything.
func TestTheProvidersExamples(t *testing.T) {
	r := newRig(t)
	r.record(uin, "2023-04", "s", billFile(t, "bill-2023-04.json", "2023-04"))
	for _, groupType := range []string{"region", "project", "business", "payMode"} {
		got := r.ask(`{"Month":"2023-04","GroupType":"` + groupType + `"}`)
		r.wantDetail(groupType, example(t, groupType), got)
		// The order of the names and the shape of what is absent, too.
		want := `"Business":[{"BusinessCode":"p_ckafka","BusinessCodeName":"Message Queue CKafka","CashPayAmount":`
		if groupType == "business" {
			want = `{"Response":{"Ready":1,"RequestId":"` + got.RequestId + `","SummaryDetail":[{"Business":null,"CashPayAmount":"190.44491904","GroupKey":"p_ckafka","GroupValue":` +
				`"Message Queue CKafka","IncentivePayAmount":"0.00000000","RealTotalCost":"190.44491904","TotalCost":"199.00000000","TransferPayAmount":"0.00000000","VoucherPayAmount":"0.00000000"}`
		}
		if !strings.Contains(got.raw, want) {
			t.Errorf("%s: %s\ndoes not hold %s", groupType, got.raw, want)
		}
	}
}

// TestTheProvidersTagExample: what has no value of the key is a group like any
// other; keys are answered in the order in which they are asked for.
func TestTheProvidersTagExample(t *testing.T) {
	want := example(t, "tag")
	byKey := func(key string) []any {
		return slices.DeleteFunc(slices.Clone(want), func(group any) bool { return group.(map[string]any)["GroupKey"] != key })
	}
	r := newRig(t)
	for key, file := range map[string]string{"Test Key": "bill-2023-05-test-key.json", "Department Classification": "bill-2023-05-department.json"} {
		r.record(uin, "2023-05", file, billFile(t, file, "2023-05"))
		r.wantDetail(key, byKey(key), r.ask(`{"Month":"2023-05","GroupType":"tag","TagKey":["`+key+`"]}`))
	}
}

// line is a line of a bill: product|region|project|mode|real total|tags|operator, a
// missing part blank.
func line(t *testing.T, text string) *bill.Line {
	t.Helper()
	parts := append(strings.Split(text, "|"), "", "", "", "", "", "")
	l := &bill.Line{}
	l[bill.BusinessCode], l[bill.BusinessName] = parts[0], strings.ToUpper(parts[0])
	l[bill.RegionID], l[bill.RegionName], _ = strings.Cut(parts[1], "=")
	l[bill.ProjectID], l[bill.ProjectName], _ = strings.Cut(parts[2], "=")
	l[bill.PayModeName] = parts[3]
	l[bill.Cost], l[bill.RealCost], l[bill.CashPay] = parts[4], parts[4], parts[4]
	l[bill.Tags], l[bill.OperateUin] = parts[5], parts[6]
	l[bill.BillDay] = "2025-12-01"
	return l
}

func totalsOf(t *testing.T, lines ...string) *bill.Totals {
	t.Helper()
	var tally bill.Tally
	for _, text := range lines {
		if err := tally.Add(line(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	return tally.Totals()
}

// brief writes an answer in one text per group: key=value real{product real …}.
func brief(got response) []string {
	all := []string{}
	for _, group := range got.SummaryDetail {
		g := group.(map[string]any)
		text := fmt.Sprintf("%s=%s %s", g["GroupKey"], g["GroupValue"], g["RealTotalCost"])
		if products, _ := g["Business"].([]any); products != nil {
			for _, product := range products {
				p := product.(map[string]any)
				text += fmt.Sprintf(" %s %s", p["BusinessCode"], p["RealTotalCost"])
			}
		}
		all = append(all, text)
	}
	return all
}

func TestGroups(t *testing.T) {
	tests := []struct {
		name  string
		ask   string
		lines []string
		want  []string
	}{
		{"halves are rounded to even at each product, and groups are the sums of those", `"GroupType":"region"`,
			[]string{"p_a|1=G|||0.000000005", "p_b|1=G|||0.000000015", "p_c|1=G|||0.000000025", "p_c|1=G|||0.0000000000000001"},
			[]string{"1=G 0.00000005 p_c 0.00000003 p_b 0.00000002 p_a 0.00000000"}},
		{"a sum is rounded, not its lines", `"GroupType":"business"`,
			[]string{"p_a||||0.000000004", "p_a||||0.000000004"}, []string{"p_a=P_A 0.00000001"}},
		{"what rounds to nothing has no sign", `"GroupType":"business"`, []string{"p_a||||-0.000000001"}, []string{"p_a=P_A 0.00000000"}},
		{"amounts beyond any float", `"GroupType":"business"`, []string{"p_a||||12345678901234567890.12345678", "p_a||||0.00000001"},
			[]string{"p_a=P_A 12345678901234567890.12345679"}},
		{"the same cost goes by the key", `"GroupType":"business"`, []string{"p_c||||1", "p_a||||1", "p_b||||1", "p_d||||2"},
			[]string{"p_d=P_D 2.00000000", "p_a=P_A 1.00000000", "p_b=P_B 1.00000000", "p_c=P_C 1.00000000"}},
		{"what prints the same is the same", `"GroupType":"business"`, []string{"p_b||||1.000000000001", "p_a||||1"},
			[]string{"p_a=P_A 1.00000000", "p_b=P_B 1.00000000"}},
		{"a refund is last", `"GroupType":"business"`, []string{"p_a||||-3", "p_b||||0", "p_c||||-1"},
			[]string{"p_b=P_B 0.00000000", "p_c=P_C -1.00000000", "p_a=P_A -3.00000000"}},
		{"regions by id, code and name are one", `"GroupType":"region"`,
			[]string{"p_a|9=Southeast Asia (Singapore)|||4", "p_a|=Singapore|||2", "p_a|ap-singapore=|||1", "p_b|=新加坡|||1"},
			[]string{"9=Southeast Asia (Singapore) 8.00000000 p_a 7.00000000 p_b 1.00000000"}},
		{"a region without a code is other, and counts", `"GroupType":"region"`,
			[]string{"p_a|=Atlantis|||4", "p_a|=other|||2", "p_a||||1", "p_a|0=|||8", "p_a|777=Mu|||3"},
			[]string{"0=other 15.00000000 p_a 15.00000000", "777=Mu 3.00000000 p_a 3.00000000"}},
		{"pay modes by whatever words", `"GroupType":"payMode"`,
			[]string{"p_a|||Pay-as-you-go|1", "p_a|||按量计费|1", "p_a|||包年包月|5", "p_a|||Monthly Subscription|1", "p_a|||Standard RI|1", "p_a|||Barter|0.5", "p_a||||0.25"},
			[]string{"prePay=Monthly subscription 6.00000000 p_a 6.00000000", "postPay=Pay-As-You-Go resources 2.00000000 p_a 2.00000000",
				"riPay=Standard RI 1.00000000 p_a 1.00000000", "other=other 0.75000000 p_a 0.75000000"}},
		{"projects by id, else by name", `"GroupType":"project"`,
			[]string{"p_a||0=default||4", "p_a||||2", "p_a||=Default Project||1", "p_a||1002227=element||3", "p_a||=Shop||1"},
			[]string{"0=default 7.00000000 p_a 7.00000000", "1002227=element 3.00000000 p_a 3.00000000", "Shop=Shop 1.00000000 p_a 1.00000000"}},
		{"tags: what has no value is a group", `"GroupType":"tag","TagKey":["team"]`,
			[]string{`p_a||||5`, `p_b||||1|{"team":"x"}`, `p_b||||2|{"team":""}`, `p_b||||4|{"other":"x"}`, `p_c||||0|{"team":"x"}`, `p_d||||0`},
			[]string{"team= 11.00 p_b 6.00 p_a 5.00 p_d 0.00", "team=x 1.00 p_b 1.00 p_c 0.00"}},
		{"tags: the group without a value takes its place by cost", `"GroupType":"tag","TagKey":["team"]`,
			[]string{`p_a||||2`, `p_a||||3|{"team":"x"}`, `p_a||||1|{"team":"y"}`},
			[]string{"team=x 3.00 p_a 3.00", "team= 2.00 p_a 2.00", "team=y 1.00 p_a 1.00"}},
		{"tags: none without the key, none without a value", `"GroupType":"tag","TagKey":["team"]`,
			[]string{`p_a||||2|{"team":"x"}`, `p_a||||-2|{"team":"y"}`}, []string{"team=x 2.00 p_a 2.00", "team=y -2.00 p_a -2.00"}},
		{"tags: keys in the order asked, each once; ties by value", `"GroupType":"tag","TagKey":["z","a","z"]`,
			[]string{`p_a||||1|{"a":"2","z":"1"}`, `p_a||||1|{"a":"1","z":"1"}`},
			[]string{"z=1 2.00 p_a 2.00", "a=1 1.00 p_a 1.00", "a=2 1.00 p_a 1.00"}},
		{"tags: two digits, halves to even, and the group adds up", `"GroupType":"tag","TagKey":["t"]`,
			[]string{`p_a||||0.005|{"t":"x"}`, `p_b||||0.015|{"t":"x"}`, `p_c||||0.025|{"t":"x"}`},
			[]string{"t=x 0.04 p_b 0.02 p_c 0.02 p_a 0.00"}},
		{"tag keys are for tags alone", `"GroupType":"business","TagKey":["none"]`, []string{"p_a||||1"}, []string{"p_a=P_A 1.00000000"}},
		{"a bill without lines", `"GroupType":"region"`, nil, []string{}},
		{"one operator's lines", `"GroupType":"region","OperateUin":"7"`, []string{"p_a|1=G|||1||7", "p_a|1=G|||2||8", "p_b|5=H|||4||7"},
			[]string{"5=H 4.00000000 p_b 4.00000000", "1=G 1.00000000 p_a 1.00000000"}},
		{"the only operator's lines", `"GroupType":"business","OperateUin":"7"`, []string{"p_a||||1||7", "p_a||||2||7"}, []string{"p_a=P_A 3.00000000"}},
		{"nobody's lines", `"GroupType":"business","OperateUin":"9"`, []string{"p_a||||1||7"}, []string{}},
		{"one operator's lines by a tag that another's carry", `"GroupType":"tag","TagKey":["t"],"OperateUin":"7"`,
			[]string{"p_a||||1||7", `p_a||||2|{"t":"x"}|8`}, []string{"t= 1.00 p_a 1.00"}},
		{"products by name", `"GroupType":"business"`, []string{"p_cvm||||1"}, []string{"p_cvm=P_CVM 1.00000000"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.record(uin, "2025-12", "s", totalsOf(t, test.lines...))
			got := r.ask(`{"Month":"2025-12",` + test.ask + `}`)
			if diff := cmp.Diff(test.want, brief(got)); diff != "" || *got.Ready != 1 {
				t.Errorf("(-want +got):\n%s\n%s", diff, got.raw)
			}
		})
	}
}

// TestProductsWithoutCodes are answered by the code that the product table has.
func TestProductsWithoutCodes(t *testing.T) {
	r := newRig(t)
	var tally bill.Tally
	for _, name := range []string{"Cloud Virtual Machine (CVM)", "云服务器CVM", "Something New"} {
		l := line(t, "|1=G|||1")
		l[bill.BusinessName] = name
		if err := tally.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	r.record(uin, "2025-12", "s", tally.Totals())
	got := brief(r.ask(`{"Month":"2025-12","GroupType":"business"}`))
	want := []string{"p_cvm=Cloud Virtual Machine (CVM) 2.00000000", "Something New=Something New 1.00000000"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestReady: 0 only while no snapshot was recorded; then the newest is answered
// at once, though another was answered before.
func TestReady(t *testing.T) {
	r := newRig(t)
	ask := func(account string) response {
		return r.ask(`{"Month":"2025-12","GroupType":"business","PayerUin":"` + account + `"}`)
	}
	for range 2 {
		if got := ask(""); *got.Ready != 0 || len(got.SummaryDetail) != 0 || !strings.Contains(got.raw, `"SummaryDetail":[]`) {
			t.Errorf("nothing recorded: %s", got.raw)
		}
	}
	r.record(second, "2025-12", "s", totalsOf(t, "p_a||||1"))
	if got := ask(""); *got.Ready != 0 {
		t.Errorf("another account's was recorded: %s", got.raw)
	}
	for i, want := range []string{"1.00000000", "2.00000000"} {
		r.record(uin, "2025-12", fmt.Sprint("s", i), totalsOf(t, "p_b||||"+want))
		for range 2 {
			if diff := cmp.Diff([]string{"p_b=P_B " + want}, brief(ask(uin))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	}
	if diff := cmp.Diff([]string{"p_a=P_A 1.00000000"}, brief(ask(second))); diff != "" {
		t.Errorf("the second account (-want +got):\n%s", diff)
	}
}

// TestSetKeys: keys that are gone are refused, new ones answered.
func TestSetKeys(t *testing.T) {
	r := newRig(t)
	r.record(other, "2025-12", "s", totalsOf(t, "p_a||||1"))
	r.server.SetKeys([]billsummary.Key{{SecretID: "AKIDnew", Secret: "new", Accounts: []string{other}}})
	const ask = `{"Month":"2025-12","GroupType":"business"}`
	r.wantCode("the old key", "AuthFailure.SecretIdNotFound", r.ask(ask))
	got := r.send(r.signed(signing{id: "AKIDnew", secret: "new", body: ask}))
	if diff := cmp.Diff([]string{"p_a=P_A 1.00000000"}, brief(got)); diff != "" {
		t.Errorf("the new key (-want +got):\n%s", diff)
	}
}

func TestAKeyNeverPrintsItsSecret(t *testing.T) {
	k := billsummary.Key{SecretID: keyID, Secret: secret, Accounts: []string{uin}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d"} {
		for _, v := range []any{k, &k, []billsummary.Key{k}} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, secret) || !strings.Contains(text, keyID) {
				t.Errorf("%s: %s", verb, text)
			}
		}
	}
	if text, err := k.MarshalJSON(); err != nil || strings.Contains(string(text), secret) {
		t.Errorf("%s, %v", text, err)
	}
}
