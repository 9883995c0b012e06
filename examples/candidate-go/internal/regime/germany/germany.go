// Package germany has the law of German rides: Umsatzsteuergesetz (UStG). Prices include the tax.
//
// The rate depends on the trip: a taxi's is reduced up to 50 km or within one municipality, a hire car's never is
// (§ 12 Abs. 2 Nr. 10 UStG).
package germany

import (
	"slices"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
	"tripinvoice/examples/candidate-go/internal/regime"
	"tripinvoice/examples/candidate-go/internal/tax"
	"tripinvoice/examples/candidate-go/internal/taxid"
)

const (
	code       = "DE"
	shortTripM = 50_000 // § 12 Abs. 2 Nr. 10 Buchst. b UStG: "nicht mehr als 50 Kilometer"
)

var (
	smallInvoice  = money.Money{Minor: 250_00, Currency: "EUR"} // § 33 UStDV
	smallBusiness = regime.Treatment{Category: invoice.Exempt, Note: name("small_business")}
	reverseCharge = regime.Treatment{
		Category: invoice.ReverseCharge, Note: name("reverse_charge"), Exemption: name("VATEX-EU-AE"),
		Rules: []string{"reverse_charge"},
	}
	// Part of the fare: they share the rate of the ride (UStAE 3.10 Abs. 5).
	ofTheRide = []string{"transport", "toll", "surcharge", "government_fee"}
	others    = map[string]regime.Treatment{
		"wait":         regime.Taxed("standard", "waiting"),
		"cancellation": regime.Taxed("standard", "cancellation"),
		"food_hot":     regime.Taxed("reduced", "delivered_food"),
		"food_cold":    regime.Taxed("reduced", "delivered_food"),
		"grocery":      regime.Taxed("reduced", "delivered_food"),
		"drink":        regime.Taxed("standard", "delivered_food"),
		"alcohol":      regime.Taxed("standard", "delivered_food"),
		"deposit":      regime.Taxed("standard", "deposit"),
		"delivery":     regime.Taxed("standard", "delivery_fee"),
		"platform_fee": regime.Taxed("standard", "delivery_fee"),
		"surcharge":    regime.Taxed("standard", "delivery_fee"), // outside a ride: a service fee
	}
)

// Regime is the law.
func Regime() *regime.Regime {
	return &regime.Regime{
		Country:   code,
		Version:   "2026.1",
		Currency:  "EUR",
		TimeZone:  "Europe/Berlin",
		Locale:    "de_DE",
		Languages: []string{"en_GB"},
		Template:  "germany",
		Paper:     "A4",
		TaxName:   "USt",
		Pricing:   tax.Pricing{Inclusive: true},
		Rates: map[string][]regime.Rate{
			"standard": {
				{Since: regime.Day(2007, 1, 1), Percent: "19"},                   // § 12 Abs. 1 UStG
				{Since: regime.Day(2020, 7, 1), Percent: "16", Unverified: true}, // § 28 Abs. 1 UStG
				{Since: regime.Day(2021, 1, 1), Percent: "19"},
			},
			"reduced": {
				{Since: regime.Day(2007, 1, 1), Percent: "7"},                   // § 12 Abs. 2 UStG
				{Since: regime.Day(2020, 7, 1), Percent: "5", Unverified: true}, // § 28 Abs. 2 UStG
				{Since: regime.Day(2021, 1, 1), Percent: "7"},
			},
		},
		Unverified: []string{"cancellation", "delivery_fee"},
		Products:   []string{contract.Taxi, contract.HireCar},
		EInvoice:   name("factur-x"),
		Plan:       plan,
		Treat:      treat,
		Form:       regime.SimplifiedUpTo(smallInvoice),
		Check:      check,
	}
}

