package apitest

import (
	"archive/zip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"deliverd/internal/amount"
	"deliverd/internal/period"
)

// answer is what is inside the envelope, or an error code.
func (s *Server) answer(what string, ask map[string]any, fault Fault) (map[string]any, string) {
	text := func(name string) string { t, _ := ask[name].(string); return t }
	number := func(name string) int { n, _ := ask[name].(json.Number); i, _ := n.Int64(); return int(i) }
	if fault == Change {
		s.change()
	}
	if strings.Contains(what, "DescribeBillSummary") && !strings.HasSuffix(what, "ForOrganization") {
		s.summed = s.own
	}
	switch what {
	case "2018-07-09 DescribeBillDetail":
		return s.direct(s.ofMonth(text("Month"), s.own), number("Offset"), number("Limit"), 300, false, fault), ""
	case "2018-07-09 DescribeBillDetailForOrganization":
		return s.direct(s.ofMonth(text("Month"), s.others), number("Offset"), number("Limit"), 100, true, fault), ""
	case "2018-07-09 DescribeBillSummary":
		return summary(s.ofMonth(text("Month"), s.own), text("GroupType"), fault)
	case "2018-07-09 DescribeBillSummaryForOrganization":
		return summary(s.ofMonth(text("Month"), s.others), text("GroupType"), fault)
	case "2022-09-28 DescribeBillDetail", "2022-09-28 DescribeCustomerBillDetail":
		var lines []map[string]any
		for _, r := range s.ofMonth(text("Month"), s.own) {
			lines = append(lines, r.partner()...)
		}
		return pageOf(lines, (number("Page")-1)*number("PageSize"), number("PageSize"), fault), ""
	case "2022-09-28 DescribeBillSummary":
		return partnerSummary(s.ofMonth(text("Month"), s.own), "SummaryDetail", map[string]func(*Record) string{"product": product, "project": project}[text("GroupType")]), ""
	case "2022-09-28 DescribeBillSummaryByProduct":
		return partnerSummary(s.ofMonth(text("BillMonth"), s.own), "SummaryOverview", product), ""
	case "2022-09-28 DescribeBillSummaryByRegion":
		return partnerSummary(s.ofMonth(text("BillMonth"), s.own), "SummaryOverview", region), ""
	case "2022-09-28 DescribeBillSummaryByPayMode":
		return partnerSummary(s.ofMonth(text("BillMonth"), s.own), "SummaryOverview", (*Record).payMode), ""
	case "2022-09-28 DescribeCustomerBillDetailByDay":
		total := amount.Amount{}
		for _, r := range s.own {
			for _, c := range r.Components {
				if r.Day == text("Date") {
					total = total.Add(c.Cash)
				}
			}
		}
		return map[string]any{"TotalCost": total.Fixed(8)}, ""
	case "2022-09-28 DescribeBillDownloadUrl", "2022-09-28 DescribeCustomerBillDownloadUrl":
		if fault == NotReady {
			return map[string]any{"Ready": 0, "DownloadUrl": ""}, ""
		}
		return map[string]any{"Ready": 1, "DownloadUrl": s.URL + "/file.zip?signature=hush"}, ""
	default:
		return nil, "InvalidAction"
	}
}

func (s *Server) ofMonth(month string, all []Record) (records []Record) {
	for _, r := range all {
		if s.cfg.All || r.Day[:7] == month {
			records = append(records, r)
		}
	}
	return records
}

// change adds a record at the front, changes one, or takes one out.
func (s *Server) change() {
	s.changes++
	random := rand.New(rand.NewPCG(uint64(s.changes), 2))
	month, err := period.ParseMonth(s.own[0].Day[:7])
	if err != nil {
		return
	}
	own := append([]Record(nil), s.own...)
	switch random.IntN(3) {
	case 0:
		own = append([]Record{newRecord(random, strconv.Itoa(9_000_000+s.changes), s.cfg.UIN, month)}, own...)
	case 1:
		at := random.IntN(len(own))
		own[at] = newRecord(random, own[at].ID, s.cfg.UIN, month)
	default:
		at := random.IntN(len(own))
		own = append(own[:at], own[at+1:]...)
	}
	s.own = own
}

func (s *Server) direct(records []Record, offset, limit, most int, other bool, fault Fault) map[string]any {
	var all []map[string]any
	for _, r := range records {
		all = append(all, r.direct(other))
	}
	page := pageOf(all, offset, min(limit, most), fault)
	page["Context"] = fmt.Sprintf("behind %d", offset)
	return page
}

