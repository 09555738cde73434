package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"deliverd/internal/period"
)

// Activations returns when the cadences of a place were switched on and off,
// oldest first.
func (l *Ledger) Activations(ctx context.Context, p Place) ([]Activation, error) {
	all, err := query(ctx, l, `
		SELECT cadence, after_at, until_at, origin FROM ledger_activations
		WHERE uin = $1 AND bucket = $2 ORDER BY after_at, number`, []any{p.UIN, p.Bucket},
		func(scan func(...any) error) (Activation, error) {
			a := Activation{Place: p}
			var after, until *int64
			err := scan((*string)(&a.Cadence), &after, &until, &a.Origin)
			a.After, a.Until = moment(after), moment(until)
			return a, err
		})
	if err != nil {
		return nil, fmt.Errorf("read activations of account %s: %w", p.UIN, err)
	}
	return all, nil
}

// Places returns every place of which a cadence is on, by account.
func (l *Ledger) Places(ctx context.Context) ([]Place, error) {
	all, err := query(ctx, l, `SELECT DISTINCT uin, bucket FROM ledger_activations WHERE until_at IS NULL`, nil,
		func(scan func(...any) error) (p Place, err error) {
			err = scan(&p.UIN, &p.Bucket)
			return p, err
		})
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	slices.SortFunc(all, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.UIN, b.UIN), cmp.Compare(a.Bucket, b.Bucket))
	})
	return all, nil
}

// Entries returns what is remembered of a place's deliveries, by cadence and
// period.
func (l *Ledger) Entries(ctx context.Context, p Place) ([]Entry, error) {
	d := l.where.dialect()
	here := d.here()
	all, err := query(ctx, l, `
		SELECT cadence, period, object_key, due_at, result, tried_at, attempts, next_at - `+d.clock+`, why, remedy, node,
			proved_at, size, crc64, line_count, row_count, days, members, gross, billed, snapshot, focus, profile, reconcile
		FROM ledger_entries WHERE uin = $1 AND bucket = $2`, []any{p.UIN, p.Bucket},
		func(scan func(...any) error) (Entry, error) { return scanEntry(p, here, scan) })
	if err != nil {
		return nil, fmt.Errorf("read deliveries of account %s: %w", p.UIN, err)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Period.Cadence, b.Period.Cadence), a.Period.Through.Compare(b.Period.Through))
	})
	return all, nil
}

func scanEntry(p Place, here time.Time, scan func(...any) error) (Entry, error) {
	e := Entry{Place: p}
	try, proof := &e.Try, &e.Proof
	var cadence, when, crc string
	var due, tried, toGo, proved *int64
	err := scan(&cadence, &when, &e.Key, &due, &try.Result, &tried, &try.Attempts, &toGo, &try.Why, &try.Remedy, &try.Node,
		&proved, &proof.Size, &crc, &proof.Lines, &proof.Rows, &proof.Days, &proof.Members, &proof.Gross, &proof.Billed,
		&proof.Snapshot, &proof.Focus, &proof.Profile, &proof.Reconcile)
	if err != nil {
		return e, err
	}
	if e.Period, err = parsePeriod(period.Cadence(cadence), when); err != nil {
		return e, err
	}
	if proof.CRC64, err = strconv.ParseUint(crc, 10, 64); err != nil {
		return e, fmt.Errorf("%s has a damaged CRC-64: %w", e.Key, err)
	}
	e.Due, try.At, proof.At = moment(due), moment(tried), moment(proved)
	if toGo != nil {
		try.Next = here.Add(time.Duration(*toGo)).UTC()
	}
	return e, nil
}

func parsePeriod(c period.Cadence, text string) (period.Period, error) {
	switch c {
	case period.Daily:
		day, err := period.ParseDay(text)
		return period.DailyOf(day), err
	case period.Monthly:
		month, err := period.ParseMonth(text)
		return period.MonthlyOf(month), err
	}
	return period.Period{}, fmt.Errorf("%q is no cadence", c)
}

// query reads all rows of a result; an empty ledger has none.
func query[T any](ctx context.Context, l *Ledger, text string, args []any, read func(scan func(...any) error) (T, error)) (all []T, err error) {
	if l.empty {
		return nil, nil
	}
	defer func() { err = unusable(l.name, err) }()
	db, err := l.where.reader()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.config.Patience) // a server that hangs says nothing for ever
	defer cancel()
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		row, err := read(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
