package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// differences says where a bill that would shrink a file became less: the
// product, the member and the bill day that lost most since the snapshot
// before. An object's metadata does not know products, snapshots do; where
// there is no earlier one, the reasons alone have to do. It compares what the
// reference's file holds, and takes a pass over both snapshots.
func (d *Deliverer) differences(ctx context.Context, snap *snapshot.Snapshot, b *before, reasons []Reason) []string {
	if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Kind == ReasonShrink }) {
		return nil
	}
	earlier, err := d.cfg.Snapshots.Previous(d.cfg.Account.UIN, snap.Month())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var was, is parts
	if err == nil {
		through, _ := d.cfg.Account.parse(b.reference.Key)
		err = cmp.Or(was.add(ctx, earlier, through), is.add(ctx, snap, through))
	}
	if err != nil { // the file is held all the same
		d.cfg.Log.Warn("cannot say where the bill became less", zap.String("uin", d.cfg.Account.UIN), zap.NamedError("err", err))
		return nil
	}
	var found []string
	for i, part := range []struct{ name, many string }{{"product", "product"}, {"member", "member"}, {"bill day", "day"}} {
		if worst := worstOf(was[i], is[i], part.many); worst != "" {
			found = append(found, part.name+" "+worst)
		}
	}
	return found
}

// parts are the lines and the gross of a bill by product, by member and by day.
type parts [3]map[string]part

type part struct {
	lines int64
	gross amount.Amount
}

func (p *parts) add(ctx context.Context, snap *snapshot.Snapshot, of period.Period) error {
	for i := range p {
		p[i] = map[string]part{}
	}
	through := of.Through
	if of.Whole() {
		through = period.Day{}
	}
	return snap.Each(ctx, through, func(l *bill.Line) error {
		m, err := l.Money()
		if err != nil {
			return err
		}
		product, name := l.Product()
		for i, key := range []string{cmp.Or(product, name), l.Owner(), l[bill.BillDay]} {
			sum := p[i][key]
			sum.lines++
			if m.List.Valid && m.List.Amount.Sign() > 0 {
				sum.gross = sum.gross.Add(m.List.Amount)
			}
			p[i][key] = sum
		}
		return nil
	})
}

// worstOf names what lost most, and says how many more lost something; it is
// blank when nothing did.
func worstOf(was, is map[string]part, many string) string {
	lost := map[string]part{}
	for key, w := range was {
		loss := part{w.lines - is[key].lines, w.gross.Sub(is[key].gross)}
		if loss.lines > 0 || loss.gross.Sign() > 0 {
			lost[key] = loss
		}
	}
	if len(lost) == 0 {
		return ""
	}
	key := slices.MinFunc(slices.Collect(maps.Keys(lost)), func(a, b string) int {
		return cmp.Or(lost[b].gross.Cmp(lost[a].gross), cmp.Compare(lost[b].lines, lost[a].lines), strings.Compare(a, b))
	})
	var text []string
	switch n := lost[key].lines; {
	case is[key].lines == 0:
		text = append(text, "missing")
	case n > 0:
		text = append(text, counted(n, "line")+" fewer")
	}
	if lost[key].gross.Sign() > 0 {
		text = append(text, lost[key].gross.String()+" lower")
	}
	more := ""
	if n := int64(len(lost) - 1); n > 0 {
		more = fmt.Sprintf(" (and %s)", counted(n, "more "+many))
	}
	return key + ": " + strings.Join(text, ", ") + more
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
