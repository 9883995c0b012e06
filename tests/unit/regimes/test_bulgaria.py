"""Bulgarian law on rides and deliveries."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.factories import PARTIES, charge, charges, sources, trip
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble, finish
from tripinvoice.errors import InvalidAnswerError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Draft, TaxCategory
from tripinvoice.numbering import NumberTaken
from tripinvoice.regimes.bulgaria import BULGARIA
from tripinvoice.trip import LineOfBusiness, Place, Product

SOFIA = Place(country="BG", municipality="68134")
CONSENT = {"consent": "agr-1"}
EIK = tax_id("BG-EIK", "900000030")


def ride(**changes: Any) -> Any:
    """A taxi ride in Sofia."""
    return trip(**{"pickup": SOFIA, "dropoff": SOFIA, **changes})


def rates(*drafts: Draft) -> list[str]:
    """The rates of all lines, in percent."""
    return [str(line.tax_rate) for draft in drafts for line in draft.lines]


@pytest.mark.parametrize("product", [Product.TAXI, Product.HIRE_CAR])
def test_a_ride_bears_the_standard_rate(product: Product) -> None:
    """With all that comes on top of the fare; a tip is outside."""
    on_top = (charge("1.00", more) for more in ("toll", "surcharge", "government_fee", "wait", "cancellation"))
    (draft,) = assemble(sources(ride(product=product), charge("12.40"), *on_top, charge("1.00", "tip")))
    assert rates(draft) == ["20"] * 6
    assert [line.code for line in draft.outside] == ["tip"]


def test_so_does_everything_in_a_delivery() -> None:
    """Food, drinks, deposit and fees."""
    order = ride(line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    kinds = ("food_hot", "food_cold", "grocery", "drink", "alcohol", "deposit")
    goods, delivery, fee = assemble(
        sources(
            order,
            *(charge("1.00", tax_class, "goods") for tax_class in kinds),
            *(charge("1.00", tax_class, "delivery") for tax_class in ("delivery", "surcharge", "cancellation")),
            charge("1.00", "platform_fee", "platform_fee"),
        )
    )
    assert rates(goods, delivery, fee) == ["20"] * 10


def test_what_is_not_known_is_refused() -> None:
    """Food is no part of a ride, a fare none of a fee."""
    for unknown in (charge("1.00", "food_hot"), charge("1.00", "transport", "platform_fee")):
        with pytest.raises(UnsupportedTripError, match="BG has no rule for this tax class"):
            assemble(sources(ride(), charge("12.40"), unknown))


def test_numbers_are_ten_digits_that_never_begin_again() -> None:
    """Neither with the year nor for credit notes, which are numbered together with invoices."""
    assert BULGARIA.one_series
    assert BULGARIA.period(date(2026, 12, 31)) == BULGARIA.period(date(2027, 1, 1)) == "ALL"
    (draft,) = assemble(sources(ride()))
    taken = NumberTaken(
        document=draft.key, series=draft.series, period="ALL", no=4711, issued_at=datetime(2026, 11, 2, tzinfo=UTC)
    )
    invoice = finish(draft, taken)
    assert (invoice.number, invoice.ledger_number) == ("0000004711", "BG-DR-DRV-52-ALL-004711")


@pytest.mark.parametrize(
    ("ended_at", "accepted"),
    [(datetime(2025, 12, 31, 21, 59, tzinfo=UTC), False), (datetime(2025, 12, 31, 22, 0, tzinfo=UTC), True)],
)
def test_trips_of_the_time_of_the_lev_are_refused(ended_at: datetime, *, accepted: bool) -> None:
    """Until midnight in Sofia."""
    of = sources(ride(started_at=ended_at, ended_at=ended_at))
    if accepted:
        assert len(assemble(of)) == 1
        return
    with pytest.raises(UnsupportedTripError, match=r"^trip\.ended_at: before 2026 Bulgarian documents were in leva"):
        assemble(of)


def test_documents_are_in_euro_only() -> None:
    """Not in leva at the fixed rate either."""
    rate = {"currency": "BGN", "into": "EUR", "rate": "0.511292", "published": "2026-01-01", "source": "ЕЦБ"}
    leva = {Provides.CHARGES: charges(charge("24.00"), currency="BGN"), Provides.EXCHANGE_RATE: rate}
    with pytest.raises(InvalidAnswerError, match="charged in BGN, but Bulgarian documents are in euro only"):
        assemble(sources(ride(), given=leva))


def test_who_is_not_registered_charges_no_tax() -> None:
    """Чл. 113, ал. 9 ЗДДС; his EIK is enough then."""
    unregistered = {Provides.SUPPLIER_TAX: {"vat_registered": False, "tax_ids": [EIK], **CONSENT}}
    (draft,) = assemble(sources(ride(dropoff=Place(country="GR")), given=unregistered))
    assert [(line.tax_category, line.note) for line in draft.tax_lines] == [(TaxCategory.EXEMPT, "not_registered")]
    assert draft.notes == ()


def test_a_ride_into_another_country_has_the_zero_rate() -> None:
    """The document says why; the platform's fee is no ride."""
    fee = charge("0.90", "platform_fee", "platform_fee")
    transport, booking = assemble(sources(ride(dropoff=Place(country="GR")), charge("255.00"), fee))
    assert [line.tax_category for line in transport.tax_lines] == [TaxCategory.ZERO]
    assert (transport.notes, booking.notes) == (("international_ride",), ())
    assert "international_ride" in transport.unverified
    assert rates(booking) == ["20"]


