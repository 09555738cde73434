package sample

import "deliverd/internal/bill"

// component writes the line of the record's i-th component.
func (g *generator) component(k *kind, res *resource, i, at int) {
	part := &res.product.parts[0]
	if k.when != twice {
		part = &res.product.parts[i]
	}
	e := g.entry(k, res, part, at)
	e.index = i
	if k.set != nil {
		k.set(&e)
	}
	l, chinese := &g.line, g.bill.Chinese
	l[bill.ComponentCode], l[bill.ComponentName] = part.code, part.codeName.in(chinese)
	l[bill.ItemCode], l[bill.ItemName] = part.item, part.itemName.in(chinese)
	l[bill.UsedAmountUnit], l[bill.TimeUnit] = e.unit.used.in(chinese), e.unit.time.in(chinese)
	l[bill.InstanceType], l[bill.ReduceType] = e.instanceType.in(chinese), e.reduceType.in(chinese)
	l[bill.TaxRate], l[bill.TaxAmount] = "0", "0"
	l[bill.PriceInfo] = priceInfos[len(part.code)%len(priceInfos)]
	if e.instanceType == riType {
		l[bill.ReserveDetail] = name{"RI: 1 year, all upfront", "预留实例：一年，全预付"}.in(chinese)
	}
	t := &g.texts
	currency := "USD"
	if chinese {
		currency = "元"
	}
	t.set(bill.PriceUnit, append(append(t.bytes, currency...), e.unit.price.in(chinese)...))
	e.fill(t)
	g.stories(t, &e, at)
	t.into(l)
}

// entry is the charge of a usual usage of the component.
func (g *generator) entry(k *kind, res *resource, part *component, at int) entry {
	u := part.unit
	e := entry{rand: g.rand, unit: u, price: part.price, per: u.per, span: 1, tier: one, discount: res.discount}
	if k.mode != &payAsYouGo && k.when != hourly || k.when == instant || k.when == twice {
		u = units["month"]
		e.unit, e.per, e.price = u, 1, part.price*400
	}
	e.used = u.least + u.step*e8(g.rand.Int64N(int64((u.most-u.least)/u.step)+1))
	if u.time == hour && k.when == daily {
		e.span = 24
	}
	if u.time == hour && k.when == monthly {
		e.span = int64(at/24+1) * 24
	}
	if e.discount != one {
		e.reduceType = discounted
	}
	return e
}

var priceInfos = []string{"[]", `["linux","第三阶梯"]`, `["Operating system: linux","Continuous use: no tiers"]`}

// stories writes the texts that explain a line to people.
func (g *generator) stories(t *texts, e *entry, at int) {
	if e.formula {
		t.set(bill.Formula, append(e.price.short(append(t.bytes, "Refund: "...)), ", vouchers are not paid back; order, \"used\" part deducted"...))
	}
	if e.orders {
		t.bytes = append(t.bytes, `{"PrepayPurchase":"`...)
		t.bytes = g.number(at)
		t.bytes = append(t.bytes, `","PrepayRenew":"`...)
		t.bytes = g.number(at)
		t.set(bill.AssociatedOrder, append(t.bytes, `"}`...))
	}
	id := g.line[bill.ResourceID]
	t.bytes = append(append(t.bytes, `[{"Name":"Instance","Value":"`...), id...)
	t.set(bill.ComponentConfig, append(t.bytes, `"}]`...))
}
