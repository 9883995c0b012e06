// Package newyork has the law of rides in the state of New York: customers get a receipt, and sales tax is added to
// prices.
//
// Taxi rides bear none. App rides that begin and end in the state do, at New York City's rate; what a law sets and the
// base hands on comes on top.
package newyork

import (
	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/regime"
)

const (
	code         = "US-NY"
	city         = "3651000" // FIPS place code; sales tax is local
	rate         = "new_york_city"
	blackCarFund = "black_car_fund"
	salesTax     = "sales_tax"
)

var (
	noSalesTax = regime.Treatment{Category: invoice.Outside, Note: name("no_sales_tax"), Rules: []string{"taxi"}}
	leaves     = regime.Treatment{
		Category: invoice.Outside, Note: name("leaves_the_state"), Rules: []string{"within_the_state"},
	}
	handedOn  = regime.Treatment{Category: invoice.Outside, Rules: []string{"separate_fees"}}
	ofTheFare = regime.Taxed(rate, "app_ride", "any_charge", "local")
	// What comes on top of an app ride's fare: an amount that a law sets, or part of its price.
	appRide = map[string]regime.Treatment{
		"transport":      regime.Taxed(rate, "app_ride", "local"),
		"wait":           ofTheFare,
		"surcharge":      ofTheFare,
		"platform_fee":   ofTheFare,
		"toll":           ofTheFare,
		"cancellation":   regime.Taxed(rate, "no_show", "local"),
		"government_fee": handedOn,
	}
)

// Regime is the law.
func Regime() *regime.Regime {
	return &regime.Regime{
		Country:     "US",
		Subdivision: code,
		Version:     "2026.2",
		Currency:    "USD",
		TimeZone:    "America/New_York",
		Locale:      "en_US",
		Template:    "united_states",
		Paper:       "Letter",
		TaxName:     "Sales tax",
		Rates: map[string][]regime.Rate{
			rate: {{Since: regime.Day(2009, 8, 1), Percent: "8.875", Unverified: true}}, // tax.ny.gov, rates
		},
		Unverified: []string{"taxi", "no_sales_tax", "any_charge", "no_show", "separate_fees"},
		Products:   []string{contract.Taxi, contract.HireCar},
		Plan:       plan,
		Treat:      treat,
		Form:       regime.UsualForm,
		Check:      func(*invoice.Draft) error { return nil },
	}
}

// plan: one receipt per contract. In an app ride the platform's base is the supplier, in a taxi the fleet or driver.
func plan(c *evidence.Case) ([]regime.Plan, error) {
	var plans []regime.Plan
	for _, of := range c.Contracts() {
		role, _ := regime.UsualSupplier(c, of)
		if c.Trip.Product == contract.HireCar {
			role = evidence.Platform
		}
		supply := regime.Supply{Contract: of, Regime: code, Kind: invoice.KindReceipt, Role: role, Taxable: true}
		made, err := regime.PlanOf(c, supply)
		if err != nil {
			return nil, err
		}
		plans = append(plans, made)
	}
	return plans, nil
}

// treat: how one charge is taxed; a tip is part of the receipt and its total, without tax.
func treat(c *evidence.Case, _ *regime.Plan, charge *evidence.Charge) (regime.Treatment, error) {
	if charge.TaxClass == "tip" {
		return regime.Treatment{Category: invoice.Outside}, nil
	}
	treatment, known := appRide[charge.TaxClass]
	if !known {
		return treatment, regime.UnknownClass(code, charge)
	}
	if c.Trip.Product == contract.Taxi {
		return noSalesTax, nil
	}
	return inAppRide(&c.Trip, charge, treatment)
}

// inAppRide: a ride within the state bears sales tax at the rate of where it begins.
func inAppRide(trip *contract.Trip, charge *evidence.Charge, usual regime.Treatment) (regime.Treatment, error) {
	if charge.Code == salesTax {
		return usual, fault.New(fault.InvalidAnswer, charge.Field, "%s: found sales tax as a charge, which would be taxed "+
			"twice: it is computed from the other charges; leave it out and resume", charge.Field)
	}
	if at := trip.Pickup.Municipality; at == nil || *at != city {
		return usual, fault.New(fault.UnsupportedTrip, "trip.pickup.municipality", "trip.pickup.municipality: only New York "+
			"City (%s) has a sales tax rate here; send the municipality, or add the rate to the regime", city)
	}
	if charge.Code == blackCarFund {
		return handedOn, nil
	}
	if usual.Rate == "" {
		return usual, nil
	}
	stays, err := staysInTheState(trip)
	if err != nil || stays {
		return usual, err
	}
	return leaves, nil
}

// staysInTheState tells whether a ride ended where it began; one that was not taken did.
func staysInTheState(trip *contract.Trip) (bool, error) {
	if trip.Completion == contract.CancelledWithFee {
		return true, nil
	}
	ends := trip.Dropoff
	if ends == nil || (ends.Country == "US" && ends.Subdivision == nil) {
		return false, fault.New(fault.InvalidTrip, "trip.dropoff.subdivision", "trip.dropoff.subdivision: missing; an app "+
			"ride bears sales tax if it ends in New York, send the state in which it ended")
	}
	return ends.Subdivision != nil && *ends.Subdivision == code, nil
}

func name(of string) *string { return &of }
