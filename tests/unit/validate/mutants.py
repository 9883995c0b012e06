"""Right drafts, and ways to spoil them: each breaks the rule that it is named after, perhaps others too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests import factories
from tests.factories import charge, delivery_sources, sources, trip
from tests.parties.cast import party, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.invoice import (
    Correction,
    Draft,
    Kind,
    Payment,
    TaxCategory,
    TaxId,
    TaxInCurrency,
    TaxPart,
)
from tripinvoice.money import Money
from tripinvoice.trip import LineOfBusiness, Product

Mutation = Callable[[Draft], Draft]


def ride() -> Draft:
    """A taxi ride in Berlin, paid by card."""
    return factories.draft()


def meal() -> Draft:
    """Food and drinks, two rates."""
    return assemble(delivery_sources())[0]


def small_business() -> Draft:
    """A taxi without tax."""
    standing = {"tax_ids": [tax_id("DE-STNR", "99/999/00004")], "small_business": True}
    return assemble(sources(given={Provides.SUPPLIER_TAX: standing}))[0]


def reverse_charge() -> Draft:
    """The platform's fee to a French company, which owes the tax."""
    buyer = party("Dupont SA", "1 rue Neuve", "75001", "Paris", "FR", tax_ids=[tax_id("VAT", "FR11999999998")])
    of = trip(
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        pickup=factories.MUNICH,
        dropoff=factories.MUNICH,
    )
    charged = charge("20.00", "food_hot", "goods"), charge("3.00", "platform_fee", "platform_fee")
    return assemble(sources(of, *charged, given={Provides.BUSINESS: buyer}))[-1]


def unregistered() -> Draft:
    """A British driver outside of VAT."""
    of = trip(product=Product.TAXI, pickup=factories.MANCHESTER, dropoff=factories.MANCHESTER)
    return assemble(sources(of, charge("20.00")))[0]


def groceries() -> Draft:
    """British food at rate zero, with a drink at the standard one."""
    of = trip(
        line_of_business=LineOfBusiness.DELIVERY,
        product=Product.COURIER,
        pickup=factories.LONDON,
        dropoff=factories.LONDON,
    )
    return assemble(sources(of, charge("7.00", "grocery", "goods"), charge("2.00", "drink", "goods")))[0]


def taxi_in_new_york() -> Draft:
    """No VAT at all."""
    return assemble(factories.new_york_sources())[0]


RIGHT: tuple[Callable[[], Draft], ...] = (
    ride,
    meal,
    small_business,
    reverse_charge,
    unregistered,
    groceries,
    taxi_in_new_york,
)


def _line(**changes: Any) -> Mutation:
    return lambda draft: replace(draft, lines=(replace(draft.lines[0], **changes), *draft.lines[1:]))


def _tax_line(**changes: Any) -> Mutation:
    return lambda draft: replace(draft, tax_lines=(replace(draft.tax_lines[0], **changes), *draft.tax_lines[1:]))


def _totals(**changes: Any) -> Mutation:
    return lambda draft: replace(draft, totals=replace(draft.totals, **changes))


def _all(*mutations: Mutation) -> Mutation:
    def mutate(draft: Draft) -> Draft:
        for mutation in mutations:
            draft = mutation(draft)
        return draft

    return mutate


def _supplier(**changes: Any) -> Mutation:
    return lambda draft: replace(draft, supplier=replace(draft.supplier, **changes))


def _recipient(**changes: Any) -> Mutation:
    def mutate(draft: Draft) -> Draft:
        assert draft.recipient is not None
        return replace(draft, recipient=replace(draft.recipient, **changes))

    return mutate


def _draft(**changes: Any) -> Mutation:
    return lambda draft: replace(draft, **changes)


def _credit_note(number: str = "DE-1") -> Mutation:
    def mutate(draft: Draft) -> Draft:
        corrects = Correction(
            document=draft.key, number=number, issue_date=draft.supply_date, reason="Fare corrected", request="t-1"
        )
        return replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE), correction=corrects)

    return mutate


def _more_tax(minor: int) -> Mutation:
    """Tax that is wrong everywhere alike: everything still adds up."""

    def mutate(draft: Draft) -> Draft:
        more = Money(minor, draft.currency)
        line, tax_line, totals = draft.lines[0], draft.tax_lines[0], draft.totals
        return _all(
            _line(tax=line.tax + more, net=line.net - more),
            _tax_line(tax=tax_line.tax + more, net=tax_line.net - more),
            _totals(tax=totals.tax + more, net=totals.net - more),
        )(draft)

    return mutate


