package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"deliverd/internal/period"
)

// SwitchOn records that a cadence of a place is switched on: due times after
// a.After count. It is a no-op when the cadence is on already.
func (k *Lock) SwitchOn(ctx context.Context, a Activation) error {
	if !a.Until.IsZero() {
		return fmt.Errorf("switch on %s of account %s: the activation has an end", a.Cadence, a.Place.UIN)
	}
	err := k.write(ctx, a.Place, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO ledger_activations (uin, bucket, cadence, number, after_at, origin)
			SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), count(*) + 1, CAST($4 AS BIGINT), CAST($5 AS TEXT)
			FROM ledger_activations WHERE uin = $1 AND bucket = $2 AND cadence = $3
			HAVING count(*) = count(until_at)`,
			a.Place.UIN, a.Place.Bucket, string(a.Cadence), nanos(a.After), a.Origin)
		return err
	})
	if err != nil {
		return fmt.Errorf("switch on %s of account %s: %w", a.Cadence, a.Place.UIN, err)
	}
	return nil
}

// Settle replaces since when the activation counts that is on, and why.
func (k *Lock) Settle(ctx context.Context, a Activation) error {
	err := k.write(ctx, a.Place, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE ledger_activations SET after_at = $4, origin = $5
			WHERE uin = $1 AND bucket = $2 AND cadence = $3 AND until_at IS NULL`,
			a.Place.UIN, a.Place.Bucket, string(a.Cadence), nanos(a.After), a.Origin)
		return err
	})
	if err != nil {
		return fmt.Errorf("settle since when %s of account %s is on: %w", a.Cadence, a.Place.UIN, err)
	}
	return nil
}

// SwitchOff records that a cadence of a place was switched off: due times after
// at do not count. It is a no-op when the cadence is off already.
func (k *Lock) SwitchOff(ctx context.Context, p Place, c period.Cadence, at time.Time) error {
	if at.IsZero() {
		return fmt.Errorf("switch off %s of account %s: no time is given", c, p.UIN)
	}
	err := k.write(ctx, p, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE ledger_activations SET until_at = $4
			WHERE uin = $1 AND bucket = $2 AND cadence = $3 AND until_at IS NULL`,
			p.UIN, p.Bucket, string(c), nanos(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("switch off %s of account %s: %w", c, p.UIN, err)
	}
	return nil
}

// Record remembers what was tried of a delivery, in place of what was tried
// before, and what was proved, in place of what was proved before unless e.Proof
// is zero. A try without a node is this one's. It is durable when Record returns.
func (k *Lock) Record(ctx context.Context, e Entry) error {
	err := k.write(ctx, e.Place, func(tx *sql.Tx) error {
		return errors.Join(k.ledger.recordTry(ctx, tx, e), recordProof(ctx, tx, e))
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Key, err)
	}
	return nil
}

// Forget forgets what was proved of a delivery: its object is about to be
// written, and whatever comes of that, the proof is of the one before. It is a
// no-op where nothing was proved.
func (k *Lock) Forget(ctx context.Context, p Place, of period.Period) error {
	err := k.write(ctx, p, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE ledger_entries SET proved_at = NULL, size = 0, crc64 = '0', line_count = 0, row_count = 0, days = 0, members = 0,
				gross = '', billed = '', snapshot = '', focus = '', profile = '', reconcile = ''
			WHERE uin = $1 AND bucket = $2 AND cadence = $3 AND period = $4 AND proved_at IS NOT NULL`,
			p.UIN, p.Bucket, string(of.Cadence), of.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was proved of %s of account %s: %w", of, p.UIN, err)
	}
	return nil
}

func (l *Ledger) recordTry(ctx context.Context, tx *sql.Tx, e Entry) error {
	d, try := l.where.dialect(), e.Try
	if try.Node == "" {
		try.Node = l.config.Node
	}
	var toGo any // until try.Next
	if !try.Next.IsZero() {
		toGo = int64(try.Next.Sub(d.here()))
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO ledger_entries (uin, bucket, cadence, period, object_key, due_at, result, tried_at, attempts, next_at, why, remedy, node)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CAST($10 AS BIGINT) + `+d.clock+`, $11, $12, $13)
		ON CONFLICT (uin, bucket, cadence, period) DO UPDATE SET
			object_key = excluded.object_key, due_at = excluded.due_at, result = excluded.result, tried_at = excluded.tried_at,
			attempts = excluded.attempts, next_at = excluded.next_at, why = excluded.why, remedy = excluded.remedy, node = excluded.node`,
		e.Place.UIN, e.Place.Bucket, string(e.Period.Cadence), e.Period.String(), e.Key, nanos(e.Due),
		try.Result, nanos(try.At), try.Attempts, toGo, try.Why, try.Remedy, try.Node)
	return err
}

func recordProof(ctx context.Context, tx *sql.Tx, e Entry) error {
	proof := e.Proof
	if proof == (Proof{}) {
		return nil
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE ledger_entries SET proved_at = $5, size = $6, crc64 = $7, line_count = $8, row_count = $9, days = $10, members = $11,
			gross = $12, billed = $13, snapshot = $14, focus = $15, profile = $16, reconcile = $17
		WHERE uin = $1 AND bucket = $2 AND cadence = $3 AND period = $4`,
		e.Place.UIN, e.Place.Bucket, string(e.Period.Cadence), e.Period.String(),
		nanos(proof.At), proof.Size, strconv.FormatUint(proof.CRC64, 10), proof.Lines, proof.Rows, proof.Days, proof.Members,
		proof.Gross, proof.Billed, proof.Snapshot, proof.Focus, proof.Profile, proof.Reconcile)
	return err
}
