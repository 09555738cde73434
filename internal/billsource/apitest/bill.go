package apitest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/period"
)

// Record is a record of the bill.
type Record struct {
	ID           string // "": the record has none
	Payer, Owner string
	Day          string // 2025-11-03
	Product      int    // numbers a product, a region, a project
	Region       int
	Project      int
	PrePay       bool
	Components   []Component
}

// Component is one component of a record.
type Component struct{ List, Real, Voucher, Cash amount.Amount }

// Records makes n records of a month; the same ones for the same seed.
func Records(seed uint64, n int, uin string, month period.Month) []Record {
	random := rand.New(rand.NewPCG(seed, 1))
	records := make([]Record, n)
	for i := range records {
		records[i] = newRecord(random, strconv.Itoa(1_000_000+i), uin, month)
	}
	return records
}

func newRecord(random *rand.Rand, id, uin string, month period.Month) Record {
	days := int(month.End().Sub(month.Start()) / (24 * time.Hour))
	r := Record{
		ID: id, Payer: uin, Owner: uin, Day: fmt.Sprintf("%s-%02d", month, 1+random.IntN(days)),
		Product: random.IntN(4), Region: random.IntN(3), Project: random.IntN(3), PrePay: random.IntN(5) == 0,
	}
	for range 1 + random.IntN(3) {
		list := hundredMillionths(random.Int64N(90_000_000_000) - 5_000_000_000)
		off := hundredMillionths(random.Int64N(100_000_000))
		c := Component{List: list, Real: list.Sub(off)}
		if random.IntN(3) == 0 {
			c.Voucher = hundredMillionths(random.Int64N(10_000_000))
		}
		c.Cash = c.Real.Sub(c.Voucher)
		r.Components = append(r.Components, c)
	}
	return r
}

// hundredMillionths is n units of the eighth decimal.
func hundredMillionths(n int64) amount.Amount {
	return amount.FromInt(n).Quo(amount.FromInt(100_000_000), 8)
}

func (r *Record) payMode() string {
	if r.PrePay {
		return "prePay"
	}
	return "postPay"
}

// direct is the record as BillDetail of billing 2018-07-09; other says that it
// is the organization's, which tells neither id nor payer.
func (r *Record) direct(other bool) map[string]any {
	var components []any
	for i, c := range r.Components {
		components = append(components, map[string]any{
			"ComponentCode": fmt.Sprintf("v_%d", i), "ComponentCodeName": fmt.Sprintf("Component %d", i),
			"ItemCode": fmt.Sprintf("sv_%d", i), "ItemCodeName": fmt.Sprintf("Item %d", i),
			"Cost": c.List.Fixed(8), "RealCost": c.Real.Fixed(8), "VoucherPayAmount": c.Voucher.Fixed(8), "CashPayAmount": c.Cash.Fixed(8),
			"IncentivePayAmount": "0", "TransferPayAmount": "0", "Currency": "USD", "UsedAmount": "1", "UsedAmountUnit": "GB",
		})
	}
	name := map[bool]string{true: "Monthly subscription", false: "Pay-As-You-Go resources"}[r.PrePay]
	record := map[string]any{
		"BillDay": r.Day + " 00:00:00", "BillMonth": r.Day[:7] + "-01 00:00:00", "OwnerUin": r.Owner,
		"BusinessCode": fmt.Sprintf("p_%d", r.Product), "BusinessCodeName": fmt.Sprintf("Product %d", r.Product),
		"RegionId": strconv.Itoa(r.Region), "RegionName": fmt.Sprintf("Region %d", r.Region),
		"ProjectId": r.Project, "ProjectName": fmt.Sprintf("Project %d", r.Project),
		"PayModeName": name, "ActionType": "postpay_deduct_h", "ActionTypeName": "Hourly settlement",
		"ResourceId": "ins-" + r.ID, "BillId": "b" + r.ID,
		"FeeBeginTime": r.Day + " 01:00:00", "FeeEndTime": r.Day + " 01:59:59", "ComponentSet": components,
	}
	if !other {
		record["PayerUin"] = r.Payer
		if r.ID != "" {
			record["Id"] = r.ID
		}
	}
	return record
}

// partner is the record as the partners' API has it: a component each.
func (r *Record) partner() (lines []map[string]any) {
	payer, _ := strconv.ParseInt(r.Payer, 10, 64)
	owner, _ := strconv.ParseInt(r.Owner, 10, 64)
	name := map[bool]string{true: "Monthly subscription", false: "Pay-As-You-Go resources"}[r.PrePay]
	for i, c := range r.Components {
		lines = append(lines, map[string]any{
			"Id": r.ID, "PayerAccountId": payer, "OwnerAccountId": owner, "ProductName": fmt.Sprintf("Product %d", r.Product),
			"Region": fmt.Sprintf("Region %d", r.Region), "ProjectName": fmt.Sprintf("Project %d", r.Project), "BillingMode": name,
			"TransactionType": "Hourly settlement", "UsageStartTime": r.Day + " 01:00:00", "UsageEndTime": r.Day + " 01:59:59",
			"ComponentType": fmt.Sprintf("Component %d", i), "OriginalCost": c.List.Fixed(8), "TotalAmountAfterDiscount": c.Real.Fixed(8),
			"VoucherDeduction": c.Voucher.Fixed(8), "TotalCost": c.Cash.Fixed(8), "Currency": "USD",
		})
	}
	return lines
}

// sums are what a group comes to.
type sums struct{ list, real, voucher, cash amount.Amount }

// group adds up records by what key says of each, in the order of the keys.
func group(records []Record, key func(*Record) string) (keys []string, by map[string]*sums) {
	by = map[string]*sums{}
	for i := range records {
		k := key(&records[i])
		if by[k] == nil {
			by[k] = &sums{}
			keys = append(keys, k)
		}
		for _, c := range records[i].Components {
			s := by[k]
			s.list, s.real, s.voucher, s.cash = s.list.Add(c.List), s.real.Add(c.Real), s.voucher.Add(c.Voucher), s.cash.Add(c.Cash)
		}
	}
	return keys, by
}
