package billsource

import (
	"slices"
	"strings"
	"unicode"

	"deliverd/internal/bill"
)

// header is what the header row of a CSV file says: where the fields are.
type header struct {
	cells   int
	fields  []fieldColumn
	names   [bill.NumFields]string // the columns' names as the file has them
	month   int                    // the bill month column; -1 when there is none
	allTags int                    // the column of all tags; -1 when there is none
	tags    []tagColumn            // in the order of their keys
}

type fieldColumn struct {
	at    int
	field bill.Field
	kind  bill.Kind

	raw, text string // the last cell, and clean: many a cell is that of the row above
}

// normal is a column name without what does not tell columns apart: case,
// spaces, punctuation, the width of letters, and a currency in parentheses.
func normal(name string) string {
	name = narrow(strings.TrimSpace(name))
	if open := strings.LastIndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") && isCurrency(name[open+1:len(name)-1]) {
		name = name[:open]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// narrow turns full-width forms, such as （ and ：, into ASCII.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}

func isCurrency(s string) bool {
	switch strings.ToUpper(strings.TrimSpace(s)) {
	case "元", "美元", "人民币", "USD", "CNY", "RMB", "$", "¥":
		return true
	}
	return false
}

// byName finds the cells of a header by their normal names.
type byName struct {
	cells []string
	at    map[string][]int
}

func newByName(cells []string) byName {
	b := byName{cells, make(map[string][]int, len(cells))}
	for i, cell := range cells {
		if name := normal(cell); name != "" {
			b.at[name] = append(b.at[name], i)
		}
	}
	return b
}

// find gives every column that has one of the names.
func (b byName) find(names []string) []int {
	var found []int
	for i, name := range names {
		name = normal(name)
		if !slices.ContainsFunc(names[:i], func(n string) bool { return normal(n) == name }) {
			found = append(found, b.at[name]...)
		}
	}
	return found
}

// one gives the column that has one of the names; -1 when there is none.
func (b byName) one(file string, names []string) (int, error) {
	found := b.find(names)
	switch len(found) {
	case 0:
		return -1, nil
	case 1:
		return found[0], nil
	default:
		return -1, &FileError{
			File:    file,
			Problem: "has two columns of the same meaning: " + shown(b.cells[found[0]]) + " and " + shown(b.cells[found[1]]),
			Fix:     "remove one of them, or download the file again",
		}
	}
}

// readHeader finds the columns of a bill in a header row. Unknown columns are
// left aside.
func readHeader(file string, cells []string) (*header, error) {
	h := &header{cells: len(cells)}
	names := newByName(cells)
	if len(names.find(customerColumns)) > 0 {
		for _, name := range resellerColumns {
			delete(names.at, normal(name))
		}
	}
	for _, c := range columns {
		at, err := names.one(file, c.names)
		if at < 0 && err == nil {
			at, err = names.one(file, c.or)
		}
		if err != nil {
			return nil, err
		}
		h.names[c.field] = c.names[0]
		if at >= 0 {
			h.names[c.field] = strings.TrimSpace(cells[at])
			h.fields = append(h.fields, fieldColumn{at: at, field: c.field, kind: c.field.Kind()})
		}
	}
	var err error
	if h.month, err = names.one(file, monthColumns); err != nil {
		return nil, err
	}
	if h.allTags, err = names.one(file, tagsColumns); err != nil {
		return nil, err
	}
	if h.tags, err = tagColumns(file, cells); err != nil {
		return nil, err
	}
	slices.SortFunc(h.fields, func(a, b fieldColumn) int { return a.at - b.at })
	return h, h.complete(file, cells)
}

// complete tells whether the header has what a detail bill must have.
func (h *header) complete(file string, cells []string) error {
	var missing []string
	chinese := strings.ContainsFunc(strings.Join(cells, ""), func(r rune) bool { return unicode.Is(unicode.Han, r) })
	for _, need := range required {
		if slices.ContainsFunc(h.fields, func(c fieldColumn) bool { return slices.Contains(need.anyOf, c.field) }) {
			continue
		}
		name := need.english
		if chinese {
			name += " (" + need.chinese + ")"
		}
		missing = append(missing, name)
	}
	if len(missing) == 0 {
		return nil
	}
	e := &FileError{
		File:    file,
		Problem: "is no detail bill: columns are missing: " + strings.Join(missing, ", ") + "; its header is " + shownHeader(cells),
		Fix:     "download the detail bill (Bill Details, L3) as CSV, with its header; move other files out of the folder",
	}
	switch only := cells[0]; {
	case len(cells) == 1 && strings.ContainsAny(only, ";\t"):
		e.Fix = "save it with commas between the cells, or download it again"
	case slices.Contains(cells, "BilledCost") && slices.Contains(cells, "ChargeCategory"):
		e.Fix = "this is a FOCUS file already; give the detail bill it was made from"
	}
	return e
}

func shownHeader(cells []string) string {
	const most = 60
	trimmed := make([]string, len(cells))
	for i, cell := range cells {
		trimmed[i] = strings.TrimSpace(cell)
	}
	if len(trimmed) > most {
		trimmed = append(trimmed[:most], "…")
	}
	text := strings.Join(trimmed, ",")
	if len(text) > 1000 {
		text = strings.ToValidUTF8(text[:1000], "") + "…"
	}
	return text
}
