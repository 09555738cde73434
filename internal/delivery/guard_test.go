package delivery_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
	"deliverd/internal/delivery"
)

// charged is a line of a small bill.
func charged(id int, day, owner, list string) bill.Line {
	var l bill.Line
	l[bill.RecordID], l[bill.BillDay], l[bill.PayerUin], l[bill.OwnerUin] = strconv.Itoa(id), day, uin, owner
	l[bill.BusinessName], l[bill.ActionTypeName], l[bill.Currency] = "Cloud Virtual Machine", "Hourly settlement", "USD"
	l[bill.UsageStart], l[bill.UsageEnd] = day+" 00:00:00", day+" 23:59:59"
	l[bill.Cost], l[bill.RealCost], l[bill.VoucherPay] = list, list, "0"
	if strings.HasPrefix(list, "-") {
		l[bill.ActionTypeName] = "Refund"
	}
	return l
}

// small is a bill of three days and three members, 60 in all.
func small() []bill.Line {
	return []bill.Line{
		charged(1, "2025-11-01", "200030010001", "10"),
		charged(2, "2025-11-02", "200030010002", "20"),
		charged(3, "2025-11-03", "200030010003", "30"),
	}
}

func members(n int) []bill.Line {
	var lines []bill.Line
	for i := range n {
		lines = append(lines, charged(i+1, "2025-11-01", strconv.Itoa(200030010001+i), "1"))
	}
	return lines
}

func TestShrinkGuard(t *testing.T) {
	both := func(list string) []bill.Line { return append(small(), charged(4, "2025-11-03", "200030010003", list)) }
	for _, test := range []struct {
		name          string
		before, after []bill.Line
		held          []string // the reasons
	}{
		{"fewer lines", both("0"), small(), []string{"fewer lines: 3, 1 fewer than KEY has"}},
		{"fewer days", append(small(), charged(4, "2025-11-04", "200030010003", "0")), append(small(), charged(4, "2025-11-03", "200030010003", "0")),
			[]string{"fewer bill days: 3, 1 fewer than KEY has"}},
		{"a lower gross", both("0.00000002"), both("0.00000001"), []string{"a lower gross: 60.00000001, 0.00000001 lower than KEY has"}},
		{"a missing member", small(), append(small()[:2], charged(3, "2025-11-03", "200030010002", "30")), []string{"members missing: 200030010003, which KEY has"}},
		{"two missing members", small(), append(small()[2:], charged(3, "2025-11-02", "200030010003", "30"), charged(4, "2025-11-01", "200030010003", "30")),
			[]string{"members missing: 200030010001, 200030010002, which KEY has"}},
		{"more members than a header holds", members(90), append(members(90)[1:], charged(99, "2025-11-01", "200030010003", "1")), []string{"fewer members: 89, 1 fewer than KEY has"}},
		{"nothing left", small(), nil, []string{"fewer lines: 0, 3 fewer than KEY has", "fewer bill days: 0, 3 fewer than KEY has", "a lower gross: 0.0, 60.0 lower than KEY has",
			"members missing: 200030010001, 200030010002, 200030010003, which KEY has"}},

		{"the same anew", small(), append(small()[:2], charged(5, "2025-11-03", "200030010003", "30")), nil},
		{"more of all", small(), append(small(), charged(4, "2025-11-04", "200030010009", "1")), nil},
		{"a refund is no shrink", small(), both("-1000"), nil},
		{"another refund is no shrink", both("-1000"), both("-2000"), nil},
		{"another member in a bill of many", members(90), append(members(90), charged(99, "2025-11-01", "200030010999", "1")), nil},
		{"the first lines of an empty bill", nil, small(), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			// Against the object at the key, and against the month's last earlier
			// daily, for a daily and for a monthly file.
			for _, pair := range [][2]string{{"2025-11-10", "2025-11-10"}, {"2025-11", "2025-11"}, {"2025-11-10", "2025-11-11"}, {"2025-11-29", "2025-11"}} {
				r := newRig(t, test.before)
				r.must(delivery.Delivered, pair[0])
				was := r.content(pair[0])
				r.source.lines = test.after
				result := delivery.Replaced
				switch {
				case test.held != nil:
					result = delivery.Held
				case pair[0] != pair[1]:
					result = delivery.Delivered
				}
				out := r.must(result, pair[1])
				var got []string
				for _, reason := range out.Reasons {
					got = append(got, strings.ReplaceAll(reason.Text, r.account.Key(when(t, pair[0])), "KEY"))
					if reason.Kind != delivery.ReasonShrink || !strings.Contains(reason.Remedy, "--accept-shrink") {
						t.Errorf("reason: got %+v", reason)
					}
				}
				if diff := cmp.Diff(test.held, got); diff != "" {
					t.Errorf("%s after %s: reasons (-want +got):\n%s", pair[1], pair[0], diff)
				}
				if result != delivery.Held {
					continue
				}
				if r.content(pair[0]) != was || pair[0] != pair[1] && r.content(pair[1]) != "" {
					t.Errorf("%s after %s: held, but the bucket changed", pair[1], pair[0])
				}
				if out.Remedy() == "" {
					t.Error("held without a remedy")
				}
				r.options.AcceptShrink = true
				accepted := r.deliver(pair[1])[0]
				if accepted.Result != delivery.Delivered && accepted.Result != delivery.Replaced {
					t.Errorf("--accept-shrink: got %s, %v", accepted.Result, accepted.Reasons)
				}
			}
		})
	}
}

