"""French law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import charge, sources, trip
from tests.parties.cast import Body, party, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.consolidate import consolidate
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, Fact, Invoicing, IssuerMode, TaxCategory
from tripinvoice.trip import Completion, LineOfBusiness, Place, PricingBasis, Product, Trip

PARIS = Place(country="FR", subdivision="FR-IDF", municipality="75056")
SIREN = [tax_id("FR-SIREN", "999900012")]
BUSINESS = party("Éditions de l’Œillet SAS", "48, boulevard Voltaire", "75011", "Paris", "FR")
GERMAN = party("Weiß GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE136695976")])


def ride(**changes: Any) -> Trip:
    """A hire car through Paris, priced by the kilometre."""
    usual = {"product": Product.HIRE_CAR, "pickup": PARIS, "dropoff": PARIS, "pricing_basis": PricingBasis.DISTANCE}
    return trip(**(usual | changes))


def order() -> Trip:
    """A delivery in Paris."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER, pricing_basis=None)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR, Product.MOTO])
@pytest.mark.parametrize(
    ("basis", "rate", "said", "unverified"),
    [
        (PricingBasis.DISTANCE, "10", "au kilomètre", ()),
        (PricingBasis.TIME, "20", "à la durée", ()),
        (PricingBasis.METER, "10", "au compteur", ("ride_between_places",)),
        (PricingBasis.UPFRONT, "10", "forfait convenu", ("ride_between_places",)),
    ],
)
def test_the_rate_of_a_ride_is_that_of_its_price(
    product: Product, basis: PricingBasis, rate: str, said: str, unverified: tuple[str, ...]
) -> None:
    """With all that comes on top of it, and the document says how it was made."""
    on_top = [charge("1.00", name) for name in ("toll", "surcharge", "government_fee", "wait")]
    (draft,) = assemble(sources(ride(pricing_basis=basis, product=product), charge("19.40"), *on_top))
    assert rates(draft) == [rate] * 5
    assert Fact(label="pricing", value=said) in draft.facts
    assert draft.unverified == unverified


def test_a_ride_of_unknown_pricing_is_parked() -> None:
    """Nobody may guess between 10 and 20 percent."""
    with pytest.raises(InvalidTripError, match=r"^trip\.pricing_basis: missing; .* send distance") as caught:
        assemble(sources(ride(pricing_basis=None)))
    assert caught.value.field == "trip.pricing_basis"


@pytest.mark.parametrize(("basis", "rate"), [(PricingBasis.UPFRONT, "10"), (PricingBasis.TIME, "20")])
def test_a_no_show_is_taxed_as_the_ride(basis: PricingBasis, rate: str) -> None:
    """It is the price of the seat."""
    no_show = ride(pricing_basis=basis, completion=Completion.CANCELLED_WITH_FEE, dropoff=None, distance_m=None)
    (draft,) = assemble(sources(no_show, charge("6.00", "cancellation")))
    assert rates(draft) == [rate]
    assert "cancellation" in draft.unverified


def test_rates_are_known_since_2014() -> None:
    """Before, they were others."""
    at = datetime(2013, 12, 31, 22, 59, tzinfo=UTC)
    with pytest.raises(UnsupportedTripError, match="no 'intermediate' TVA rate"):
        assemble(sources(ride(started_at=at, ended_at=at)))


