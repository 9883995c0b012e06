// Package money has amounts in whole minor units, and the arithmetic that loses none of them.
//
// Shares and rates are exact fractions; they are rounded here only, and only where a regime says so.
package money

import (
	"math/big"
	"regexp"
	"strings"

	"tripinvoice/examples/candidate-go/internal/fault"
)

// Limit is what the amounts of one answer, and so all sums of them, stay below, with room for tax.
const Limit = int64(1) << 60

// Currencies whose minor unit is not a hundredth (ISO 4217 list one).
var exponents = func() map[string]int {
	known := map[string]int{}
	for _, code := range strings.Fields("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF") {
		known[code] = 0
	}
	for _, code := range strings.Fields("BHD IQD JOD KWD LYD OMR TND") {
		known[code] = 3
	}
	return known
}()

var plain = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$`)

// Money is an amount in whole minor units of a currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Exponent is how many decimals the currency's amounts have.
func Exponent(currency string) int {
	if exponent, known := exponents[currency]; known {
		return exponent
	}
	return 2
}

// Parse reads a decimal text such as "12.40". Fails with an InvalidAnswer when it is none, or has a fraction of a
// minor unit.
func Parse(text, currency, field string) (Money, error) {
	if !plain.MatchString(text) {
		return Money{}, fault.New(fault.InvalidAnswer, field,
			"%s: expected a decimal string such as '12.40', found a text of %d characters", field, len([]rune(text)))
	}
	exact, _ := new(big.Rat).SetString(text)
	exact.Mul(exact, new(big.Rat).SetInt(power(Exponent(currency))))
	if !exact.IsInt() {
		return Money{}, fault.New(fault.InvalidAnswer, field,
			"%s: %s has %d decimals, found more; send whole minor units", field, currency, Exponent(currency))
	}
	return Money{Minor: exact.Num().Int64(), Currency: currency}, nil
}

// Converted is an amount in another currency, half up: rate is units of it for one of the amount's.
func Converted(amount Money, rate *big.Rat, currency string) Money {
	exact := new(big.Rat).SetFrac(big.NewInt(amount.Minor), power(Exponent(amount.Currency)))
	exact.Mul(exact, rate)
	exact.Mul(exact, new(big.Rat).SetInt(power(Exponent(currency))))
	return Money{Minor: RoundHalfUp(exact), Currency: currency}
}

func power(exponent int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
}

// RoundHalfUp is the nearest whole number; exact halves go away from zero.
func RoundHalfUp(value *big.Rat) int64 {
	twice := new(big.Int).Mul(new(big.Int).Abs(value.Num()), big.NewInt(2))
	twice.Add(twice, value.Denom())
	away := twice.Quo(twice, new(big.Int).Mul(value.Denom(), big.NewInt(2))).Int64()
	if value.Sign() < 0 {
		return -away
	}
	return away
}

// Plain writes a decimal text that matches [0-9]+(\.[0-9]+)? as Python's Decimal does: with an exponent when it
// begins with more than five zeros behind the point.
func Plain(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		digits = "0"
	}
	adjusted := len(digits) - 1 - len(fraction)
	if adjusted >= -6 {
		return text
	}
	mantissa := digits[:1]
	if len(digits) > 1 {
		mantissa += "." + digits[1:]
	}
	return mantissa + "E" + big.NewInt(int64(adjusted)).String()
}
