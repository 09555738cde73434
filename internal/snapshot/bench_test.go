package snapshot

import (
	"os"
	"syscall"
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
			from := cpuSeconds(b)
			for b.Loop() {
				snapshot := commit(b, s, input, bill.Reading{})
				info, err := os.Stat(snapshot.path)
				if err != nil {
					b.Fatal(err)
				}
				size = info.Size()
			}
			b.ReportMetric(float64(b.N)*benchLines/(cpuSeconds(b)-from), "lines/s")
			b.ReportMetric(float64(size)/benchLines, "B/line")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	snapshot := commit(b, newStore(b, 0), sampleLines(b, benchLines), bill.Reading{})
	b.ReportAllocs()
	from := cpuSeconds(b)
	for b.Loop() {
		if err := snapshot.Each(b.Context(), period.Day{}, func(*bill.Line) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*benchLines/(cpuSeconds(b)-from), "lines/s")
}

// cpuSeconds is the time that the process has had from all cores: lines by
// it are lines a core, however busy the machine is with other things.
func cpuSeconds(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
