package bill

import "strings"

// Product is the code and the name by which a bill's summary lists the line's
// product: the product's, else the sub-product's. A bill file may have no
// codes; then the name stands for the code.
func (l *Line) Product() (code, name string) {
	name = first(l[BusinessName], l[ProductName], l[BusinessCode], l[ProductCode], "other")
	return first(l[BusinessCode], name), name
}

// Owner is the account the line was used by: the owner account, else the payer.
func (l *Line) Owner() string { return first(l[OwnerUin], l[PayerUin]) }

// The pay modes, as DescribeBillSummary spells them.
const (
	PrePay  = "prePay"  // yearly and monthly subscription
	PostPay = "postPay" // pay as you go
	RIPay   = "riPay"   // reserved instances
)

// PayMode is the code of the billing mode, which a detail bill gives as a
// display name only. The names drift between pages and years, so they are
// recognised by what they have in common; a name that says nothing known
// stands for itself.
func (l *Line) PayMode() string {
	name := strings.ToLower(l[PayModeName])
	for _, mode := range [...]struct{ code, sign string }{
		{PostPay, "pay-as-you-go"}, {PostPay, "postpay"}, {PostPay, "按量"}, {PostPay, "后付"},
		{PrePay, "subscription"}, {PrePay, "prepay"}, {PrePay, "monthly"}, {PrePay, "包年"}, {PrePay, "预付"},
		{RIPay, "ripay"}, {RIPay, "standard ri"}, {RIPay, "reserved instance"}, {RIPay, "预留实例"},
	} {
		if strings.Contains(name, mode.sign) {
			return mode.code
		}
	}
	return first(l[PayModeName], "other")
}