// plan: one invoice per contract. The platform may write it in the supplier's name (§ 14 Abs. 2 UStG).
func plan(c *evidence.Case) ([]regime.Plan, error) {
	var plans []regime.Plan
	for _, of := range c.Contracts() {
		supply := regime.Supply{Contract: of, Regime: code, Kind: invoice.KindInvoice, Taxable: true}
		role, taxRole := regime.UsualSupplier(c, of)
		supply.Role = role
		if taxRole != "" {
			profile, err := c.TaxProfile(taxRole)
			if err != nil {
				return nil, err
			}
			supply.Profile, supply.Taxable = &profile, !profile.SmallBusiness
		}
		made, err := regime.PlanOf(c, supply)
		if err != nil {
			return nil, err
		}
		plans = append(plans, made)
	}
	return plans, nil
}

// treat: the rate of one charge; a voluntary tip is no consideration.
func treat(c *evidence.Case, plan *regime.Plan, charge *evidence.Charge) (regime.Treatment, error) {
	if ends := c.Trip.Dropoff; ends != nil && ends.Country != code {
		return regime.Treatment{}, crossesBorder()
	}
	if charge.TaxClass == "tip" {
		return regime.Treatment{Category: invoice.Outside, Outside: true}, nil
	}
	ride := charge.Contract == invoice.Transport && slices.Contains(ofTheRide, charge.TaxClass)
	other, known := others[charge.TaxClass]
	switch {
	case !ride && !known:
		return other, regime.UnknownClass(code, charge)
	case !plan.Taxable:
		return smallBusiness, nil
	case isReverseCharge(c, charge.Contract, &plan.Supplier):
		return reverseCharge, nil
	case ride:
		return rideRate(&c.Trip)
	}
	return other, nil
}

// crossesBorder: nobody says how far the ride went in each country, and no part is guessed (VAT Directive art. 48; § 3b
// Abs. 1 UStG).
func crossesBorder() error {
	return fault.New(fault.UnsupportedTrip, "trip.dropoff", "trip.dropoff: a ride from %s into another country is taxed in "+
		"each by the distance there, which the trip does not say; invoice it outside of this system, and void it here", code)
}

// rideRate is § 12 Abs. 2 Nr. 10 UStG. Fails when the trip does not say how far it went.
func rideRate(trip *contract.Trip) (regime.Treatment, error) {
	switch {
	case trip.Product != contract.Taxi:
		return regime.Taxed("standard", "hire_car"), nil
	case withinOneMunicipality(trip):
		return regime.Taxed("reduced", "short_ride"), nil
	case trip.DistanceM == nil:
		return regime.Treatment{}, fault.New(fault.InvalidTrip, "trip.distance_m", "trip.distance_m: missing; the rate of "+
			"a German taxi depends on it, send it or trip.same_municipality")
	case *trip.DistanceM <= shortTripM:
		return regime.Taxed("reduced", "short_ride"), nil
	}
	return regime.Taxed("standard", "short_ride"), nil
}

func withinOneMunicipality(trip *contract.Trip) bool {
	if trip.SameMunicipality != nil {
		return *trip.SameMunicipality
	}
	if trip.Dropoff == nil || trip.Dropoff.Municipality == nil || trip.Pickup.Municipality == nil {
		return false
	}
	return *trip.Dropoff.Municipality == *trip.Pickup.Municipality
}

// isReverseCharge: the fee is a service to a business of another member state, which owes the tax there (VAT
// Directive art. 44, 196). A ride is taxed where it takes place (art. 48).
func isReverseCharge(c *evidence.Case, of string, supplier *invoice.Party) bool {
	recipient := c.Recipient()
	if of != invoice.PlatformFee || !c.ForBusiness() || recipient == nil {
		return false
	}
	bought, sold := memberState(recipient), memberState(supplier)
	return bought != "" && sold != "" && bought != sold
}

func memberState(party *invoice.Party) string {
	number := party.TaxID("VAT")
	if number == nil {
		return ""
	}
	return taxid.MemberState(*number)
}

// check is what § 14 Abs. 4 UStG asks; up to 250 € gross § 33 UStDV asks less.
func check(draft *invoice.Draft) error {
	if err := regime.RequireSupplierAddress(draft); err != nil || draft.Simplified {
		return err
	}
	if err := regime.RequireTaxID(draft, "VAT", "DE-STNR"); err != nil {
		return err
	}
	return regime.RequireRecipient(draft)
}

func name(of string) *string { return &of }
