// Package evidence reads what money systems said about a trip, and makes one case of it.
//
// answers.go has the shape of each kind of answer (tripinvoice/answers.py), case.go checks them against each other and
// cleans their texts (tripinvoice/case.py).
package evidence

import (
	"time"

	"tripinvoice/examples/candidate-go/internal/invoice"
)

// Role is a kind of answer: which shape it has and, of parties, whose it is.
type Role string

// The kinds of answers.
const (
	TripRecord     Role = "trip"
	ChargesOf      Role = "charges"
	PaymentsOf     Role = "payments"
	JourneyOf      Role = "journey"
	CityOf         Role = "city"
	Driver         Role = "driver"
	Fleet          Role = "fleet"
	Merchant       Role = "merchant"
	Courier        Role = "courier"
	Platform       Role = "platform"
	Rider          Role = "rider"
	Business       Role = "business"
	SupplierTax    Role = "supplier_tax"
	MerchantTax    Role = "merchant_tax"
	CourierTax     Role = "courier_tax"
	RecipientTax   Role = "recipient_tax"
	ExchangeRateOf Role = "exchange_rate"
	NumberingOf    Role = "numbering"
	Facts          Role = "facts"
)

var (
	text        = length(1, 300)
	code        = matches(`^[a-z][a-z0-9_]{0,39}$`)
	reference   = matches(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	amount      = matches(`^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,6})?$`)
	country     = matches(`^[A-Z]{2}$`)
	subdivision = matches(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
	currency    = matches(`^[A-Z]{3}$`)
	unit        = matches(`^[A-Z0-9]{2,3}$`)
	lastFour    = matches(`^[0-9]{4}$`)
	scheme      = matches(`^[A-Z][A-Z0-9-]{0,19}$`)
	addressCode = matches(`^[0-9A-Z]{2,4}$`)
	phone       = matches(`^[0-9+(][0-9 ()/.-]{2,29}$`)
	rate        = matches(`^(0|[1-9][0-9]{0,8})(\.[0-9]{1,10})?$`)
	period      = matches(`^[0-9A-Z-]{1,10}$`)
	validation  = matches(`^[0-9A-Z]{1,20}$`)
	prefix      = matches(`^[0-9A-Z-]{0,10}$`)
	// \s of the original is white space of all scripts, that of Go is ASCII's.
	email = all(length(0, 100),
		matches(`^[^@\s\v\x{85}\p{Z}.][^@\s\v\x{85}\p{Z}]*@[^@\s\v\x{85}\p{Z}]+\.[^@\s\v\x{85}\p{Z}]+$`))
	contracts = oneOf(invoice.Contracts...)
	day       = func(text string) string {
		if _, err := readDay(text); err != nil {
			return "is no day such as 2026-03-29"
		}
		return ""
	}
)

// readDay reads a day; midnight of it is the same.
func readDay(text string) (time.Time, error) {
	if read, err := time.Parse(time.DateOnly, text); err == nil {
		return read, nil
	}
	return time.Parse("2006-01-02T00:00:00", text)
}

// record has the references of the parties, and others that only tell records apart.
type record struct {
	refs   map[Role]string
	others [2]string
}

type chargeAnswer struct {
	code, contract, taxClass, amount string
	description                      *string
	quantity, unit                   string
	fundedBy                         *string
}

type chargesAnswer struct {
	currency string
	final    bool
	charges  []chargeAnswer
}

type paymentAnswer struct {
	method, amount string
	brand, last4   *string
}

type paymentsAnswer struct {
	currency string
	payments []paymentAnswer
}

type partyAnswer struct {
	ref                                  *string
	name                                 string
	address                              []string
	postcode, city, country, subdivision *string
	taxIDs                               []invoice.TaxID
	electronicAddress                    *invoice.TaxID
	contact                              *invoice.Contact
}

type recipientAnswer struct {
	partyAnswer
	RecipientProfile
}

// RecipientProfile is how somebody wants to be invoiced.
type RecipientProfile struct {
	Kind               string
	Invoicing          string
	BuyerReference     *string
	PurchaseOrder      *string
	SelfBillingConsent *string
}

// TaxProfile is a supplier's standing with the tax office.
type TaxProfile struct {
	TaxIDs                   []invoice.TaxID
	VATRegistered            bool
	SmallBusiness            bool
	InvoicesIssuedByPlatform bool
	Consent                  *string
	Traits                   []string
}

// ExchangeRate is what a unit of Currency is worth in Into.
type ExchangeRate struct {
	Currency, Into, Rate string
	Published            time.Time
	Source               string
}

type registration struct {
	supplier, kind string
	numbers        invoice.NumberRange
}

type numbering struct{ registrations []registration }

type journeyAnswer struct{ pickup, dropoff, vehicle *string }

type cityAnswer struct {
	name               string
	licensingAuthority *string
}

// readers give the shape of an answer; of facts there is none.
var readers = map[Role]func(object) any{
	TripRecord:     readRecord,
	ChargesOf:      readCharges,
	PaymentsOf:     readPayments,
	JourneyOf:      readJourney,
	CityOf:         readCity,
	Driver:         readParty,
	Fleet:          readParty,
	Merchant:       readParty,
	Courier:        readParty,
	Platform:       readParty,
	Rider:          readParty,
	Business:       readRecipient,
	SupplierTax:    readTaxProfile,
	MerchantTax:    readTaxProfile,
	CourierTax:     readTaxProfile,
	RecipientTax:   readRecipient,
	ExchangeRateOf: readExchangeRate,
	NumberingOf:    readNumbering,
	Facts:          func(object) any { return nil },
}

func readRecord(o object) any {
	answer := record{refs: map[Role]string{}}
	for _, role := range []Role{Rider, Driver, Fleet, Merchant, Courier} {
		if ref := o.optional(string(role)+"_ref", reference); ref != nil {
			answer.refs[role] = *ref
		}
	}
	for i, name := range []string{"city_ref", "vehicle_ref"} {
		if ref := o.optional(name, reference); ref != nil {
			answer.others[i] = *ref
		}
	}
	return answer
}

func readCharges(o object) any {
	answer := chargesAnswer{currency: o.text("currency", currency), final: o.flag("final", true)}
	for _, item := range o.list("charges", 500, true) {
		answer.charges = append(answer.charges, chargeAnswer{
			code:        item.text("code", code),
			contract:    item.text("contract", contracts),
			taxClass:    item.text("tax_class", code),
			amount:      item.text("amount", amount),
			description: item.optional("description", text),
			quantity:    item.textOr("quantity", amount, "1"),
			unit:        item.textOr("unit", unit, "C62"),
			fundedBy:    item.optional("funded_by", oneOf("platform", "supplier")),
		})
	}
	return answer
}

func readPayments(o object) any {
	answer := paymentsAnswer{currency: o.text("currency", currency)}
	for _, item := range o.list("payments", 50, true) {
		answer.payments = append(answer.payments, paymentAnswer{
			method: item.text("method", code),
			amount: item.text("amount", amount),
			brand:  item.optional("brand", text),
			last4:  item.optional("last4", lastFour),
		})
	}
	return answer
}

func readParty(o object) any {
	answer := partyAnswer{
		ref:         o.optional("ref", reference),
		name:        o.text("name", text),
		address:     o.texts("address", 6, text),
		postcode:    o.optional("postcode", length(0, 20)),
		city:        o.optional("city", text),
		country:     o.optional("country", country),
		subdivision: o.optional("subdivision", subdivision),
		taxIDs:      readTaxIDs(o),
	}
	if inside, found := o.child("electronic_address"); found {
		answer.electronicAddress = &invoice.TaxID{
			Scheme: inside.text("scheme", addressCode), Value: inside.text("value", length(1, 100)),
		}
	}
	if inside, found := o.child("contact"); found {
		answer.contact = &invoice.Contact{
			Name: inside.optional("name", text), Phone: inside.optional("phone", phone), Email: inside.optional("email", email),
		}
	}
	return answer
}

func readTaxIDs(o object) []invoice.TaxID {
	var ids []invoice.TaxID
	for _, item := range o.list("tax_ids", 6, false) {
		ids = append(ids, invoice.TaxID{Scheme: item.text("scheme", scheme), Value: item.text("value", text)})
	}
	return ids
}

func readRecipient(o object) any {
	return recipientAnswer{readParty(o).(partyAnswer), RecipientProfile{
		Kind: o.textOr("kind", oneOf("personal", "company"), "personal"),
		Invoicing: o.textOr("invoicing",
			oneOf(invoice.Automatic, invoice.OnRequest, invoice.Monthly), invoice.Automatic),
		BuyerReference:     o.optional("buyer_reference", text),
		PurchaseOrder:      o.optional("purchase_order", text),
		SelfBillingConsent: o.optional("self_billing_consent", reference),
	}}
}

func readTaxProfile(o object) any {
	return TaxProfile{
		TaxIDs:                   readTaxIDs(o),
		VATRegistered:            o.flag("vat_registered", true),
		SmallBusiness:            o.flag("small_business", false),
		InvoicesIssuedByPlatform: o.flag("invoices_issued_by_platform", true),
		Consent:                  o.optional("consent", reference),
		Traits:                   o.texts("traits", 10, code),
	}
}

func readExchangeRate(o object) any {
	answer := ExchangeRate{
		Currency: o.text("currency", currency), Into: o.text("into", currency), Rate: o.text("rate", rate),
	}
	answer.Published, _ = readDay(o.text("published", day))
	answer.Source = o.text("source", text)
	return answer
}

func readNumbering(o object) any {
	var answer numbering
	for _, item := range o.list("registrations", 50, true) {
		read := registration{
			supplier: item.text("supplier", oneOf("driver", "fleet", "merchant", "courier", "platform")),
			kind: item.textOr("kind",
				oneOf(invoice.KindInvoice, invoice.KindReceipt, invoice.KindCreditNote), invoice.KindInvoice),
			numbers: invoice.NumberRange{
				Period:         item.optional("period", period),
				ValidationCode: item.optional("validation_code", validation),
				Prefix:         item.textOr("prefix", prefix, ""),
				First:          item.number("first"),
				Last:           item.number("last"),
			},
		}
		first, last := read.numbers.First, read.numbers.Last
		if (first == nil) != (last == nil) || (first != nil && *first > *last) {
			item.fail("", "a stock has a first and a last number, in this order")
		}
		answer.registrations = append(answer.registrations, read)
	}
	return answer
}

func readJourney(o object) any {
	return journeyAnswer{
		pickup: o.optional("pickup", text), dropoff: o.optional("dropoff", text), vehicle: o.optional("vehicle", text),
	}
}

func readCity(o object) any {
	return cityAnswer{name: o.text("name", text), licensingAuthority: o.optional("licensing_authority", code)}
}
