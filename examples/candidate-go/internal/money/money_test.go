package money_test

import (
	"math/big"
	"slices"
	"testing"

	"tripinvoice/examples/candidate-go/internal/money"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		text, currency string
		minor          int64
		refused        bool
	}{
		{"12.40", "EUR", 1240, false},
		{"-0.01", "EUR", -1, false},
		{"12.4000", "EUR", 1240, false},
		{"9999999999999.999", "KWD", 9_999_999_999_999_999, false},
		{"500", "JPY", 500, false},
		{"500.5", "JPY", 0, true},
		{"0.001", "EUR", 0, true},
		{"012", "EUR", 0, true},
		{"1e3", "EUR", 0, true},
		{"1/2", "EUR", 0, true},
		{"", "EUR", 0, true},
	} {
		got, err := money.Parse(test.text, test.currency, "amount")
		if (err != nil) != test.refused || got.Minor != test.minor {
			t.Errorf("%q %s: %d, %v", test.text, test.currency, got.Minor, err)
		}
	}
}

func TestRoundHalfUp(t *testing.T) {
	for _, test := range []struct{ numerator, denominator, rounded int64 }{
		{1, 2, 1}, {-1, 2, -1}, {3, 2, 2}, {-3, 2, -2}, {49, 100, 0}, {-49, 100, 0}, {51, 100, 1}, {-51, 100, -1}, {7, 1, 7},
	} {
		if got := money.RoundHalfUp(big.NewRat(test.numerator, test.denominator)); got != test.rounded {
			t.Errorf("%d/%d: %d, wanted %d", test.numerator, test.denominator, got, test.rounded)
		}
	}
}

func TestAllocate(t *testing.T) {
	for _, test := range []struct {
		amount          int64
		weights, shares []int64
	}{
		{100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		{-100, []int64{1, 1, 1}, []int64{-33, -33, -34}},
		{5, []int64{0, 0}, []int64{5, 0}},
		{7, []int64{0, 3}, []int64{0, 7}},
		{0, []int64{2, 3}, []int64{0, 0}},
		{1, nil, nil},
		{1 << 59, []int64{1 << 59, 1 << 59}, []int64{1 << 58, 1 << 58}},
	} {
		if got := money.Allocate(test.amount, test.weights); !slices.Equal(got, test.shares) {
			t.Errorf("%d by %v: %v, wanted %v", test.amount, test.weights, got, test.shares)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, written := range map[string]string{
		"1": "1", "1.50": "1.50", "0.000001": "0.000001", "0.0000001": "1E-7", "0.0000000123": "1.23E-8",
		"0.0000000": "0E-7", "0.000000": "0.000000",
	} {
		if got := money.Plain(text); got != written {
			t.Errorf("%s: %s, wanted %s", text, got, written)
		}
	}
}

func TestConverted(t *testing.T) {
	rate, _ := new(big.Rat).SetString("161.02")
	if got := money.Converted(money.Money{Minor: 1005, Currency: "EUR"}, rate, "JPY"); got.Minor != 1618 {
		t.Errorf("10.05 EUR are %d JPY", got.Minor)
	}
}
