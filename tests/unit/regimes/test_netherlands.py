"""Dutch law on rides and deliveries."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, sources, trip
from tests.parties.cast import Body
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, TotalsError, UnsupportedTripError
from tripinvoice.invoice import Draft, IssuerMode, TaxCategory
from tripinvoice.trip import LineOfBusiness, Place, Product

AMSTERDAM = Place(country="NL", municipality="0363")


def ride(**changes: Any) -> Any:
    """A taxi ride in Amsterdam."""
    return trip(**{"pickup": AMSTERDAM, "dropoff": AMSTERDAM, **changes})


def order() -> Any:
    """A delivery in Amsterdam."""
    return ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
@pytest.mark.parametrize("distance_m", [1_000, 120_000, None])
def test_a_ride_is_reduced_however_far(product: Product, distance_m: int | None) -> None:
    """With all that comes on top of the fare."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    (draft,) = assemble(sources(ride(product=product, distance_m=distance_m), charge("19.40"), *on_top))
    assert rates(draft) == ["9"] * 6
    assert draft.unverified == ("cancellation", "waiting")


@pytest.mark.parametrize(
    ("ended_at", "rate"),
    [(datetime(2018, 12, 31, 22, 59, tzinfo=UTC), "6"), (datetime(2018, 12, 31, 23, 0, tzinfo=UTC), "9")],
)
def test_the_reduced_rate_rose_at_new_year_2019(ended_at: datetime, rate: str) -> None:
    """At midnight in Amsterdam."""
    (draft,) = assemble(sources(ride(started_at=ended_at, ended_at=ended_at)))
    assert rates(draft) == [rate]


def test_alcohol_and_fees_bear_the_standard_rate() -> None:
    """Food and soft drinks do not; a deposit is no part of the supply."""
    goods, delivery, fee = assemble(
        sources(
            order(),
            *(charge("1.00", tax_class, "goods") for tax_class in ("food_hot", "food_cold", "grocery", "drink")),
            *(charge("1.00", tax_class, "goods") for tax_class in ("alcohol", "deposit")),
            *(charge("1.00", tax_class, "delivery") for tax_class in ("delivery", "surcharge", "cancellation")),
            charge("1.00", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods) == ["9", "9", "9", "9", "21"]
    assert [line.code for line in goods.outside] == ["deposit"]
    assert rates(delivery, fee) == ["21"] * 4


def test_a_tip_is_outside_and_a_small_business_exempt() -> None:
    """Art. 25 Wet OB; the document says so."""
    small = {Provides.SUPPLIER_TAX: {"small_business": True}}
    (draft,) = assemble(sources(ride(), charge("19.40"), charge("2.00", "tip"), given=small))
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "small_business")]
    assert [line.code for line in draft.outside] == ["tip"]


def test_what_is_not_known_is_refused() -> None:
    """Food is no part of a ride, a fare none of a delivery."""
    for unknown in (charge("1.00", "food_hot"), charge("1.00", "transport", "platform_fee")):
        with pytest.raises(UnsupportedTripError, match="NL has no rule for this tax class"):
            assemble(sources(ride(), charge("19.40"), unknown))


UNREGISTERED = PARTIES["NL"][Provides.DRIVER] | {"tax_ids": []}
BARE: dict[Provides, Body] = {Provides.RIDER: {"name": "Sanne de Wit"}, Provides.SUPPLIER_TAX: {}}


def test_up_to_100_euros_less_is_enough() -> None:
    """No VAT number, no recipient's address."""
    (draft,) = assemble(sources(ride(), charge("100.00"), given=BARE))
    assert draft.simplified


@pytest.mark.parametrize(
    ("given", "without", "error", "field"),
    [
        ({Provides.SUPPLIER_TAX: {}}, (), InvalidAnswerError, "supplier.tax_ids"),
        (
            {Provides.DRIVER: PARTIES["NL"][Provides.DRIVER] | {"tax_ids": []}},
            (),
            InvalidAnswerError,
            "supplier.tax_ids",
        ),
        ({Provides.RIDER: BARE[Provides.RIDER]}, (), InvalidAnswerError, "recipient.address"),
        ({}, (Provides.RIDER,), MissingAnswerError, "recipient"),
    ],
)
def test_above_100_euros_everybody_is_named_in_full(
    given: dict[Provides, Body], without: tuple[Provides, ...], error: type[Exception], field: str
) -> None:
    """VAT number and KVK of the supplier, and the recipient."""
    with pytest.raises(error) as caught:
        assemble(sources(ride(), charge("100.01"), given=given, without=without))
    assert getattr(caught.value, "field", None) == field


def test_a_full_invoice_of_an_exempt_or_foreign_supplier() -> None:
    """Who charges no tax needs no VAT number; who is not in the Dutch register no KVK."""
    (draft,) = assemble(sources(ride(), charge("100.01"), given={Provides.SUPPLIER_TAX: {"small_business": True}}))
    assert not draft.simplified
    belgian: dict[Provides, Body] = {
        Provides.DRIVER: {"name": "Taxi Peeters", "address": ["Meir 1"], "city": "Antwerpen", "country": "BE"},
        Provides.SUPPLIER_TAX: {"tax_ids": [{"scheme": "VAT", "value": "NL999999059B02"}]},
    }
    (draft,) = assemble(sources(ride(), charge("100.01"), given=belgian))
    assert draft.supplier.tax_id("NL-KVK") is None


def test_services_to_a_german_business_are_reverse_charge() -> None:
    """And then never simplified."""
    fee = (charge("46.20"), charge("1.80", "platform_fee", "platform_fee"))
    transport, booking = assemble(sources(ride(), *fee, given={Provides.BUSINESS: PARTIES["DE"][Provides.BUSINESS]}))
    assert (rates(transport), transport.simplified) == (["9"], True)
    assert (booking.tax_lines[0].tax_category, booking.simplified) == (TaxCategory.REVERSE_CHARGE, False)


def test_a_ride_into_another_country_is_refused() -> None:
    """Only its Dutch part is taxed here, and nobody says how long that was."""
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff: a ride from NL into another country"):
        assemble(sources(ride(dropoff=Place(country="DE"))))


def test_cash_is_rounded_to_five_cents() -> None:
    """Cards are not."""
    cash = {"currency": "EUR", "payments": [{"method": "cash", "amount": "17.35"}]}
    (draft,) = assemble(sources(ride(), charge("17.33"), given={Provides.PAYMENTS: cash}))
    assert str(draft.rounding) == "0.02 EUR"
    (draft,) = assemble(sources(ride(), charge("17.33"), paid="17.33"))
    assert draft.rounding is None
    cash = {"currency": "EUR", "payments": [{"method": "cash", "amount": "17.36"}]}
    with pytest.raises(TotalsError, match="payments"):
        assemble(sources(ride(), charge("17.33"), given={Provides.PAYMENTS: cash}))


def test_self_billing() -> None:
    """The customer writes it, with the supplier's consent."""
    company = PARTIES["NL"][Provides.BUSINESS] | {"kind": "company", "self_billing_consent": "agr-1"}
    (draft,) = assemble(sources(ride(), given={Provides.RECIPIENT_TAX: company}))
    assert (draft.issuer_mode, draft.consent) == (IssuerMode.SELF_BILLED, "agr-1")
