package sample

// when is how the usage time of a charge relates to the moment it is made.
type when uint8

const (
	hourly  when = iota // the hour before
	daily               // the day
	monthly             // from the first of the month to the end of the day
	term                // a month or a year from the moment on
	instant             // the moment itself: no duration
	twice               // the same, for each of two charges of one component
	lately              // an hour of an earlier day of the month
	before              // an hour of the month before
)

// kind is one kind of record.
type kind struct {
	id     string
	weight int // records of a wheel, see newWheel
	needs  trait
	action string
	label  name
	mode   *name
	when   when
	set    func(e *entry)
}

var (
	payAsYouGo   = name{"Pay-As-You-Go resources", "按量计费"}
	subscription = name{"Yearly/Monthly subscription", "包年包月"}
	standardRI   = name{"Standard RI", "标准预留实例"}

	hourlyLabel = name{"Hourly settlement", "按量计费小时结"}
	dailyLabel  = name{"Daily settlement", "按量计费日结"}
	monthLabel  = name{"Monthly settlement", "按量计费月结"}

	discounted = name{"Discount", "折扣"}
	byContract = name{"Contract price", "合同价"}
	spotType   = name{"Spot", "竞价实例"}
	riType     = name{"RI", "预留实例"}
	spType     = name{"SP", "节省计划"}
	packType   = name{"Resource package", "资源包"}
)

