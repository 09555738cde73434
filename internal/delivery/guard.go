package delivery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"deliverd/internal/amount"
	"deliverd/internal/object"
	"deliverd/internal/period"
)

// before is what the bucket held before a delivery.
type before struct {
	exists bool          // there is an object at the key
	object object.Object // that object

	reference    object.Object // what the new file must not hold less than: that object, or the month's last earlier daily
	hasReference bool
}

// before looks at the key and, where there is nothing, for the greatest
// earlier daily of the same month. A month's first file has none.
func (d *Deliverer) before(ctx context.Context, p period.Period) (*before, error) {
	b := &before{}
	there, err := d.cfg.Bucket.Stat(ctx, d.cfg.Account.Key(p))
	if err == nil {
		b.exists, b.object, b.reference, b.hasReference = true, there, there, isOurs(there)
		return b, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look at %s: %w", d.cfg.Account.Key(p), err)
	}
	earlier, found, err := d.earlierDaily(ctx, p)
	if err != nil || !found {
		return b, err
	}
	b.reference, err = d.cfg.Bucket.Stat(ctx, d.cfg.Account.Key(earlier))
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil // it went away between the listing and the look
	}
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", d.cfg.Account.Key(earlier), err)
	}
	b.hasReference = isOurs(b.reference)
	return b, nil
}

func (d *Deliverer) earlierDaily(ctx context.Context, p period.Period) (last period.Period, found bool, err error) {
	prefix := d.cfg.Account.Prefix + period.KeyPrefix(d.cfg.Account.UIN) + p.Month().Compact()
	for o, err := range d.cfg.Bucket.List(ctx, prefix) {
		if err != nil {
			return last, false, fmt.Errorf("list %s: %w", prefix, err)
		}
		daily, ok := d.cfg.Account.parse(o.Key)
		if !ok || daily.Cadence != period.Daily || p.Cadence == period.Daily && daily.Through.Compare(p.Through) >= 0 {
			continue
		}
		if !found || daily.Through.Compare(last.Through) > 0 {
			last, found = daily, true
		}
	}
	return last, found, nil
}

// holds reports whether the object at the key is already the file, proved by
// size and checksum, and one of ours.
func (b *before) holds(f *file) bool {
	return b.exists && isOurs(b.object) && b.object.HasCRC64 && b.object.Size == f.size && b.object.CRC64 == f.crc64
}

// guard says why the file must not be written: the object at its key is not
// ours, it breaks a rule of FOCUS, or it would replace good data by less.
func (d *Deliverer) guard(f *file, b *before) []Reason {
	if b.exists && !isOurs(b.object) && !d.cfg.Options.ReplaceForeign {
		return []Reason{{
			Kind:   ReasonForeign,
			Text:   fmt.Sprintf("the object at %s was not written by deliverd (%d bytes, %s)", b.object.Key, b.object.Size, b.object.Modified.UTC().Format("2006-01-02 15:04:05Z")),
			Remedy: "move it away, or run deliver again with --replace-foreign",
		}}
	}
	var reasons []Reason
	if d.holdsBroken() {
		reasons = f.broken
	}
	if !b.hasReference || d.cfg.Options.AcceptShrink {
		return reasons
	}
	for _, text := range shrinks(f, b.reference.Meta) {
		reasons = append(reasons, Reason{
			Kind:   ReasonShrink,
			Text:   text + " than " + b.reference.Key + " has",
			Remedy: "see whether the source is complete; if the bill really became smaller, run deliver again with --accept-shrink",
		})
	}
	return reasons
}

// shrinks lists in what the file holds less than an object says it holds.
func shrinks(f *file, meta map[string]string) []string {
	var less []string
	if lines, err := strconv.ParseInt(meta[metaLines], 10, 64); err == nil && f.lines < lines {
		less = append(less, fmt.Sprintf("fewer lines: %d, %d fewer", f.lines, lines-f.lines))
	}
	if days, err := strconv.Atoi(meta[metaDays]); err == nil && f.days < days {
		less = append(less, fmt.Sprintf("fewer bill days: %d, %d fewer", f.days, days-f.days))
	}
	if gross, err := amount.Parse(meta[metaGross]); err == nil && f.gross.Cmp(gross) < 0 {
		less = append(less, fmt.Sprintf("a lower gross: %s, %s lower", f.gross, gross.Sub(f.gross)))
	}
	if missing := missingMembers(f.members, meta[metaMembers]); missing != "" {
		less = append(less, "fewer members: "+missing+" missing")
	}
	return less
}

// missingMembers names the members that are listed and not among the file's.
func missingMembers(members []string, listed string) string {
	if count, counted := strings.CutPrefix(listed, "#"); counted {
		n, err := strconv.Atoi(count)
		if err != nil || len(members) >= n {
			return ""
		}
		return fmt.Sprintf("%d of %d", n-len(members), n)
	}
	var missing []string
	for _, member := range strings.Split(listed, ",") {
		if _, found := slices.BinarySearch(members, member); !found && member != "" {
			missing = append(missing, member)
		}
	}
	return strings.Join(missing, ", ")
}
