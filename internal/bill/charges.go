package bill

import (
	"strings"
	"time"

	"deliverd/internal/amount"
	"deliverd/internal/focus"
	"deliverd/internal/period"
)

// MapperConfig says which file a [Mapper] makes charges for.
type MapperConfig struct {
	UIN      string       // the account; it stands for a payer the bill does not name
	Month    period.Month // the bill month
	Due      time.Time    // the due time of the delivery: x_ExportTime, the only clock in a file
	Currency string       // ISO 4217 code for lines that do not name their currency
	Layout   Layout

	Commitments *Commitments      // what the month's commitments cost; nil: not known
	Products    []ProductOverride // what outranks the product table; see CheckProducts
}

// Mapper turns lines into FOCUS charges. It reuses what it can from line to
// line and is not safe for concurrent use.
type Mapper struct {
	cfg      MapperConfig
	due      string    // Due as it is written
	start    time.Time // of the month
	end      time.Time
	version  focus.Version
	products *catalogue
	unknown  unknownProducts
	seen     map[string]bool    // currencies, at most maxCurrencies
	regions  *regions           // nil: the bill's own words stay
	zones    map[zoneKey]string // codes seen
	words    map[string]*words  // by the fields that they are made of
	key      []byte
	charge   focus.Charge
	lastTime struct{ text, utc string }
	kept     strings.Builder              // what keep gives parts of
	tags     map[string]map[string]string // by the text of a line's tags
	accounts map[string]string            // names, by account
	fees     map[*pool]int                // fee lines seen
}

// NewMapper returns a mapper for one file.
func NewMapper(cfg MapperConfig) *Mapper {
	m := &Mapper{cfg: cfg, due: cfg.Due.UTC().Format(dateTimeFormat), start: cfg.Month.Start(), end: cfg.Month.End(), words: map[string]*words{}, seen: map[string]bool{}, tags: map[string]map[string]string{}, accounts: map[string]string{}, fees: map[*pool]int{}}
	m.products, _ = newCatalogue(cfg.Products) // CheckProducts said what is wrong with them
	if cfg.Layout.Profile != Provider {
		m.regions, m.zones = regionTable(), map[zoneKey]string{}
	}
	m.version, _ = focus.LoadVersion(cfg.Layout.Version) // Layout.Schema said what is wrong with it
	m.charge.Extra = make([]string, len(extraColumns)+len(cfg.Layout.Tags)+len(cfg.Layout.Constants))
	return m
}

// Charges gives the charges of a completed line to visit, in a fixed order:
//
//   - what a reserved instance covered, what a savings plan covered, and the
//     rest, each as a charge of its own (FOCUS DiscountHandling: a discount on
//     part of a charge splits it);
//   - the tax that a bill file shows beside the amount, as a Tax;
//   - what vouchers paid, as a Credit.
//
// The sum of their BilledCost is the line's payable, to the last digit. The
// charge passed to visit is valid until visit returns.
func (m *Mapper) Charges(l *Line, visit func(*focus.Charge) error) error {
	money, err := l.Money()
	if err != nil {
		return err
	}
	w := m.wordsOf(l)
	m.unknown.now = w.unknown
	act := w.action
	m.describe(l, w)
	m.period(l)
	m.extras(l, w)
	m.charge.ChargeFrequency = act.frequency
	m.charge.ChargeClass = m.class(l, act)
	if m.cfg.Layout.Profile == Provider {
		return m.provider(l, &money, w, visit)
	}

	if act.category == adjustment {
		m.charge.ChargeCategory = adjustment
		m.unpriced(money.Real)
		if err := m.emit(visit); err != nil {
			return err
		}
	} else if err := m.priced(l, &money, w, visit); err != nil {
		return err
	}
	if !money.Tax.IsZero() {
		m.charge.ChargeCategory = tax
		m.unpriced(money.Tax)
		if err := m.emit(visit); err != nil {
			return err
		}
	}
	if !money.Voucher.IsZero() {
		m.charge.ChargeCategory = credit
		m.unpriced(money.Voucher.Neg())
		return m.emit(visit)
	}
	return nil
}

// The charge categories of FOCUS.
const (
	usage      = "Usage"
	purchase   = "Purchase"
	adjustment = "Adjustment"
	credit     = "Credit"
	tax        = "Tax"
)

// emit completes what follows from other columns, gives the charge to visit,
// and takes the line's amounts out of the custom columns: they stand in the
// first charge of a line only, so that they can be summed.
func (m *Mapper) emit(visit func(*focus.Charge) error) error {
	c := &m.charge
	c.PricingCurrencyEffectiveCost = amount.Some(c.EffectiveCost)
	c.PricingCurrencyListUnitPrice = c.ListUnitPrice
	c.PricingCurrencyContractedUnitPrice = c.ContractedUnitPrice
	if m.unknown.now {
		m.unknown.charges++
	}
	err := visit(c)
	for _, i := range onceColumns {
		c.Extra[i] = ""
	}
	return err
}

