package bill

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// regions.csv says which region the bill means: the bill's numeric id, the
// region's code, its English name, and what else bills and price lists call it,
// separated by |. An area that is no region (traffic is billed by continent)
// has no code and keeps the bill's id.
//
// Source is where id, code and names were checked:
//
//	B  ids and Chinese names: the examples of billing DescribeAllocationBillConditions,
//	   DescribeAllocateConditions and DescribeBillSummaryByRegion in TencentCloud/tencentcloud-cli
//	R  ids and codes: tencentcloudstack/terraform-provider-tencentcloud, services/tcr
//	V  codes and names: document/product/213/6091, regions and zones of virtual machines
//	Z  ids, codes and English names: lists of all three in public repositories
//	C  names: the provider's price lists of traffic
//	English ours   no English name was found; it is our translation
//
//go:embed regions.csv
var regionsCSV string

type region struct{ id, code, name string }

// regions are the known regions by the bill's id, and by folded codes and names.
type regions struct {
	byID   map[string]*region
	byName map[string]*region
}

// regionTable is regions.csv, read once.
var regionTable = sync.OnceValue(func() *regions {
	table := &regions{byID: map[string]*region{}, byName: map[string]*region{}}
	for _, row := range tableRows(regionsCSV) {
		r := &region{id: row[0], code: row[1], name: row[2]}
		if r.id != "" {
			table.byID[r.id] = r
		}
		for _, name := range append(strings.Split(row[3], "|"), row[1], row[2]) {
			if name != "" {
				table.byName[fold(name)] = r
			}
		}
	}
	return table
})

// find returns the region of an id, else of a name: the whole name, else the
// city in its last brackets, for the bill varies what stands before them. Nil
// when none is known.
func (t *regions) find(id, name string) *region {
	if r := t.byID[id]; r != nil {
		return r
	}
	for _, text := range [...]string{id, name, city(name)} {
		if r := t.byName[fold(text)]; r != nil {
			return r
		}
	}
	return nil
}

// zone is the code of an availability zone, such as ap-guangzhou-2 for
// Guangzhou Zone 2 and 广州二区: in the provider's list of zones a code is
// without exception that of the region and the number. A text of another form
// stays as it is, as does one that is not of the line's region.
func (t *regions) zone(text string, in *region) string {
	place, number := cutZone(text)
	if number == 0 {
		return text
	}
	r := t.byName[fold(place)]
	if r == nil || r.code == "" || in != nil && in != r {
		return text
	}
	return r.code + "-" + strconv.Itoa(number)
}

// cutZone takes the name of a zone apart; the number is 0 when it is of
// another form.
func cutZone(text string) (place string, number int) {
	if chinese, is := strings.CutSuffix(text, "区"); is {
		place = strings.TrimRight(chinese, "一二三四五六七八九十0123456789")
		return place, zoneNumber(chinese[len(place):])
	}
	at := strings.LastIndex(text, " Zone ")
	if at < 0 {
		return "", 0
	}
	return text[:at], zoneNumber(text[at+len(" Zone "):])
}

// zoneNumber reads a number below 20, 0 when it is none: there is no larger zone.
func zoneNumber(text string) int {
	number, err := strconv.Atoi(text)
	if err == nil && number > 0 && number < 20 {
		return number
	}
	tens, digit := 0, text
	if rest, is := strings.CutPrefix(text, "十"); is {
		tens, digit = 10, rest
	}
	if digit == "" {
		return tens
	}
	if at := strings.Index("一二三四五六七八九", digit); at >= 0 && len(digit) == len("一") {
		return tens + at/len("一") + 1
	}
	return 0
}

// city is what stands in the last brackets of a region's name, without the
// brackets in it; blank without brackets.
func city(name string) string {
	name = strings.NewReplacer("（", "(", "）", ")").Replace(name)
	if !strings.HasSuffix(name, ")") {
		return ""
	}
	depth := 0
	for at := len(name) - 1; at >= 0; at-- {
		switch name[at] {
		case ')':
			depth++
		case '(':
			if depth--; depth == 0 {
				return name[at+1 : len(name)-1]
			}
		}
	}
	return ""
}

// region is the region's id and name: code and English name of a region that
// the table knows, else the bill's; whichever of its two is blank is told by
// the other. What belongs to no region ("other") has neither. The provider's
// profile keeps the bill's words, as the provider does.
func (w *words) region(l *Line, table *regions) {
	id, name := known(l[RegionID]), known(l[RegionName])
	if isOther(name) || isOther(city(name)) || name == "" && id == "0" {
		return
	}
	w.regionID, w.regionName = first(id, name), first(name, id)
	if table == nil {
		return
	}
	if w.place = table.find(id, name); w.place != nil {
		w.regionID, w.regionName = first(w.place.code, w.place.id), w.place.name
	}
}

// zoneKey is what the code of a zone follows from.
type zoneKey struct {
	text string
	in   *region
}

// zone is the line's availability zone, null for no zone.
func (m *Mapper) zone(l *Line, w *words) string {
	text := known(first(l[ZoneName], l[ZoneID]))
	if isOther(text) {
		return ""
	}
	if m.regions == nil {
		return text
	}
	key := zoneKey{text, w.place}
	code, seen := m.zones[key]
	if !seen {
		if len(m.zones) >= maxWords {
			clear(m.zones)
		}
		code = m.regions.zone(text, w.place)
		key.text = strings.Clone(text)
		m.zones[key] = strings.Clone(code)
	}
	return code
}

// isOther reports whether a place is the provider's word for no place.
func isOther(place string) bool {
	var buffer [shortText]byte
	switch string(lowered(&buffer, place)) {
	case "other", "others", "其他", "其它":
		return true
	}
	return false
}
