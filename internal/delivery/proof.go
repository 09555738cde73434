package delivery

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/bill"
	"deliverd/internal/ledger"
	"deliverd/internal/object"
	"deliverd/internal/period"
	"deliverd/internal/snapshot"
)

// holding is what a file holds of a bill: what the shrink guard compares.
type holding struct {
	lines   int64
	days    int      // bill days with lines
	members []string // owner accounts with lines, sorted
	gross   amount.Amount
	payable amount.Amount
}

// held is what the lines of a period come to, by the totals of their snapshot.
func held(t *bill.Totals, p period.Period) holding {
	h := holding{}
	members := map[string]bool{}
	through := p.Through.String()
	for day, owners := range t.Days {
		if day > through && !p.Whole() {
			continue
		}
		h.days++
		for owner, sums := range owners {
			members[owner] = true
			h.lines += sums.Lines
			h.gross = h.gross.Add(sums.Gross)
			h.payable = h.payable.Add(sums.Payable)
		}
	}
	h.members = slices.Sorted(maps.Keys(members))
	return h
}

// The metadata of an object of ours, x-cos-meta-deliverd-…: what the file is
// and holds, so that a bucket can be verified without any state of ours.
const (
	metaSnapshot = "deliverd-snapshot" // id of the snapshot the file was made from
	metaLines    = "deliverd-lines"    // lines of the bill in the file
	metaRows     = "deliverd-rows"     // rows of the file without its header
	metaDays     = "deliverd-days"     // bill days with lines
	metaMembers  = "deliverd-members"  // owner accounts, or #n where they are too many for a header
	metaGross    = "deliverd-gross"    // sum of the positive list amounts
	metaBilled   = "deliverd-billed"   // sum of BilledCost
	metaFocus    = "deliverd-focus"    // FOCUS version
	metaProfile  = "deliverd-profile"
	metaDue      = "deliverd-due"     // due time of the delivery, UTC
	metaSize     = "deliverd-size"    // bytes
	metaCRC64    = "deliverd-crc64"   // CRC-64/ECMA, decimal as the bucket writes it
	metaSkipped  = "deliverd-skipped" // bad rows left out of the bill; absent when none
)

// membersLimit bounds the member list: COS takes 2 KB of metadata in all.
const membersLimit = 1024

func (d *Deliverer) metadata(snap *snapshot.Snapshot, want Delivery, f *file) map[string]string {
	members := strings.Join(f.members, ",")
	if len(members) > membersLimit {
		members = "#" + strconv.Itoa(len(f.members))
	}
	meta := map[string]string{
		metaSnapshot: snap.ID(), metaLines: strconv.FormatInt(f.lines, 10), metaRows: strconv.FormatInt(f.rows, 10),
		metaDays: strconv.Itoa(f.days), metaMembers: members, metaGross: f.gross.String(), metaBilled: f.billed.String(),
		metaFocus: d.schema.Version, metaProfile: cmp.Or(string(d.cfg.Layout.Profile), string(bill.Strict)), metaDue: want.Due.UTC().Format(time.RFC3339),
		metaSize: strconv.FormatInt(f.size, 10), metaCRC64: strconv.FormatUint(f.crc64, 10),
	}
	if skipped := snap.Reading().SkippedRows; skipped > 0 {
		meta[metaSkipped] = strconv.FormatInt(skipped, 10)
	}
	return meta
}

// isOurs reports whether an object says that deliverd wrote it.
func isOurs(o object.Object) bool { return o.Meta[metaSnapshot] != "" }

// claimed is what an object of ours says was proved when it was written; zero
// when it does not say.
func claimed(o object.Object) ledger.Proof {
	size, errSize := strconv.ParseInt(o.Meta[metaSize], 10, 64)
	crc, errCRC := strconv.ParseUint(o.Meta[metaCRC64], 10, 64)
	if cmp.Or(errSize, errCRC) != nil {
		return ledger.Proof{}
	}
	count := func(name string) int64 {
		n, _ := strconv.ParseInt(o.Meta[name], 10, 64) // what it does not say is not known
		return n
	}
	return ledger.Proof{
		At: o.Modified, Size: size, CRC64: crc, Lines: count(metaLines), Rows: count(metaRows), Days: int(count(metaDays)), Members: memberCount(o.Meta[metaMembers]),
		Gross: o.Meta[metaGross], Billed: o.Meta[metaBilled], Snapshot: o.Meta[metaSnapshot], Focus: o.Meta[metaFocus], Profile: o.Meta[metaProfile],
		Reconcile: NotReconciled,
	}
}

// memberCount is how many owner accounts the metadata lists or counts.
func memberCount(listed string) int {
	if count, counted := strings.CutPrefix(listed, "#"); counted {
		n, _ := strconv.Atoi(count) // what it does not say is not known
		return n
	}
	if listed == "" {
		return 0
	}
	return strings.Count(listed, ",") + 1
}
