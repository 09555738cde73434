package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"deliverd/internal/bill"
	"deliverd/internal/focus"
	"deliverd/internal/period"
)

// encoder is lines → charges → CSV bytes on one core, and charges → CSV bytes
// alone, beside what DuckDB makes of typed rows with one thread.
func (r *rig) encoder(ctx context.Context) error {
	one := func(run func(context.Context) (measure, error)) func(context.Context) (measure, error) {
		return func(ctx context.Context) (measure, error) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			return run(ctx)
		}
	}
	rows, allocs := int64(0), uint64(0)
	err := r.print(ctx, row{
		what: "lines → charges → CSV bytes, one core", rows: r.rows, aim: "≥ 2.5",
		ours: one(func(ctx context.Context) (m measure, err error) {
			rows, allocs = 0, 0
			m, err = r.encodeLines(ctx, &rows, &allocs)
			return m, err
		}),
		theirs: func(ctx context.Context) (measure, error) { return r.duckCopy(ctx, 1, "/dev/null") },
	})
	if err != nil {
		return err
	}
	fmt.Printf("| %-46s | %21.3f | %21s | %6s | %s |\n", "  allocations per row", float64(allocs)/float64(max(rows, 1)), "–", "–", "0")
	return r.print(ctx, row{
		what: "charges → CSV bytes, one core", rows: r.rows, aim: "≥ 2.5",
		ours:   one(r.encodeCharges),
		theirs: func(ctx context.Context) (measure, error) { return r.duckCopy(ctx, 1, "/dev/null") },
	})
}

// batch is how many lines are held in memory to be measured: all of a million
// would not fit beside each other, and reading them is not what is measured.
const batch = 20_000

// batches gives the snapshot's lines to each in batches that it may keep until
// it returns.
func (r *rig) batches(ctx context.Context, each func([]bill.Line) error) error {
	lines := make([]bill.Line, 0, batch)
	err := r.snap.Each(ctx, period.Day{}, func(l *bill.Line) error {
		if lines = append(lines, *l); len(lines) < batch {
			return nil
		}
		defer func() { lines = lines[:0] }()
		return each(lines)
	})
	if err != nil {
		return err
	}
	return each(lines)
}

func (r *rig) encodeLines(ctx context.Context, rows *int64, allocs *uint64) (total measure, err error) {
	schema, err := r.schema()
	if err != nil {
		return total, err
	}
	encoder, err := focus.NewEncoder(io.Discard, schema)
	if err != nil {
		return total, err
	}
	mapper := r.mapper()
	visit := func(c *focus.Charge) error { *rows++; return encoder.Encode(c) }
	err = r.batches(ctx, func(lines []bill.Line) error {
		runtime.GC() // the garbage of reading is not the encoder's
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := took(func() error {
			for i := range lines {
				if err := mapper.Charges(&lines[i], visit); err != nil {
					return err
				}
			}
			return nil
		})
		runtime.ReadMemStats(&after)
		*allocs += after.Mallocs - before.Mallocs
		total.wall, total.cpu = total.wall+m.wall, total.cpu+m.cpu
		return err
	})
	return total, err
}

func (r *rig) encodeCharges(ctx context.Context) (total measure, err error) {
	schema, err := r.schema()
	if err != nil {
		return total, err
	}
	encoder, err := focus.NewEncoder(io.Discard, schema)
	if err != nil {
		return total, err
	}
	mapper := r.mapper()
	charges := make([]focus.Charge, 0, 2*batch)
	err = r.batches(ctx, func(lines []bill.Line) error {
		charges = charges[:0]
		for i := range lines {
			err := mapper.Charges(&lines[i], func(c *focus.Charge) error {
				charges = append(charges, *c)
				kept := &charges[len(charges)-1]
				kept.Extra = append([]string(nil), c.Extra...)
				return nil
			})
			if err != nil {
				return err
			}
		}
		runtime.GC()
		m, err := took(func() error {
			for i := range charges {
				if err := encoder.Encode(&charges[i]); err != nil {
					return err
				}
			}
			return nil
		})
		total.wall, total.cpu = total.wall+m.wall, total.cpu+m.cpu
		return err
	})
	return total, err
}