func pageOf(all []map[string]any, offset, limit int, fault Fault) map[string]any {
	total := len(all)
	switch fault {
	case DuplicatePage:
		offset = max(offset-limit, 0)
	case MissingPage:
		offset += limit
	case WrongTotal:
		total = total*7/5 - 3
	}
	page := all[min(offset, len(all)):min(offset+limit, len(all))]
	if fault == ShortPage {
		page = page[:len(page)/2]
	}
	if page == nil {
		page = []map[string]any{}
	}
	return map[string]any{"DetailSet": page, "Total": total}
}

func product(r *Record) string { return fmt.Sprintf("Product %d", r.Product) }
func region(r *Record) string  { return fmt.Sprintf("Region %d", r.Region) }
func project(r *Record) string { return fmt.Sprintf("Project %d", r.Project) }

func summary(records []Record, by string, fault Fault) (map[string]any, string) {
	key := map[string]func(*Record) string{
		"business": func(r *Record) string { return fmt.Sprintf("p_%d", r.Product) }, "region": func(r *Record) string { return strconv.Itoa(r.Region) },
		"project": func(r *Record) string { return strconv.Itoa(r.Project) }, "payMode": (*Record).payMode,
	}[by]
	if key == nil {
		return nil, "InvalidParameterValue"
	}
	if fault == NotReady {
		return map[string]any{"Ready": 0, "SummaryDetail": nil}, ""
	}
	detail := []any{}
	keys, groups := group(records, key)
	for _, k := range keys {
		g := groups[k]
		detail = append(detail, map[string]any{
			"GroupKey": k, "GroupValue": "the name of " + k, "Business": nil, "TotalCost": g.list.Fixed(8), "RealTotalCost": g.real.Fixed(8),
			"CashPayAmount": g.cash.Fixed(8), "VoucherPayAmount": g.voucher.Fixed(8), "IncentivePayAmount": "0.00000000", "TransferPayAmount": "0.00000000",
		})
	}
	return map[string]any{"Ready": 1, "SummaryDetail": detail}, ""
}

func partnerSummary(records []Record, field string, key func(*Record) string) map[string]any {
	detail := []any{}
	keys, groups := group(records, key)
	for _, k := range keys {
		g := groups[k]
		row := map[string]any{"OriginalCost": g.list.Fixed(8), "VoucherPayAmount": g.voucher.Fixed(8), "TotalCost": g.cash.Fixed(8)}
		switch {
		case field == "SummaryDetail":
			row["GroupKey"], row["GroupValue"] = "code of "+k, k
		case k == "prePay" || k == "postPay":
			row["PayMode"], row["PayModeName"] = k, "the name of "+k
		case k[0] == 'P':
			row["BusinessCode"], row["BusinessCodeName"] = "code of "+k, k
		default:
			row["RegionId"], row["RegionName"] = "7", k
		}
		detail = append(detail, row)
	}
	return map[string]any{field: detail}
}

// file answers with the bill as the L3 file of a customer.
func (s *Server) file(w http.ResponseWriter) {
	archive := zip.NewWriter(w)
	defer archive.Close()
	member, err := archive.Create("1.csv")
	if err != nil {
		return
	}
	rows := csv.NewWriter(member)
	defer rows.Flush()
	header := []string{"ID", "Payer Account ID", "Owner Account ID", "Product Name", "Billing Mode", "Transaction Type", "Project Name", "Region", "Usage Start Time",
		"Usage End Time", "Component Type", "Original Cost", "Total Amount After Discount (Excluding Tax)", "Voucher Deduction", "Total Cost", "Currency"}
	if rows.Write(header) != nil {
		return
	}
	for _, r := range s.Own() {
		for _, line := range r.partner() {
			cells := make([]string, 0, len(header))
			for _, name := range []string{"Id", "PayerAccountId", "OwnerAccountId", "ProductName", "BillingMode", "TransactionType", "ProjectName", "Region",
				"UsageStartTime", "UsageEndTime", "ComponentType", "OriginalCost", "TotalAmountAfterDiscount", "VoucherDeduction", "TotalCost", "Currency"} {
				cells = append(cells, fmt.Sprint(line[name]))
			}
			if rows.Write(cells) != nil {
				return
			}
		}
	}
}
