package evidence

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
	"tripinvoice/examples/candidate-go/internal/taxid"
)

var (
	roles    = []Role{Driver, Fleet, Merchant, Courier, Platform, Rider}
	taxRoles = []Role{SupplierTax, MerchantTax, CourierTax}
)

// answered is one system's answer in its shape.
type answered[Shape any] struct {
	system string
	shape  Shape
}

// Read checks and merges all answers. Charges and payments of several systems are joined in the order of the answers,
// every other kind has one answer.
func Read(sources contract.Sources) (*Case, error) {
	if err := checkTimes(&sources.Trip); err != nil {
		return nil, err
	}
	r := reader{shapes: map[Role][]answered[any]{}}
	if err := r.read(sources.Answers); err != nil {
		return nil, err
	}
	return r.merge(sources.Trip)
}

func checkTimes(trip *contract.Trip) error {
	for _, end := range []struct {
		name string
		at   contract.Moment
	}{{"started_at", trip.StartedAt}, {"ended_at", trip.EndedAt}} {
		if !end.at.Zoned {
			return fault.New(fault.InvalidTrip, "trip."+end.name,
				"trip.%s: found a time without a zone; send it with an offset such as +02:00 or Z", end.name)
		}
	}
	if trip.EndedAt.Before(trip.StartedAt.Time) {
		return fault.New(fault.InvalidTrip, "trip.ended_at",
			"trip.ended_at: found a time before trip.started_at; mend the event and resume")
	}
	return nil
}

// reader has the answers by kind. What is wrong first is remembered, and the rest no longer matters.
type reader struct {
	shapes map[Role][]answered[any]
	failed error
}

func (r *reader) read(answers []contract.Answer) error {
	for _, answer := range answers {
		role := Role(answer.Provides)
		read, known := readers[role]
		if !known {
			return fault.New(fault.Conflict, "answers", "answers: one is of a kind that this candidate does not know")
		}
		if answer.Body == nil {
			continue
		}
		o := newObject(answer.System, answer.Body)
		shape := read(o)
		if *o.failed != nil {
			return *o.failed
		}
		r.shapes[role] = append(r.shapes[role], answered[any]{answer.System, shape})
	}
	return nil
}

func (r *reader) fail(kind, field, format string, args ...any) {
	if r.failed == nil {
		r.failed = fault.New(kind, field, format, args...)
	}
}

// many gives all answers of a kind.
func many[Shape any](r *reader, role Role) []answered[Shape] {
	var all []answered[Shape]
	for _, answer := range r.shapes[role] {
		all = append(all, answered[Shape]{answer.system, answer.shape.(Shape)})
	}
	return all
}

// one gives the answer of a kind, nil if there is none; two that differ contradict each other.
func one[Shape any](r *reader, role Role) *Shape {
	answers := many[Shape](r, role)
	if len(answers) == 0 {
		return nil
	}
	for _, answer := range answers {
		if !reflect.DeepEqual(answer.shape, answers[0].shape) {
			r.fail(fault.InvalidAnswer, string(role), "%s: two systems contradict each other; mend one of them and resume", role)
		}
	}
	return &answers[0].shape
}

// merge makes the case, in the order in which tripinvoice does, so that the first fault is the same.
func (r *reader) merge(trip contract.Trip) (*Case, error) {
	charges := many[chargesAnswer](r, ChargesOf)
	payments := many[paymentsAnswer](r, PaymentsOf)
	currency := r.currency(charges, payments)
	trips := one[record](r, TripRecord)
	chosen := one[recipientAnswer](r, RecipientTax)
	people, order := r.people(chosen)
	c := &Case{Trip: trip, Currency: currency, Charges: r.charges(charges), Paid: len(payments) > 0}
	c.Payments = r.payments(payments)
	c.parties = map[Role]invoice.Party{}
	for _, role := range order {
		c.parties[role] = r.party(role, people[role])
	}
	c.refs = r.refs(trips, people, order)
	c.taxProfiles = r.taxProfiles()
	one[cityAnswer](r, CityOf)
	c.Journey = journey(one[journeyAnswer](r, JourneyOf))
	c.RecipientProfile = recipientProfile(one[recipientAnswer](r, Business), chosen)
	c.ExchangeRate = one[ExchangeRate](r, ExchangeRateOf)
	if c.ExchangeRate != nil {
		c.ExchangeRate.Source = clean(c.ExchangeRate.Source)
	}
	if numbers := one[numbering](r, NumberingOf); numbers != nil {
		c.registrations = numbers.registrations
	}
	return c, r.failed
}

