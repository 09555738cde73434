package bill

import (
	"strings"
	"unicode"

	"deliverd/internal/amount"
)

// lineUnit is the unit of a line whose bill says no quantity: the line itself
// is counted.
const lineUnit = "Units"

// quantity is usage × duration ÷ block, by the provider's formula. Bills do
// not always follow their own unit text, so where the cost is known the first
// of the readings that explains it is taken: with the duration or without,
// with the block or without. priced is false for a quantity that is counted in
// the single unit instead of the price's: the block does not divide it, or the
// bill did not divide by it, or it is in the duration's time unit.
func (m *measure) quantity(r *amountReader, price, cost amount.Null) (q amount.Amount, priced, ok bool) {
	used, span := usedAmount(r), r.read(TimeSpan)
	if !used.Valid {
		return span.Amount.Abs(), m.comparable, span.Valid && m.timed
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
			if q, whole := m.inBlocks(reading); whole && explains(price, q, cost.Amount) {
				return q, m.comparable || reading.Equal(plain), true
			}
		}
		for _, reading := range [...]amount.Amount{long, plain} {
			if explains(price, reading, cost.Amount) {
				return reading, false, true
			}
		}
	}
	q, whole := m.inBlocks(byText)
	return q, whole && m.comparable, true
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

// inBlocks is a quantity counted in blocks, and whether it can be.
func (m *measure) inBlocks(a amount.Amount) (q amount.Amount, whole bool) {
	if m.block.Equal(amount.FromInt(1)) {
		return a, true
	}
	if q, ok := a.QuoExact(m.block, 24); ok {
		return q, true
	}
	return a, false
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
