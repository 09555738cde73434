package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"deliverd/internal/bill"
	"deliverd/internal/config"
	"deliverd/internal/cosdest/cosserver"
	"deliverd/internal/period"
	"deliverd/internal/sample"
)

const (
	demoUIN   = "200020002001"
	demoMonth = "2025-11"
	demoDay   = "2025-11-17"
	demoLines = 12_000
)

type demoFlags struct {
	dir   string
	lines int
}

func (a *app) demoCommand() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "the whole job on a sample bill, without a cloud account",
		Long: "demo invents a bill of every kind of line, serves a local COS bucket, delivers a daily\n" +
			"and a monthly file into it through the COS SDK, lists and verifies them, and holds the\n" +
			"sums of what it downloads against those of the bill.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), f) },
	}
	cmd.Flags().StringVar(&f.dir, "dir", "", "work in this folder and keep it (default: a temporary one)")
	cmd.Flags().IntVar(&f.lines, "lines", demoLines, "lines of the sample bill")
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

func (a *app) demo(ctx context.Context, f demoFlags) (err error) {
	if f.lines < 1 {
		return usage("--lines 12000", "--lines: a bill has at least one line")
	}
	dir := f.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "deliverd-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := &demo{app: a, dir: dir}
	wait, err := d.prepare(ctx, f.lines)
	if err != nil {
		return err
	}
	err = d.show(ctx)
	stop()
	if a.json && err == nil {
		err = a.printJSON(d.told)
	}
	return errors.Join(err, wait())
}

// demoJSON is the stable shape of a demonstration (docs/json.md).
type demoJSON struct {
	Deliveries []outcomeJSON  `json:"deliveries"`
	Checks     []checkJSON    `json:"checks"`
	States     map[string]int `json:"states"`
	Sums       []sumJSON      `json:"sums"`
}

// sumJSON is what a downloaded file comes to, and what the bill's lines do.
type sumJSON struct {
	Key    string `json:"key"`
	Bytes  int64  `json:"bytes"`
	Rows   int    `json:"rows"`
	Billed string `json:"billed"` // sum of the file's BilledCost
	Bill   string `json:"bill"`   // sum of the bill's lines
	Equal  bool   `json:"equal"`
}

// demo is one demonstration.
type demo struct {
	app    *app
	dir    string
	config string // path of the configuration it wrote

	told demoJSON

	daily, monthly decimal.Decimal // what the bill's lines come to: through demoDay, and in all
}

// prepare writes the sample bill and the configuration and starts the bucket.
func (d *demo) prepare(ctx context.Context, lines int) (wait func() error, err error) {
	bills := filepath.Join(d.dir, "bills")
	if err := os.MkdirAll(bills, 0o750); err != nil {
		return nil, err
	}
	file := filepath.Join(bills, demoUIN+"-202511-by_used_time-bill_details.zip")
	if err := d.writeBill(file, lines); err != nil {
		return nil, err
	}
	d.say("# a bill of %d lines in %s\n", lines, file)

	key := filepath.Join(d.dir, "secret-key")
	const id, secret, bucket = "AKIDdemo", "demo-secret-key", "demo-1250000000"
	if err := os.WriteFile(key, []byte(secret+"\n"), 0o600); err != nil {
		return nil, err
	}
	server, err := cosserver.New(cosserver.Config{Dir: filepath.Join(d.dir, "bucket"), Bucket: bucket, SecretID: id, SecretKey: secret})
	if err != nil {
		return nil, err
	}
	url, wait, err := serve(ctx, "127.0.0.1:0", server)
	if err != nil {
		return nil, err
	}
	d.config = filepath.Join(d.dir, "deliverd.yaml")
	text := fmt.Sprintf("state: %q\naccounts:\n  - uin: %q\n    group-admin: true\n    daily: {at: \"0 3 18 * *\"} # one daily file a month, to keep the demonstration short\n    source: {files: %q}\n    bucket: {url: %q, secret-id: %s, secret-key-file: %q}\n",
		filepath.Join(d.dir, "state"), demoUIN, bills, url, id, key)
	d.say("# a COS bucket at %s, a configuration in %s\n", url, d.config)
	return wait, os.WriteFile(d.config, []byte(text), 0o600)
}

// writeBill renders the sample bill as the provider stores it, and adds it up
// on the way with arithmetic that the rest of deliverd has no part in.
func (d *demo) writeBill(path string, lines int) (err error) {
	month, err := period.ParseMonth(demoMonth)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	b := sample.Bill{UIN: demoUIN, Month: month, Lines: lines, Seed: 1, Members: 3}
	entry := demoUIN + "-202511-by_used_time-bill_details.csv"
	if err := sample.WriteZip(file, entry, sample.DirectCSV, d.adding(b.All())); err != nil {
		return err
	}
	settled := d.app.now().Add(-time.Hour) // a file that changed within a minute is not ready
	return os.Chtimes(path, settled, settled)
}

