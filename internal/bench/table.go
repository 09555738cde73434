package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// measure is what one way of doing a thing took.
type measure struct {
	wall, cpu time.Duration
}

// took runs do and measures it: wall time, and what the process used of all
// CPUs, which says more on a machine that others use too.
func took(do func() error) (measure, error) {
	before, start := cpuTime(), time.Now()
	err := do()
	return measure{time.Since(start), cpuTime() - before}, err
}

func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// row is one line of the table.
type row struct {
	what         string
	rows         int64
	aim          string
	ours, theirs func(context.Context) (measure, error) // theirs may be nil
}

func (r *rig) title() {
	fmt.Printf("%d lines, %d FOCUS rows of %d bytes in %d columns; %d threads, median of %d; DuckDB %s, %s\n\n",
		r.lines, r.rows, r.size/max(r.rows, 1), r.columns, r.threads, r.runs, r.duckVersion, runtime.Version())
	fmt.Printf("| %-46s | %21s | %21s | %6s | %s\n", "what", "deliverd rows/s (CPU)", "DuckDB rows/s (CPU)", "ratio", "aim |")
	fmt.Println("|---|---:|---:|---:|---|")
}

// print measures both sides in turn, so that a slow minute of the machine
// falls on both, and prints the medians.
func (r *rig) print(ctx context.Context, w row) error {
	var ours, theirs []measure
	for range r.runs {
		for _, side := range []struct {
			run func(context.Context) (measure, error)
			all *[]measure
		}{{w.ours, &ours}, {w.theirs, &theirs}} {
			if side.run == nil {
				continue
			}
			runtime.GC()
			m, err := side.run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", w.what, err)
			}
			*side.all = append(*side.all, m)
		}
	}
	a, b := median(ours), median(theirs)
	ratio := "–"
	if w.theirs != nil {
		ratio = fmt.Sprintf("%.2f", b.wall.Seconds()/a.wall.Seconds())
	}
	fmt.Printf("| %-46s | %21s | %21s | %6s | %s |\n", w.what, a.rate(w.rows), b.rate(w.rows), ratio, w.aim)
	return nil
}

// rate is rows a second, and CPU time a row.
func (m measure) rate(rows int64) string {
	if m.wall == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f (%.1f µs)", float64(rows)/m.wall.Seconds(), m.cpu.Seconds()*1e6/float64(rows))
}

func median(all []measure) measure {
	if len(all) == 0 {
		return measure{}
	}
	slices.SortFunc(all, func(a, b measure) int { return int(a.wall - b.wall) })
	return all[len(all)/2]
}