// kinds are all kinds of records, commonest first.
var kinds = []kind{
	{"hourly", 500, anyProduct, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, nil},
	{"daily", 130, anyProduct, "postpay_deduct_d", dailyLabel, &payAsYouGo, daily, nil},
	{"monthly", 30, anyProduct, "postpay_deduct_m", monthLabel, &payAsYouGo, monthly, nil},
	{"spot", 25, reservable, "postpay_deduct_s", name{"Spot", "竞价实例"}, &payAsYouGo, hourly, func(e *entry) {
		e.instanceType, e.price = spotType, e.price.times(one/10+e8(e.rand.IntN(1e7)), 1)
	}},
	{"new subscription", 12, reservable, "prepay_purchase", name{"New yearly/monthly subscription", "包年包月新购"}, &subscription, term, nil},
	{"renewal", 10, reservable, "prepay_renew", name{"Yearly/monthly subscription renewal", "包年包月续费"}, &subscription, term, nil},
	{"change", 8, reservable, "prepay_modify", name{"Yearly/monthly subscription specification adjustment", "包年包月配置变更"}, &subscription, term, func(e *entry) {
		if e.rand.IntN(2) == 0 {
			e.price = -e.price // a downgrade pays back
		}
	}},
	{"refund", 8, reservable, "prepay_return", name{"Yearly/monthly subscription refund", "包年包月退款"}, &subscription, instant, refund},
	{"pre to post", 5, reservable, "pre_to_post", name{"Yearly/monthly subscription to pay-as-you-go", "包年包月转按量"}, &subscription, instant, refund},
	{"adjustment, deduction", 5, anyProduct, "recon_deduct", name{"Adjustment - deduction", "调账-扣费"}, &payAsYouGo, lately, nil},
	{"adjustment, compensation", 5, anyProduct, "recon_increase", name{"Adjustment - refund", "调账-补偿"}, &payAsYouGo, lately, negative},
	{"adjustment of an earlier month, deduction", 4, anyProduct, "recon_deduct", name{"Adjustment - deduction", "调账-扣费"}, &payAsYouGo, before, nil},
	{"adjustment of an earlier month, compensation", 4, anyProduct, "recon_increase", name{"Adjustment - refund", "调账-补偿"}, &payAsYouGo, before, negative},
	{"one-off RI fee", 3, reservable, "ripay_purchase", name{"One-off RI Fee", "预留实例一次性费用"}, &standardRI, term, func(e *entry) { e.instanceType = riType }},
	{"hourly RI fee", 15, reservable, "ri_hour_pay", name{"Hourly RI fee", "预留实例小时费用"}, &standardRI, hourly, func(e *entry) { e.instanceType = riType }},
	{"hourly SP fee", 15, reservable, "svp_hour_pay", name{"Hourly Savings Plan fee", "节省计划小时费用"}, &payAsYouGo, hourly, func(e *entry) { e.instanceType = spType }},
	{"covered by RI", 18, reservable, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) { e.instanceType, e.riShare = riType, one }},
	{"partly covered by RI", 14, reservable, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.instanceType, e.riShare = riType, share(e)
	}},
	{"covered by SP", 18, reservable, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) { e.instanceType, e.spShare = spType, one }},
	{"partly covered by SP", 14, reservable, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.instanceType, e.spShare = spType, share(e)
	}},
	{"resource package", 25, packaged, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.instanceType, e.deducted = packType, e.used
		if e.used = 0; e.rand.IntN(2) == 0 {
			e.used = e.deducted.times(share(e), 1)
		}
	}},
	{"partly by voucher", 25, anyProduct, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) { e.voucher = share(e) }},
	{"by voucher", 20, anyProduct, "postpay_deduct_d", dailyLabel, &payAsYouGo, daily, func(e *entry) { e.voucher = one }},
	{"by free credit", 20, anyProduct, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) { e.incentive = share(e) }},
	{"by royalties", 12, anyProduct, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.transfer, e.incentive = share(e)/2, share(e)/2
	}},
	{"tiered", 25, packaged, "postpay_deduct_d", dailyLabel, &payAsYouGo, daily, func(e *entry) { e.tier = one/2 + share(e)/2 }},
	{"contract price", 15, anyProduct, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.contract, e.reduceType = true, byContract
	}},
	{"free", 15, packaged, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) { e.price = 0 }},
	{"beyond 8 decimals", 8, packaged, "postpay_deduct_h", hourlyLabel, &payAsYouGo, hourly, func(e *entry) {
		e.suffix, e.discount, e.price = "12345", one, max(e.price, 1)
	}},
	{"offline", 4, anyProduct, "offline_deduct", name{"Offline project deduction", "线下项目扣费"}, &payAsYouGo, daily, func(e *entry) {
		e.price, e.used, e.span, e.discount = e.price.times(10_000*one, 1), one, 1, one
	}},
	{"minimum spend", 2, anyProduct, "recon_guarantee", name{"Minimum spend deduction", "保底扣费"}, &payAsYouGo, instant, once},
	{"entered and taken back", 2, anyProduct, "online_deduct", name{"Offline product deduction", "线上产品扣费"}, &payAsYouGo, twice, huge},
}

// share is a part of the whole, neither none nor all of it.
func share(e *entry) e8 { return one/20 + e8(e.rand.Int64N(int64(one*9/10))) }

func negative(e *entry) { e.price = -e.price }

// once makes a charge of one piece at its price.
func once(e *entry) { e.used, e.span, e.per, e.discount = one, 1, 1, one }

func refund(e *entry) {
	once(e)
	negative(e)
	e.incentive = one / 100 * e8(e.rand.IntN(3))
	e.formula, e.orders = true, true
}

// huge makes two charges that outgrow 64 bits of 10^-8 when two bills' worth
// of either is summed, and nearly cancel each other: a mistake of somebody's.
func huge(e *entry) {
	once(e)
	if e.price = 85_899_345_920*one + e8(e.rand.Int64N(1e8)); e.index%2 == 1 {
		negative(e)
	}
}

// newWheel lists every kind as often as its weight says. Records take their
// kinds from the shuffled wheel in turn, so every kind occurs in every turn.
func newWheel(shuffle func(n int, swap func(i, j int))) []*kind {
	var wheel []*kind
	for i := range kinds {
		for range kinds[i].weight {
			wheel = append(wheel, &kinds[i])
		}
	}
	shuffle(len(wheel), func(i, j int) { wheel[i], wheel[j] = wheel[j], wheel[i] })
	return wheel
}
