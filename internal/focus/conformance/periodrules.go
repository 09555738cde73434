package conformance

// periodRules are about periods: starts inclusive, ends exclusive.
func periodRules() []rowRule {
	var rules []rowRule
	for _, period := range []string{"ChargePeriod", "BillingPeriod"} {
		start, end := period+"Start", period+"End"
		between := func(broken func(start, end int64) bool) func(at places) test {
			return func(at places) test {
				s, e := at(start), at(end)
				return func(r *row) bool {
					from, ok := r.moment(s)
					to, ok2 := r.moment(e)
					return ok && ok2 && broken(from, to)
				}
			}
		}
		rules = append(rules, rowRule{
			code: "F-PERIOD-ORDER", column: start, needs: []string{end}, severity: Must, span: always,
			text: start + " is not after " + end, remedy: "swap or correct the two",
			build: between(func(from, to int64) bool { return from > to }),
		}, rowRule{
			code: "F-PERIOD-EMPTY", column: start, needs: []string{end}, severity: Should, span: always,
			text:   start + " is before " + end + ": the end is exclusive",
			remedy: "let the end be the first moment behind the period, such as the next hour, day or month",
			build:  between(func(from, to int64) bool { return from == to }),
		})
	}
	return append(rules, rowRule{
		code: "F-PERIOD-INSIDE", column: "ChargePeriodStart", severity: Should, span: always,
		needs:  []string{"ChargePeriodEnd", "BillingPeriodStart", "BillingPeriodEnd"},
		text:   "the charge period of Usage that is no Correction lies inside its billing period",
		remedy: "correct the period, or mark a charge of an earlier month as Correction",
		build:  insidePeriod,
	})
}

func insidePeriod(at places) test {
	cs, ce := at("ChargePeriodStart"), at("ChargePeriodEnd")
	bs, be, class := at("BillingPeriodStart"), at("BillingPeriodEnd"), at("ChargeClass")
	return func(r *row) bool {
		if r.category != categoryUsage || !r.null(class) {
			return false
		}
		from, ok1 := r.moment(cs)
		to, ok2 := r.moment(ce)
		start, ok3 := r.moment(bs)
		end, ok4 := r.moment(be)
		return ok1 && ok2 && ok3 && ok4 && (from < start || to > end)
	}
}
