package bill

import (
	"strings"
	"unicode"

	"deliverd/internal/amount"
)

// lineUnit is the unit of a line whose bill says no quantity: the line itself
// is counted.
const lineUnit = "Units"

// measure says how a line's usage becomes a priced quantity.
type measure struct {
	block      amount.Amount // the price is for so many units: 100 in USD/100 units/hour
	timed      bool          // the price is per time
	comparable bool          // the price's time unit is the duration's, or the price has none
}

// priceUnit reads a component price measurement unit, such as USD/GB/Hour,
// USD/10,000 requests or 元/100个/小时: a currency, what is counted, perhaps a
// time. It gives the FOCUS unit of the priced quantity ("GB-Hours",
// "10000 Requests"), the currency where it is a known one, and how usage and
// duration become the quantity.
func priceUnit(text, timeUnit string) (unit, currency string, m measure) {
	m = measure{block: amount.FromInt(1), comparable: true}
	var counted, per string
	for i, part := range strings.Split(text, "/") {
		part = strings.TrimSpace(part)
		code, isCurrency := currencies[strings.ToLower(part)]
		number, rest := leadingNumber(part)
		switch {
		case isCurrency && i == 0:
			currency = code
		case timeWord(rest) != "" && number == "" && i > 0 && per == "":
			per = timeWord(rest)
		case counted == "" && rest != "":
			counted = word(rest)
			if factor, noun := bigCount(rest); factor != "" {
				number, counted = multiplied(number, factor), noun
			}
			if n, err := amount.Parse(number); err == nil && n.Sign() > 0 {
				m.block = n
			}
		}
	}
	m.timed = per != ""
	m.comparable = per == "" || timeUnit == "" || timeWord(timeUnit) == per
	return unitOf(counted, per, m.block), currency, m
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

// quantity is usage × duration ÷ block, by the provider's formula. Bills do
// not always follow their own unit text, so where the cost is known the first
// of the readings that explains it is taken: with the duration or without,
// with the block or without.
func (m measure) quantity(r *amountReader, price, cost amount.Null) (q amount.Amount, ok bool) {
	used, span := usedAmount(r), r.read(TimeSpan)
	if !used.Valid {
		return span.Amount.Abs(), span.Valid && m.timed
	}
	plain := used.Amount.Abs()
	long := plain
	if span.Valid {
		long = plain.Mul(span.Amount.Abs())
	}
	byText := plain
	if m.timed {
		byText = long
	}
	if price.Valid && cost.Valid {
		for _, reading := range [...]amount.Amount{byText, long, plain} {
			if q := m.inBlocks(reading); explains(price, q, cost.Amount) {
				return q, true
			}
		}
		for _, reading := range [...]amount.Amount{long, plain} {
			if explains(price, reading, cost.Amount) {
				return reading, true
			}
		}
	}
	return m.inBlocks(byText), true
}

// usedAmount is the usage that is paid for: the component usage, else the
// original usage less what packages deducted of it. A deduction that exceeds
// the original usage says nothing of what was left.
func usedAmount(r *amountReader) amount.Null {
	if used := r.read(UsedAmount); used.Valid {
		return used
	}
	used := r.read(RealTotalMeasure)
	before := used.Amount
	used.Amount = before.Sub(r.read(DeductedMeasure).Amount)
	used.Valid = used.Valid && before.Sign()*used.Amount.Sign() >= 0
	return used
}

func (m measure) inBlocks(a amount.Amount) amount.Amount {
	if m.block.Equal(amount.FromInt(1)) {
		return a
	}
	if q, ok := a.QuoExact(m.block, 24); ok {
		return q
	}
	return a
}

// timeWords are the time units of FOCUS and what bills call them.
var timeWords = map[string]string{
	"second": "Second", "sec": "Second", "s": "Second", "秒": "Second",
	"minute": "Minute", "min": "Minute", "分钟": "Minute", "分": "Minute",
	"hour": "Hour", "h": "Hour", "hr": "Hour", "小时": "Hour", "时": "Hour",
	"day": "Day", "d": "Day", "天": "Day", "日": "Day",
	"month": "Month", "mo": "Month", "mon": "Month", "月": "Month", "个月": "Month",
	"year": "Year", "yr": "Year", "年": "Year",
}

func timeWord(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if word := timeWords[s]; word != "" {
		return word
	}
	return timeWords[strings.TrimSuffix(strings.TrimSuffix(s, "(s)"), "s")]
}

// nouns are what bills count, in the spelling of FOCUS.
var nouns = map[string]string{
	"个": "Unit", "台": "Unit", "件": "Unit", "张": "Unit", "套": "Unit", "份": "Unit", "unit": "Unit", "piece": "Unit", "pcs": "Unit", "count": "Count", "": "Unit",
	"次": "Request", "times": "Request", "time": "Request", "request": "Request", "call": "Request", "query": "Request", "queries": "Request",
	"条": "Message", "message": "Message", "核": "Core", "core": "Core", "vcpu": "Core", "实例": "Instance", "域名": "Domain", "token": "Token", "千token": "Token", "人": "User", "路": "Channel", "连接": "Connection",
	"g": "GB", "gb": "GB", "gib": "GiB", "m": "MB", "mb": "MB", "mib": "MiB", "kb": "KB", "t": "TB", "tb": "TB", "tib": "TiB", "pb": "PB",
}

// word is a counted thing in the singular of FOCUS: a known noun, or the
// bill's own word in ASCII letters and digits, capitalised; "Unit" when
// nothing is left of it.
func word(s string) string {
	if timed := timeWord(s); timed != "" {
		return timed
	}
	lower := strings.ToLower(strings.TrimSpace(s))
	for _, form := range [...]string{lower, strings.TrimSuffix(lower, "(s)"), strings.TrimSuffix(lower, "s")} {
		if noun, ok := nouns[form]; ok {
			return noun
		}
	}
	var words []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		words = append(words, strings.ToUpper(part[:1])+part[1:])
	}
	for len(words) > 0 && !unicode.IsLetter(rune(words[0][0])) {
		words = words[1:]
	}
	if len(words) == 0 {
		return "Unit"
	}
	return strings.Join(words, " ")
}

// plural is a unit as UnitFormat wants it where it stands alone: data sizes
// and abbreviations do not change.
func plural(noun string) string {
	last := noun[len(noun)-1]
	if last == 's' || unicode.IsUpper(rune(last)) || len(noun) <= 3 && noun != "Day" {
		return noun
	}
	return noun + "s"
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
// requests" likewise.
func leadingNumber(s string) (number, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != ',' })
	if end < 0 {
		end = len(s)
	}
	number, rest = strings.ReplaceAll(s[:end], ",", ""), strings.TrimSpace(s[end:])
	if number != "" && len(rest) > 1 && (rest[0] == 'k' || rest[0] == 'K') && rest[1] == ' ' {
		return number + "000", strings.TrimSpace(rest[1:])
	}
	return number, rest
}
