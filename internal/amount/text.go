package amount

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// ErrSyntax is the error of [Parse] for text that is no decimal number.
var ErrSyntax = errors.New("no decimal number")

// maxScale bounds the digits after the point and the size of an exponent, so
// that a hostile "1e999999999" cannot ask for gigabytes.
const maxScale = 400

// Parse reads a decimal number: digits with at most one point, an optional
// sign, an optional exponent (1.5E-7). It takes no separators, no blanks, no
// currency signs. The digits after the point are kept, zeros included.
func Parse(s string) (Amount, error) {
	if a, ok := parseShort(s); ok {
		return a, nil
	}
	return parseLong(s)
}

// parseShort reads [-]digits[.digits] of up to 19 digits in all.
func parseShort(s string) (a Amount, ok bool) {
	i, point, digits := 0, -1, 0
	if len(s) > 0 && s[0] == '-' {
		a.neg, i = true, 1
	}
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			a.lo = a.lo*10 + uint64(c-'0')
			digits++
		case c == '.' && point < 0:
			point = i
		default:
			return Amount{}, false
		}
	}
	if digits == 0 || digits > 19 {
		return Amount{}, false
	}
	if point >= 0 {
		a.scale = int32(len(s) - point - 1)
	}
	a.neg = a.neg && a.lo != 0
	return a, true
}

func parseLong(s string) (Amount, error) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil || n > maxScale || n < -maxScale {
			return Amount{}, fmt.Errorf("%q: %w", s, ErrSyntax)
		}
		mantissa, exponent = s[:i], n
	}
	neg := strings.HasPrefix(mantissa, "-")
	if neg || strings.HasPrefix(mantissa, "+") {
		mantissa = mantissa[1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	scale := len(fraction) - exponent
	if digits == "" || len(digits) > 2*maxScale || strings.Trim(digits, "0123456789") != "" {
		return Amount{}, fmt.Errorf("%q: %w", s, ErrSyntax)
	}
	if scale < 0 {
		digits, scale = digits+strings.Repeat("0", -scale), 0
	}
	if scale > 2*maxScale {
		return Amount{}, fmt.Errorf("%q: %w", s, ErrSyntax)
	}
	m, _ := new(big.Int).SetString(digits, 10)
	return fromBig(neg, int32(scale), m), nil
}

// String is the number in its one canonical spelling: no exponent, no
// trailing zeros, but always a point and a digit after it, so that a column of
// whole numbers is still read as decimals (FOCUS validators take "24" for an
// integer): 24.0, -0.5, 0.0.
func (a Amount) String() string { return string(a.AppendText(nil)) }

// AppendText appends the canonical spelling of a to dst.
func (a Amount) AppendText(dst []byte) []byte {
	if a.IsZero() {
		return append(dst, "0.0"...)
	}
	var buffer [40]byte
	digits, scale := a.appendDigits(buffer[:0]), int(a.scale)
	for scale > 0 && len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits, scale = digits[:len(digits)-1], scale-1
	}
	if scale == 0 {
		return append(a.appendPointed(dst, digits, 0), '.', '0')
	}
	return a.appendPointed(dst, digits, scale)
}

// Fixed is the number with exactly places digits after the point, halves
// rounded to even.
func (a Amount) Fixed(places int32) string {
	a = a.Round(places)
	if a.scale < places {
		a = a.rescale(places)
	}
	return string(a.appendPointed(nil, a.appendDigits(nil), int(places)))
}

// appendPointed appends the sign and digits, the last scale of them after a
// point.
func (a Amount) appendPointed(dst, digits []byte, scale int) []byte {
	if a.neg {
		dst = append(dst, '-')
	}
	whole := len(digits) - scale
	if whole <= 0 {
		dst = append(dst, '0')
	} else {
		dst = append(dst, digits[:whole]...)
	}
	if scale == 0 {
		return dst
	}
	dst = append(dst, '.')
	for ; whole < 0; whole++ {
		dst = append(dst, '0')
	}
	return append(dst, digits[whole:]...)
}

// appendDigits appends the digits of the coefficient, at least one.
func (a Amount) appendDigits(dst []byte) []byte {
	switch {
	case a.big != nil:
		return a.big.Append(dst, 10)
	case a.hi == 0:
		return strconv.AppendUint(dst, a.lo, 10)
	}
	hi, lo, last := divSmall(a.hi, a.lo, 1e19)
	dst = Amount{hi: hi, lo: lo}.appendDigits(dst)
	for power := uint64(1e18); power > 0; power /= 10 {
		dst = append(dst, byte('0'+last/power%10))
	}
	return dst
}

// MarshalText is the canonical spelling; UnmarshalText reads what [Parse] reads.
func (a Amount) MarshalText() ([]byte, error) { return a.AppendText(nil), nil }

// UnmarshalText replaces a by the number written in text.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
