package evidence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"tripinvoice/examples/candidate-go/internal/contract"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
)

// Charge is one amount that the customer was charged; Field says where it came from, for messages.
type Charge struct {
	Field, Code, Contract, TaxClass string
	Amount                          money.Money
	Description                     *string
	Quantity, Unit                  string
	FundedBy                        *string
}

// IsReduction tells whether it takes away from a price.
func (c *Charge) IsReduction() bool { return c.TaxClass == "promotion" || c.TaxClass == "refund" }

// Journey is where from, where to and in what, in the customer's words.
type Journey struct{ Pickup, Dropoff, Vehicle *string }

// Case is everything known about one trip. Regimes read it, never answers.
type Case struct {
	Trip     contract.Trip
	Currency string
	Charges  []Charge
	// Payments are of no meaning where nobody spoke about them: Paid tells.
	Payments         []invoice.Payment
	Paid             bool
	Journey          Journey
	RecipientProfile *RecipientProfile
	ExchangeRate     *ExchangeRate

	parties       map[Role]invoice.Party
	refs          map[Role]string
	taxProfiles   map[Role]TaxProfile
	registrations []registration
}

// Tax classes that come on top of a price, in the order in which a document names them.
var onTop = map[string]int{"wait": 1, "surcharge": 2, "government_fee": 3, "toll": 4, "tip": 5}

// Contracts are those that have charges, in the order of their documents.
func (c *Case) Contracts() []string {
	var charged []string
	for _, name := range invoice.Contracts {
		if slices.ContainsFunc(c.Charges, func(charge Charge) bool { return charge.Contract == name }) {
			charged = append(charged, name)
		}
	}
	return charged
}

// ChargesOf are the charges of one contract: the price first, what came on top of it after.
func (c *Case) ChargesOf(name string) []Charge {
	var charges []Charge
	for _, charge := range c.Charges {
		if charge.Contract == name {
			charges = append(charges, charge)
		}
	}
	slices.SortStableFunc(charges, func(a, b Charge) int { return cmp.Compare(onTop[a.TaxClass], onTop[b.TaxClass]) })
	return charges
}

// Knows tells whether somebody is known in this role.
func (c *Case) Knows(role Role) bool {
	_, known := c.parties[role]
	return known
}

// Party is who has this role.
func (c *Case) Party(role Role) (invoice.Party, error) {
	party, known := c.parties[role]
	if !known {
		return party, missing(role, "who it is")
	}
	return party, nil
}

// Ref is the opaque reference of who has this role.
func (c *Case) Ref(role Role) (string, error) {
	ref, known := c.refs[role]
	if !known {
		return "", missing(role, "its reference")
	}
	return ref, nil
}

// OptionalRef is the same, empty where there is none.
func (c *Case) OptionalRef(role Role) string { return c.refs[role] }

// TaxProfile is the standing with the tax office.
func (c *Case) TaxProfile(role Role) (TaxProfile, error) {
	profile, known := c.taxProfiles[role]
	if !known {
		return profile, missing(role, "the standing with the tax office")
	}
	return profile, nil
}

// Ranges are what an authority said about the numbers of a supplier's documents of a kind.
func (c *Case) Ranges(role Role, kind string) []invoice.NumberRange {
	ranges := []invoice.NumberRange{}
	for _, known := range c.registrations {
		if known.supplier == string(role) && known.kind == kind {
			ranges = append(ranges, known.numbers)
		}
	}
	return ranges
}

// recipientRole is who is invoiced: the business account if one pays, else the chosen tax profile, else the rider.
func (c *Case) recipientRole() Role {
	for _, role := range []Role{Business, RecipientTax} {
		if c.Knows(role) {
			return role
		}
	}
	return Rider
}

// Recipient is the party that is invoiced, if anybody is known.
func (c *Case) Recipient() *invoice.Party {
	party, known := c.parties[c.recipientRole()]
	if !known {
		return nil
	}
	return &party
}

// ForBusiness tells whether the recipient buys for a business.
func (c *Case) ForBusiness() bool {
	return c.Knows(Business) || (c.RecipientProfile != nil && c.RecipientProfile.Kind == "company")
}

// Account is the account key of the recipient: a hash of the reference, empty where no reference is known.
func (c *Case) Account() string {
	role := c.recipientRole()
	if _, known := c.refs[role]; !known && role == RecipientTax {
		role = Rider // it is one of his profiles
	}
	ref, known := c.refs[role]
	if !known {
		return ""
	}
	digest := sha256.Sum256([]byte("account:" + ref))
	return hex.EncodeToString(digest[:])[:32]
}

func missing(role Role, what string) error {
	return fault.New(fault.MissingAnswer, string(role),
		"%s: no money system says %s; add the answer to the system that provides '%s', then resume", role, what, role)
}
