// Command bench measures deliverd beside DuckDB on the same rows and threads,
// in one run, and prints a table: what is measured, ours, DuckDB's, their
// ratio, and what is aimed at. It is a module of its own, so that DuckDB is no
// dependency of the product. It does not judge: nothing fails when an aim is
// missed, because a busy machine must not break a build.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// options are the flags.
type options struct {
	lines   int
	runs    int
	threads int
	memory  []int
	binary  string
	dir     string
	only    string
	serve   string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.lines, "lines", 1_000_000, "lines of the bill")
	flags.IntVar(&o.runs, "runs", 3, "how often each is measured; the median counts")
	flags.IntVar(&o.threads, "threads", min(2, runtime.NumCPU()), "threads of both where more than one is used")
	flags.StringVar(&o.binary, "deliverd", "../../bin/deliverd", "the built binary, for the peak memory")
	flags.StringVar(&o.dir, "dir", "", "work in this folder and keep it (default: a temporary one)")
	flags.StringVar(&o.only, "only", "", "only these parts, with commas: encoder, reading, nowhere, bucket, validate, memory")
	flags.StringVar(&o.serve, "serve", "", "serve a bucket from this folder; used by the program itself")
	memory := flags.String("memory", "1000000,2000000,5000000", "lines for which the peak memory of deliverd is taken; empty: none")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, text := range strings.FieldsFunc(*memory, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return o, fmt.Errorf("-memory: %w", err)
		}
		o.memory = append(o.memory, n)
	}
	var err error
	o.binary, err = filepath.Abs(o.binary)
	return o, err
}

func bench(ctx context.Context, args []string) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.serve != "" {
		return serve(o.serve)
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "deliverd-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
	}
	runtime.GOMAXPROCS(o.threads)
	r := &rig{options: o}
	if err := r.prepare(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if o.only != "memory" {
		r.title()
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"encoder", r.encoder}, {"reading", r.reading}, {"nowhere", r.nowhere},
		{"bucket", r.toBucket}, {"validate", r.validate}, {"memory", r.peaks},
	} {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ","), part.name) {
			continue
		}
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}
