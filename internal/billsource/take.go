package billsource

import (
	"errors"
	"fmt"
	"strings"

	"deliverd/internal/bill"
	"deliverd/internal/period"
)

// receiver takes the rows of a bill as CSV and JSON reading finds them.
type receiver interface {
	// take gets the lines of a row (several of one JSON record), whose fields
	// are clean, and what the source says their bill month is ("" where it says
	// nothing). The lines are the receiver's until take returns.
	take(lines []bill.Line, month string, at *place) error

	// bad gets a bad row. The error it returns ends the reading; nil leaves
	// the row out.
	bad(*RowError) error
}

// place is where a row stands. names are the fields' names in that file.
type place struct {
	file  string
	row   int64
	names *[bill.NumFields]string
	month string // the name of the bill month column
}

// problem is the row error of a field error.
func (at *place) problem(err error) *RowError {
	e := &RowError{File: at.file, Row: at.row, Problem: err.Error(), Fix: downloadAgain}
	if field, ok := errors.AsType[*bill.FieldError](err); ok {
		e.Column, e.Value, e.Problem, e.Fix = at.names[field.Field], field.Value, at.named(field.Problem), field.Fix
	}
	if !strings.Contains(e.Fix, "--skip-bad-rows") {
		e.Fix += orSkip
	}
	return e
}

// named gives the fields that a text speaks of the names that the file has
// for them.
func (at *place) named(text string) string {
	for _, f := range [...]bill.Field{bill.RealCost, bill.VoucherPay, bill.TaxAmount} {
		if at.names[f] != "" {
			text = strings.ReplaceAll(text, f.String(), at.names[f])
		}
	}
	return text
}

// taker checks and completes lines, and hands them on.
type taker struct {
	want      bill.Request
	wantMonth string // 2025-11
	emit      func(*bill.Line) error
	file      string // the file that is read
	part      string // what of it: itself or a member, by the name that messages have
	partOf    string // the same as a line has it
	reading   bill.Reading
	records   int64  // rows handed on; a record of JSON has several lines
	promised  int64  // the greatest Total of a JSON page
	greatest  string // the greatest bill day given
	agreed    string // the last month text that was right
	named     bool   // some line names the account
	foreign   *RowError
}

func newTaker(want bill.Request, emit func(*bill.Line) error) *taker {
	return &taker{want: want, wantMonth: want.Month.String(), emit: emit}
}

