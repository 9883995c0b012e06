// Package assemble makes drafts of evidence: one document per contract of the trip, every amount accounted for.
//
// It is pure, and says what tripinvoice.assemble.assemble says, for rides that this candidate has a regime for.
package assemble

import (
	"math/big"
	"slices"
	"strconv"
	"time"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
	"tripinvoice/examples/candidate-go/internal/regime"
	"tripinvoice/examples/candidate-go/internal/regime/germany"
	"tripinvoice/examples/candidate-go/internal/regime/newyork"
)

// regimes are the countries that this candidate knows. A new one is a package, and a line here.
var regimes = []*regime.Regime{germany.Regime(), newyork.Regime()}

// Drafts are the trip's documents, in the order of invoice.Contracts. Fails with a *fault.Error.
func Drafts(sources contract.Sources) ([]invoice.Draft, error) {
	law, err := regimeFor(&sources.Trip)
	if err != nil {
		return nil, err
	}
	c, err := evidence.Read(sources)
	if err != nil {
		return nil, err
	}
	if err := checkCharges(c, law); err != nil {
		return nil, err
	}
	zone, err := law.TripZone(&c.Trip)
	if err != nil {
		return nil, err
	}
	a := assembler{c: c, law: law, zone: zone, supplied: dayIn(c.Trip.EndedAt.Time, zone)}
	return a.drafts()
}

func regimeFor(trip *contract.Trip) (*regime.Regime, error) {
	for _, law := range regimes {
		if !law.Covers(trip) || trip.LineOfBusiness != contract.Rides {
			continue
		}
		if !slices.Contains(law.Products, trip.Product) {
			return nil, fault.New(fault.UnsupportedTrip, "trip.product",
				"trip.product: %s has no rule for rides by %s; add it to the regime", law.Code(), trip.Product)
		}
		return law, nil
	}
	return nil, fault.New(fault.Unsupported, "trip.pickup",
		"trip.pickup: this candidate knows rides in Germany and New York only; leave this trip to tripinvoice itself")
}

// assembler has what all documents of a trip rest upon.
type assembler struct {
	c        *evidence.Case
	law      *regime.Regime
	zone     *time.Location
	supplied time.Time
}

func (a *assembler) drafts() ([]invoice.Draft, error) {
	bills, err := a.bills()
	if err != nil {
		return nil, err
	}
	paid, err := payments(a.c, bills)
	if err != nil {
		return nil, err
	}
	drafts := []invoice.Draft{}
	for i := range bills {
		draft := a.draft(&bills[i], paid[i])
		a.shape(&draft)
		if err := check(&draft, a.law); err != nil {
			return nil, err
		}
		drafts = append(drafts, draft)
	}
	return drafts, nil
}

// bills are the contracts that sell something.
func (a *assembler) bills() ([]bill, error) {
	plans, err := a.law.Plan(a.c)
	if err != nil {
		return nil, err
	}
	bills := make([]bill, len(plans))
	for i := range plans {
		if bills[i], err = a.bill(plans[i]); err != nil {
			return nil, err
		}
	}
	for i := range bills {
		if err := bills[i].check(); err != nil {
			return nil, err
		}
	}
	return gather(bills), nil
}

// checkCharges refuses another currency, contracts that rides do not have, and a trip without a price.
func checkCharges(c *evidence.Case, law *regime.Regime) error {
	if c.Currency != law.Currency && rateTo(law, c) == nil {
		return fault.New(fault.InvalidAnswer, "currency", "%s: charged in %s, but %s invoices in %s; mend the system, or "+
			"have one provide 'exchange_rate' between the two, and resume", c.Charges[0].Field, c.Currency, law.Code(), law.Currency)
	}
	if rate := rateTo(law, c); rate != nil && !fits(c, rate) {
		return fault.New(fault.InvalidAnswer, "exchange_rate", "exchange_rate: the charges are more than there is money of "+
			"%s at this rate; mend the system that provides it and resume", law.Currency)
	}
	for _, charge := range c.Charges {
		if charge.Contract != invoice.Transport && charge.Contract != invoice.PlatformFee {
			return fault.New(fault.InvalidAnswer, charge.Field+".contract",
				"%s.contract: rides have no contract of %s; mend the system and resume", charge.Field, charge.Contract)
		}
	}
	if !slices.ContainsFunc(c.Charges, func(charge evidence.Charge) bool { return isPrice(&c.Trip, &charge) }) {
		return fault.New(fault.MissingAnswer, "charges", "fare: no money system charged the transport itself; mend the "+
			"system that provides 'charges', then resume")
	}
	return nil
}

// isPrice tells whether the charge is the price of the ride itself, or of one that was not taken.
func isPrice(trip *contract.Trip, charge *evidence.Charge) bool {
	if trip.Completion == contract.CancelledWithFee && charge.TaxClass == "cancellation" {
		return true
	}
	return charge.Contract == invoice.Transport && charge.TaxClass == "transport"
}

// rateTo is the exchange rate from the trip's currency to the country's, if a system told it.
func rateTo(law *regime.Regime, c *evidence.Case) *evidence.ExchangeRate {
	if rate := c.ExchangeRate; rate != nil && rate.Currency == c.Currency && rate.Into == law.Currency {
		return rate
	}
	return nil
}