// describe fills what all charges of a line share and money has no part in.
func (m *Mapper) describe(l *Line, w *words) {
	c := &m.charge
	c.BillingAccountId = first(l[PayerUin], m.cfg.UIN)
	c.BillingAccountName, c.BillingAccountType = m.accountName(c.BillingAccountId), "Payer Account"
	c.SubAccountId, c.SubAccountName, c.SubAccountType = "", "", ""
	if owner := l[OwnerUin]; owner != "" {
		c.SubAccountId, c.SubAccountName, c.SubAccountType = owner, m.accountName(owner), "Owner Account"
	}
	c.BillingCurrency = w.currency
	c.PricingCurrency = w.currency

	c.InvoiceIssuerName, c.ProviderName, c.PublisherName = providerName, providerName, providerName
	c.ServiceProviderName, c.HostProviderName = providerName, providerName
	c.ServiceName, c.ServiceCategory, c.ServiceSubcategory = w.serviceName, w.serviceCategory, w.serviceSubcategory
	c.ChargeDescription = w.description
	c.RegionId, c.RegionName = w.regionID, w.regionName
	c.AvailabilityZone = m.zone(l, w)

	c.ResourceId, c.ResourceName, c.ResourceType = known(l[ResourceID]), "", ""
	if c.ResourceId != "" {
		c.ResourceName, c.ResourceType = known(l[ResourceName]), w.resourceType
	}
	c.Tags = l[Tags]
	if c.Tags == "{}" {
		c.Tags = ""
	}
}

// accountName stands for the name of an account, which the bill does not have
// and FOCUS demands. It is not the bare number: tools take a column of numbers
// for a numeric one.
func (m *Mapper) accountName(uin string) string {
	name, known := m.accounts[uin]
	if !known {
		name = "Account " + uin
		m.accounts[strings.Clone(uin)] = name
	}
	return name
}

// providerName is one text in the provider's, the publisher's and the issuer's
// column: the official FOCUS model takes rows whose provider and issuer differ
// for payments to a third party and demands a BilledCost of 0.
const providerName = "Tencent Cloud"

// period fills the billing period and the charge period, ends exclusive.
//
// The source gives seconds in UTC+8 and mostly inclusive ends (10:00:00 to
// 10:59:59): an end whose second is 59 is moved to the next second. Other ends
// (a subscription that runs from 16:14:21 to 16:14:21) are exclusive already.
// An end that equals its start, as refunds have, covers its one second. A time
// that is blank is taken from the bill day.
func (m *Mapper) period(l *Line) {
	c := &m.charge
	c.BillingPeriodStart, c.BillingPeriodEnd = m.start, m.end
	start, hasStart := ParseTime(l[UsageStart])
	end, hasEnd := ParseTime(l[UsageEnd])
	if !hasStart {
		start = m.dayOf(l).Start()
		if hasEnd && end.Before(start) {
			start = end
		}
	}
	if !hasEnd {
		end = m.dayOf(l).End()
		if end.Before(start) {
			end = start
		}
	} else if end.Second() == 59 {
		end = end.Add(time.Second)
	}
	if end.Equal(start) {
		end = start.Add(time.Second)
	}
	c.ChargePeriodStart, c.ChargePeriodEnd = start, end
}

// dayOf is the line's bill day.
func (m *Mapper) dayOf(l *Line) period.Day {
	day, err := period.ParseDay(l[BillDay])
	if err != nil {
		return m.cfg.Month.First()
	}
	return day
}

// class is Correction for an adjustment, a refund or a reversal of usage that
// ended before the bill month began: it corrects a month that was billed
// already. Everything else is no correction, or one within its own month.
func (m *Mapper) class(l *Line, act *action) string {
	if act.corrects && !m.charge.ChargePeriodEnd.After(m.start) {
		return "Correction"
	}
	return ""
}

// unpriced makes the charge one that has an amount and no price: all costs are
// the billed one (FOCUS ListCost and ContractedCost of a charge without unit
// price), every pricing column is null.
func (m *Mapper) unpriced(billed amount.Amount) {
	c := &m.charge
	c.BilledCost, c.EffectiveCost, c.ListCost, c.ContractedCost = billed, billed, billed, billed
	c.PricingQuantity, c.ListUnitPrice, c.ContractedUnitPrice = amount.Null{}, amount.Null{}, amount.Null{}
	c.ConsumedQuantity, c.ConsumedUnit = amount.Null{}, ""
	c.PricingUnit, c.PricingCategory = "", ""
	c.SkuId, c.SkuMeter, c.SkuPriceId, c.SkuPriceDetails = "", "", "", ""
	m.uncommitted()
}
