package billsource

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"deliverd/internal/bill"
)

// directHeader is a direct customer's bill as it is downloaded.
const directHeader = "Payer Account ID,Owner Account ID,Operator Account ID,ProductName,SubproductName,BillingMode,ProjectName,Region,Availability Zone,InstanceID,InstanceName,Instance Type,TransactionType,TransactionID,Order ID,TransactionTime,Usage Start Time,Usage End Time,ComponentType,ComponentName,Component List Price,Component Contracted Price,Component Price Measurement Unit,Component Usage,Component Usage Unit,Usage Duration,Duration Unit,OriginalCost,RI Deduction (Duration),RI Deduction (Cost),SP Deduction,SP Deduction Rate,SP Deduction(Cost),Discount Multiplier,Blended Discount Multiplier,Currency,Total Amount After Discount (Excluding Tax),Voucher Deduction,Amount Before Tax,TaxRate,TaxAmount,Total Cost (Including Tax),tag_key:Country,tag_key:Team,Product Code,Region Code,Bill Month"

func directRow(i int) string {
	day := fmt.Sprintf("2025-12-%02d", 1+i%9)
	return fmt.Sprintf("%s,%s,%s,Cloud Virtual Machine (CVM),CVM Standard S5,Pay-as-you-go resources,Default Project,Southeast Asia (Singapore),Singapore Zone %d,ins-%08x,worker-%d,-,Hourly settlement,20251209%012d,-,%s 02:11:42,%s 01:00:00,%s 01:59:59,CPU,Compute-Standard S5-CPU,0.01650000,0.01485000,USD/Core/Hour,4.00000000,Core,1.00000000,Hour,0.06600000,0,0.00000000,0.00000000,0,0.00000000,0.9,0.90000000,USD,0.05940000,0.00000000,0.05940000,0.09,0.00534600,0.06474600,SG,core-%d,p_cvm,ap-singapore,2025-12",
		uin, uin, uin, i%4, i*2654435761%(1<<31), i%500, i, day, day, day, i%7)
}

func directBill(rows int) string {
	var b strings.Builder
	b.WriteString(directHeader + "\r\n")
	for i := range rows {
		b.WriteString(directRow(i) + "\r\n")
	}
	return b.String()
}

const benchRows = 20_000

func benchmarkRead(b *testing.B, name, data string) {
	fsys := folder(name, data)
	f, err := New(Config{FS: fsys, Path: name, Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	want := wanted(b, "2025-12-09")
	var lines int64
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		reading, err := f.Read(context.Background(), want, func(*bill.Line) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
		lines += reading.Lines
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

const benchName = uin + "-20251209-by_used_time-bill_details."

func BenchmarkCSV(b *testing.B) { benchmarkRead(b, benchName+"csv", directBill(benchRows)) }

func BenchmarkCSVQuoted(b *testing.B) {
	data := directBill(benchRows)
	data = `"` + strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(data, "\r\n"), ",", `","`), "\r\n", "\"\r\n\"") + "\"\r\n"
	benchmarkRead(b, benchName+"csv", data)
}

func BenchmarkZip(b *testing.B) {
	benchmarkRead(b, benchName+"zip", zipped(b, "1.csv", directBill(benchRows)))
}

func BenchmarkJSON(b *testing.B) {
	record := billingRecord("2025-12-09", "0.06600000", "0.06600000")
	var page bytes.Buffer
	if err := json.Compact(&page, []byte(record)); err != nil {
		b.Fatal(err)
	}
	benchmarkRead(b, benchName+"ndjson", strings.Repeat(page.String()+"\n", 2000))
}

// BenchmarkSplit and BenchmarkEncodingCSV are the reason for a splitter of
// our own.
func BenchmarkSplit(b *testing.B) {
	data := directBill(benchRows)
	for b.Loop() {
		s := splitter{r: bufio.NewReaderSize(strings.NewReader(data), readBuffer)}
		for {
			if _, err := s.next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*benchRows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkEncodingCSV(b *testing.B) {
	data := directBill(benchRows)
	for b.Loop() {
		r := csv.NewReader(bufio.NewReaderSize(strings.NewReader(data), readBuffer))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*benchRows)/b.Elapsed().Seconds(), "rows/s")
}
