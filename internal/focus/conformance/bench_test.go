package conformance

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
)

// bulk writes rows of the width and variety of a real bill: 60 columns, about
// 800 bytes, of which most change from row to row. extra columns are custom.
func bulk(t testing.TB, w io.Writer, rows int) {
	t.Helper()
	v, err := focus.LoadVersion("1.2")
	if err != nil {
		t.Fatal(err)
	}
	enc, err := focus.NewEncoder(w, focus.NewSchema(v, []string{"x_ComponentName", "x_OwnerAccountId", "x_ExportTime"}))
	if err != nil {
		t.Fatal(err)
	}
	base := baseCharge()
	for i := range rows {
		c := base
		id := i * 7919 % 100_003
		c.ResourceId, c.ResourceName = fmt.Sprintf("ins-%08x", id), fmt.Sprintf("web-%d.prod.example.com", id)
		c.ChargePeriodStart = base.ChargePeriodStart.AddDate(0, 0, i%20)
		c.ChargePeriodEnd = base.ChargePeriodStart.AddDate(0, 0, i%20+1)
		c.Tags = fmt.Sprintf(`{"env":"prod","team":"t%d","cost-center":"cc-%05d","app":"checkout"}`, i%17, id)
		quantity := number(fmt.Sprintf("%d.%04d", i%700, id%10_000))
		c.PricingQuantity, c.ConsumedQuantity = amount.Some(quantity), amount.Some(quantity)
		c.ListCost, c.ContractedCost = quantity.Mul(c.ListUnitPrice.Amount), quantity.Mul(c.ContractedUnitPrice.Amount)
		c.BilledCost, c.EffectiveCost = c.ContractedCost, c.ContractedCost
		c.SkuId, c.SkuPriceId = fmt.Sprintf("sku-%d", id%900), fmt.Sprintf("sku-%d-price-%d", id%900, id%4)
		c.ServiceName = "Cloud service " + [...]string{"one", "two", "three", "four"}[i%4]
		c.RegionId, c.RegionName = fmt.Sprintf("ap-region-%d", i%9), fmt.Sprintf("Asia Pacific %d", i%9)
		c.SubAccountId, c.SubAccountName = fmt.Sprintf("sub-%d", i%40), fmt.Sprintf("Department %d", i%40)
		c.ChargeDescription = "standard instance of the fifth generation, 4 cores and 16 GB of memory, billed by the hour, with a local disk of 100 GB and a public address"
		c.Extra = []string{"CPU and memory", "acct-100200", "2025-12-10T03:00:00+08:00"}
		if err := enc.Encode(&c); err != nil {
			t.Fatal(err)
		}
	}
}

// cpuTime is what the process has used of all CPUs: on a machine that others
// use too, it says more than the clock.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func BenchmarkCheck(b *testing.B) {
	var file bytes.Buffer
	const rows = 40_000
	bulk(b, &file, rows)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			before := cpuTime(b)
			for b.Loop() {
				report, err := Check(context.Background(), bytes.NewReader(file.Bytes()), Options{Version: "1.2", Workers: workers})
				if err != nil || report.Rows != rows || len(report.Findings) > 0 {
					b.Fatal(err, report)
				}
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(rows)*float64(b.N)/(cpuTime(b)-before).Seconds(), "rows/cpu-s")
			b.ReportMetric(float64(file.Len())/rows, "B/row")
		})
	}
}
