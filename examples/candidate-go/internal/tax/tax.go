// Package tax is the arithmetic of a document: priced items become lines, lines of one rate one tax line, and all add
// up exactly.
//
// Tax is rounded once per category and rate, never per line; the lines share the rounded sums by largest remainder.
package tax

import (
	"math/big"
	"strconv"

	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
)

// Pricing is how prices are quoted: with the tax in them, or without.
type Pricing struct{ Inclusive bool }

// Item is one priced thing before tax is computed. Amount is gross or net, in minor units, as it is priced.
type Item struct {
	Code        string
	Amount      int64
	Category    string
	Percent     string
	Note        *string
	Exemption   *string
	Description *string
	Quantity    string
	Unit        string
}

// Rate is what taxes an item: items of one rate are taxed together.
type Rate struct{ Category, Percent string }

// Rate is that of the item.
func (i *Item) Rate() Rate { return Rate{i.Category, i.Percent} }

// Taxed is the computed middle of a document.
type Taxed struct {
	Lines    []invoice.Line
	TaxLines []invoice.TaxLine
	Totals   invoice.Totals
}

// Compute makes lines, tax lines and totals. Of inclusive prices the gross of every item is kept, of others the net.
func Compute(items []Item, currency, name string, pricing Pricing) Taxed {
	taxed := Taxed{Lines: make([]invoice.Line, len(items)), TaxLines: []invoice.TaxLine{}}
	order, groups := Grouped(items)
	for _, rate := range order {
		taxed.TaxLines = append(taxed.TaxLines, taxGroup(items, groups[rate], taxed.Lines, currency, name, pricing))
	}
	taxed.Totals = invoice.Totals{Net: zero(currency), Tax: zero(currency), Gross: zero(currency)}
	for _, line := range taxed.TaxLines {
		taxed.Totals.Net.Minor += line.Net.Minor
		taxed.Totals.Tax.Minor += line.Tax.Minor
		taxed.Totals.Gross.Minor += line.Gross.Minor
	}
	return taxed
}

// Grouped gives the places of the items by rate, and the rates in the order in which they come.
func Grouped(items []Item) ([]Rate, map[Rate][]int) {
	var order []Rate
	groups := map[Rate][]int{}
	for place := range items {
		rate := items[place].Rate()
		if _, known := groups[rate]; !known {
			order = append(order, rate)
		}
		groups[rate] = append(groups[rate], place)
	}
	return order, groups
}

// taxGroup writes the lines of one rate, and gives its tax line.
func taxGroup(items []Item, places []int, lines []invoice.Line, currency, name string, pricing Pricing) invoice.TaxLine {
	first := items[places[0]]
	amounts := make([]int64, len(places))
	for i, place := range places {
		amounts[i] = items[place].Amount
	}
	nets, taxes := split(amounts, fraction(first.Percent), pricing)
	sum := invoice.TaxLine{
		TaxCategory: first.Category, TaxRate: first.Percent, Name: name, Parts: []invoice.TaxPart{},
		Net: zero(currency), Tax: zero(currency), Gross: zero(currency),
	}
	for i, place := range places {
		line := lineOf(place+1, &items[place], nets[i], taxes[i], currency)
		lines[place] = line
		sum.Net.Minor += line.Net.Minor
		sum.Tax.Minor += line.Tax.Minor
		sum.Gross.Minor += line.Gross.Minor
		sum.Note = either(sum.Note, items[place].Note)
		sum.Exemption = either(sum.Exemption, items[place].Exemption)
	}
	return sum
}

// split gives the net and the tax of each of the amounts of one rate.
func split(amounts []int64, rate *big.Rat, pricing Pricing) (nets, taxes []int64) {
	factor := rate
	if pricing.Inclusive {
		factor = new(big.Rat).Inv(new(big.Rat).Add(big.NewRat(1, 1), rate))
	}
	var whole int64
	exact := make([]*big.Rat, len(amounts))
	for i, amount := range amounts {
		whole += amount
		exact[i] = times(amount, factor)
	}
	computed := money.Distribute(money.RoundHalfUp(times(whole, factor)), exact)
	if !pricing.Inclusive {
		return amounts, computed
	}
	taxes = make([]int64, len(amounts))
	for i, amount := range amounts {
		taxes[i] = amount - computed[i]
	}
	return computed, taxes
}

func lineOf(no int, item *Item, net, tax int64, currency string) invoice.Line {
	return invoice.Line{
		ID:          strconv.Itoa(no),
		Code:        item.Code,
		Description: item.Description,
		Quantity:    item.Quantity,
		Unit:        item.Unit,
		Net:         money.Money{Minor: net, Currency: currency},
		Tax:         money.Money{Minor: tax, Currency: currency},
		Gross:       money.Money{Minor: net + tax, Currency: currency},
		TaxCategory: item.Category,
		TaxRate:     item.Percent,
	}
}

func times(amount int64, factor *big.Rat) *big.Rat {
	return new(big.Rat).Mul(new(big.Rat).SetInt64(amount), factor)
}

// fraction is the rate of some percent; regimes write percents, so it is one.
func fraction(percent string) *big.Rat {
	rate, _ := new(big.Rat).SetString(percent)
	return rate.Quo(rate, big.NewRat(100, 1))
}

func either(first, second *string) *string {
	if first != nil {
		return first
	}
	return second
}

func zero(currency string) money.Money { return money.Money{Currency: currency} }
