package billsource

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"deliverd/internal/bill"
)

// clean is [bill.Clean] with a short way for the texts that need nothing
// done, which are nearly all; a test holds the two together. What a file has
// for a JSON field is no JSON as a rule, and is made one.
func clean(field bill.Field, kind bill.Kind, raw string) (string, error) {
	if raw == "" || raw == "-" {
		return "", nil
	}
	switch kind {
	case bill.Text:
		if raw[0] > ' ' && raw[len(raw)-1] > ' ' && isPrintable(raw) {
			return raw, nil
		}
	case bill.Decimal:
		if isPlainDecimal(raw) {
			return raw, nil
		}
	case bill.Time:
		if isPlainTime(raw) {
			return raw, nil
		}
	case bill.JSON:
		raw = attributeJSON(field, strings.TrimSpace(raw))
	}
	return bill.Clean(field, raw)
}

// isPrintable knows ASCII without control characters.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isPlainDecimal knows -12.50 and the like, not longer than an amount can be.
func isPlainDecimal(s string) bool {
	if s[0] == '-' {
		s = s[1:]
	}
	const most = 40
	point := -1
	for i := range len(s) {
		if c := s[i]; c < '0' || c > '9' {
			if c != '.' || point >= 0 {
				return false
			}
			point = i
		}
	}
	return s != "" && len(s) < most && point != 0 && point != len(s)-1
}

// isPlainTime knows 2025-12-09 23:59:59 of a day that every month has.
func isPlainTime(s string) bool {
	if len(s) != len("2006-01-02 15:04:05") || s[4] != '-' || s[7] != '-' || s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return false
	}
	century, year, month, day := twoDigits(s[0:]), twoDigits(s[2:]), twoDigits(s[5:]), twoDigits(s[8:])
	hour, minute, second := twoDigits(s[11:]), twoDigits(s[14:]), twoDigits(s[17:])
	return century <= 99 && year <= 99 && month-1 <= 11 && day-1 <= 27 && hour <= 23 && minute <= 59 && second <= 59
}

// twoDigits is the number that s begins with; over 99 when it does not.
func twoDigits(s string) uint {
	tens, ones := uint(s[0])-'0', uint(s[1])-'0'
	if tens > 9 || ones > 9 {
		return 100
	}
	return tens*10 + ones
}

// attributeJSON is the JSON of a cell whose field is a JSON array: the cell's
// own when it is JSON, else its items, which ; or a line end separates. A
// configuration item is "name:value".
func attributeJSON(field bill.Field, text string) string {
	if isNull(text) || json.Valid([]byte(text)) && (text[0] == '[' || text[0] == '{') {
		return compact(text)
	}
	items := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(";；\n", r) })
	b := []byte{'['}
	for _, item := range items {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		if field != bill.ComponentConfig {
			b = appendJSON(b, item)
			continue
		}
		name, value := "", item
		if i := strings.IndexAny(item, ":："); i >= 0 {
			_, size := utf8.DecodeRuneInString(item[i:])
			name, value = strings.TrimSpace(item[:i]), strings.TrimSpace(item[i+size:])
		}
		b = append(appendJSON(append(b, `{"Name":`...), name), `,"Value":`...)
		b = append(appendJSON(b, value), '}')
	}
	return compact(string(append(b, ']')))
}

// compact is a JSON text in one line; blank when it holds nothing.
func compact(text string) string {
	switch text {
	case "", "-", "[]", "{}", "null":
		return ""
	}
	var b strings.Builder
	quoted, escaped := false, false
	for i := range len(text) {
		c := text[i]
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			continue
		}
		b.WriteByte(c)
	}
	if b.Len() == 2 {
		return "" // [] or {} with blanks in it
	}
	return b.String()
}
