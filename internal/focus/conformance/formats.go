package conformance

import (
	"bytes"
	_ "embed"
	"strings"
)

// currencies.txt are the codes of ISO 4217: what is in use, funds and metals
// included, and what was withdrawn so lately that bills still carry it.
//
//go:embed data/currencies.txt
var currenciesTXT string

func currencies() map[string]bool {
	codes := map[string]bool{}
	for _, code := range strings.Fields(currenciesTXT) {
		codes[code] = true
	}
	return codes
}

// isNumber says whether text is a number of NumericFormat: digits with at most
// one point that has digits after it, a minus only for negatives, never a
// plus, an exponent without a plus.
func isNumber(text []byte) bool {
	i := 0
	if i < len(text) && text[i] == '-' {
		i++
	}
	whole := digits(text[i:])
	i += whole
	if i < len(text) && text[i] == '.' {
		fraction := digits(text[i+1:])
		if fraction == 0 {
			return false
		}
		i += 1 + fraction
	} else if whole == 0 {
		return false
	}
	if i < len(text) && (text[i] == 'e' || text[i] == 'E') {
		i++
		if i < len(text) && text[i] == '-' {
			i++
		}
		exponent := digits(text[i:])
		if exponent == 0 {
			return false
		}
		i += exponent
	}
	return i == len(text)
}

// digits counts the ASCII digits that text begins with.
func digits(text []byte) int {
	for i, c := range text {
		if c < '0' || c > '9' {
			return i
		}
	}
	return len(text)
}

// isInteger says whether text is digits with an optional minus.
func isInteger(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("-"))
	return len(text) > 0 && digits(text) == len(text)
}

// looksNumeric says whether a loader that guesses types takes text for a
// number or a truth value.
func looksNumeric(text []byte) bool {
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	} else if bytes.EqualFold(text, []byte("true")) || bytes.EqualFold(text, []byte("false")) {
		return true
	}
	whole := digits(text)
	if whole == 0 || whole == len(text) {
		return whole > 0
	}
	fraction := text[whole:]
	return fraction[0] == '.' && len(fraction) > 1 && digits(fraction[1:]) == len(fraction)-1
}

// parseTime reads YYYY-MM-DDTHH:MM:SSZ (DateTimeFormat) as seconds since 1970.
func parseTime(text []byte) (seconds int64, ok bool) {
	const layout = "0000-00-00T00:00:00Z"
	if len(text) != len(layout) {
		return 0, false
	}
	for i := range layout {
		if layout[i] == '0' && (text[i] < '0' || text[i] > '9') || layout[i] != '0' && text[i] != layout[i] {
			return 0, false
		}
	}
	two := func(at int) int64 { return int64(text[at]-'0')*10 + int64(text[at+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return (daysSinceEpoch(year, month, day)*24+hour)*3600 + minute*60 + second, true
}

func daysIn(year, month int64) int64 {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return [...]int64{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month]
}

// daysSinceEpoch counts days from 1970-01-01 in the Gregorian calendar, with
// years that begin in March so that the leap day is a year's last.
func daysSinceEpoch(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
}

// isUnit says whether text has one of the shapes of UnitFormat: "GB",
// "GB-Hours", "GB/Hour", "1000 Tokens", "Units/3 Months".
func isUnit(text []byte) bool {
	if at := bytes.IndexByte(text, '-'); at >= 0 {
		return isUnitWords(text[:at]) && oneOf(text[at+1:], timeUnits[:], "s")
	}
	if at := bytes.IndexByte(text, '/'); at >= 0 {
		per := text[at+1:]
		if n := digits(per); n > 0 && n < len(per) && per[n] == ' ' {
			return isUnitWords(text[:at]) && oneOf(per[n+1:], timeUnits[:], "s")
		}
		return isUnitWords(text[:at]) && oneOf(per, timeUnits[:], "")
	}
	if n := digits(text); n > 0 && n < len(text) && text[n] == ' ' {
		text = text[n+1:]
	}
	return isUnitWords(text)
}

var timeUnits = [...]string{"Year", "Month", "Day", "Hour", "Minute", "Second"}

// oneOf says whether text is one of names followed by suffix.
func oneOf(text []byte, names []string, suffix string) bool {
	for _, name := range names {
		if len(text) == len(name)+len(suffix) && string(text[:len(name)]) == name && string(text[len(name):]) == suffix {
			return true
		}
	}
	return false
}

// isUnitWords says whether text is words of letters and digits, each begun by
// a letter, with blanks between.
func isUnitWords(text []byte) bool {
	inWord := false
	for i, c := range text {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			inWord = true
		case c >= '0' && c <= '9' && inWord:
		case i > 0 && classes[c]&classBlank != 0:
			inWord = false
		default:
			return false
		}
	}
	return inWord
}
