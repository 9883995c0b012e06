package money

import (
	"cmp"
	"math/big"
	"slices"
)

// Distribute rounds shares so that they sum to a whole: largest remainder, ties in order. What is more or less than
// the exact shares add up to goes evenly to all.
func Distribute(whole int64, exact []*big.Rat) []int64 {
	if len(exact) == 0 {
		return nil
	}
	floors := make([]int64, len(exact))
	remainders := make([]*big.Rat, len(exact))
	left := whole
	for i, share := range exact {
		down := floor(share)
		floors[i] = down.Int64()
		remainders[i] = new(big.Rat).Sub(share, new(big.Rat).SetInt(down))
		left -= floors[i]
	}
	each, some := floorDivision(left, int64(len(exact)))
	for place, i := range byRemainder(remainders) {
		floors[i] += each
		if int64(place) < some {
			floors[i]++
		}
	}
	return floors
}

func byRemainder(remainders []*big.Rat) []int {
	order := make([]int, len(remainders))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(remainders[b].Cmp(remainders[a]), cmp.Compare(a, b))
	})
	return order
}

// Allocate splits an amount in proportion to weights. With weights that sum to zero the first share takes it all.
func Allocate(amount int64, weights []int64) []int64 {
	var whole int64
	for _, weight := range weights {
		whole += weight
	}
	if whole == 0 {
		shares := make([]int64, len(weights))
		if len(shares) > 0 {
			shares[0] = amount
		}
		return shares
	}
	exact := make([]*big.Rat, len(weights))
	for i, weight := range weights {
		part := new(big.Int).Mul(big.NewInt(amount), big.NewInt(weight))
		exact[i] = new(big.Rat).SetFrac(part, big.NewInt(whole))
	}
	return Distribute(amount, exact)
}

func floor(value *big.Rat) *big.Int {
	// Div is Euclidean, which is floor for a positive divisor, and a denominator is one.
	return new(big.Int).Div(value.Num(), value.Denom())
}

func floorDivision(a, b int64) (quotient, rest int64) {
	quotient, rest = a/b, a%b
	if rest < 0 {
		quotient, rest = quotient-1, rest+b
	}
	return quotient, rest
}
