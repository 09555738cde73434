package billsummary_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"deliverd/internal/bill"
	"deliverd/internal/sample"
)

// BenchmarkAnswer asks over loopback, signed, on one connection: by products,
// by region, by tag with five keys, of bills of two sizes; and anew after every
// snapshot, when nothing is known of it yet. The window of requests is out of
// the way: each is asked by a clock a second later.
func BenchmarkAnswer(b *testing.B) {
	for _, lines := range []int{10_000, 1_000_000} {
		totals := taggedBill(b, lines)
		for name, params := range map[string]string{
			"business": `{"Month":"2025-12","GroupType":"business"}`,
			"region":   `{"Month":"2025-12","GroupType":"region"}`,
			"tag":      `{"Month":"2025-12","GroupType":"tag","TagKey":["team","stage","owner","app","cost"]}`,
		} {
			for _, known := range []bool{true, false} {
				b.Run(fmt.Sprintf("lines=%d/%s/known=%v", lines, name, known), func(b *testing.B) {
					r := newRig(b)
					r.record(uin, "2025-12", "s", totals)
					benchmark(b, r, params, func(n int) {
						if !known {
							r.record(uin, "2025-12", fmt.Sprint("s", n), totals)
						}
					})
				})
			}
		}
	}
}

func benchmark(b *testing.B, r *rig, params string, before func(int)) {
	took := make([]time.Duration, 0, b.N)
	n, size := 0, int64(0)
	for b.Loop() {
		n++
		b.StopTimer()
		before(n)
		r.now = r.now.Add(time.Second)
		req := r.signed(signing{body: params})
		b.StartTimer()
		began := time.Now()
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		size, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		took = append(took, time.Since(began))
		if err != nil || size < 500 {
			b.Fatalf("%d bytes, %v", size, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(size)/1000, "kB")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
}

// taggedBill are the totals of a sample bill whose lines carry five tag keys, of
// up to a hundred values.
func taggedBill(b *testing.B, lines int) *bill.Totals {
	var tally bill.Tally
	m := month(b, "2025-12")
	number := 0
	err := sample.Bill{UIN: uin, Month: m, Lines: lines, Seed: 3, Members: 5}.Each(func(l *bill.Line) error {
		number++
		l[bill.Tags] = fmt.Sprintf(`{"app":"%d","cost":"%d","owner":"%d","stage":"%d","team":"%d"}`, number/7%100, number/3%40, number/5%25, number/2%3, number/11%12)
		return tally.Add(l)
	})
	if err != nil {
		b.Fatal(err)
	}
	return tally.Totals()
}
