package assemble

import (
	"slices"

	"tripinvoice/examples/candidate-go/internal/evidence"
	"tripinvoice/examples/candidate-go/internal/fault"
	"tripinvoice/examples/candidate-go/internal/invoice"
	"tripinvoice/examples/candidate-go/internal/money"
	"tripinvoice/examples/candidate-go/internal/regime"
	"tripinvoice/examples/candidate-go/internal/tax"
)

const tip = "tip"

// bill has one contract's amounts. Outside the customer paid beside the supply, sponsored the platform pays in his
// place; restsOn names the rates and rules that taxed it.
type bill struct {
	plan      regime.Plan
	taxed     tax.Taxed
	outside   []evidence.Charge
	sponsored []invoice.Payment
	restsOn   []string
}

// due is what the customer himself owes, in minor units.
func (b *bill) due() int64 {
	owed := b.taxed.Totals.Gross.Minor
	for _, charge := range b.outside {
		owed += charge.Amount.Minor
	}
	for _, payment := range b.sponsored {
		owed -= payment.Amount.Minor
	}
	return owed
}

// bill treats, prices and taxes the charges of one contract.
func (a *assembler) bill(plan regime.Plan) (bill, error) {
	b := bill{plan: plan}
	var reductions []evidence.Charge
	var supplied []tax.Item
	var reducible []tax.Item
	charges := a.c.ChargesOf(plan.Contract)
	treatments := make([]regime.Treatment, len(charges))
	for i, charge := range charges {
		if charge.IsReduction() {
			reductions = append(reductions, charge)
			continue
		}
		treatment, err := a.law.Treat(a.c, &plan, &charge)
		if err != nil {
			return b, err
		}
		treatments[i] = treatment
		b.restOn(treatment)
	}
	for i, charge := range charges {
		if charge.IsReduction() {
			continue
		}
		if treatments[i].Outside {
			b.outside = append(b.outside, charge)
			continue
		}
		item, err := a.item(&charge, treatments[i])
		if err != nil {
			return b, err
		}
		supplied = append(supplied, item)
		if charge.TaxClass != tip {
			reducible = append(reducible, item)
		}
	}
	reduced, err := b.reduce(reductions, reducible)
	if err != nil {
		return b, err
	}
	b.taxed = tax.Compute(append(supplied, reduced...), a.c.Currency, a.law.TaxName, a.law.Pricing)
	return b, nil
}

func (b *bill) restOn(treatment regime.Treatment) {
	if treatment.Rate != "" {
		b.restsOn = append(b.restsOn, treatment.Rate)
	}
	b.restsOn = append(b.restsOn, treatment.Rules...)
}

func (a *assembler) item(charge *evidence.Charge, treatment regime.Treatment) (tax.Item, error) {
	percent := "0"
	if treatment.Rate != "" {
		rate, err := a.law.Rate(treatment.Rate, a.supplied)
		if err != nil {
			return tax.Item{}, err
		}
		percent = rate.Percent
	}
	return tax.Item{
		Code:        charge.Code,
		Amount:      charge.Amount.Minor,
		Category:    treatment.Category,
		Percent:     percent,
		Note:        treatment.Note,
		Exemption:   treatment.Exemption,
		Description: charge.Description,
		Quantity:    charge.Quantity,
		Unit:        charge.Unit,
	}, nil
}

// reduce takes promotions and refunds away: those of the platform are payments in the customer's place, those of the
// supplier himself negative lines.
func (b *bill) reduce(reductions []evidence.Charge, reducible []tax.Item) ([]tax.Item, error) {
	var reduced []tax.Item
	for _, charge := range reductions {
		platform, err := isSponsored(&charge)
		if err != nil {
			return nil, err
		}
		if platform {
			b.sponsored = append(b.sponsored, invoice.Payment{
				Method: "platform_" + charge.TaxClass,
				Detail: charge.Description,
				Amount: money.Money{Minor: -charge.Amount.Minor, Currency: charge.Amount.Currency},
			})
			continue
		}
		if len(reducible) == 0 {
			return nil, fault.New(fault.InvalidAnswer, charge.Field+".contract", "%s.contract: nothing was charged in this "+
				"contract that could be reduced; mend the system and resume", charge.Field)
		}
		reduced = append(reduced, reductionOf(&charge, reducible)...)
	}
	return reduced, nil
}

