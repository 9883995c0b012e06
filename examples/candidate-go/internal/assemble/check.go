package assemble

import (
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/regime"
)

// check refuses a finished draft that lacks something its law asks, or breaks a rule that evidence can break. The
// others of EN 16931 are about sums, which the arithmetic here cannot get wrong; tripinvoice checks them all again.
func check(draft *invoice.Draft, law *regime.Regime) error {
	if err := law.Check(draft); err != nil {
		return err
	}
	for _, rule := range []struct {
		name, says string
		broken     func(*invoice.Draft) bool
	}{
		{"BR-CL-03", "currencies are in ISO 4217", hasUnknownCurrency},
		{"BR-CL-14", "countries of parties are in ISO 3166-1", hasUnknownCountry},
		{"BR-CL-25", "schemes of electronic addresses are in the list EAS", hasUnknownAddress},
		{"TI-RATE-DAY", "the exchange rate was published on the day of supply or before", hasLaterRate},
	} {
		if rule.broken(draft) {
			return fault.New(fault.RuleViolation, rule.name, "%s: %s: %s; mend it in the system that says so, then resume",
				draft.Key.Contract, rule.name, rule.says)
		}
	}
	return nil
}

func hasUnknownCurrency(draft *invoice.Draft) bool {
	return !currencies[draft.Currency] || (draft.NationalTax != nil && !currencies[draft.NationalTax.Tax.Currency])
}

func hasUnknownCountry(draft *invoice.Draft) bool {
	for _, party := range parties(draft) {
		if party.Country != nil && !countries[*party.Country] {
			return true
		}
	}
	return false
}

func hasUnknownAddress(draft *invoice.Draft) bool {
	for _, party := range parties(draft) {
		if party.ElectronicAddress != nil && !addressSchemes[party.ElectronicAddress.Scheme] {
			return true
		}
	}
	return false
}

func hasLaterRate(draft *invoice.Draft) bool {
	return draft.NationalTax != nil && draft.NationalTax.RateDate > draft.SupplyDate
}

func parties(draft *invoice.Draft) []*invoice.Party {
	known := []*invoice.Party{&draft.Supplier, &draft.Issuer}
	if draft.Recipient != nil {
		known = append(known, draft.Recipient)
	}
	return known
}