def _journey_before(draft: Draft) -> Draft:
    assert draft.journey is not None
    return replace(draft, journey=replace(draft.journey, started_at=draft.journey.ended_at + timedelta(minutes=1)))


def _national(tax: Money, *, published: date = date(2026, 11, 2)) -> Mutation:
    stated = TaxInCurrency(tax=tax, rate=Decimal("4.25"), rate_date=published, source="NBP")
    return _draft(national_tax=stated)


def _cents(minor: int, part: str, field: str) -> Mutation:
    """One amount of a part of the document, off by so much."""

    def mutate(draft: Draft) -> Draft:
        more = Money(minor, draft.currency)
        spoil = {"line": _line, "tax_line": _tax_line, "totals": _totals}[part]
        found = {"line": draft.lines[0], "tax_line": draft.tax_lines[0], "totals": draft.totals}[part]
        return spoil(**{field: getattr(found, field) + more})(draft)

    return mutate


def _paid(minor: int) -> Mutation:
    def mutate(draft: Draft) -> Draft:
        paid = draft.payable + Money(minor, draft.currency)
        return replace(draft, payments=(Payment(method="card", amount=paid),))

    return mutate


def _twice(draft: Draft) -> Draft:
    """The tax line twice, each with a half."""
    return replace(draft, tax_lines=(*draft.tax_lines, *draft.tax_lines))


def _without_ids(draft: Draft) -> Draft:
    return replace(draft, simplified=False, supplier=replace(draft.supplier, tax_ids=()))


_CGST = TaxPart(name="CGST", tax_rate=Decimal("3.5"), tax=Money(63, "EUR"))

