package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"deliverd/internal/period"
)

// Totals are what the newest snapshot of a bill comes to. They lie in the
// ledger, so that every node answers for a bill whose lines lie with one.
type Totals struct {
	UIN      string
	Month    period.Month
	Snapshot string
	Source   string    // what the bill was read from, for people
	Taken    time.Time // by the clock of the node that took the snapshot, for people
	Encoded  []byte    // UTF-8 text without NUL, in an encoding that is the bill's
}

// RecordTotals remembers what a new snapshot of the account comes to, in place
// of the one before. It is durable when RecordTotals returns.
func (k *Lock) RecordTotals(ctx context.Context, t Totals) error {
	err := k.write(ctx, Place{UIN: t.UIN}, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO ledger_totals (uin, month, snapshot, source, taken_at, encoded) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (uin, month) DO UPDATE SET
				snapshot = excluded.snapshot, source = excluded.source, taken_at = excluded.taken_at, encoded = excluded.encoded`,
			t.UIN, t.Month.String(), t.Snapshot, t.Source, nanos(t.Taken), string(t.Encoded))
		return err
	})
	if err != nil {
		return fmt.Errorf("record totals of account %s, %s: %w", t.UIN, t.Month, err)
	}
	return nil
}

// Totals returns what the newest snapshot of a bill comes to; found is false
// while none was ever recorded.
func (l *Ledger) Totals(ctx context.Context, uin string, month period.Month) (t Totals, found bool, err error) {
	return l.TotalsUnless(ctx, uin, month, "")
}

// TotalsUnless is Totals for who has those of the snapshot known already: if
// that is still the newest, Encoded is left out, which spares reading it.
func (l *Ledger) TotalsUnless(ctx context.Context, uin string, month period.Month, known string) (t Totals, found bool, err error) {
	all, err := query(ctx, l, `
		SELECT snapshot, source, taken_at, CASE WHEN snapshot = $3 THEN '' ELSE encoded END
		FROM ledger_totals WHERE uin = $1 AND month = $2`, []any{uin, month.String(), known},
		func(scan func(...any) error) (Totals, error) {
			t := Totals{UIN: uin, Month: month}
			var taken *int64
			err := scan(&t.Snapshot, &t.Source, &taken, &t.Encoded)
			t.Taken = moment(taken)
			return t, err
		})
	if err != nil {
		return Totals{}, false, fmt.Errorf("read totals of account %s, %s: %w", uin, month, err)
	}
	if len(all) == 0 {
		return Totals{}, false, nil
	}
	return all[0], true, nil
}
