package billsource

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/bill"
)

func TestCSVForms(t *testing.T) {
	plain := partnerBill(row("2025-12-08", "8"), row("2025-12-09", "9"))
	quoted := `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(plain, "\n"), ",", `","`), "\n", "\"\n\"") + "\"\n"
	for _, test := range []struct{ name, data string }{
		{"plain", plain},
		{"byte order mark", "\ufeff" + plain},
		{"CRLF", strings.ReplaceAll(plain, "\n", "\r\n")},
		{"CRLF and byte order mark", "\ufeff" + strings.ReplaceAll(plain, "\n", "\r\n")},
		{"quoted", quoted},
		{"quoted, CRLF, byte order mark", "\ufeff" + strings.ReplaceAll(quoted, "\n", "\r\n")},
		{"no line end at the end", strings.TrimSuffix(plain, "\n")},
		{"blank lines", "\n" + strings.ReplaceAll(plain, "\n", "\n\n") + "\n\r\n"},
		{"rows of commas", plain + strings.Repeat(",", 11) + "\n , ,\n"},
		{"a comma at the end of each row", partnerHeader + "\n" + row("2025-12-08", "8") + ",\n" + row("2025-12-09", "9") + ", ,\n"},
		{"tabs around values", strings.ReplaceAll(plain, uin, "\t"+uin+"\t")},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _ := mustRead(t, folder(daily9, test.data), ".", wanted(t, "2025-12-09"))
			if diff := cmp.Diff([]string{"8", "9"}, values(lines, bill.TotalCost)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{uin, uin}, values(lines, bill.OwnerUin)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{daily9, daily9}, values(lines, bill.SourceFile)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCSVValues(t *testing.T) {
	header := "Owner Account ID,Product Name,Instance Name,Transaction Type,Usage Start Time,Usage End Time,Component Usage,Original Cost,Total Cost,Extra"
	for _, test := range []struct {
		name, cells string
		field       bill.Field
		want        string
	}{
		{"dash is null", "-,-,-,x,-,-,-,-,1,-", bill.BusinessName, ""},
		{"blank is null", ",,,x,,,,,1,", bill.UsedAmount, ""},
		{"more than 8 decimals", uin + ",p,n,x,,,0.123456789012345678,1,1,", bill.UsedAmount, "0.123456789012345678"},
		{"a refund", uin + ",p,n,x,,,1,-2.5,-2.5,", bill.TotalCost, "-2.5"},
		{"thousands", uin + `,p,n,x,,,1,"1,234,567.50",1,`, bill.Cost, "1234567.50"},
		{"an exponent", uin + ",p,n,x,,,1.5E-7,1,1,", bill.UsedAmount, "0.00000015"},
		{"a quoted comma", uin + `,p,"a,b",x,,,1,1,1,`, bill.ResourceName, "a,b"},
		{"a doubled quote", uin + `,p,"a""b",x,,,1,1,1,`, bill.ResourceName, `a"b`},
		{"a bare quote", uin + `,p,17" rack,x,,,1,1,1,`, bill.ResourceName, `17" rack`},
		{"a line end in a cell", uin + ",p,\"a\r\nb\",x,,,1,1,1,", bill.ResourceName, "a\nb"},
		{"letters that are not ASCII", uin + ",云服务器,é,x,,,1,1,1,", bill.BusinessName, "云服务器"},
		{"a time of another spelling", uin + ",p,n,x,2025/12/9 1:02:03,2025-12-09 01:59:59,1,1,1,", bill.UsageStart, "2025-12-09 01:02:03"},
		{"the bill day is the end's", uin + ",p,n,x,2025-12-08 23:00:00,2025-12-09 00:00:00,1,1,1,", bill.BillDay, "2025-12-09"},
		{"the bill day is clamped", uin + ",p,n,x,2025-12-08 23:00:00,2026-01-08 00:00:00,1,1,1,", bill.BillDay, "2025-12-31"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lines, _ := mustRead(t, folder(monthly, header+"\r\n"+test.cells+"\r\n"), ".", wanted(t, "2025-12-09"))
			if got := lines[0][test.field]; len(lines) != 1 || got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBadRows(t *testing.T) {
	good := row("2025-12-09", "9")
	for _, test := range []struct {
		name, row string
		says      []string
	}{
		{"no number", strings.Replace(row("2025-12-09", "9"), "0,9,USD", "0,nine,USD", 1), []string{"row 3", `column "Total Cost"`, `"nine"`, "no decimal number", "--skip-bad-rows"}},
		{"no time", strings.Replace(good, "2025-12-09 01:59:59", "soon", 1), []string{`column "Usage End Time"`, `"soon"`}},
		{"no amount", strings.Replace(good, "9,9,0,9,", ",,,,", 1), []string{`column "Total Cost"`, "is blank"}},
		{"amounts that contradict", strings.Replace(good, "9,9,0,9,", "9,9,0,5,", 1), []string{`column "Total Cost"`, "is not Total Amount Before Voucher"}},
		{"end before start", strings.Replace(good, "2025-12-09 01:59:59", "2025-12-08 00:00:00", 1), []string{`column "Usage End Time"`, "before"}},
		{"too few cells", "2025-12,100", []string{"row 3: has 2 cells, and the header has 12"}},
		{"too many cells", good + ",more", []string{"has 13 cells"}},
		{"a sum at the end", "Total,,,,,,,9,9,0,9,USD", []string{`column "Bill Month"`, `"Total"`}},
		{"a bare sum at the end", ",,,,,,,9,9,0,9,USD", []string{"a total at the foot", "row 3"}},
		{"a footnote", "Amounts are in USD", []string{"has 1 cells"}},
		{"a month that is none", strings.Replace(good, "2025-12,", "Dec-25,", 1), []string{`column "Bill Month": "Dec-25" is no month`}},
		{"bytes that are not UTF-8", strings.Replace(good, "CVM", "\xd4\xc6", 1), []string{`column "Product Name"`, "not UTF-8"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fsys := folder(daily9, partnerBill(good, test.row, row("2025-12-08", "8")))
			_, _, err := read(t, fsys, ".", wanted(t, "2025-12-09"))
			wantError(t, err, false, append(test.says, daily9)...)

			want := wanted(t, "2025-12-09")
			want.SkipBadRows = true
			lines, reading := mustRead(t, fsys, ".", want)
			if diff := cmp.Diff([]string{"9", "8"}, values(lines, bill.TotalCost)); diff != "" {
				t.Errorf("skipping: %s", diff)
			}
			if reading.SkippedRows != 1 || len(reading.Skipped) != 1 || reading.Skipped[0] != err.Error() {
				t.Errorf("skipped %d: %q", reading.SkippedRows, reading.Skipped)
			}
		})
	}
}

func TestManySkippedRowsAreCounted(t *testing.T) {
	want := wanted(t, "2025-12-09")
	want.SkipBadRows = true
	bad := strings.Repeat("Total,,,,,,,9,9,0,9,USD\n", 100)
	_, reading := mustRead(t, folder(daily9, partnerBill(row("2025-12-09", "9"))+bad), ".", want)
	if reading.SkippedRows != 100 || len(reading.Skipped) != skippedTold {
		t.Errorf("counted %d, told %d", reading.SkippedRows, len(reading.Skipped))
	}
}

func TestABillOfBadRowsAloneIsRefused(t *testing.T) {
	want := wanted(t, "2025-12-09")
	want.SkipBadRows = true
	_, _, err := read(t, folder(daily9, partnerBill("a,b", "c,d")), ".", want)
	wantError(t, err, false, "no good row", "all 2 are bad", "row 2", daily9)
}

// A broken file is refused also when bad rows are to be skipped: how much is
// lost cannot be told.
func TestBrokenCSV(t *testing.T) {
	good := row("2025-12-09", "9")
	for _, test := range []struct {
		name, data string
		says       []string
	}{
		{"cut in a row", partnerBill(good) + good[:40], []string{"cut short", "row, 3", "no line end"}},
		{"cut in a quoted cell", partnerBill(good) + `"2025-12,100,` + good, []string{"broken in row 3", "never closed"}},
		{"text behind a quote", partnerBill(good) + `"2025-12"x,100`, []string{"broken in row 3"}},
		{"a quote that swallows rows", partnerBill(good, `"2025-12,1`, good, `x",2`), []string{"row 3 goes over 3 lines"}},
		{"a record without end", partnerBill(good) + `"` + strings.Repeat("x\n", maxRecord/2+10), []string{"16 MiB"}},
		{"a line without end", partnerBill(good) + strings.Repeat("x", maxRecord+readBuffer+10), []string{"16 MiB"}},
		{"empty", "", []string{"is empty"}},
		{"a byte order mark alone", "\ufeff", []string{"is empty"}},
		{"blank", " \n\r\n\n", []string{"nothing but blanks"}},
		{"GBK", "\xd6\xa7\xb8\xb6\xd5\xdfUIN,\xb2\xfa\xc6\xb7\xc3\xfb\xb3\xc6\n1,2\n", []string{"not UTF-8", "GBK", "save it as UTF-8"}},
		{"UTF-16", "\xff\xfeP\x00a\x00", []string{"UTF-16"}},
		{"a web page", "\n<!DOCTYPE html><html><body>Forbidden</body></html>", []string{"web page", "<!DOCTYPE html>"}},
		{"an XML error of the bucket", `<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>`, []string{"XML"}},
		{"a PDF", "%PDF-1.7\n1 0 obj", []string{"no text"}},
		{"another table", "a,b\n1,2\n", []string{"no detail bill", "Product Name", "its header is a,b"}},
		{"semicolons", strings.ReplaceAll(partnerBill(good), ",", ";"), []string{"save it with commas"}},
		{"a FOCUS file", "BilledCost,ChargeCategory\n1,Usage\n", []string{"FOCUS file already"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := wanted(t, "2025-12-09")
			want.SkipBadRows = true
			_, _, err := read(t, folder(daily9, test.data), ".", want)
			wantError(t, err, false, append(test.says, daily9)...)
		})
	}
}

func TestAccounts(t *testing.T) {
	account := func(payer, owner string) string {
		return strings.Replace(row("2025-12-09", "9"), ",100,"+uin+",", ","+payer+","+owner+",", 1)
	}
	for _, test := range []struct {
		name  string
		group bool
		rows  []string
		says  []string // nil: fine
	}{
		{"owned, a reseller pays", false, []string{account("100", uin)}, nil},
		{"paid for a member", false, []string{account(uin, "300")}, nil},
		{"nobody", false, []string{account("-", "")}, nil},
		{"a stranger", false, []string{account("100", uin), account("100", "300")}, []string{"row 3", `column "Owner Account ID"`, `"300"`, uin, "group-admin: true"}},
		{"a strange payer", false, []string{account("300", "")}, []string{`column "Payer Account ID"`}},
		{"rounded by a spreadsheet", false, []string{account("2.0002E+11", "2.0002E+11")}, []string{"spreadsheet"}},
		{"a group with members", true, []string{account("300", "300"), account(uin, uin)}, nil},
		{"a group that is not named", true, []string{account("300", "300"), account("", "")}, []string{"names account " + uin + " in no line", "300"}},
		{"a group, nobody named", true, []string{account("", "")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := wanted(t, "2025-12-09")
			want.GroupAdmin = test.group
			want.SkipBadRows = true // a stranger is not skipped
			lines, _, err := read(t, folder(daily9, partnerBill(test.rows...)), ".", want)
			if test.says != nil {
				wantError(t, err, false, append(test.says, daily9)...)
			} else if err != nil || len(lines) != len(test.rows) {
				t.Errorf("got %d lines, %v", len(lines), err)
			}
		})
	}
}

func TestAnotherMonthInsideIsRefused(t *testing.T) {
	days := "Bill Day,Owner Account ID,Product Name,Transaction Type,Usage Start Time,Usage End Time,Total Cost\n2025-12-09," + uin + ",p,x,,,1\n2025-11-30," + uin + ",p,x,,,1\n"
	for _, test := range []struct {
		name, data string
		says       []string
	}{
		{"by bill month", partnerBill(row("2025-12-09", "9"), row("2025-11-09", "9")), []string{`column "Bill Month": "2025-11"`, "not of 2025-12"}},
		{"by bill day", days, []string{"row 3", `column "Bill Day": "2025-11-30"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := wanted(t, "2025-12-09")
			want.SkipBadRows = true
			_, _, err := read(t, folder(daily9, test.data), ".", want)
			wantError(t, err, false, append(test.says, daily9)...)
		})
	}
	t.Run("a bill day outside is clamped where the bill month agrees", func(t *testing.T) {
		data := "Bill Month," + strings.NewReplacer("2025-12-09,", "202512,2025-12-09,", "2025-11-30,", "2025/12,2025-11-30,").Replace(days)
		lines, _ := mustRead(t, folder(daily9, data), ".", wanted(t, "2025-12-09"))
		if diff := cmp.Diff([]string{"2025-12-09", "2025-12-01"}, values(lines, bill.BillDay)); diff != "" {
			t.Error(diff)
		}
	})
}
