package bill

import (
	"encoding/json"
	"strings"
	"unicode"

	"deliverd/internal/amount"
)

// words is everything a line says that is not its own alone: names, codes,
// units and what is made of them. Lines that agree in the fields it is made of
// share one.
type words struct {
	action  *action
	payMode string

	currency                                         string
	serviceName, serviceCategory, serviceSubcategory string
	resourceType                                     string
	regionID, regionName                             string
	place                                            *region // nil: not known, or not asked for
	unknown                                          bool    // nothing knows the product
	description                                      string

	skuID, skuMeter, skuPriceDetails string

	skuPrice string // what comes before the list price in a SKU price's id

	pricingUnit, usedUnit, timeUnit string
	singleUnit                      string // see measure
	measure                         measure
}

// wordFields are the fields that words are made of.
var wordFields = [...]Field{
	BusinessCode, BusinessName, ProductCode, ProductName, ComponentCode, ComponentName, ItemCode, ItemName,
	ActionType, ActionTypeName, PayModeName, RegionID, RegionName, InstanceType,
	PriceUnit, UsedAmountUnit, TimeUnit, Currency,
}

// maxWords bounds the memory of a bill in which every line says something new.
const maxWords = 1 << 14

func (m *Mapper) wordsOf(l *Line) *words {
	m.key = m.key[:0]
	for _, f := range wordFields {
		m.key = append(append(m.key, l[f]...), 0)
	}
	if w := m.words[string(m.key)]; w != nil {
		return w
	}
	if len(m.words) >= maxWords {
		clear(m.words)
	}
	own := *l // without holding on to what the line is a part of
	for _, f := range wordFields {
		own[f] = strings.Clone(l[f])
	}
	w := m.newWords(&own)
	m.words[string(m.key)] = w
	return w
}

func (m *Mapper) newWords(l *Line) *words {
	w := &words{action: actionOf(l), payMode: l.PayMode()}
	var unitCurrency string
	w.pricingUnit, unitCurrency, w.measure = priceUnit(l[PriceUnit], l[TimeUnit])
	w.currency = currencyCode(first(l[Currency], unitCurrency, m.cfg.Currency))
	m.noteCurrency(w.currency)
	w.usedUnit = lineUnit // for a usage whose unit the bill leaves blank
	if l[UsedAmountUnit] != "" {
		w.usedUnit = plural(word(l[UsedAmountUnit]))
	}
	if t := timeWord(l[TimeUnit]); t != "" {
		w.timeUnit = t + "s"
	}
	w.pricingUnit = first(w.pricingUnit, w.usedUnit, lineUnit)
	w.singleUnit = first(w.measure.single, w.usedUnit, lineUnit)

	w.service(l, m)
	w.region(l, m.regions)
	w.sku(l)
	w.describe(l)
	return w
}

// service names the product: by the overrides and the product table where the
// code or the name is known, or else, on a line without a product code, the
// sub-product's; otherwise as the bill does. Category and subcategory follow
// from the name alone, so that one service has one category whichever of its
// fields are blank.
func (w *words) service(l *Line, m *Mapper) {
	code, name := known(l[BusinessCode]), known(first(l[BusinessName], l[ProductName], l[BusinessCode], l[ProductCode]))
	p := m.products.find(code, name)
	if p == nil && code == "" {
		p = m.products.find(codeOfSubproduct(l[ProductCode]), "")
	}
	if p == nil {
		p = &product{name: first(name, "Other"), category: "Other", subcategory: otherOf("Other")}
		if w.unknown = name != ""; w.unknown {
			m.unknown.note(code, name)
		}
	}
	w.serviceName, w.serviceCategory, w.serviceSubcategory = p.name, p.category, p.subcategory
	w.resourceType = first(firstASCII(l[ProductName]), p.resourceType, firstASCII(l[ProductCode]), known(l[ProductName]), w.serviceName)
}

