package conformance

import (
	"bytes"
	"fmt"
	"hash/maphash"
)

// pairRule is a rule over the whole file: one key has one value.
type pairRule struct {
	code       string
	key, value string // columns
	severity   Severity
	span       span
	ids        modelIDs
	text       string
	remedy     string
	skipOther  bool // values that begin with Other do not count
}

var pairRules = []pairRule{
	{code: "F-SKU-PARENT", key: "SkuPriceId", value: "SkuId", severity: Must, span: from1_2, ids: modelIDs{id12: "SkuPriceId-C-008-M"},
		text: "a SkuPriceId has one SkuId", remedy: "make the price id more specific, so that no two SKUs share it", skipOther: true},
	{code: "F-SKU-PARENT", key: "SkuPriceId", value: "SkuId", severity: Should, span: before1_2,
		text: "a SkuPriceId has one SkuId", remedy: "make the price id more specific, so that no two SKUs share it"},
	{code: "F-SERVICE-CATEGORY", key: "ServiceName", value: "ServiceCategory", severity: Must, span: from1_2, ids: modelIDs{id12: "ServiceName-C-005-C"},
		text: "a ServiceName has one ServiceCategory", remedy: "choose the category of the service's main purpose for all its rows", skipOther: true},
	{code: "F-SERVICE-CATEGORY", key: "ServiceName", value: "ServiceCategory", severity: Should, span: before1_2,
		text: "a ServiceName has one ServiceCategory", remedy: "choose the category of the service's main purpose for all its rows", skipOther: true},
	{code: "F-SERVICE-SUBCATEGORY", key: "ServiceName", value: "ServiceSubcategory", severity: Should, span: from1_2, ids: modelIDs{id12: "ServiceName-C-008-C"},
		text: "a ServiceName has one ServiceSubcategory", remedy: "choose the subcategory of the service's main purpose for all its rows", skipOther: true},
	{code: "F-HAZARD-NAMES", key: "RegionId", value: "RegionName", severity: Hazard,
		text: "a RegionId has one RegionName", remedy: "use one spelling: reports by name and by id will differ"},
	{code: "F-HAZARD-NAMES", key: "SubAccountId", value: "SubAccountName", severity: Hazard,
		text: "a SubAccountId has one SubAccountName", remedy: "expected when an account was renamed in the period; reports by name and by id will differ"},
	{code: "F-HAZARD-NAMES", key: "BillingAccountId", value: "BillingAccountName", severity: Hazard,
		text: "a BillingAccountId has one BillingAccountName", remedy: "expected when an account was renamed in the period; reports by name and by id will differ"},
}

// pair is a pair rule in a file.
type pair struct {
	rule       int
	key, value int // places
	skipOther  bool
}

// pairSeen is a key and a value as they stand in the arena of a result.
type pairSeen struct {
	pair     int
	row      int // within the chunk, from 0
	key      [2]uint64
	value    uint64
	start    int // of the key text in the arena
	mid, end int // its end, and that of the value text behind it
}

var other = []byte("Other")

// pairSieve drops the pairs that a worker has seen already, so that only few
// reach the merger. It forgets: a pair that comes again does no harm. Its
// memory is fixed, but for texts as long as the longest that went through.
type pairSieve struct {
	slots []sieveSlot
}

type sieveSlot struct {
	pair int
	mid  int
	text []byte
}

const sieveSlots = 1 << 14

// fresh says whether the pair is not the last that fell into its slot.
func (s *pairSieve) fresh(hash uint64, pair int, key, value []byte) bool {
	if s.slots == nil {
		s.slots = make([]sieveSlot, sieveSlots)
	}
	slot := &s.slots[hash%sieveSlots]
	if slot.mid == len(key) && slot.pair == pair && len(slot.text) == len(key)+len(value) &&
		bytes.Equal(slot.text[:slot.mid], key) && bytes.Equal(slot.text[slot.mid:], value) {
		return false
	}
	slot.pair, slot.mid = pair, len(key)
	slot.text = append(append(slot.text[:0], key...), value...)
	return true
}

// seeds are those of one check: two for keys, so that two keys are never taken
// for one, and one for values.
type seeds [3]maphash.Seed

func newSeeds() seeds { return seeds{maphash.MakeSeed(), maphash.MakeSeed(), maphash.MakeSeed()} }

// pairTable knows the first value of each key of one pair rule. It keeps
// hashes (128 bits of a key, 64 of a value), not texts, and at most maxKeys.
type pairTable struct {
	keys    map[[2]uint64]pairFirst
	maxKeys int
	full    bool // a key was left out
}

type pairFirst struct {
	value uint64
	row   int64
	many  bool // counted already
}

// add gives the row of the first value when key now has a second one for the
// first time.
func (t *pairTable) add(key [2]uint64, value uint64, row int64) (first int64, second bool) {
	if t.keys == nil {
		t.keys = map[[2]uint64]pairFirst{}
	}
	known, ok := t.keys[key]
	switch {
	case !ok && len(t.keys) >= t.maxKeys:
		t.full = true
	case !ok:
		t.keys[key] = pairFirst{value: value, row: row}
	case known.value != value && !known.many:
		known.many = true
		t.keys[key] = known
		return known.row, true
	}
	return 0, false
}

func (t *pairTable) limit(rule Rule) string {
	return fmt.Sprintf("%s %s: only the first %d keys were compared", rule.Code, rule.Column, t.maxKeys)
}
