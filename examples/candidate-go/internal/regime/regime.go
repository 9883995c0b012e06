// Package regime is what a country's law is to a candidate: a record of data, and functions where the law needs
// arithmetic. A country's package makes one Regime; nothing else knows the country.
package regime

import (
	"slices"
	"time"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/tax"
)

// Rate is a tax rate from a day on. Unverified: nobody has checked the figure against the law itself.
type Rate struct {
	Since      time.Time
	Percent    string
	Unverified bool
}

// Treatment is how the law treats one charge. Rate names a row of the regime's rates, empty where there is no tax;
// Outside: paid by the customer, but no part of the supply. Rules name what it rests upon.
type Treatment struct {
	Category  string
	Rate      string
	Note      *string
	Exemption *string
	Outside   bool
	Rules     []string
}

// Taxed is a charge taxed at a named rate.
func Taxed(rate string, rules ...string) Treatment {
	return Treatment{Category: invoice.Standard, Rate: rate, Rules: rules}
}

// Plan is who invoices whom for one of the trip's contracts, and in which series.
type Plan struct {
	Contract     string
	Kind         string
	Supplier     invoice.Party
	Issuer       invoice.Party
	IssuerMode   string
	Recipient    *invoice.Party
	Series       string
	Taxable      bool
	Consent      *string
	Ranges       []invoice.NumberRange
	CreditRanges []invoice.NumberRange
}

// Form is what a finished document calls itself, and whether the law lets it say less.
type Form struct {
	Title      string
	Simplified bool
	Rules      []string
}

// Regime is the law of one country or subdivision, as far as its rides need it.
type Regime struct {
	Country     string
	Subdivision string
	Version     string
	Currency    string
	TimeZone    string
	Locale      string
	Languages   []string
	Template    string
	Paper       string
	TaxName     string
	Pricing     tax.Pricing
	Rates       map[string][]Rate
	// Unverified are the rules that nobody has checked against the law itself.
	Unverified []string
	Products   []string
	EInvoice   *string
	Plan       func(*evidence.Case) ([]Plan, error)
	Treat      func(*evidence.Case, *Plan, *evidence.Charge) (Treatment, error)
	Form       func(*invoice.Draft) Form
	Check      func(*invoice.Draft) error
}

// Code is the subdivision if the regime is one's, else the country.
func (r *Regime) Code() string {
	if r.Subdivision != "" {
		return r.Subdivision
	}
	return r.Country
}

// Covers tells whether the trip began where this law rules.
func (r *Regime) Covers(trip *contract.Trip) bool {
	if trip.Pickup.Country != r.Country {
		return false
	}
	return r.Subdivision == "" || (trip.Pickup.Subdivision != nil && *trip.Pickup.Subdivision == r.Subdivision)
}

// Rate is the one in force on the day of supply.
func (r *Regime) Rate(name string, on time.Time) (Rate, error) {
	for _, rate := range slices.Backward(r.Rates[name]) {
		if !rate.Since.After(on) {
			return rate, nil
		}
	}
	return Rate{}, fault.New(fault.UnsupportedTrip, "trip.ended_at",
		"%s: no '%s' %s rate is known for the day of this trip; add the rate with its source to the regime's rates, "+
			"then resume", r.Code(), name, r.TaxName)
}

// Language is the locale of the trip's documents: the customer's, where the law allows it.
func (r *Regime) Language(trip *contract.Trip) string {
	if trip.Locale != nil {
		asked := replaceHyphens(*trip.Locale)
		if slices.Contains(r.Languages, asked) {
			return asked
		}
	}
	return r.Locale
}

// TripZone is the zone that the customer's clock showed.
func (r *Regime) TripZone(trip *contract.Trip) (*time.Location, error) {
	name := r.TimeZone
	if trip.TimeZone != nil && *trip.TimeZone != "" {
		name = *trip.TimeZone
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" { // that is Go's word, for the zone of this machine
		return nil, fault.New(fault.InvalidTrip, "trip.time_zone",
			"trip.time_zone: found a text that is no IANA time zone; send one such as Europe/Berlin, or none")
	}
	return zone, nil
}

// Day is the first moment of a day, as days are compared here.
func Day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// UnknownClass is the error for a charge whose tax class the regime has no rule for.
func UnknownClass(regime string, charge *evidence.Charge) error {
	return fault.New(fault.UnsupportedTrip, charge.Field+".tax_class",
		"%s.tax_class: %s has no rule for this tax class; send one that its regime knows, or add the rule",
		charge.Field, regime)
}
