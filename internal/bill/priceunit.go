package bill

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"deliverd/internal/amount"
)

// measure says how a line's usage becomes a priced quantity.
type measure struct {
	block      amount.Amount // the price is for so many units: 100 in USD/100 units/hour
	timed      bool          // the price is per time
	comparable bool          // the price's time unit is the duration's, or the price has none
	odd        bool          // the price is for 0.5 GB, or for 3 months of a unit: no quantity can be counted in that
	single     string        // the unit of usage × duration as the line states them: no block, the duration's time unit
}

// priceUnit reads a component price measurement unit, such as USD/GB/Hour,
// USD per GB-month, USD/10,000 requests or 元/100个/小时: a currency, what is
// counted, perhaps a time. It gives the FOCUS unit of the priced quantity
// ("GB-Hours", "10000 Requests"), the currency where it is a known one, and how
// usage and duration become the quantity.
func priceUnit(text, timeUnit string) (unit, currency string, m measure) {
	m = measure{block: amount.FromInt(1), comparable: true}
	var counted, per string
	for i, part := range priceParts(text) {
		code, isCurrency := currencies[strings.ToLower(part)]
		number, rest := leadingNumber(part)
		switch {
		case isCurrency && i == 0:
			currency = code
		case timeWord(rest) != "" && (number == "" || counted != "") && i > 0 && per == "":
			per = timeWord(rest)
			m.odd = m.odd || number != "" && number != "1"
		case counted == "" && rest != "":
			counted = word(rest)
			if factor, noun := bigCount(rest); factor != "" {
				number, counted = multiplied(number, factor), noun
			}
			m.setBlock(number)
		}
	}
	m.timed = per != ""
	m.comparable = per == "" || timeUnit == "" || timeWord(timeUnit) == per
	lasted := per
	if m.timed && timeWord(timeUnit) != "" {
		lasted = timeWord(timeUnit)
	}
	m.single = unitOf(counted, lasted, amount.FromInt(1))
	if m.odd {
		return m.single, currency, m
	}
	return unitOf(counted, per, m.block), currency, m
}

// setBlock takes the number before what is counted: a whole one, as
// UnitFormat wants it, or the price cannot be used as it stands.
func (m *measure) setBlock(number string) {
	if number == "" {
		return
	}
	n, err := amount.Parse(number)
	if err != nil || n.Sign() <= 0 || !n.Round(0).Equal(n) {
		m.odd = true
		return
	}
	m.block = n
}

// wordPer is the word that stands for a slash.
var wordPer = regexp.MustCompile(`(?i)\s+per\s+`)

// priceParts cuts a price unit into its parts. A slash always separates; a
// hyphen or a sign of multiplication only before a word for a time (GB-month,
// core·hour), because names have them too. Brackets around parts are dropped.
func priceParts(text string) []string {
	var parts []string
	for _, part := range strings.Split(wordPer.ReplaceAllString(text, "/"), "/") {
		part = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(part), "("))
		if strings.Count(part, ")") > strings.Count(part, "(") {
			part = strings.TrimSpace(strings.TrimSuffix(part, ")"))
		}
		at := strings.LastIndexAny(part, "-*·×")
		if at <= 0 {
			parts = append(parts, part)
			continue
		}
		_, size := utf8.DecodeRuneInString(part[at:])
		left, right := strings.TrimSpace(part[:at]), strings.TrimSpace(part[at+size:])
		_, counted := leadingNumber(left)
		if timeWord(right) == "" || counted == "" || part[at] == '-' && len(right) == 1 {
			parts = append(parts, part)
			continue
		}
		parts = append(parts, left, right)
	}
	return parts
}

// unitOf spells a unit in one of the forms of FOCUS UnitFormat.
func unitOf(counted, per string, block amount.Amount) string {
	one := block.Equal(amount.FromInt(1))
	switch {
	case counted == "" && per == "":
		return ""
	case counted == "":
		return per + "s"
	case per == "" && one:
		return plural(counted)
	case per == "":
		return strings.TrimSuffix(block.String(), ".0") + " " + plural(counted)
	case one:
		return counted + "-" + per + "s"
	default:
		return strings.TrimSuffix(block.String(), ".0") + " " + counted + " " + per + "s"
	}
}

// bigCounts are numbers that bills write as words before a noun.
var bigCounts = []struct{ word, factor string }{{"百万", "1000000"}, {"万", "10000"}, {"千", "1000"}, {"百", "100"}, {"million", "1000000"}, {"thousand", "1000"}}

func bigCount(s string) (factor, noun string) {
	for _, c := range bigCounts {
		if rest, ok := strings.CutPrefix(strings.ToLower(s), c.word); ok {
			return c.factor, word(rest)
		}
	}
	return "", ""
}

func multiplied(number, factor string) string {
	a, errA := amount.Parse(number)
	b, errB := amount.Parse(factor)
	if errA != nil || errB != nil {
		return factor
	}
	return strings.TrimSuffix(a.Mul(b).String(), ".0")
}

// leadingNumber splits "10,000 requests" into 10000 and requests, "10k
// requests" likewise, and "0.5 GB" into 0.5 and GB.
func leadingNumber(s string) (number, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != ',' && r != '.' })
	if end < 0 {
		end = len(s)
	}
	number, rest = strings.ReplaceAll(s[:end], ",", ""), strings.TrimSpace(s[end:])
	if number != "" && len(rest) > 1 && (rest[0] == 'k' || rest[0] == 'K') && rest[1] == ' ' {
		return multiplied(number, "1000"), strings.TrimSpace(rest[1:])
	}
	return number, rest
}