// TestWhatTheGuardComparesWith puts objects that say they hold more into the
// bucket; Held says that one of them was the reference.
func TestWhatTheGuardComparesWith(t *testing.T) {
	more := map[string]string{"deliverd-snapshot": "s", "deliverd-lines": "4", "deliverd-days": "1", "deliverd-gross": "1"}
	less := map[string]string{"deliverd-snapshot": "s", "deliverd-lines": "1", "deliverd-days": "1", "deliverd-gross": "1"}
	for _, test := range []struct {
		name    string
		there   map[string]map[string]string // metadata of the objects in the bucket
		deliver string
		against string // period of the object it is held against, "" when delivered
	}{
		{"a month's first file has none", nil, "2025-11-10", ""},
		{"the month before does not count", map[string]map[string]string{"2025-10-31": more, "2025-10": more}, "2025-11-01", ""},
		{"the month after does not count", map[string]map[string]string{"2025-12-01": more}, "2025-11", ""},
		{"a later daily does not count", map[string]map[string]string{"2025-11-11": more}, "2025-11-10", ""},
		{"the monthly file does not count for a daily", map[string]map[string]string{"2025-11": more}, "2025-11-10", ""},
		{"the greatest earlier daily counts", map[string]map[string]string{"2025-11-08": less, "2025-11-09": more, "2025-11-11": less}, "2025-11-10", "2025-11-09"},
		{"a smaller earlier daily does not", map[string]map[string]string{"2025-11-08": more, "2025-11-09": less}, "2025-11-10", ""},
		{"for a monthly file the last daily counts", map[string]map[string]string{"2025-11-08": less, "2025-11-30": more}, "2025-11", "2025-11-30"},
		{"the object at the key outranks an earlier daily", map[string]map[string]string{"2025-11-09": more, "2025-11-10": less}, "2025-11-10", ""},
		{"an earlier daily that is not ours is passed over", map[string]map[string]string{"2025-11-08": more, "2025-11-09": nil}, "2025-11-10", "2025-11-08"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, small())
			for p, meta := range test.there {
				r.put(p, "another file", meta)
			}
			out := r.deliver(test.deliver)[0]
			if test.against == "" {
				if len(out.Reasons) > 0 || out.Result != delivery.Delivered && out.Result != delivery.Replaced {
					t.Errorf("got %s, %v, want it delivered", out.Result, out.Reasons)
				}
				return
			}
			want := fmt.Sprintf("fewer lines: 3, 1 fewer than %s has", r.account.Key(when(t, test.against)))
			if out.Result != delivery.Held || len(out.Reasons) != 1 || out.Reasons[0].Text != want {
				t.Errorf("got %s, %v, want held: %s", out.Result, out.Reasons, want)
			}
		})
	}
}

// TestAnObjectThatCannotBeComparedHolds: what an object of ours does not say,
// or not in a form that can be read, may be more than the new file has.
func TestAnObjectThatCannotBeComparedHolds(t *testing.T) {
	for name, test := range map[string]struct{ without, value, want string }{
		"lines":            {"deliverd-lines", "", `deliverd-lines is ""`},
		"unreadable lines": {"deliverd-lines", "3.5", `deliverd-lines is "3.5"`},
		"days":             {"deliverd-days", "", `deliverd-days is ""`},
		"unreadable days":  {"deliverd-days", "x", `deliverd-days is "x"`},
		"gross":            {"deliverd-gross", "", `deliverd-gross is ""`},
		"unreadable gross": {"deliverd-gross", "1e", `deliverd-gross is "1e"`},
		"count of members": {"deliverd-members", "#many", `deliverd-members is "#many"`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, small())
			r.must(delivery.Delivered, "2025-11-10")
			meta := r.meta("2025-11-10")
			if meta[test.without] = test.value; test.value == "" {
				delete(meta, test.without)
			}
			r.put("2025-11-10", "other bytes", meta)
			out := r.must(delivery.Held, "2025-11-10")
			want := "cannot be compared: " + test.want + " at " + out.Key
			if len(out.Reasons) != 1 || out.Reasons[0].Kind != delivery.ReasonShrink || out.Reasons[0].Text != want || !strings.Contains(out.Remedy(), "--accept-shrink") {
				t.Errorf("reasons: got %+v, want %s", out.Reasons, want)
			}
			r.options.AcceptShrink = true
			r.must(delivery.Replaced, "2025-11-10")
		})
	}
}

