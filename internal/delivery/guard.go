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

	reference    object.Object // what the new file must not hold less than: that object, or the month's greatest earlier daily
	hasReference bool
}

// before looks at the key and, where nothing of ours is there, for the greatest
// earlier daily of ours in the same month. A month's first file has none.
func (d *Deliverer) before(ctx context.Context, p period.Period) (*before, error) {
	b := &before{}
	var err error
	if b.object, b.exists, err = d.look(ctx, p); err != nil {
		return nil, err
	}
	if b.exists && isOurs(b.object) {
		b.reference, b.hasReference = b.object, true
		return b, nil
	}
	earlier, err := d.earlierDailies(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, daily := range earlier {
		there, found, err := d.look(ctx, daily)
		if err != nil {
			return nil, err
		}
		if found && isOurs(there) {
			b.reference, b.hasReference = there, true
			return b, nil
		}
	}
	return b, nil
}

// look stats the object of a period; found is false when there is none.
func (d *Deliverer) look(ctx context.Context, p period.Period) (o object.Object, found bool, err error) {
	o, err = d.cfg.Bucket.Stat(ctx, d.cfg.Account.Key(p))
	if errors.Is(err, fs.ErrNotExist) {
		return object.Object{}, false, nil
	}
	if err != nil {
		return object.Object{}, false, fmt.Errorf("look at %s: %w", d.cfg.Account.Key(p), err)
	}
	return o, true, nil
}

// earlierDailies lists the month's daily periods before p that the bucket has
// an object for, the greatest first.
func (d *Deliverer) earlierDailies(ctx context.Context, p period.Period) ([]period.Period, error) {
	prefix := d.cfg.Account.Prefix + period.KeyPrefix(d.cfg.Account.UIN) + p.Month().Compact()
	var earlier []period.Period
	for o, err := range d.cfg.Bucket.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		daily, ok := d.cfg.Account.parse(o.Key)
		if ok && daily.Cadence == period.Daily && (p.Cadence == period.Monthly || daily.Through.Compare(p.Through) < 0) {
			earlier = append(earlier, daily)
		}
	}
	slices.SortFunc(earlier, func(a, b period.Period) int { return b.Through.Compare(a.Through) })
	return earlier, nil
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
	for _, text := range shrinks(f, b.reference) {
		reasons = append(reasons, Reason{
			Kind:   ReasonShrink,
			Text:   text,
			Remedy: "see whether the source is complete; if the bill really became smaller, run deliver again with --accept-shrink",
		})
	}
	return reasons
}

// shrinks lists in what the file holds less than an object of ours says it
// holds. What the object does not say, or not in a form that can be read, may
// be more.
func shrinks(f *file, o object.Object) []string {
	var less []string
	than := " than " + o.Key + " has"
	unknown := func(name string) {
		less = append(less, fmt.Sprintf("cannot be compared: %s is %q at %s", name, o.Meta[name], o.Key))
	}
	if lines, err := strconv.ParseInt(o.Meta[metaLines], 10, 64); err != nil {
		unknown(metaLines)
	} else if f.lines < lines {
		less = append(less, fmt.Sprintf("fewer lines: %d, %d fewer", f.lines, lines-f.lines)+than)
	}
	if days, err := strconv.Atoi(o.Meta[metaDays]); err != nil {
		unknown(metaDays)
	} else if f.days < days {
		less = append(less, fmt.Sprintf("fewer bill days: %d, %d fewer", f.days, days-f.days)+than)
	}
	if gross, err := amount.Parse(o.Meta[metaGross]); err != nil {
		unknown(metaGross)
	} else if f.gross.Cmp(gross) < 0 {
		less = append(less, fmt.Sprintf("a lower gross: %s, %s lower", f.gross, gross.Sub(f.gross))+than)
	}
	if count, counted := strings.CutPrefix(o.Meta[metaMembers], "#"); !counted {
		if missing := missingMembers(f.members, o.Meta[metaMembers]); missing != "" {
			less = append(less, "members missing: "+missing+", which "+o.Key+" has")
		}
	} else if n, err := strconv.Atoi(count); err != nil {
		unknown(metaMembers)
	} else if len(f.members) < n {
		less = append(less, fmt.Sprintf("fewer members: %d, %d fewer", len(f.members), n-len(f.members))+than)
	}
	return less
}

// missingMembers names the members that are listed and not among the file's.
func missingMembers(members []string, listed string) string {
	var missing []string
	for _, member := range strings.Split(listed, ",") {
		if _, found := slices.BinarySearch(members, member); !found && member != "" {
			missing = append(missing, member)
		}
	}
	return strings.Join(missing, ", ")
}
