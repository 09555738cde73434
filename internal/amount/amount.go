// Package amount is exact decimal arithmetic for the amounts, prices and
// quantities of a bill: decimal text in, decimal text out, nothing rounded
// unless a caller asks for it by name.
//
// Every line of a bill passes through here several times, so a number that
// fits 128 bits, which is nearly all of them, costs no allocation; whatever
// does not fit is carried as a math/big integer and gives the same digits
// (a fuzz test holds both against shopspring/decimal). Why not shopspring
// throughout: it allocates for every number it parses, adds or prints, and
// bench_test.go sees it take four times as long to parse and six to print.
//
// The package knows no currency, no bill and no FOCUS.
package amount

import (
	"math/big"
	"math/bits"
)

// Amount is a decimal number: coefficient × 10^-scale. The zero value is 0.
// Amounts are values: no method changes its receiver.
type Amount struct {
	neg    bool
	scale  int32    // digits after the point, never negative
	hi, lo uint64   // magnitude of the coefficient, when big is nil
	big    *big.Int // magnitude of a coefficient beyond 128 bits; never changed
}

// Null is an amount that may be absent, as an empty cell is.
type Null struct {
	Amount Amount
	Valid  bool // false: no value
}

// Some is the present amount a.
func Some(a Amount) Null { return Null{Amount: a, Valid: true} }

// FromInt is the whole number n.
func FromInt(n int64) Amount {
	if n < 0 {
		return Amount{neg: true, lo: -uint64(n)}
	}
	return Amount{lo: uint64(n)}
}

// Sign is -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a.IsZero():
		return 0
	case a.neg:
		return -1
	default:
		return 1
	}
}

// IsZero reports whether a is 0, at any scale.
func (a Amount) IsZero() bool { return a.big == nil && a.hi|a.lo == 0 }

// Neg is -a, Abs the magnitude of a.
func (a Amount) Neg() Amount { a.neg = !a.neg && !a.IsZero(); return a }
func (a Amount) Abs() Amount { a.neg = false; return a }

// Add is a + b, Sub is a - b; both are exact.
func (a Amount) Add(b Amount) Amount {
	a, b = align(a, b)
	if a.big != nil || b.big != nil {
		return addBig(a, b)
	}
	if a.neg == b.neg {
		lo, carry := bits.Add64(a.lo, b.lo, 0)
		hi, over := bits.Add64(a.hi, b.hi, carry)
		if over != 0 {
			return addBig(a, b)
		}
		return Amount{neg: a.neg, scale: a.scale, hi: hi, lo: lo}
	}
	if less(a, b) {
		a, b = b, a
	}
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, borrow)
	return Amount{neg: a.neg && hi|lo != 0, scale: a.scale, hi: hi, lo: lo}
}

// Sub is a - b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Cmp compares a and b by value: -1, 0 or 1.
func (a Amount) Cmp(b Amount) int {
	if a.neg != b.neg || a.scale != b.scale || a.big != nil || b.big != nil {
		return a.Sub(b).Sign()
	}
	switch {
	case a.hi == b.hi && a.lo == b.lo:
		return 0
	case less(a, b) == a.neg:
		return 1
	default:
		return -1
	}
}

// Equal reports whether a and b are the same number, at any scale.
func (a Amount) Equal(b Amount) bool { return a == b || a.Cmp(b) == 0 }

// Mul is a × b, exact.
func (a Amount) Mul(b Amount) Amount {
	scale := a.scale + b.scale
	if a.big == nil && b.big == nil && a.hi|b.hi == 0 {
		hi, lo := bits.Mul64(a.lo, b.lo)
		return Amount{neg: a.neg != b.neg && hi|lo != 0, scale: scale, hi: hi, lo: lo}
	}
	a, b = a.trim(), b.trim()
	product := new(big.Int).Mul(a.magnitude(), b.magnitude())
	return fromBig(a.neg != b.neg, a.scale+b.scale, product)
}

// less compares magnitudes of two aligned amounts that fit 128 bits.
func less(a, b Amount) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// align gives both amounts the larger of their scales.
func align(a, b Amount) (Amount, Amount) {
	switch {
	case a.scale < b.scale:
		return a.rescale(b.scale), b
	case a.scale > b.scale:
		return a, b.rescale(a.scale)
	default:
		return a, b
	}
}

// rescale gives a, written with scale digits after the point; scale is not
// smaller than a's.
func (a Amount) rescale(scale int32) Amount {
	if a.IsZero() {
		return Amount{scale: scale}
	}
	for a.big == nil && a.scale < scale {
		step := min(scale-a.scale, maxPow10)
		over, lo := bits.Mul64(a.lo, pow10(step))
		tooBig, hi := bits.Mul64(a.hi, pow10(step))
		hi, carry := bits.Add64(hi, over, 0)
		if tooBig != 0 || carry != 0 {
			break
		}
		a.hi, a.lo, a.scale = hi, lo, a.scale+step
	}
	if a.scale == scale {
		return a
	}
	factor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale-a.scale)), nil)
	return fromBig(a.neg, scale, factor.Mul(factor, a.magnitude()))
}

// trim drops trailing zeros after the point.
func (a Amount) trim() Amount {
	for a.scale > 0 && a.hi == 0 && a.big == nil {
		if a.lo%10 != 0 {
			return a
		}
		a.lo, a.scale = a.lo/10, a.scale-1
	}
	for a.scale > 0 && a.big == nil {
		hi, lo, rest := divSmall(a.hi, a.lo, 10)
		if rest != 0 {
			return a
		}
		a.hi, a.lo, a.scale = hi, lo, a.scale-1
	}
	ten := big.NewInt(10)
	for a.scale > 0 && a.big != nil {
		quotient, rest := new(big.Int).QuoRem(a.big, ten, new(big.Int))
		if rest.Sign() != 0 {
			return a
		}
		a = fromBig(a.neg, a.scale-1, quotient)
	}
	return a
}

// divSmall divides the 128-bit number (hi, lo) by d.
func divSmall(hi, lo, d uint64) (qhi, qlo, rest uint64) {
	qhi, rest = hi/d, hi%d
	qlo, rest = bits.Div64(rest, lo, d)
	return qhi, qlo, rest
}

const maxPow10 = 19 // the largest power of ten in a uint64

func pow10(n int32) uint64 { return powersOf10[n] }

var powersOf10 = [maxPow10 + 1]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// magnitude is the coefficient without its sign; the caller must not change it.
func (a Amount) magnitude() *big.Int {
	if a.big != nil {
		return a.big
	}
	m := new(big.Int).SetUint64(a.hi)
	return m.Lsh(m, 64).Or(m, new(big.Int).SetUint64(a.lo))
}

// fromBig takes over the magnitude m.
func fromBig(neg bool, scale int32, m *big.Int) Amount {
	if m.BitLen() > 128 {
		return Amount{neg: neg, scale: scale, big: m}
	}
	lo := new(big.Int).And(m, new(big.Int).SetUint64(^uint64(0))).Uint64()
	hi := new(big.Int).Rsh(m, 64).Uint64()
	return Amount{neg: neg && hi|lo != 0, scale: scale, hi: hi, lo: lo}
}

func addBig(a, b Amount) Amount {
	x, y := signed(a), signed(b)
	sum := x.Add(x, y)
	return fromBig(sum.Sign() < 0, a.scale, sum.Abs(sum))
}

func signed(a Amount) *big.Int {
	m := new(big.Int).Set(a.magnitude())
	if a.neg {
		m.Neg(m)
	}
	return m
}