// isSponsored tells whether the platform pays this reduction in the customer's place. Then the supplier still gets the
// full price: it is third-party consideration (VAT Directive art. 73).
func isSponsored(charge *evidence.Charge) (bool, error) {
	if charge.Amount.Minor > 0 {
		return false, fault.New(fault.InvalidAnswer, charge.Field+".amount", "%s.amount: a %s takes away from the price, "+
			"found a positive amount; mend the system and resume", charge.Field, charge.TaxClass)
	}
	if charge.TaxClass == "promotion" && charge.FundedBy == nil {
		return false, fault.New(fault.InvalidAnswer, charge.Field+".funded_by", "%s.funded_by: missing; the tax depends on "+
			"who funds a promotion, send 'platform' or 'supplier'", charge.Field)
	}
	return charge.FundedBy != nil && *charge.FundedBy == "platform", nil
}

// reductionOf is a supplier's own reduction as negative lines, one per rate, in proportion to what each rate sold.
func reductionOf(charge *evidence.Charge, reducible []tax.Item) []tax.Item {
	order, groups := tax.Grouped(reducible)
	weights := make([]int64, len(order))
	for i, rate := range order {
		for _, place := range groups[rate] {
			weights[i] += reducible[place].Amount
		}
		weights[i] = max(0, weights[i])
	}
	var reduced []tax.Item
	for i, share := range money.Allocate(charge.Amount.Minor, weights) {
		if share == 0 && len(order) > 1 {
			continue
		}
		item := reducible[groups[order[i]][0]]
		item.Code, item.Amount, item.Description = charge.Code, share, charge.Description
		item.Quantity, item.Unit = "1", "C62"
		reduced = append(reduced, item)
	}
	return reduced
}

func (b *bill) check() error {
	if b.taxed.Totals.Gross.Minor < 0 {
		return fault.New(fault.Totals, "totals", "%s: the total is negative; a refund greater than the supply needs a "+
			"credit note, not an invoice", b.plan.Contract)
	}
	if b.due() < 0 {
		return fault.New(fault.Totals, "charges", "%s: the platform's promotion is greater than what was charged; mend the "+
			"promotion and resume", b.plan.Contract)
	}
	return nil
}

// outsideLines are the amounts that are no part of the supply, as lines without tax.
func (b *bill) outsideLines() []invoice.Line {
	lines := []invoice.Line{}
	for i, charge := range b.outside {
		lines = append(lines, invoice.Line{
			ID:          number(len(b.taxed.Lines) + i + 1),
			Code:        charge.Code,
			Description: charge.Description,
			Quantity:    charge.Quantity,
			Unit:        charge.Unit,
			Net:         charge.Amount,
			Tax:         money.Money{Currency: charge.Amount.Currency},
			Gross:       charge.Amount,
			TaxCategory: invoice.Outside,
			TaxRate:     "0",
		})
	}
	return lines
}

// gather gives the bills that sell something. What another has beside it, a tip or what the platform pays of it, goes
// to the first of them.
func gather(bills []bill) []bill {
	var selling []bill
	for _, b := range bills {
		if len(b.taxed.Lines) > 0 {
			selling = append(selling, b)
		}
	}
	first := &selling[0] // there is one: a trip has a price
	for _, b := range bills {
		if len(b.taxed.Lines) == 0 {
			first.outside = slices.Concat(first.outside, b.outside)
			first.sponsored = slices.Concat(first.sponsored, b.sponsored)
		}
	}
	return selling
}

// payments are each document's part of every payment, in proportion to what it asks.
//
// Shares are differences of cumulative allocations, so each payment is split completely and each document is paid
// exactly.
func payments(c *evidence.Case, bills []bill) ([][]invoice.Payment, error) {
	shared := make([][]invoice.Payment, len(bills))
	dues := make([]int64, len(bills))
	var due, all int64
	for i := range bills {
		dues[i] = bills[i].due()
		due += dues[i]
		shared[i] = []invoice.Payment{}
	}
	for _, payment := range c.Payments {
		all += payment.Amount.Minor
	}
	if c.Paid && all != due {
		return nil, fault.New(fault.Totals, "payments", "payments: they do not equal what was charged; compare the systems "+
			"that provide 'charges' and 'payments', mend one of them and resume")
	}
	var paid int64
	before := make([]int64, len(bills))
	for _, payment := range c.Payments {
		paid += payment.Amount.Minor
		now := money.Allocate(paid, dues)
		for i := range bills {
			if now[i] != before[i] {
				part := payment
				part.Amount.Minor = now[i] - before[i]
				shared[i] = append(shared[i], part)
			}
		}
		before = now
	}
	for i := range bills {
		shared[i] = append(shared[i], bills[i].sponsored...)
	}
	return shared, nil
}