// fits tells whether all charges together, in the country's currency, are an amount that can be counted here.
func fits(c *evidence.Case, rate *evidence.ExchangeRate) bool {
	var whole int64
	for _, charge := range c.Charges {
		whole += max(charge.Amount.Minor, -charge.Amount.Minor)
	}
	exact, _ := new(big.Rat).SetString(rate.Rate)
	exact.Mul(exact, new(big.Rat).SetInt64(whole))
	return exact.Cmp(new(big.Rat).SetInt64(money.Limit/1000)) < 0 // a currency has up to three decimals more
}

func (a *assembler) draft(b *bill, paid []invoice.Payment) invoice.Draft {
	trip, plan := &a.c.Trip, &b.plan
	draft := invoice.Draft{
		Key: invoice.DocumentKey{
			TripID: trip.TripID, Contract: plan.Contract, Kind: plan.Kind, Revision: trip.Revision,
		},
		Regime:         a.law.Code(),
		RegimeVersion:  a.law.Version,
		Template:       a.law.Template,
		Locale:         a.law.Language(trip),
		Paper:          a.law.Paper,
		TimeZone:       a.law.TimeZone,
		Country:        a.law.Country,
		LineOfBusiness: trip.LineOfBusiness,
		Currency:       a.c.Currency,
		Supplier:       plan.Supplier,
		Issuer:         plan.Issuer,
		IssuerMode:     plan.IssuerMode,
		Recipient:      plan.Recipient,
		Series:         plan.Series,
		SupplyDate:     a.supplied.Format(time.DateOnly),
		Journey:        a.journey(),
		Lines:          b.taxed.Lines,
		TaxLines:       b.taxed.TaxLines,
		Totals:         b.taxed.Totals,
		Outside:        b.outsideLines(),
		Payments:       paid,
		Notes:          []string{},
		Account:        a.c.Account(),
		Business:       a.c.ForBusiness(),
		EInvoice:       a.law.EInvoice,
		Facts:          []invoice.Fact{},
		Consent:        plan.Consent,
		NationalTax:    a.nationalTax(b.taxed.Totals.Tax),
		Ranges:         plan.Ranges,
		CreditRanges:   plan.CreditRanges,
		Unverified:     b.restsOn,
		Invoicing:      a.invoicing(),
	}
	if wish := a.c.RecipientProfile; wish != nil {
		draft.BuyerReference, draft.PurchaseOrder = wish.BuyerReference, wish.PurchaseOrder
	}
	return draft
}

// invoicing is as the customer wishes, where the law lets him: these laws want a document of each trip, or one of all
// trips of a month, in the country's currency, to a business account that its trips can be found by.
func (a *assembler) invoicing() string {
	wish := a.c.RecipientProfile
	found := a.c.ForBusiness() && a.c.Account() != "" && a.c.Currency == a.law.Currency
	if wish != nil && wish.Invoicing == invoice.Monthly && found {
		return invoice.Monthly
	}
	return invoice.Automatic
}

func (a *assembler) nationalTax(tax money.Money) *invoice.TaxInCurrency {
	rate := rateTo(a.law, a.c)
	if rate == nil || a.c.Currency == a.law.Currency {
		return nil
	}
	exact, _ := new(big.Rat).SetString(rate.Rate)
	return &invoice.TaxInCurrency{
		Tax:      money.Converted(tax, exact, a.law.Currency),
		Rate:     money.Plain(rate.Rate),
		RateDate: rate.Published.Format(time.DateOnly),
		Source:   rate.Source,
	}
}

// journey is the trip as the customer knows it, on the clock that he saw.
func (a *assembler) journey() *invoice.Journey {
	return &invoice.Journey{
		StartedAt: invoice.Clock{Time: a.c.Trip.StartedAt.In(a.zone)},
		EndedAt:   invoice.Clock{Time: a.c.Trip.EndedAt.In(a.zone)},
		Pickup:    a.c.Journey.Pickup,
		Dropoff:   a.c.Journey.Dropoff,
		DistanceM: a.c.Trip.DistanceM,
		Vehicle:   a.c.Journey.Vehicle,
	}
}

// shape adds what the document's form adds: a title, and which rules behind it nobody has verified yet.
func (a *assembler) shape(draft *invoice.Draft) {
	form := a.law.Form(draft)
	draft.Title, draft.Simplified = form.Title, form.Simplified
	restsOn := slices.Concat(draft.Unverified, form.Rules, []string{form.Title})
	for _, line := range draft.TaxLines {
		if line.Note != nil {
			restsOn = append(restsOn, *line.Note)
		}
	}
	draft.Unverified = slices.DeleteFunc(restsOn, func(name string) bool { return !a.isUnverified(name) })
	slices.Sort(draft.Unverified)
	draft.Unverified = slices.Compact(draft.Unverified)
}

// isUnverified tells whether nobody has checked the rate or rule of this name against the law.
func (a *assembler) isUnverified(name string) bool {
	if _, is := a.law.Rates[name]; is {
		rate, err := a.law.Rate(name, a.supplied)
		return err == nil && rate.Unverified
	}
	return slices.Contains(a.law.Unverified, name)
}

func dayIn(moment time.Time, zone *time.Location) time.Time {
	year, month, day := moment.In(zone).Date()
	return regime.Day(year, month, day)
}

func number(no int) string { return strconv.Itoa(no) }