def test_services_to_a_german_business_are_reverse_charge() -> None:
    """The ride is not."""
    fee = charge("0.90", "platform_fee", "platform_fee")
    german = {Provides.BUSINESS: PARTIES["DE"][Provides.BUSINESS]}
    transport, booking = assemble(sources(ride(), charge("12.40"), fee, given=german))
    assert rates(transport) == ["20"]
    assert booking.tax_lines[0].tax_category is TaxCategory.REVERSE_CHARGE


def test_who_drew_it_up() -> None:
    """The platform in the driver's name, or the driver himself."""
    (draft,) = assemble(sources(ride()))
    assert [(fact.label, fact.value) for fact in draft.facts] == [("drawn_up_by", "Пример Мобилност България ЕАД")]
    assert {"drawn_up_by", "issued_by_another", "private_customer"} <= set(draft.unverified)
    ids = PARTIES["BG"][Provides.SUPPLIER_TAX]["tax_ids"]
    own = {Provides.SUPPLIER_TAX: {"tax_ids": ids, "invoices_issued_by_platform": False}}
    (draft,) = assemble(sources(ride(), given=own))
    assert draft.facts[0].value == "ЕТ „Иван Тодоров – Такси“"
    assert "issued_by_another" not in draft.unverified


def test_the_platform_needs_the_suppliers_consent() -> None:
    """Чл. 113, ал. 11 ЗДДС."""
    with pytest.raises(MissingAnswerError, match=r"^transport: consent"):
        assemble(sources(ride(), given={Provides.SUPPLIER_TAX: {"tax_ids": [EIK]}}))


BUSINESS = PARTIES["BG"][Provides.BUSINESS]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({Provides.SUPPLIER_TAX: {"tax_ids": [tax_id("VAT", "BG900000030")], **CONSENT}}, "supplier.tax_ids"),
        ({Provides.SUPPLIER_TAX: {"tax_ids": [EIK], **CONSENT}}, "supplier.tax_ids"),
        ({Provides.BUSINESS: BUSINESS | {"tax_ids": []}}, "recipient.tax_ids"),
        ({Provides.BUSINESS: BUSINESS | {"address": []}}, "recipient.address"),
        ({Provides.DRIVER: {"name": "ЕТ „Иван Тодоров“", "ref": "drv-52"}}, "supplier.address"),
    ],
)
def test_both_parties_are_named_in_full(given: dict[Provides, Body], field: str) -> None:
    """EIK and VAT number of the supplier, address and number of a business."""
    with pytest.raises(InvalidAnswerError) as caught:
        assemble(sources(ride(), given=given))
    assert caught.value.field == field


def test_a_business_is_named_and_a_private_customer_need_not_be() -> None:
    """Чл. 113, ал. 3, т. 1 ЗДДС."""
    (draft,) = assemble(sources(ride(), given={Provides.BUSINESS: BUSINESS}))
    assert "private_customer" not in draft.unverified
    (draft,) = assemble(sources(ride(), without=(Provides.RIDER,)))
    assert draft.recipient is None
