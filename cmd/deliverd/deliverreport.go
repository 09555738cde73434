package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"deliverd/internal/delivery"
)

// deliverReport prints the outcomes of deliver as they come, or all of them as
// JSON at the end, and knows the exit code they come to.
type deliverReport struct {
	app        *app
	asked      int           // how many deliveries there are to report
	due        bool          // what is due was asked for
	Deliveries []outcomeJSON `json:"deliveries"`

	Errors []accountErrorJSON `json:"errors,omitempty"` // that no delivery is to blame for
}

func newDeliverReport(a *app, asked int) *deliverReport {
	return &deliverReport{app: a, asked: asked, Deliveries: []outcomeJSON{}}
}

// outcomeJSON is the stable shape of one outcome (docs/json.md). Amounts are
// decimal texts; absent fields are left out.
type outcomeJSON struct {
	UIN         string       `json:"uin"`
	Cadence     string       `json:"cadence"`
	Period      string       `json:"period"`
	Key         string       `json:"key"`
	Due         string       `json:"due"`
	Result      string       `json:"result"`
	Error       string       `json:"error,omitempty"`
	Try         string       `json:"try,omitempty"`
	Reasons     []reasonJSON `json:"reasons,omitempty"`
	Differences []string     `json:"differences,omitempty"`
	Snapshot    string       `json:"snapshot,omitempty"`
	Source      string       `json:"source,omitempty"`
	Reconcile   string       `json:"reconcile"`
	Lines       int64        `json:"lines"`
	Rows        int64        `json:"rows"`
	Days        int          `json:"days"`
	Members     int          `json:"members"`
	Gross       string       `json:"gross,omitempty"`
	Billed      string       `json:"billed,omitempty"`
	Bytes       int64        `json:"bytes"`
	CRC64       string       `json:"crc64,omitempty"`
	BrokenRules []string     `json:"brokenRules,omitempty"`
	Unknown     []string     `json:"unknownProducts,omitempty"`
	UnknownRows int64        `json:"unknownProductRows"`
	SkippedRows int64        `json:"skippedRows"`
	Skipped     []string     `json:"skipped,omitempty"`
	Warnings    []string     `json:"warnings,omitempty"`
}

type reasonJSON struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Try  string `json:"try"`
}

func (r *deliverReport) add(o delivery.Outcome) {
	shape := toJSON(&o)
	r.app.code = worst(r.app.code, codeOf(&o))
	r.Deliveries = append(r.Deliveries, shape)
	if !r.app.json {
		r.print(&o, &shape)
	}
}

// fail takes note of an account that could not be worked on, or not to the end.
func (r *deliverReport) fail(uin string, err error) {
	r.Errors = append(r.Errors, toAccountError(uin, err))
}

func toJSON(o *delivery.Outcome) outcomeJSON {
	shape := outcomeJSON{
		UIN: o.Account, Cadence: string(o.Period.Cadence), Period: o.Period.String(), Key: o.Key, Due: o.Due.Format(time.RFC3339),
		Result: string(o.Result), Try: o.Remedy(), Differences: o.Differences, Snapshot: o.Snapshot, Source: o.Source, Reconcile: o.Reconcile,
		Lines: o.Lines, Rows: o.Rows, Days: o.Days, Members: o.Members, Gross: o.Gross, Billed: o.Billed, Bytes: o.Size,
		BrokenRules: o.BrokenRules, Unknown: o.UnknownProducts, UnknownRows: o.UnknownRows, SkippedRows: o.SkippedRows, Skipped: o.Skipped, Warnings: o.Warnings,
	}
	if o.Err != nil {
		shape.Error = o.Err.Error()
	}
	if o.Snapshot != "" {
		shape.CRC64 = strconv.FormatUint(o.CRC64, 10)
	}
	for _, reason := range o.Reasons {
		shape.Reasons = append(shape.Reasons, reasonJSON{string(reason.Kind), reason.Text, reason.Remedy})
	}
	return shape
}

// codeOf is the exit code of one outcome.
func codeOf(o *delivery.Outcome) int {
	switch {
	case o.Result == delivery.Failed:
		return exitFailed
	case o.Result == delivery.Held, o.Result == delivery.Waiting:
		return exitHeld
	case o.SkippedRows > 0, len(o.Warnings) > 0:
		return exitNotAsShould
	default:
		return exitDone
	}
}

func (r *deliverReport) print(o *delivery.Outcome, shape *outcomeJSON) {
	out := r.app.stdout
	fmt.Fprintf(out, "%-13s %s", shape.Result, shape.Key)
	if o.Snapshot != "" {
		fmt.Fprintf(out, "  %d rows of %d lines, billed %s, %d bytes, CRC-64 %s, %s", o.Rows, o.Lines, o.Billed, o.Size, shape.CRC64, o.Reconcile)
	}
	fmt.Fprintln(out)
	if len(o.BrokenRules) > 0 && len(o.Reasons) == 0 && len(o.Warnings) == 0 {
		fmt.Fprintf(out, "  %d rules of FOCUS are broken, as the provider's shape does by nature (--json lists them)\n", len(o.BrokenRules))
	}
	if len(o.UnknownProducts) > 0 {
		fmt.Fprintf(out, "  %d rows are of products that the product table does not know (ServiceCategory Other): %s\n", o.UnknownRows, strings.Join(o.UnknownProducts, ", "))
	}
	for _, reason := range o.Reasons {
		fmt.Fprintf(out, "  %s: %s\n", reason.Kind, reason.Text)
	}
	for _, difference := range o.Differences {
		fmt.Fprintf(out, "    %s\n", difference)
	}
	if shape.Error != "" {
		fmt.Fprintf(out, "  %s\n", shape.Error)
	}
	if shape.Try != "" {
		fmt.Fprintf(out, "  try: %s\n", shape.Try)
	}
	if o.SkippedRows > 0 {
		fmt.Fprintf(out, "  WITHOUT %d bad rows of the bill:\n", o.SkippedRows)
		for _, row := range o.Skipped {
			fmt.Fprintf(out, "    %s\n", row)
		}
	}
	for _, warning := range o.Warnings {
		fmt.Fprintf(out, "  warning: %s\n", warning)
	}
}

// end prints what is printed at the end.
func (r *deliverReport) end() error {
	if r.app.json {
		return r.app.printJSON(r)
	}
	if r.asked == 0 && r.due {
		if len(r.Errors) == 0 {
			fmt.Fprintln(r.app.stdout, "nothing to deliver: all that is due is there, or left out by `missed`")
		}
		return nil
	}
	if r.asked == 0 {
		fmt.Fprintln(r.app.stdout, "nothing to deliver: no switched-on or chosen cadence has a file in these days (a monthly one needs its whole month); say --cadence daily, monthly or both")
	}
	return nil
}

func (a *app) printJSON(v any) error {
	encoder := json.NewEncoder(a.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
