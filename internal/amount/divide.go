package amount

import (
	"math/big"
	"math/bits"
)

// QuoExact is a ÷ b when the quotient ends within places digits after the
// point; ok is false otherwise, and when b is 0.
func (a Amount) QuoExact(b Amount, places int32) (q Amount, ok bool) {
	if b.IsZero() {
		return Amount{}, false
	}
	if a.big == nil && b.big == nil && a.hi|b.hi == 0 {
		return quoShort(a, b, places)
	}
	return quoLong(a, b, places)
}

// quoShort is QuoExact for coefficients of 64 bits: a fraction ends if nothing
// but twos and fives is left of its denominator in lowest terms.
func quoShort(a, b Amount, places int32) (q Amount, ok bool) {
	a = a.trim()
	common := gcd(a.lo, b.lo)
	numerator, denominator := a.lo/common, b.lo/common
	twos, fives := int32(0), int32(0)
	for ; denominator%2 == 0; twos++ {
		denominator /= 2
	}
	for ; denominator%5 == 0; fives++ {
		denominator /= 5
	}
	if denominator != 1 {
		return Amount{}, false
	}
	digits := max(twos, fives)
	scale := a.scale - b.scale + digits
	if scale > places || digits > maxPow10 || scale < -maxPow10 {
		return quoLong(a, b, places)
	}
	factor := pow10(digits) >> twos // 10^digits = 2^digits × 5^digits
	for range fives {
		factor /= 5
	}
	q = Amount{neg: a.neg != b.neg && numerator != 0, scale: max(scale, 0)}
	q.hi, q.lo = bits.Mul64(numerator, factor)
	if scale < 0 {
		return q.Mul(Amount{lo: pow10(-scale)}), true
	}
	return q, true
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func quoLong(a, b Amount, places int32) (q Amount, ok bool) {
	quotient, rest := divide(a, b, places)
	if rest.Sign() != 0 {
		return Amount{}, false
	}
	return fromBig(a.neg != b.neg, places, quotient).trim(), true
}

// Quo is a ÷ b rounded to places digits after the point, halves to even. It
// panics when b is 0.
func (a Amount) Quo(b Amount, places int32) Amount {
	if q, ok := quoRounded(a, b, places); ok {
		return q
	}
	return quoRoundedLong(a, b, places)
}

func quoRoundedLong(a, b Amount, places int32) Amount {
	quotient, rest := divide(a, b, places)
	_, denominator := fraction(a, b, places)
	roundHalfEven(quotient, rest, denominator)
	return fromBig(a.neg != b.neg, places, quotient).trim()
}

// quoRounded is Quo where |a|×10^places fits 128 bits and |b| 64; ok is false
// where it does not.
func quoRounded(a, b Amount, places int32) (q Amount, ok bool) {
	shift := places + b.scale - a.scale
	if a.big != nil || b.big != nil || a.hi|b.hi != 0 || b.lo == 0 || shift < 0 || shift > maxPow10 || places < 0 {
		return Amount{}, false
	}
	hi, lo := bits.Mul64(a.lo, pow10(shift))
	hi, lo, rest := divSmall(hi, lo, b.lo)
	if left := b.lo - rest; rest > left || rest == left && lo%2 == 1 {
		var carry uint64
		lo, carry = bits.Add64(lo, 1, 0)
		hi += carry
	}
	return Amount{neg: a.neg != b.neg && hi|lo != 0, scale: places, hi: hi, lo: lo}.trim(), true
}

// Round is a with at most places digits after the point, halves to even.
func (a Amount) Round(places int32) Amount {
	if a.scale <= places {
		return a
	}
	return a.Quo(FromInt(1), places)
}

// divide gives |a|×10^places ÷ |b| as quotient and remainder.
func divide(a, b Amount, places int32) (quotient, rest *big.Int) {
	numerator, denominator := fraction(a, b, places)
	return new(big.Int).QuoRem(numerator, denominator, new(big.Int))
}

// fraction writes |a|×10^places ÷ |b| as a fraction of whole numbers.
func fraction(a, b Amount, places int32) (numerator, denominator *big.Int) {
	shift := places + b.scale - a.scale
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	numerator, denominator = new(big.Int).Set(a.magnitude()), new(big.Int).Set(b.magnitude())
	if shift >= 0 {
		numerator.Mul(numerator, power)
	} else {
		denominator.Mul(denominator, power)
	}
	return numerator, denominator
}

func roundHalfEven(quotient, rest, denominator *big.Int) {
	double := new(big.Int).Lsh(rest, 1)
	switch double.Cmp(denominator) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		if quotient.Bit(0) == 1 {
			quotient.Add(quotient, big.NewInt(1))
		}
	}
}

// IntDigits is how many digits a has before the point, at least one.
func (a Amount) IntDigits() int32 {
	var buffer [40]byte
	return max(1, int32(len(a.appendDigits(buffer[:0])))-a.scale)
}