// take checks all lines of a row before it hands on the first: half a record
// is worse than none.
func (t *taker) take(lines []bill.Line, month string, at *place) error {
	for i := range lines {
		line := &lines[i]
		if ok, err := t.ofMonth(line, month, at); !ok {
			return err
		}
		if err := t.ofAccount(line, at); err != nil {
			return err
		}
		if saysNothing(line) {
			return t.bad(&RowError{at.file, at.row, "", "", "has an amount and says nothing of what, when or whose: it looks like a total at the foot",
				"take the row out" + orSkip})
		}
		if err := line.Complete(t.want.Month); err != nil {
			return t.bad(at.problem(err))
		}
		line[bill.SourceFile] = t.source(at.file)
	}
	t.records++
	for i := range lines {
		t.greatest = max(t.greatest, lines[i][bill.BillDay])
		t.reading.Lines++
		if err := t.emit(&lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// source is what a line says of where it was read: the members of an archive
// are one file, cut wherever a part was full.
func (t *taker) source(part string) string {
	if part != t.part || t.partOf == "" {
		t.part, t.partOf = part, t.file
		if member := strings.TrimPrefix(part, t.file+"!"); member != part {
			t.partOf += "/" + member
		}
	}
	return t.partOf
}

const skippedTold = 20

func (t *taker) bad(e *RowError) error {
	if !t.want.SkipBadRows {
		return e
	}
	t.reading.SkippedRows++
	if len(t.reading.Skipped) < skippedTold {
		t.reading.Skipped = append(t.reading.Skipped, e.Error())
	}
	return nil
}

// saysNothing reports whether a line names no account, product, transaction or
// time at all.
func saysNothing(line *bill.Line) bool {
	for _, f := range [...]bill.Field{
		bill.RecordID, bill.BillDay, bill.PayerUin, bill.OwnerUin, bill.BusinessCode, bill.BusinessName, bill.ProductCode, bill.ProductName,
		bill.ActionType, bill.ActionTypeName, bill.BillID, bill.OrderID, bill.TransactionTime, bill.UsageStart, bill.UsageEnd,
	} {
		if line[f] != "" {
			return false
		}
	}
	return true
}

// ofMonth holds the row's month against the wanted one: the bill month where
// the source has it; else the bill day, which lies in its month. Where the
// bill month agrees, a bill day outside is clamped like any other day.
//
// A row of another month is no bad row to be skipped: the file is wrong.
func (t *taker) ofMonth(line *bill.Line, month string, at *place) (ok bool, err error) {
	if month != "" && month == t.agreed {
		return true, nil
	}
	if month == "" {
		day := line[bill.BillDay]
		if day == "" || strings.HasPrefix(day, t.wantMonth) {
			return true, nil
		}
		return false, t.otherMonth(at, at.names[bill.BillDay], day, day[:len(t.wantMonth)])
	}
	m, known := parseMonth(month)
	switch {
	case !known:
		return false, t.bad(&RowError{at.file, at.row, at.month, month, "is no month", "write it as " + t.wantMonth + orSkip})
	case m != t.want.Month:
		return false, t.otherMonth(at, at.month, month, m.String())
	}
	t.agreed = month
	return true, nil
}

func (t *taker) otherMonth(at *place, column, value, month string) error {
	return &RowError{at.file, at.row, column, value, "is not of " + t.wantMonth, "give the bill of " + t.wantMonth + ", or ask for " + month}
}

// parseMonth reads the spellings of a bill month: 2025-11, 202511, 2025/11,
// with or without a day and a time behind it.
func parseMonth(text string) (period.Month, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), "/", "-")
	if len(text) > len("2025-11") && text[len("2025-11")] == '-' {
		text = text[:len("2025-11")]
	}
	m, err := period.ParseMonth(text)
	return m, err == nil
}

// ofAccount tells whether a line belongs to the wanted bill: the account pays
// for it, or owns it (a reseller's customer is the owner, the reseller pays).
// A group administrator's bill holds lines of any owner, but somewhere it must
// name the account. A line that names nobody is the account's.
//
// A line of somebody else is no bad row to be skipped: the file is wrong.
func (t *taker) ofAccount(line *bill.Line, at *place) error {
	payer, owner := line[bill.PayerUin], line[bill.OwnerUin]
	switch {
	case payer == t.want.UIN || owner == t.want.UIN:
		t.named = true
		return nil
	case payer == "" && owner == "":
		return nil
	case t.want.GroupAdmin && t.foreign != nil:
		return nil //nolint:nilerr // the first foreign row is kept already, for the end
	}
	field, value := bill.OwnerUin, owner
	if owner == "" {
		field, value = bill.PayerUin, payer
	}
	e := &RowError{at.file, at.row, at.names[field], value, "is another account than " + t.want.UIN,
		"give the bill of " + t.want.UIN + "; if that account administers a group, set group-admin: true"}
	if strings.ContainsAny(value, "eE.") {
		e.Fix = "a spreadsheet has rounded the account: download the file again, and do not save it from there"
	}
	if t.want.GroupAdmin {
		t.foreign = e
		return nil
	}
	return e
}

// namesAccount is the end of what ofAccount began: a bill with accounts in
// it, none of which is the wanted one, is somebody else's.
func (t *taker) namesAccount(chosen *choice) error {
	if t.named || t.foreign == nil {
		return nil
	}
	return &FileError{
		File:    chosen.source(),
		Problem: fmt.Sprintf("names account %s in no line, neither as payer nor as owner; row %d of %s is of %s", t.want.UIN, t.foreign.Row, t.foreign.File, t.foreign.Value),
		Fix:     "give the bill of " + t.want.UIN,
	}
}