// sku makes the SKU ids. The bill has none: a SKU is a component of a
// sub-product (codes where the bill has them, else names), a SKU price is that
// in a region at a list price. The same component at the same list price has
// the same id in every bill.
func (w *words) sku(l *Line) {
	component := first(known(l[ItemCode]), known(l[ItemName]), known(l[ComponentCode]), known(l[ComponentName]))
	w.skuID = joined("/", first(known(l[ProductCode]), known(l[ProductName]), known(l[BusinessCode]), w.serviceName), component)
	w.skuMeter = first(firstASCII(l[ItemName], l[ComponentName], l[ItemCode], l[ComponentCode]), known(l[ItemName]), known(l[ComponentName]), w.serviceName)
	// Parts that are blank keep their place, or two SKUs could have one price id.
	w.skuPrice = strings.Join([]string{w.skuID, w.regionID, w.currency, w.pricingUnit}, "|") + "|"
	details := map[string]string{}
	for key, value := range map[string]string{"x_BillingMode": w.payMode, "x_PriceUnit": l[PriceUnit], "x_InstanceType": l[InstanceType]} {
		if value != "" {
			details[key] = value
		}
	}
	text, err := json.Marshal(details) // keys sorted
	if err == nil && len(details) > 0 {
		w.skuPriceDetails = string(text)
	}
}

// skuPriceID is a SKU in a region at a list price. Bills have more prices than
// words, so it is put together for every line.
func (m *Mapper) skuPriceID(l *Line, w *words) string {
	price, err := amount.Parse(l[SinglePrice])
	if err != nil {
		return w.skuPrice
	}
	m.key = price.Abs().AppendText(append(m.key[:0], w.skuPrice...))
	return m.keep(m.key)
}

// describe writes a description that can be understood without the other
// columns, in ASCII, since FOCUS tools stumble over anything else here: what
// was charged, of which product, how and where.
func (w *words) describe(l *Line) {
	component := ascii(l[ItemName], l[ItemCode], l[ComponentName], l[ComponentCode])
	product := ascii(l[ProductName], l[ProductCode])
	service := ascii(w.serviceName, l[BusinessCode])
	charge := ascii(l[ActionTypeName], l[ActionType], w.action.category)
	place := ascii(w.regionName, w.regionID)
	if product == service {
		product = ""
	}
	if component == product {
		component = ""
	}
	w.description = joined(", ", joined(": ", joined(" - ", service, product), component), charge)
	if w.regionID != "" && place != "" {
		w.description += " in " + place
	}
}

// firstASCII is the first of the texts that says something, in ASCII.
func firstASCII(texts ...string) string {
	for _, text := range texts {
		if isASCII(text) && known(text) != "" {
			return text
		}
	}
	return ""
}

// ascii is the first of the texts that is ASCII, else what is ASCII of the
// first that has any letters or digits left.
func ascii(texts ...string) string {
	for _, text := range texts {
		if text != "" && isASCII(text) {
			return text
		}
	}
	for _, text := range texts {
		kept := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }), " ")
		if strings.ContainsFunc(kept, func(r rune) bool { return unicode.IsLetter(r) }) {
			return strings.TrimSpace(kept)
		}
	}
	return ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x7f || s[i] < ' ' {
			return false
		}
	}
	return true
}

// joined joins the texts that are not blank.
func joined(separator string, texts ...string) string {
	kept := make([]string, 0, len(texts))
	for _, text := range texts {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, separator)
}

// shortText is as long as the longest word that a text is compared with
// whatever its case.
const shortText = len("not applicable")

// lowered is a text in lower case, as far as it is ASCII; nothing when the text
// is longer than a buffer. It costs no allocation, for it is done for every line.
func lowered(buffer *[shortText]byte, text string) []byte {
	if len(text) > len(buffer) {
		return nil
	}
	for i := range len(text) {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		buffer[i] = c
	}
	return buffer[:len(text)]
}

// known is the text, or blank when it is one of the words that people and
// programs write for "no value": FOCUS forbids placeholders (NullHandling).
func known(text string) string {
	var buffer [shortText]byte
	switch string(lowered(&buffer, text)) {
	case "-", "--", "n/a", "na", "none", "null", "nil", "nan", "undefined", "unknown", "not applicable", "不适用", "无":
		return ""
	}
	return text
}
