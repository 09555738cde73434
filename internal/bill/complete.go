package bill

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"deliverd/internal/amount"
	"deliverd/internal/period"
)

// FieldError says what is wrong with one field of a line.
type FieldError struct {
	Field   Field
	Value   string
	Problem string // "is no decimal number"
	Fix     string // what a person can do about it
}

func (e *FieldError) Error() string { return fmt.Sprintf("%s %q %s", e.Field, e.Value, e.Problem) }

// Remedy is what a person can do about the error.
func (e *FieldError) Remedy() string { return e.Fix }

// Clean turns the text that a source has for a field into the text of a line:
// trimmed, blank for the source's signs of "no value" (blank or "-"), decimals
// without separators or exponent and with all their digits, times in one
// layout. The error is a [*FieldError].
func Clean(f Field, raw string) (string, error) {
	text := strings.TrimSpace(raw)
	if text == "" || text == "-" {
		return "", nil
	}
	if !utf8.ValidString(text) {
		return "", &FieldError{f, text, "is not UTF-8", "save the bill as UTF-8, or download it again"}
	}
	switch f.Kind() {
	case Decimal:
		return cleanDecimal(f, text)
	case Time:
		return cleanTime(f, text)
	case Date:
		clean, err := cleanTime(f, text)
		if err != nil {
			return "", err
		}
		return clean[:len("2006-01-02")], nil
	case JSON:
		if !json.Valid([]byte(text)) {
			return "", &FieldError{f, text, "is no JSON", "download the bill again"}
		}
		return text, nil
	default:
		return withoutControls(text), nil
	}
}

// withoutControls turns control characters into blanks, which no name means to
// have and no reader of FOCUS takes; line breaks and tabs stay.
func withoutControls(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return ' '
		}
		return r
	}, text)
}

var grouped = regexp.MustCompile(`^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

func cleanDecimal(f Field, text string) (string, error) {
	if len(text) < 64 && isPlain(text) { // too short for amount.Parse to refuse
		return text, nil
	}
	number := text
	if grouped.MatchString(text) {
		number = strings.ReplaceAll(text, ",", "")
	}
	a, err := amount.Parse(number)
	if err != nil {
		return "", &FieldError{f, text, "is no decimal number", "correct the cell, or download the bill again"}
	}
	if isPlain(number) {
		return number, nil
	}
	return a.String(), nil
}

// isPlain tells a decimal number of digits alone, without exponent or plus
// sign. It is asked of every decimal cell, where a regular expression is slow.
func isPlain(s string) bool {
	whole, fraction, pointed := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	return allDigits(whole) && (!pointed || allDigits(fraction))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

const (
	timeLayout = "2006-01-02 15:04:05"
	dateLayout = "2006-01-02"
)

// timeLayouts are the spellings of a bill time that are met; all without a
// zone, in UTC+8, but for the last, which says its zone.
var timeLayouts = []string{timeLayout, dateLayout, "2006/01/02 15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006/01/02", "2006/1/2", time.RFC3339}

func cleanTime(f Field, text string) (string, error) {
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, period.Zone); err == nil {
			return t.In(period.Zone).Format(timeLayout), nil
		}
	}
	return "", &FieldError{f, text, "is no time", "write it as 2025-12-09 23:59:59, in UTC+8"}
}

// ParseTime reads a [Time] field; ok is false when it is blank.
func ParseTime(text string) (t time.Time, ok bool) {
	if len(text) != len(timeLayout) {
		return t, false
	}
	number := func(from, to int) (n int) {
		for _, digit := range []byte(text[from:to]) {
			n = n*10 + int(digit-'0')
		}
		return n
	}
	return time.Date(number(0, 4), time.Month(number(5, 7)), number(8, 10), number(11, 13), number(14, 16), number(17, 19), 0, period.Zone), true
}

// Complete checks what no source can check field by field and fills in what
// follows from the other fields: the bill day (the source's, else the day of
// the usage end, else of the usage start or the transaction, clamped into the
// bill month; the month's first day when the line has no time at all). The
// error is a [*FieldError].
func (l *Line) Complete(month period.Month) error {
	if _, err := l.Money(); err != nil {
		return err
	}
	if start, end := l[UsageStart], l[UsageEnd]; start != "" && end != "" && end < start {
		return &FieldError{UsageEnd, end, "lies before the usage start " + start, "correct the row, or download the bill again"}
	}
	day, err := l.billDay(month)
	if err != nil {
		return err
	}
	l[BillDay] = month.Clamp(day).String()
	return nil
}

func (l *Line) billDay(month period.Month) (period.Day, error) {
	for _, f := range [...]Field{BillDay, UsageEnd, UsageStart, TransactionTime} {
		if l[f] == "" {
			continue
		}
		day, err := period.ParseDay(l[f][:len(dateLayout)])
		if err != nil {
			return period.Day{}, &FieldError{f, l[f], "is no date", "write it as 2025-12-09"}
		}
		return day, nil
	}
	return month.First(), nil
}
