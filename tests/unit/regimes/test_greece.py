"""Greek law on rides and deliveries."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, InvalidTripError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, Kind, TaxCategory
from tripinvoice.regimes.greece import GREECE
from tripinvoice.trip import LineOfBusiness, Place, Product

ATHENS = Place(country="GR", subdivision="GR-I", municipality="9186")
KOS = Place(country="GR", subdivision="GR-L", municipality="9284")
BUSINESS = {Provides.BUSINESS: PARTIES["GR"][Provides.BUSINESS]}
AFM = tax_id("GR-AFM", "999000031")


def ride(at: Place = ATHENS, **changes: Any) -> Any:
    """A taxi ride in Athens."""
    return trip(**{"pickup": at, "dropoff": at, **changes})


def order(at: Place = ATHENS) -> Any:
    """A delivery."""
    return ride(at, line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_bears_the_reduced_rate(product: Product) -> None:
    """With all that comes on top of the fare; a tip is outside."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    (draft,) = assemble(sources(ride(product=product), charge("12.40"), *on_top, charge("1.00", "tip")))
    assert rates(draft) == ["13"] * 6
    assert [line.code for line in draft.outside] == ["tip"]
    assert draft.unverified == ("cancellation", "series", "waiting")


@pytest.mark.parametrize(
    ("ended_at", "rate"),
    [(datetime(2020, 5, 31, 20, 59, tzinfo=UTC), "24"), (datetime(2020, 5, 31, 21, 0, tzinfo=UTC), "13")],
)
def test_the_rate_of_rides_fell_in_june_2020(ended_at: datetime, rate: str) -> None:
    """At midnight in Athens."""
    (draft,) = assemble(sources(ride(started_at=ended_at, ended_at=ended_at)))
    assert rates(draft) == [rate]


def goods_and_fees() -> list[Body]:
    """Everything that a delivery can have."""
    return [
        *(charge("1.00", tax_class, "goods") for tax_class in ("food_hot", "food_cold", "grocery", "drink", "alcohol")),
        *(charge("1.00", tax_class, "delivery") for tax_class in ("delivery", "surcharge", "cancellation")),
        charge("1.00", "platform_fee", "platform_fee"),
    ]


def test_alcohol_and_fees_bear_the_standard_rate() -> None:
    """What else is delivered does not."""
    goods, delivery, fee = assemble(sources(order(), *goods_and_fees()))
    assert rates(goods) == ["13"] * 4 + ["24"]
    assert rates(delivery, fee) == ["24"] * 4


def test_on_some_islands_all_rates_are_lower() -> None:
    """Of who sells there; the platform in Athens keeps its rates."""
    goods, delivery, fee = assemble(sources(order(KOS), *goods_and_fees()))
    assert rates(goods) == ["9"] * 4 + ["17"]
    assert rates(delivery, fee) == ["24"] * 4
    assert "islands" in goods.unverified
    assert "islands" not in delivery.unverified


@pytest.mark.parametrize(
    ("subdivision", "municipality", "rate"),
    [
        ("GR-K", None, "9"),
        ("GR-K", "9261", "9"),
        ("GR-L", "9284", "9"),
        ("GR-L", "9296", "13"),
        ("GR-L", "9290", "13"),
        ("GR-A", "9009", "9"),
        ("GR-A", "9006", "13"),
        ("GR-B", None, "13"),
    ],
)
def test_where_they_are_lower(subdivision: str, municipality: str | None, rate: str) -> None:
    """Not on Rhodes, in the Cyclades, nor in Alexandroupoli."""
    at = Place(country="GR", subdivision=subdivision, municipality=municipality)
    assert rates(*assemble(sources(ride(at)))) == [rate]


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (Place(country="GR"), "trip.pickup.subdivision"),
        (Place(country="GR", municipality="9284"), "trip.pickup.subdivision"),
        (Place(country="GR", subdivision="GR-L"), "trip.pickup.municipality"),
        (Place(country="GR", subdivision="GR-A"), "trip.pickup.municipality"),
    ],
)
def test_the_trip_must_say_where_it_began(place: Place, field: str) -> None:
    """Where it makes a difference."""
    with pytest.raises(InvalidTripError) as caught:
        assemble(sources(ride(place)))
    assert caught.value.field == field


@pytest.mark.parametrize(("region", "rate"), [("GR-L", "9"), ("GR-I", "13")])
def test_the_suppliers_region_decides(region: str, rate: str) -> None:
    """Where a system tells it."""
    driver = PARTIES["GR"][Provides.DRIVER] | {"subdivision": region}
    assert rates(*assemble(sources(ride(KOS), given={Provides.DRIVER: driver}))) == [rate]