def test_food_has_three_rates() -> None:
    """Prepared 10, packaged 5.5, alcohol 20; the deposit and the tip are no part of it."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            *(charge("10.00", name, "goods") for name in ("food_hot", "food_cold", "drink", "grocery", "alcohol")),
            charge("1.00", "surcharge", "goods"),
            charge("1.00", "cancellation", "goods"),
            charge("0.50", "deposit", "goods"),
            charge("2.00", "tip", "delivery"),
            charge("2.99", "delivery", "delivery"),
            charge("0.99", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["10", "10", "10", "5.5", "20", "20", "20"]
    assert [line.code for line in (*goods.outside, *delivery.outside)] == ["deposit", "tip"]
    assert rates(delivery, fee) == ["20", "20"]
    assert goods.unverified == ("cancellation", "delivery_fee", "deposit")
    assert [draft.facts[0].value for draft in (goods, delivery)] == ["Livraison de biens", "Prestation de services"]


@pytest.mark.parametrize(
    "standing", [{"small_business": True}, {"vat_registered": False}, {"traits": ["micro_entrepreneur"]}]
)
def test_a_micro_entrepreneur_charges_no_tax_and_says_why(standing: Body) -> None:
    """CGI art. 293 B; how the ride was priced does not matter then, and no VAT number is needed."""
    profile = {"tax_ids": SIREN, "consent": "m-1"} | standing
    (draft,) = assemble(
        sources(
            ride(pricing_basis=None),
            charge("19.40"),
            charge("0.50", "deposit"),
            given={Provides.SUPPLIER_TAX: profile},
        )
    )
    (line,) = draft.tax_lines
    assert (line.tax_category, line.note, line.exemption) == (
        TaxCategory.EXEMPT,
        "small_business",
        "VATEX-FR-FRANCHISE",
    )
    assert not draft.totals.tax
    assert [fact.label for fact in draft.facts] == ["operation_category"]


def test_who_opted_for_debits_says_so() -> None:
    """For services; goods are due on delivery anyway, and who charges no tax has nothing to opt for."""
    debits = {"tax_ids": [*SIREN, tax_id("VAT", "FR74999900012")], "consent": "m-1", "traits": ["option_debits"]}
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: debits}))
    assert draft.notes == ("option_debits",)
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: debits | {"small_business": True}}))
    assert draft.notes == ()
    (draft,) = assemble(sources(order(), charge("9.00", "food_hot", "goods"), given={Provides.MERCHANT_TAX: debits}))
    assert draft.notes == ()


def test_the_platform_needs_the_suppliers_mandate() -> None:
    """CGI ann. II art. 242 nonies: before and in writing; he may write them himself."""
    standing: Body = {"tax_ids": [*SIREN, tax_id("VAT", "FR74999900012")]}
    with pytest.raises(MissingAnswerError, match=r"^transport: consent: the law asks for the supplier's agreement"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: standing}))
    own = standing | {"invoices_issued_by_platform": False}
    (draft,) = assemble(sources(ride(), given={Provides.SUPPLIER_TAX: own}))
    assert draft.issuer_mode is IssuerMode.OWN
    (draft,) = assemble(sources(ride()))
    assert (draft.issuer_mode, draft.consent) == (IssuerMode.ON_BEHALF, "mandat-2024-17")


def test_a_business_reads_when_to_pay_and_what_else() -> None:
    """C. com. art. L. 441-9: at once if it was paid at once, else within thirty days."""
    given: dict[Provides, Body] = {Provides.BUSINESS: BUSINESS | {"tax_ids": [tax_id("FR-SIREN", "999900038")]}}
    (draft,) = assemble(sources(ride(), given=given, paid="19.40"))
    assert draft.notes == ("late_penalty", "recovery_costs", "no_discount")
    assert draft.facts[-1] == Fact(label="payment_due", value="02/11/2026")
    (draft,) = assemble(sources(ride(), given=given))
    assert draft.facts[-1] == Fact(label="payment_due", value="02/12/2026")
    on_account: Body = {"currency": "EUR", "payments": [{"method": "invoice", "amount": "19.40"}]}
    (draft,) = assemble(sources(ride(), given=given | {Provides.PAYMENTS: on_account}))
    assert draft.facts[-1] == Fact(label="payment_due", value="02/12/2026")


def test_the_trips_of_a_month_are_due_together() -> None:
    """Thirty days after the last of them; no trip says a day of its own."""
    known = BUSINESS | {"tax_ids": [tax_id("FR-SIREN", "999900038")], "kind": "company", "invoicing": "monthly"}
    trips = [ride(trip_id=f"t-{no}", ended_at=datetime(2026, 11, no, 18, tzinfo=UTC)) for no in (3, 21)]
    drafts = [
        replace(draft, account="a-1", invoicing=Invoicing.MONTHLY)
        for of in trips
        for draft in assemble(sources(of, given={Provides.RECIPIENT_TAX: known}))
    ]
    assert [fact.label for fact in drafts[0].facts] == ["operation_category", "pricing"]
    (month,) = consolidate(drafts, [])
    assert [fact.value for fact in month.facts if fact.label == "payment_due"] == ["21/12/2026"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({Provides.BUSINESS: BUSINESS}, "recipient.tax_ids"),
        ({Provides.BUSINESS: {"name": "Éditions de l’Œillet SAS"}}, "recipient.address"),
        ({Provides.DRIVER: {"name": "Théo Garçon", "ref": "drv-21"}}, "supplier.address"),
        ({Provides.SUPPLIER_TAX: {"consent": "m-1"}}, "supplier.tax_ids"),
        ({Provides.SUPPLIER_TAX: {"consent": "m-1", "tax_ids": SIREN}}, "supplier.tax_ids"),
    ],
)
def test_what_is_missing_is_named(given: dict[Provides, Body], field: str) -> None:
    """CGI ann. II art. 242 nonies A."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), given=given))
    assert caught.value.field == field


def test_a_private_person_needs_no_address() -> None:
    """Nor to be known at all."""
    (draft,) = assemble(sources(ride(), charge("900.00"), without=(Provides.RIDER,)))
    assert draft.recipient is None
    assert draft.notes == ()


def test_a_foreign_business_owes_the_tax_of_services_but_of_no_ride() -> None:
    """A ride is taxed where it takes place; no SIREN is asked abroad."""
    transport, fee = assemble(
        sources(
            ride(),
            charge("19.40"),
            charge("1.00", "platform_fee", "platform_fee"),
            given={Provides.BUSINESS: GERMAN},
        )
    )
    assert rates(transport) == ["10"]
    assert [line.tax_category for line in fee.lines] == [TaxCategory.REVERSE_CHARGE]


@pytest.mark.parametrize(
    "place",
    [
        Place(country="FR", subdivision="FR-20R"),
        Place(country="FR", subdivision="FR-974"),
        Place(country="FR", municipality="2A004"),
        Place(country="FR", municipality="97411"),
    ],
)
def test_corsica_and_the_departments_overseas_are_refused(place: Place) -> None:
    """Their rates are others."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.pickup: Corsica") as caught:
        assemble(sources(ride(pickup=place)))
    assert caught.value.field == "trip.pickup"


def test_the_rest_of_the_country_is_not_refused() -> None:
    """Also where nobody says in which region it is."""
    (draft,) = assemble(sources(ride(pickup=Place(country="FR"))))
    assert rates(draft) == ["10"]


@pytest.mark.parametrize("small_business", [True, False])
@pytest.mark.parametrize(("tax_class", "contract"), [("lottery", "transport"), ("transport", "platform_fee")])
def test_an_unknown_tax_class_is_unsupported(tax_class: str, contract: str, *, small_business: bool) -> None:
    """Also where there is no tax."""
    standing: Body = {"tax_ids": SIREN, "consent": "m-1", "small_business": small_business}
    with pytest.raises(UnsupportedTripError, match="FR has no rule for this tax class"):
        assemble(
            sources(
                ride(),
                charge("19.40"),
                charge("1.00", tax_class, contract),
                given={Provides.SUPPLIER_TAX: standing},
            )
        )
