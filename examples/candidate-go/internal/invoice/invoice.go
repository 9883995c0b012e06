// Package invoice has the shape of a draft: everything of a legal document but its number and date of issue.
//
// It is what tripinvoice/invoice.py describes; every field is written, null where there is nothing.
package invoice

import (
	"time"

	"tripinvoice/examples/candidate-go/internal/money"
)

// Contracts of a trip, kinds of documents, capacities of issuers and ways to be invoiced.
const (
	Transport   = "transport"
	Goods       = "goods"
	DeliveryOf  = "delivery"
	PlatformFee = "platform_fee"

	KindInvoice    = "invoice"
	KindReceipt    = "receipt"
	KindCreditNote = "credit_note"

	Own        = "own"
	OnBehalf   = "on_behalf"
	SelfBilled = "self_billed"

	Automatic = "automatic"
	OnRequest = "on_request"
	Monthly   = "monthly"
)

// Contracts are all contracts in the order of their documents.
var Contracts = []string{Transport, Goods, DeliveryOf, PlatformFee}

// Tax categories (UNCL 5305).
const (
	Standard      = "S"
	Exempt        = "E"
	ReverseCharge = "AE"
	Outside       = "O"
)

// DocumentKey is what exists exactly once.
type DocumentKey struct {
	TripID   string `json:"trip_id"`
	Contract string `json:"contract"`
	Kind     string `json:"kind"`
	Revision int64  `json:"revision"`
}

// TaxID is an identification, or an electronic address with its scheme.
type TaxID struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

// Contact is whom to ask about the document.
type Contact struct {
	Name  *string `json:"name"`
	Phone *string `json:"phone"`
	Email *string `json:"email"`
}

// Party is a supplier, issuer or recipient.
type Party struct {
	Name              string   `json:"name"`
	Address           []string `json:"address"`
	Postcode          *string  `json:"postcode"`
	City              *string  `json:"city"`
	Country           *string  `json:"country"`
	TaxIDs            []TaxID  `json:"tax_ids"`
	Subdivision       *string  `json:"subdivision"`
	ElectronicAddress *TaxID   `json:"electronic_address"`
	Contact           *Contact `json:"contact"`
}

// HasAddress tells whether the address is complete enough for a full invoice.
func (p *Party) HasAddress() bool {
	return len(p.Address) > 0 && p.City != nil && p.Country != nil
}

// TaxID is the first identification of the first of these schemes that the party has one of; nil if of none.
func (p *Party) TaxID(schemes ...string) *string {
	for _, scheme := range schemes {
		for _, id := range p.TaxIDs {
			if id.Scheme == scheme {
				return &id.Value
			}
		}
	}
	return nil
}

// Line is one thing that was supplied, or paid beside the supply.
type Line struct {
	ID             string      `json:"id"`
	Code           string      `json:"code"`
	Description    *string     `json:"description"`
	Quantity       string      `json:"quantity"`
	Unit           string      `json:"unit"`
	Net            money.Money `json:"net"`
	Tax            money.Money `json:"tax"`
	Gross          money.Money `json:"gross"`
	TaxCategory    string      `json:"tax_category"`
	TaxRate        string      `json:"tax_rate"`
	Classification *string     `json:"classification"`
	Credits        *string     `json:"credits"`
	Origin         *string     `json:"origin"`
}

// TaxPart is one of several taxes that make up a tax line; no country of this candidate has them.
type TaxPart struct{}

// TaxLine is the tax of one category and rate.
type TaxLine struct {
	TaxCategory string      `json:"tax_category"`
	TaxRate     string      `json:"tax_rate"`
	Name        string      `json:"name"`
	Net         money.Money `json:"net"`
	Tax         money.Money `json:"tax"`
	Gross       money.Money `json:"gross"`
	Note        *string     `json:"note"`
	Exemption   *string     `json:"exemption"`
	Parts       []TaxPart   `json:"parts"`
}

// Totals are what the document adds up to.
type Totals struct {
	Net   money.Money `json:"net"`
	Tax   money.Money `json:"tax"`
	Gross money.Money `json:"gross"`
}

// Payment is how it was paid.
type Payment struct {
	Method string      `json:"method"`
	Detail *string     `json:"detail"`
	Amount money.Money `json:"amount"`
}

// Journey is the supply as the customer knows it, in local times.
type Journey struct {
	StartedAt Clock   `json:"started_at"`
	EndedAt   Clock   `json:"ended_at"`
	Pickup    *string `json:"pickup"`
	Dropoff   *string `json:"dropoff"`
	DistanceM *int64  `json:"distance_m"`
	Vehicle   *string `json:"vehicle"`
}

// Clock is a local time with its offset, written as Pydantic does: to the second, or to all six digits of it.
type Clock struct{ time.Time }

// MarshalJSON writes it.
func (c Clock) MarshalJSON() ([]byte, error) {
	format := `"2006-01-02T15:04:05Z07:00"`
	if c.Nanosecond()/1000 != 0 {
		format = `"2006-01-02T15:04:05.000000Z07:00"`
	}
	return []byte(c.Format(format)), nil
}

// Fact is something more that is printed beside the dates.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// NumberRange is what an authority said about the numbers of one series.
type NumberRange struct {
	Period         *string `json:"period"`
	ValidationCode *string `json:"validation_code"`
	Prefix         string  `json:"prefix"`
	First          *int64  `json:"first"`
	Last           *int64  `json:"last"`
}

// TaxInCurrency is the tax in the country's own currency, where the document is in another.
type TaxInCurrency struct {
	Tax      money.Money `json:"tax"`
	Rate     string      `json:"rate"`
	RateDate string      `json:"rate_date"`
	Source   string      `json:"source"`
}

// Draft is everything of a document but its number and date of issue.
type Draft struct {
	Key            DocumentKey    `json:"key"`
	Regime         string         `json:"regime"`
	RegimeVersion  string         `json:"regime_version"`
	Template       string         `json:"template"`
	Locale         string         `json:"locale"`
	Paper          string         `json:"paper"`
	TimeZone       string         `json:"time_zone"`
	Country        string         `json:"country"`
	LineOfBusiness string         `json:"line_of_business"`
	Currency       string         `json:"currency"`
	Supplier       Party          `json:"supplier"`
	Issuer         Party          `json:"issuer"`
	IssuerMode     string         `json:"issuer_mode"`
	Recipient      *Party         `json:"recipient"`
	Series         string         `json:"series"`
	SupplyDate     string         `json:"supply_date"`
	Journey        *Journey       `json:"journey"`
	Lines          []Line         `json:"lines"`
	TaxLines       []TaxLine      `json:"tax_lines"`
	Totals         Totals         `json:"totals"`
	Outside        []Line         `json:"outside"`
	Payments       []Payment      `json:"payments"`
	Notes          []string       `json:"notes"`
	Account        string         `json:"account"`
	Title          string         `json:"title"`
	Simplified     bool           `json:"simplified"`
	Business       bool           `json:"business"`
	EInvoice       *string        `json:"einvoice"`
	Facts          []Fact         `json:"facts"`
	Consent        *string        `json:"consent"`
	BuyerReference *string        `json:"buyer_reference"`
	PurchaseOrder  *string        `json:"purchase_order"`
	Rounding       *money.Money   `json:"rounding"`
	NationalTax    *TaxInCurrency `json:"national_tax"`
	Correction     *struct{}      `json:"correction"`
	Ranges         []NumberRange  `json:"ranges"`
	CreditRanges   []NumberRange  `json:"credit_ranges"`
	Unverified     []string       `json:"unverified"`
	Invoicing      string         `json:"invoicing"`
}
