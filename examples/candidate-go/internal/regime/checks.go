package regime

import (
	"math/big"
	"strings"

	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
)

// SimplifiedUpTo is the form of countries where documents up to a gross amount may say less. One whose recipient owes
// the tax says everything, whatever its amount.
func SimplifiedUpTo(limit money.Money) func(*invoice.Draft) Form {
	return func(draft *invoice.Draft) Form {
		if exceeds(draft, limit) || recipientOwesTax(draft) {
			return UsualForm(draft)
		}
		return Form{Title: draft.Key.Kind, Simplified: true, Rules: []string{"simplified"}}
	}
}

// UsualForm calls the document what it is.
func UsualForm(draft *invoice.Draft) Form { return Form{Title: draft.Key.Kind} }

// exceeds compares in the country's currency; a document in another has the rate to it.
func exceeds(draft *invoice.Draft, limit money.Money) bool {
	gross := draft.Totals.Gross
	if gross.Currency != limit.Currency {
		rate, _ := new(big.Rat).SetString(draft.NationalTax.Rate)
		gross = money.Converted(gross, rate, limit.Currency)
	}
	return gross.Minor > limit.Minor
}

func recipientOwesTax(draft *invoice.Draft) bool {
	for _, line := range draft.TaxLines {
		if line.TaxCategory == invoice.ReverseCharge {
			return true
		}
	}
	return false
}

// RequireSupplierAddress fails unless the supplier's address is complete.
func RequireSupplierAddress(draft *invoice.Draft) error {
	if draft.Supplier.HasAddress() {
		return nil
	}
	return fault.New(fault.InvalidAnswer, "supplier.address", "%s: supplier.address: the invoice needs the supplier's "+
		"street, city and country; complete it in the system that provides the party, then resume", draft.Key.Contract)
}

// RequireTaxID fails unless the supplier has an identification of one of the schemes.
func RequireTaxID(draft *invoice.Draft, schemes ...string) error {
	if draft.Supplier.TaxID(schemes...) != nil {
		return nil
	}
	return fault.New(fault.InvalidAnswer, "supplier.tax_ids", "%s: supplier.tax_ids: the invoice needs one of the "+
		"schemes %s; add it to the supplier's tax profile, then resume", draft.Key.Contract, strings.Join(schemes, ", "))
}

// RequireRecipient fails unless the recipient is known with his address, as a full invoice needs it.
func RequireRecipient(draft *invoice.Draft) error {
	if draft.Recipient == nil {
		return fault.New(fault.MissingAnswer, "recipient", "%s: recipient: an invoice of this amount names its recipient; "+
			"add the rider or the business account, then resume", draft.Key.Contract)
	}
	if !draft.Recipient.HasAddress() {
		return fault.New(fault.InvalidAnswer, "recipient.address", "%s: recipient.address: an invoice of this amount needs "+
			"the recipient's street, city and country; complete it in the system that provides the party, then resume",
			draft.Key.Contract)
	}
	return nil
}