func (r *reader) currency(charges []answered[chargesAnswer], payments []answered[paymentsAnswer]) string {
	var named []answered[string]
	charged := 0
	for _, answer := range charges {
		named = append(named, answered[string]{answer.system, answer.shape.currency})
		charged += len(answer.shape.charges)
	}
	for _, answer := range payments {
		named = append(named, answered[string]{answer.system, answer.shape.currency})
	}
	if charged == 0 {
		r.fail(fault.MissingAnswer, "charges", "fare: no money system charged anything for this trip; mend the system "+
			"that provides 'charges', then resume")
		return ""
	}
	for _, answer := range named {
		if answer.shape != named[0].shape {
			r.fail(fault.InvalidAnswer, answer.system+".currency", "%s.currency: %s and %s answer in different "+
				"currencies; a trip has one, mend one of them and resume", answer.system, answer.system, named[0].system)
		}
	}
	return named[0].shape
}

func (r *reader) people(chosen *recipientAnswer) (map[Role]partyAnswer, []Role) {
	people, order := map[Role]partyAnswer{}, []Role{}
	for _, role := range roles {
		if answer := one[partyAnswer](r, role); answer != nil {
			people[role] = *answer
			order = append(order, role)
		}
	}
	if business := one[recipientAnswer](r, Business); business != nil {
		people[Business] = business.partyAnswer
		order = append(order, Business)
	}
	if chosen != nil {
		people[RecipientTax] = chosen.partyAnswer
		order = append(order, RecipientTax)
	}
	return people, order
}

func (r *reader) amount(text, currency, field string, sum *int64) money.Money {
	read, err := money.Parse(text, currency, field)
	if err != nil && r.failed == nil {
		r.failed = err
	}
	if *sum += max(read.Minor, -read.Minor); *sum >= money.Limit {
		r.fail(fault.InvalidAnswer, field, "%s: the amounts add up to more than there is money; mend it and resume", field)
		*sum = 0
	}
	return read
}

func (r *reader) charges(answers []answered[chargesAnswer]) []Charge {
	var result []Charge
	var sum int64
	for _, answer := range answers {
		if !answer.shape.final {
			r.fail(fault.MissingAnswer, answer.system+".final", "%s.final: the amounts may still change; resume when the "+
				"system has settled them", answer.system)
		}
		for i, charge := range answer.shape.charges {
			field := fmt.Sprintf("%s.charges.%d", answer.system, i)
			result = append(result, Charge{
				Field:       field,
				Code:        charge.code,
				Contract:    charge.contract,
				TaxClass:    charge.taxClass,
				Amount:      r.amount(charge.amount, answer.shape.currency, field+".amount", &sum),
				Description: cleaned(charge.description),
				Quantity:    charge.quantity,
				Unit:        charge.unit,
				FundedBy:    charge.fundedBy,
			})
		}
	}
	return result
}

func (r *reader) payments(answers []answered[paymentsAnswer]) []invoice.Payment {
	var result []invoice.Payment
	var sum int64
	for _, answer := range answers {
		for i, payment := range answer.shape.payments {
			field := fmt.Sprintf("%s.payments.%d.amount", answer.system, i)
			result = append(result, invoice.Payment{
				Method: payment.method,
				Detail: shown(payment),
				Amount: r.amount(payment.amount, answer.shape.currency, field, &sum),
			})
		}
	}
	return result
}

// shown is what the customer recognises his payment by.
func shown(payment paymentAnswer) *string {
	var parts []string
	if brand := cleaned(payment.brand); brand != nil {
		parts = append(parts, *brand)
	}
	if payment.last4 != nil {
		parts = append(parts, "·· "+*payment.last4)
	}
	if len(parts) == 0 {
		return nil
	}
	detail := strings.Join(parts, " ")
	return &detail
}