def test_island_rates_of_before_2026_are_not_known() -> None:
    """Then other islands had them."""
    at = datetime(2025, 12, 31, 12, tzinfo=UTC)
    with pytest.raises(UnsupportedTripError, match="no 'carriage_island' ΦΠΑ rate is known"):
        assemble(sources(ride(KOS, started_at=at, ended_at=at)))


def test_what_is_not_known_is_refused() -> None:
    """Food is no part of a ride, a fare none of a fee; there are no deposits in Greece."""
    for unknown in (charge("1.00", "food_hot"), charge("1.00", "transport", "platform_fee")):
        with pytest.raises(UnsupportedTripError, match="GR has no rule for this tax class"):
            assemble(sources(ride(KOS), charge("12.40"), unknown))
    with pytest.raises(UnsupportedTripError, match="GR has no rule for this tax class"):
        assemble(sources(order(), charge("9.00", "food_hot", "goods"), charge("0.25", "deposit", "goods")))


def test_a_ride_into_another_country_is_refused() -> None:
    """Only its Greek part is taxed here."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff: a ride from GR into another country"):
        assemble(sources(ride(dropoff=Place(country="BG"))))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (sources(ride()), [("receipt", "receipt_services")]),
        (sources(ride(), given=BUSINESS), [("invoice", "invoice_services")]),
        (
            sources(order(), charge("9.00", "food_hot", "goods"), charge("1.90", "delivery", "delivery")),
            [("receipt", "receipt_goods"), ("receipt", "receipt_services")],
        ),
        (
            sources(order(), charge("9.00", "food_hot", "goods"), given=BUSINESS),
            [("invoice", "invoice_goods")],
        ),
    ],
)
def test_what_documents_call_themselves(of: Any, expected: list[tuple[str, str]]) -> None:
    """By who buys, and what; each kind has series of its own."""
    drafts = assemble(of)
    assert [(draft.key.kind.value, draft.title) for draft in drafts] == expected
    for draft in drafts:
        assert draft.series.startswith("GR-R-") is (draft.key.kind is Kind.RECEIPT)
        assert draft.notes == ("courtesy_copy",)


@pytest.mark.parametrize(
    ("given", "title"), [({}, "credit_note_retail"), (BUSINESS, "credit_note")], ids=["private", "business"]
)
def test_what_credit_notes_call_themselves(given: dict[Provides, Body], title: str) -> None:
    """That of a receipt is of retail too."""
    (draft,) = assemble(sources(ride(), given=given))
    assert GREECE.form(replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))).title == title


def test_invoices_above_100_euros_name_both_parties_in_full() -> None:
    """Up to 100 euros, and on a receipt, the recipient may be missing."""
    bare = {Provides.BUSINESS: {"name": "Παπαδάκης & Υιοί Ο.Ε."}}
    (small,) = assemble(sources(ride(), charge("100.00"), given=bare))
    assert small.simplified
    with pytest.raises(InvalidAnswerError, match=r"recipient\.address"):
        assemble(sources(ride(), charge("100.01"), given=bare))
    unnumbered = PARTIES["GR"][Provides.BUSINESS] | {"tax_ids": []}
    with pytest.raises(InvalidAnswerError, match=r"recipient\.tax_ids"):
        assemble(sources(ride(), charge("100.01"), given={Provides.BUSINESS: unnumbered}))
    (full,) = assemble(sources(ride(), charge("100.01"), given=BUSINESS))
    assert not full.simplified
    (receipt,) = assemble(sources(ride(), charge("100.01"), without=(Provides.RIDER,)))
    assert receipt.recipient is None


def test_the_supplier_is_always_known() -> None:
    """His address and ΑΦΜ, also on the smallest receipt."""
    with pytest.raises(InvalidAnswerError, match=r"supplier\.tax_ids"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {}}))
    with pytest.raises(InvalidAnswerError, match=r"supplier\.address"):
        assemble(sources(ride(), given={Provides.DRIVER: {"name": "Νίκος", "ref": "drv-63"}}))
    with pytest.raises(MissingAnswerError, match=r"^supplier_tax: "):
        assemble(sources(ride(), without=(Provides.SUPPLIER_TAX,)))


def test_a_small_business_charges_no_tax() -> None:
    """On an island neither."""
    small = {Provides.SUPPLIER_TAX: {"tax_ids": [AFM], "small_business": True}}
    (draft,) = assemble(sources(ride(KOS), given=small))
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "small_business")]


def test_services_to_a_german_business_are_reverse_charge() -> None:
    """And then never simplified; the ride is taxed here."""
    fee = charge("1.20", "platform_fee", "platform_fee")
    german = {Provides.BUSINESS: PARTIES["DE"][Provides.BUSINESS]}
    transport, booking = assemble(sources(ride(), charge("42.00"), fee, given=german))
    assert (rates(transport), transport.simplified) == (["13"], True)
    assert (booking.tax_lines[0].tax_category, booking.simplified) == (TaxCategory.REVERSE_CHARGE, False)
