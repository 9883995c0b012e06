package regime

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"

	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/invoice"
)

// A reference that may be read in a number; longer ones and those with capitals become a hash.
var readable = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,18}$`)

var roleCodes = map[evidence.Role]string{
	evidence.Driver:   "DR",
	evidence.Fleet:    "FL",
	evidence.Merchant: "ME",
	evidence.Courier:  "CO",
	evidence.Platform: "OP",
}

// What series of credit notes, simplified invoices and receipts have at their ends: a reference must not.
var endings = []string{"-CN", "-FS", "-RC"}

// Series is that of one legal supplier, such as DE-FL-FLT-7. Only the platform may have no reference.
func Series(regime string, role evidence.Role, ref string) string {
	head := regime + "-" + roleCodes[role]
	if ref == "" {
		return head
	}
	name := head + "-" + strings.ToUpper(ref)
	ends := slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(name, ending) })
	if readable.MatchString(ref) && !ends {
		return name
	}
	digest := sha256.Sum256([]byte(ref))
	return head + "-" + base32.StdEncoding.EncodeToString(digest[:])[:20]
}

// Supply is who supplies a contract, as the regime decided, and what he is to the tax office, if that was asked.
type Supply struct {
	Contract string
	Regime   string
	Kind     string
	Role     evidence.Role
	Profile  *evidence.TaxProfile
	Taxable  bool
}

// UsualSupplier is who supplies a ride's contract: the fleet if there is one, else the driver; the fee is the
// platform's, whose standing with the tax office is not asked.
func UsualSupplier(c *evidence.Case, name string) (role evidence.Role, taxRole evidence.Role) {
	if name != invoice.Transport {
		return evidence.Platform, ""
	}
	if c.Knows(evidence.Fleet) {
		return evidence.Fleet, evidence.SupplierTax
	}
	return evidence.Driver, evidence.SupplierTax
}

// PlanOf is the plan of one contract: the platform writes the document in the supplier's name unless he does so
// himself, or the customer has agreed with him to do it.
func PlanOf(c *evidence.Case, supply Supply) (Plan, error) {
	supplier, err := c.Party(supply.Role)
	if err != nil {
		return Plan{}, err
	}
	if supply.Profile != nil {
		supplier.TaxIDs = together(supplier.TaxIDs, supply.Profile.TaxIDs)
	} else {
		supplier.TaxIDs = together(supplier.TaxIDs, nil)
	}
	plan := Plan{
		Contract: supply.Contract, Kind: supply.Kind, Supplier: supplier, Recipient: c.Recipient(), Taxable: supply.Taxable,
		Ranges: c.Ranges(supply.Role, supply.Kind), CreditRanges: c.Ranges(supply.Role, invoice.KindCreditNote),
	}
	if err := plan.issue(c, supply); err != nil {
		return Plan{}, err
	}
	ref := c.OptionalRef(supply.Role)
	if supply.Role != evidence.Platform { // a platform with one legal entity needs none
		if ref, err = c.Ref(supply.Role); err != nil {
			return Plan{}, err
		}
	}
	plan.Series = Series(supply.Regime, supply.Role, ref)
	return plan, nil
}

// issue says who writes the document, in what capacity and by which agreement.
func (p *Plan) issue(c *evidence.Case, supply Supply) error {
	p.Issuer, p.IssuerMode = p.Supplier, invoice.Own
	if supply.Role == evidence.Platform {
		return nil
	}
	if wish := c.RecipientProfile; wish != nil && wish.SelfBillingConsent != nil && p.Recipient != nil {
		p.Issuer, p.IssuerMode, p.Consent = *p.Recipient, invoice.SelfBilled, wish.SelfBillingConsent
		return nil
	}
	if supply.Profile != nil && !supply.Profile.InvoicesIssuedByPlatform {
		return nil
	}
	platform, err := c.Party(evidence.Platform)
	if err != nil {
		return err
	}
	p.Issuer, p.IssuerMode = platform, invoice.OnBehalf
	if supply.Profile != nil {
		p.Consent = supply.Profile.Consent
	}
	return nil
}

// together are the identifications of both, each once.
func together(first, second []invoice.TaxID) []invoice.TaxID {
	all := []invoice.TaxID{}
	for _, id := range slices.Concat(first, second) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

func replaceHyphens(locale string) string { return strings.ReplaceAll(locale, "-", "_") }