// printed is a required text, cleaned; it must not vanish.
func (r *reader) printed(text, field string) string {
	printable := clean(text)
	if printable == "" {
		r.fail(fault.InvalidAnswer, field,
			"%s: found a text without a printable character; mend it in the system and resume", field)
	}
	return printable
}

func (r *reader) taxIDs(role Role, answers []invoice.TaxID) []invoice.TaxID {
	ids := []invoice.TaxID{}
	for i, answer := range answers {
		field := fmt.Sprintf("%s.tax_ids.%d.value", role, i)
		value := r.printed(answer.Value, field)
		if r.failed == nil && !taxid.IsValid(answer.Scheme, value) {
			r.fail(fault.InvalidAnswer, field, "%s: found a text that cannot be a number of scheme %s: its length, form "+
				"or check digits are wrong; mend it in the system and resume", field, answer.Scheme)
		}
		ids = append(ids, invoice.TaxID{Scheme: answer.Scheme, Value: value})
	}
	return ids
}

func (r *reader) party(role Role, answer partyAnswer) invoice.Party {
	party := invoice.Party{
		Name:        r.printed(answer.name, string(role)+".name"),
		Address:     []string{},
		Postcode:    cleaned(answer.postcode),
		City:        cleaned(answer.city),
		Country:     answer.country,
		TaxIDs:      r.taxIDs(role, answer.taxIDs),
		Subdivision: answer.subdivision,
	}
	for _, line := range answer.address {
		if printable := clean(line); printable != "" {
			party.Address = append(party.Address, printable)
		}
	}
	if address := answer.electronicAddress; address != nil {
		party.ElectronicAddress = &invoice.TaxID{Scheme: address.Scheme, Value: clean(address.Value)}
	}
	if contact := answer.contact; contact != nil {
		party.Contact = &invoice.Contact{
			Name: cleaned(contact.Name), Phone: contact.Phone, Email: cleaned(contact.Email),
		}
	}
	return party
}

// refs are all references; a party that answers under another reference than the trip's is the wrong one.
func (r *reader) refs(trips *record, people map[Role]partyAnswer, order []Role) map[Role]string {
	refs := map[Role]string{}
	if trips != nil {
		maps.Copy(refs, trips.refs)
	}
	for _, role := range order {
		ref := people[role].ref
		if ref == nil {
			continue
		}
		if known, there := refs[role]; there && known != *ref {
			r.fail(fault.InvalidAnswer, string(role)+".ref", "%s.ref: the answer is about another %s than the trip record "+
				"names; mend one of them and resume", role, role)
		}
		refs[role] = *ref
	}
	return refs
}

func (r *reader) taxProfiles() map[Role]TaxProfile {
	profiles := map[Role]TaxProfile{}
	for _, role := range taxRoles {
		if profile := one[TaxProfile](r, role); profile != nil {
			profile.TaxIDs = r.taxIDs(role, profile.TaxIDs)
			profiles[role] = *profile
		}
	}
	return profiles
}

// recipientProfile is how the recipient is invoiced: as the account that pays wishes; references for this trip may be
// the rider's.
func recipientProfile(business, chosen *recipientAnswer) *RecipientProfile {
	if business == nil && chosen == nil {
		return nil
	}
	if business == nil {
		return &chosen.RecipientProfile
	}
	profile := business.RecipientProfile
	if chosen != nil {
		profile.BuyerReference = either(profile.BuyerReference, chosen.BuyerReference)
		profile.PurchaseOrder = either(profile.PurchaseOrder, chosen.PurchaseOrder)
	}
	return &profile
}

func either(first, second *string) *string {
	if first != nil {
		return first
	}
	return second
}

func journey(answer *journeyAnswer) Journey {
	if answer == nil {
		return Journey{}
	}
	return Journey{
		Pickup: cleaned(answer.pickup), Dropoff: cleaned(answer.dropoff), Vehicle: cleaned(answer.vehicle),
	}
}