Case = tuple[Callable[[], Draft], Mutation]
MUTANTS: Mapping[str, tuple[Case, ...]] = {
    "BR-05": ((ride, _totals(gross=Money(1940, "USD"))), (ride, _draft(rounding=Money(1, "SEK")))),
    "BR-06": ((ride, _supplier(name=" ")),),
    "BR-07": ((ride, _recipient(name="")),),
    "BR-16": ((ride, _draft(lines=())),),
    "BR-21": ((meal, _line(id="2")), (ride, _line(id=""))),
    "BR-25": ((ride, _line(code="")),),
    "BR-29": ((ride, _journey_before),),
    "BR-53": (
        (ride, _national(Money(541, "PLN"))),
        (ride, _national(Money(127, "EUR"))),
        (ride, _all(_credit_note(), _national(Money(543, "PLN")))),
    ),
    "BR-55": ((ride, _credit_note(number="")),),
    "BR-CL-03": ((ride, _national(Money(540, "ZZZ"))),),
    "BR-CL-14": ((ride, _supplier(country="XX")), (ride, _recipient(country="UK"))),
    "BR-CL-22": ((small_business, _tax_line(exemption="VATEX-DE-19")),),
    "BR-CL-25": ((ride, _recipient(electronic_address=TaxId(scheme="1234", value="x"))),),
    "BR-CO-09": (
        (ride, _supplier(tax_ids=(TaxId(scheme="VAT", value="DE37"),))),
        (ride, _recipient(tax_ids=(TaxId(scheme="VAT", value="999999018"),))),
    ),
    "BR-CO-10": ((ride, _cents(1, "line", "net")), (meal, _cents(-1, "totals", "net"))),
    "BR-CO-13": ((ride, _cents(-1, "tax_line", "net")),),
    "BR-CO-14": ((ride, _cents(1, "tax_line", "tax")),),
    "BR-CO-15": ((ride, _cents(1, "totals", "gross")), (meal, _cents(1, "line", "gross"))),
    "BR-CO-16": ((ride, _paid(1)),),
    "BR-CO-17": (
        *((draft, _more_tax(minor)) for draft in (ride, meal) for minor in (-2, -1, 1, 2)),
        (ride, _all(_credit_note(), _more_tax(3))),
    ),
    "BR-CO-18": ((ride, _draft(tax_lines=())),),
    "BR-O-11": ((meal, _all(_line(tax_category=TaxCategory.OUTSIDE), _tax_line(tax_category=TaxCategory.OUTSIDE))),),
    "BR-AE-02": ((reverse_charge, _recipient(tax_ids=())), (reverse_charge, _draft(recipient=None))),
    "BR-S-01": ((ride, _twice), (ride, _line(tax_rate=Decimal(19))), (meal, _draft(tax_lines=meal().tax_lines[:1]))),
    "BR-Z-01": ((groceries, _twice), (groceries, _line(tax_category=TaxCategory.EXEMPT))),
    "BR-E-01": ((small_business, _twice),),
    "BR-AE-01": ((reverse_charge, _twice),),
    "BR-O-01": ((unregistered, _twice),),
    "BR-S-02": ((ride, _without_ids),),
    "BR-Z-02": ((groceries, _without_ids),),
    "BR-E-02": ((small_business, _without_ids),),
    "BR-S-05": ((ride, _tax_line(tax_rate=Decimal(0))), (ride, _tax_line(tax_rate=Decimal(-7)))),
    "BR-Z-05": ((groceries, _tax_line(tax_rate=Decimal(5))),),
    "BR-E-05": ((small_business, _tax_line(tax_rate=Decimal(7))),),
    "BR-AE-05": ((reverse_charge, _tax_line(tax_rate=Decimal(19))),),
    "BR-O-05": ((unregistered, _tax_line(tax_rate=Decimal(20))),),
    "BR-S-08": ((meal, _cents(1, "tax_line", "net")), (meal, _cents(1, "tax_line", "tax"))),
    "BR-Z-08": ((groceries, _cents(1, "tax_line", "net")),),
    "BR-E-08": ((small_business, _cents(-1, "tax_line", "net")),),
    "BR-AE-08": ((reverse_charge, _cents(1, "line", "net")),),
    "BR-O-08": ((unregistered, _cents(100, "line", "net")),),
    "BR-Z-09": ((groceries, _more_tax(1)),),
    "BR-E-09": ((small_business, _more_tax(127)),),
    "BR-AE-09": ((reverse_charge, _more_tax(48)),),
    "BR-O-09": ((unregistered, _more_tax(1)), (taxi_in_new_york, _more_tax(1))),
    "BR-S-10": ((ride, _tax_line(note="small_business")),),
    "BR-Z-10": ((groceries, _tax_line(exemption="VATEX-EU-O")),),
    "BR-E-10": ((small_business, _tax_line(note=None)),),
    "BR-AE-10": ((reverse_charge, _tax_line(note=None, exemption=None)),),
    "BR-O-10": ((unregistered, _tax_line(note=None)),),
    "TI-CASH": ((ride, _draft(rounding=Money(1, "EUR"))),),
    "TI-CORRECTS": (
        (ride, lambda draft: replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))),
        (ride, lambda draft: replace(draft, correction=_credit_note()(draft).correction)),
    ),
    "TI-DAY": ((ride, _draft(supply_date=date(2026, 11, 3))),),
    "TI-NEGATIVE": ((ride, _totals(gross=Money(-1940, "EUR"))),),
    "TI-PARTS": ((ride, _tax_line(parts=(_CGST, _CGST))),),
    "TI-RATE-DAY": ((ride, _national(Money(540, "PLN"), published=date(2026, 11, 3))),),
    "TI-TAX-ID": ((ride, _supplier(tax_ids=(TaxId(scheme="DE-STNR", value="37/181"),))),),
}
"""By rule: a right draft, and what is done to it."""

HARMLESS: tuple[Case, ...] = (
    (ride, _credit_note()),
    (ride, _all(_credit_note(), _more_tax(1))),
    (ride, _paid(-1)),
    (ride, _national(Money(540, "PLN"))),
    (ride, _all(_credit_note(), _national(Money(541, "PLN")))),
    (ride, _draft(recipient=None)),
    (ride, _all(_draft(simplified=True), _supplier(tax_ids=()))),
    (ride, _draft(journey=None, supply_date=date(2026, 11, 30))),
    (ride, _recipient(electronic_address=TaxId(scheme="9930", value="DE999999018"))),
    (small_business, _tax_line(note=None, exemption="VATEX-EU-O")),
    (taxi_in_new_york, _tax_line(note=None)),
    (taxi_in_new_york, _supplier(tax_ids=())),
)
"""What looks odd and breaks nothing."""
