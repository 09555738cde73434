package rehearse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc64"
	"slices"
	"strconv"

	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

func (r *rehearsal) wrong(kind, uin, key, why string) {
	counts := map[string]*int{
		"missing": &r.report.Summary.Missing, "extra": &r.report.Summary.Extra, "partial": &r.report.Summary.Partial,
		"open upload": &r.report.Summary.OpenUploads, "unproved": &r.report.Summary.Unproved,
	}
	*counts[kind]++
	r.report.Wrong = append(r.report.Wrong, Wrong{kind, uin, key, why})
}

// landed looks at what the work over an account has stored: whether it was
// called for, and whether it is the whole file.
func (r *rehearsal) landed(a *account) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, all := r.clock.Now(), r.pending
	r.pending = nil
	for _, l := range all {
		b, key := a.bucket, l.key
		content, there := b.Content(key)
		crc := crc64.Checksum(content, crc64.MakeTable(crc64.ECMA))
		before, had := b.held[key]
		p, ours := a.period(key)
		if !there || had && before == crc || !ours {
			continue
		}
		b.held[key] = crc
		e := Entry{What: Landed, UIN: a.UIN, Key: key, Bytes: int64(len(content)), Attempts: b.tries[key] + 1}
		due, calledFor := a.wanted[p.Cadence].due(now)[p]
		switch {
		case !calledFor:
			r.wrong("extra", a.UIN, key, "it landed at "+r.at().Format(scriptTime)+" and was not called for")
		case had:
			e.What = Replaced
		case b.first[key]:
			e.What = Restored
		case now.Sub(due) > a.Freshness:
			e.Late = true
			r.report.Summary.Late++
		}
		delete(b.tries, key)
		delete(b.last, key)
		b.first[key] = true
		rows, err := rowsOf(content)
		if want := a.source.rows(p); err != nil || rows != want {
			r.wrong("partial", a.UIN, key, fmt.Sprintf("%d rows (%v) when it landed, want %d", rows, err, want))
		}
		e.Rows = rows
		r.tell(e)
	}
}

// rowsOf counts the rows of a file below its header.
func rowsOf(content []byte) (int, error) {
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err == nil && (len(records) == 0 || !bytes.HasSuffix(content, []byte("\n"))) {
		err = errors.New("it ends amid a row")
	}
	return len(records) - 1, err
}

// judge holds the bucket against what was called for, and the ledger against the
// bucket.
func (r *rehearsal) judge(ctx context.Context) (err error) {
	book, err := ledger.Open(ctx, r.ledger(true))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for _, a := range r.accounts {
		entries, err := book.Entries(ctx, a.place())
		if err != nil {
			return err
		}
		r.judgeMissing(a)
		r.judgeObjects(a, entries)
		for _, key := range a.bucket.OpenUploads() {
			r.wrong("open upload", a.UIN, key, "nobody completed or aborted it")
		}
	}
	return nil
}

func (r *rehearsal) judgeMissing(a *account) {
	for _, cadence := range cadences {
		w := a.wanted[cadence]
		expected := w.due(r.clock.Now())
		for p, due := range expected {
			r.report.Summary.Expected++
			switch {
			case a.has(p):
				r.report.Summary.Landed++
			case w.left[p]:
				r.report.Summary.LeftOut++
			default:
				r.wrong("missing", a.UIN, a.Key(p), "due since "+due.In(r.cfg.Zone).Format(scriptTime))
			}
		}
	}
	slices.SortStableFunc(r.report.Wrong, func(x, y Wrong) int { return cmp.Compare(x.UIN+x.Key, y.UIN+y.Key) })
}

// judgeObjects looks at all that is in an account's bucket.
func (r *rehearsal) judgeObjects(a *account, entries []ledger.Entry) {
	proofs := map[string]ledger.Proof{}
	for _, e := range entries {
		proofs[e.Key] = e.Proof
	}
	for _, o := range a.bucket.Objects() {
		content, _ := a.bucket.Content(o.Key)
		crc := crc64.Checksum(content, crc64.MakeTable(crc64.ECMA))
		p, ours := a.period(o.Key)
		landed, known := a.bucket.held[o.Key]
		switch {
		case !ours || !known:
			r.wrong("extra", a.UIN, o.Key, "nobody saw it land")
			continue
		case crc != landed, o.Meta["deliverd-size"] != strconv.Itoa(len(content)), o.Meta["deliverd-crc64"] != strconv.FormatUint(crc, 10):
			r.wrong("partial", a.UIN, o.Key, "it is not what landed, or not what its metadata says")
		}
		if why := r.unproved(a, p, o, proofs[o.Key]); why != "" {
			r.wrong("unproved", a.UIN, o.Key, why)
		}
	}
}

// unproved says in what the ledger does not agree with an object. It need not
// know one that is called for no more: of a cadence that is off, or that the
// ledger forgot.
func (r *rehearsal) unproved(a *account, p period.Period, o object.Object, proof ledger.Proof) string {
	_, calledFor := a.wanted[p.Cadence].due(r.clock.Now())[p]
	switch {
	case proof.At.IsZero() && calledFor:
		return "the ledger has no proof of it"
	case !proof.At.IsZero() && (proof.Size != o.Size || proof.CRC64 != o.CRC64):
		return fmt.Sprintf("the ledger has %d bytes with CRC-64 %d, the bucket %d bytes with CRC-64 %d", proof.Size, proof.CRC64, o.Size, o.CRC64)
	}
	return ""
}