// TestWhereABillBecameLess: a held file says where it holds less than the
// snapshot before, as far as the file that it is held against reaches.
func TestWhereABillBecameLess(t *testing.T) {
	named := func(l bill.Line, product string) bill.Line {
		l[bill.BusinessCode] = product
		return l
	}
	was := []bill.Line{
		named(charged(1, "2025-11-01", "200030010001", "100.25"), "p_cvm"),
		named(charged(2, "2025-11-02", "200030010002", "20"), "p_cos"),
		named(charged(3, "2025-11-02", "200030010003", "3"), "p_cbs"),
		named(charged(4, "2025-11-03", "200030010003", "30"), "p_cvm"),
	}
	for _, test := range []struct {
		name    string
		first   string // the period that is delivered
		second  string // the period that is held
		after   []bill.Line
		want    []string
		forgets bool // there is no snapshot before
	}{
		{"a lower price", "2025-11", "2025-11", append([]bill.Line{named(charged(1, "2025-11-01", "200030010001", "100"), "p_cvm")}, was[1:]...),
			[]string{"product p_cvm: 0.25 lower", "member 200030010001: 0.25 lower", "bill day 2025-11-01: 0.25 lower"}, false},
		{"a line less", "2025-11", "2025-11", was[:3], []string{"product p_cvm: 1 line fewer, 30.0 lower", "member 200030010003: 1 line fewer, 30.0 lower", "bill day 2025-11-03: missing, 30.0 lower"}, false},
		{"two days less", "2025-11", "2025-11", was[:1], []string{"product p_cvm: 1 line fewer, 30.0 lower (and 2 more products)", "member 200030010003: missing, 33.0 lower (and 1 more member)", "bill day 2025-11-03: missing, 30.0 lower (and 1 more day)"}, false},
		{"through a day", "2025-11-02", "2025-11-02", was[:1], []string{"product p_cos: missing, 20.0 lower (and 1 more product)", "member 200030010002: missing, 20.0 lower (and 1 more member)", "bill day 2025-11-02: missing, 23.0 lower"}, false},
		{"against an earlier daily", "2025-11-02", "2025-11-10", was[2:3], []string{"product p_cvm: missing, 100.25 lower (and 1 more product)", "member 200030010001: missing, 100.25 lower (and 1 more member)", "bill day 2025-11-01: missing, 100.25 lower (and 1 more day)"}, false},
		{"no snapshot before", "2025-11", "2025-11", was[:3], nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, was)
			r.must(delivery.Delivered, test.first)
			if test.forgets {
				r.state = t.TempDir()
				r.store = nil
			}
			r.source.lines = test.after
			for range 2 { // a second reading of the same does not hide the first
				out := r.must(delivery.Held, test.second)
				if diff := cmp.Diff(test.want, out.Differences); diff != "" {
					t.Errorf("differences (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestForeignObjects(t *testing.T) {
	for _, test := range []struct {
		name    string
		options delivery.Options
		want    delivery.Result
	}{
		{"is held", delivery.Options{}, delivery.Held},
		{"--accept-shrink does not replace it", delivery.Options{AcceptShrink: true}, delivery.Held},
		{"--dry-run says so", delivery.Options{DryRun: true}, delivery.Held},
		{"--replace-foreign replaces it", delivery.Options{ReplaceForeign: true}, delivery.Replaced},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, small())
			r.put("2025-11-10", "somebody's", map[string]string{"owner": "somebody"})
			r.options = test.options
			out := r.must(test.want, "2025-11-10")
			if test.want != delivery.Held {
				r.options = delivery.Options{}
				r.must(delivery.Unchanged, "2025-11-10")
				return
			}
			if r.content("2025-11-10") != "somebody's" {
				t.Error("the foreign object changed")
			}
			if len(out.Reasons) != 1 || out.Reasons[0].Kind != delivery.ReasonForeign || !strings.Contains(out.Remedy(), "--replace-foreign") {
				t.Errorf("reasons: got %+v", out.Reasons)
			}
		})
	}
}

// TestForeignReplacedIsStillGuarded: the flag is about the object at the key,
// not about a bill that became smaller than the month's files.
func TestForeignReplacedIsStillGuarded(t *testing.T) {
	r := newRig(t, small())
	r.must(delivery.Delivered, "2025-11-09")
	r.put("2025-11-10", "somebody's", nil)
	r.options.ReplaceForeign = true
	r.source.lines = small()[:2]
	r.must(delivery.Held, "2025-11-10")
	if r.content("2025-11-10") != "somebody's" {
		t.Error("the foreign object changed")
	}
}

// TestAFileOfTheSameBytesThatIsNotOursIsForeign: without our metadata nothing
// says what was proved.
func TestAFileOfTheSameBytesThatIsNotOursIsForeign(t *testing.T) {
	r := newRig(t, small())
	r.must(delivery.Delivered, "2025-11-10")
	r.put("2025-11-10", r.content("2025-11-10"), nil)
	r.must(delivery.Held, "2025-11-10")
}

func TestAReferenceThatWentAwayIsNone(t *testing.T) {
	r := newRig(t, small())
	r.put("2025-11-09", "listed, and gone when it is looked at", nil)
	r.edit = func(c *delivery.Config) { c.Bucket = forgetful{r.bucket, r.account.Key(when(t, "2025-11-09"))} }
	r.must(delivery.Delivered, "2025-11-10")
}
