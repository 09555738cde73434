package bill

import (
	"slices"
	"strings"
)

// currencies are what bills call currencies, in a column of their own and as
// the first part of a price unit.
var currencies = map[string]string{
	"usd": "USD", "$": "USD", "us$": "USD", "美元": "USD", "美金": "USD",
	"cny": "CNY", "rmb": "CNY", "元": "CNY", "¥": "CNY", "￥": "CNY", "人民币": "CNY",
	"eur": "EUR", "hkd": "HKD", "sgd": "SGD", "jpy": "JPY", "krw": "KRW", "idr": "IDR", "brl": "BRL",
}

// currencyCode is the ISO 4217 code of a currency, or the text itself in upper
// case.
func currencyCode(text string) string {
	if code := currencies[strings.ToLower(text)]; code != "" {
		return code
	}
	return strings.ToUpper(text)
}

// maxCurrencies bounds the currencies of which a mapper says that it saw them.
const maxCurrencies = 100

func (m *Mapper) noteCurrency(code string) {
	if len(m.seen) < maxCurrencies {
		m.seen[code] = true
	}
}

// Currencies are the billing currencies of the lines mapped so far, sorted: at
// most 100, the first that came. A bill in more than one has sums that mean
// nothing.
func (m *Mapper) Currencies() []string {
	codes := make([]string, 0, len(m.seen))
	for code := range m.seen {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}
