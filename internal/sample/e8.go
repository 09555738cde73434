package sample

import (
	"math/bits"
	"strconv"
)

// e8 is a number of 10^-8, the last decimal of the provider's amounts. Not
// amount.Amount, because that rounds through math/big and a sample bill has
// millions of roundings; the tests hold the results against it.
type e8 int64

const one e8 = 1e8

// times is a × b ÷ per, rounded half to even.
func (a e8) times(b e8, per int64) e8 {
	return a.mulDiv(int64(b), uint64(one)*uint64(per))
}

// over is a ÷ b, rounded half to even; b is positive.
func (a e8) over(b e8) e8 { return a.mulDiv(int64(one), uint64(b)) }

func (a e8) mulDiv(factor int64, divisor uint64) e8 {
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(factor, -factor)))
	quotient, rest := bits.Div64(hi, lo, divisor)
	if rest > divisor-rest || rest == divisor-rest && quotient%2 == 1 {
		quotient++
	}
	if (a < 0) != (factor < 0) {
		return -e8(quotient)
	}
	return e8(quotient)
}

// fixed appends a with all its 8 decimals, as amounts and prices are printed.
func (a e8) fixed(dst []byte) []byte {
	if a < 0 {
		dst, a = append(dst, '-'), -a
	}
	dst = append(strconv.AppendInt(dst, int64(a/one), 10), '.')
	for power := one / 10; power > 0; power /= 10 {
		dst = append(dst, byte('0'+a/power%10))
	}
	return dst
}

// short appends a without trailing zeros, as quantities are printed.
func (a e8) short(dst []byte) []byte {
	dst = a.fixed(dst)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	if dst[len(dst)-1] == '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}