func (d *demo) adding(lines iter.Seq[*bill.Line]) iter.Seq[*bill.Line] {
	number := func(text string) decimal.Decimal {
		if text == "" {
			return decimal.Zero
		}
		return decimal.RequireFromString(text)
	}
	return func(yield func(*bill.Line) bool) {
		for l := range lines {
			payable := number(l[bill.RealCost]).Sub(number(l[bill.VoucherPay]))
			d.monthly = d.monthly.Add(payable)
			if l[bill.BillDay] <= demoDay {
				d.daily = d.daily.Add(payable)
			}
			if !yield(l) {
				return
			}
		}
	}
}

// say prints for a person.
func (d *demo) say(format string, args ...any) {
	if !d.app.json {
		fmt.Fprintf(d.app.stdout, format, args...)
	}
}

// show delivers, delivers again, verifies and adds up.
func (d *demo) show(ctx context.Context) error {
	daily, monthly := span{daily: demoDay}, span{monthly: demoMonth}
	for i, s := range []span{daily, monthly, monthly} {
		again := ""
		if i == 2 {
			again = "# again: nothing to do\n"
		}
		d.say("\n%s$ deliverd deliver --config deliverd.yaml %s\n", again, s)
		report, err := d.app.deliverAll(ctx, deliverFlags{config: d.config, span: s})
		if err != nil {
			return err
		}
		d.told.Deliveries = append(d.told.Deliveries, report.Deliveries...)
	}
	all := verifyFlags{config: d.config, from: demoMonth + "-01", to: demoMonth + "-30"}
	d.say("\n$ deliverd verify --config deliverd.yaml --from %s --to %s\n", all.from, all.to)
	report, err := d.app.checkAll(ctx, all)
	if err != nil {
		return err
	}
	d.told.Checks, d.told.States = report.Checks, report.States
	if !d.app.json {
		d.app.printChecks(report)
	}
	return d.compare(ctx)
}

func (s span) String() string {
	if s.daily != "" {
		return "--daily " + s.daily
	}
	return "--monthly " + s.monthly
}

// compare downloads the objects and holds their sums against the bill's.
func (d *demo) compare(ctx context.Context) error {
	cfg, err := config.Load(d.config)
	if err != nil {
		return err
	}
	bucket, err := newBucket(cfg.Accounts[0], nil, d.app.log())
	if err != nil {
		return err
	}
	sums := map[string]sumJSON{}
	billed := map[string]decimal.Decimal{}
	d.say("\n# what the bucket lists, and what the downloaded files come to\n")
	for o, err := range bucket.List(ctx, "") {
		if err != nil {
			return err
		}
		body, err := bucket.Get(ctx, o.Key)
		if err != nil {
			return err
		}
		rows, sum, err := sumColumn(body, "BilledCost")
		if err := errors.Join(err, body.Close()); err != nil {
			return err
		}
		billed[o.Key], sums[o.Key] = sum, sumJSON{Key: o.Key, Bytes: o.Size, Rows: rows, Billed: sum.String()}
		d.say("%s  %d bytes  %d rows  BilledCost %s\n", o.Key, o.Size, rows, sum)
	}
	month, _ := period.ParseMonth(demoMonth)
	day, _ := period.ParseDay(demoDay)
	for _, want := range []struct {
		what string
		key  string
		sum  decimal.Decimal
	}{
		{"through " + demoDay, period.DailyOf(day).Key(demoUIN), d.daily},
		{"in " + demoMonth, period.MonthlyOf(month).Key(demoUIN), d.monthly},
	} {
		if got := billed[want.key]; !got.Equal(want.sum) {
			return fmt.Errorf("the bill's lines %s come to %s, %s to %s", want.what, want.sum, want.key, got)
		}
		sum := sums[want.key]
		sum.Bill, sum.Equal = want.sum.String(), true
		d.told.Sums = append(d.told.Sums, sum)
		d.say("the bill's lines %s come to %s: equal\n", want.what, want.sum)
	}
	return nil
}

// sumColumn adds up one column of a CSV.
func sumColumn(r io.Reader, column string) (rows int, sum decimal.Decimal, err error) {
	table := csv.NewReader(r)
	table.ReuseRecord = true
	header, err := table.Read()
	if err != nil {
		return 0, sum, err
	}
	at := -1
	for i, name := range header {
		if name == column {
			at = i
		}
	}
	if at < 0 {
		return 0, sum, fmt.Errorf("no column %s", column)
	}
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			return rows, sum, nil
		}
		if err != nil {
			return rows, sum, err
		}
		cost, err := decimal.NewFromString(record[at])
		if err != nil {
			return rows, sum, err
		}
		rows, sum = rows+1, sum.Add(cost)
	}
}
