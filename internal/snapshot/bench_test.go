package snapshot

import (
	"os"
	"testing"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

const benchLines = 200_000

// BenchmarkWrite is a whole snapshot: sort, totals, id, file, fsync.
func BenchmarkWrite(b *testing.B) {
	lines := sampleLines(b, benchLines)
	for name, input := range map[string][]bill.Line{"nearly sorted": lines, "shuffled": shuffled(lines)} {
		b.Run(name, func(b *testing.B) {
			s := newStore(b, 0)
			var size int64
			for b.Loop() {
				snapshot := commit(b, s, input, bill.Reading{})
				info, err := os.Stat(snapshot.path)
				if err != nil {
					b.Fatal(err)
				}
				size = info.Size()
			}
			b.ReportMetric(float64(b.N)*benchLines/b.Elapsed().Seconds(), "lines/s")
			b.ReportMetric(float64(size)/benchLines, "B/line")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	snapshot := commit(b, newStore(b, 0), sampleLines(b, benchLines), bill.Reading{})
	b.ReportAllocs()
	for b.Loop() {
		if err := snapshot.Each(b.Context(), period.Day{}, func(*bill.Line) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchLines/b.Elapsed().Seconds(), "lines/s")
}
