"""What money systems may answer."""

from typing import Any

import pytest

from tests.factories import PARTIES, charge, charges
from tripinvoice.answers import Charges, Numbering, PartyAnswer, Provides, read_answer
from tripinvoice.errors import InvalidAnswerError
from tripinvoice.invoice import Contract


def test_an_answer_becomes_its_shape_without_unknown_fields() -> None:
    """Unknown fields are kept out."""
    body = charges(charge("12.40", note="internal"), shard=7)
    answer = read_answer("fares", Provides.CHARGES, body)
    assert isinstance(answer, Charges)
    assert answer.charges[0].contract is Contract.TRANSPORT
    assert "shard" not in answer.model_dump()
    assert "note" not in answer.charges[0].model_dump()


def test_facts_have_no_shape() -> None:
    """Any JSON object."""
    assert read_answer("loyalty", Provides.FACTS, {"tier": "gold"}) == {"tier": "gold"}


@pytest.mark.parametrize("provides", [kind for kind in Provides if kind is not Provides.CHARGES])
def test_every_kind_of_answer_can_be_read(provides: Provides) -> None:
    """Each kind has a shape, and a realistic answer fits it."""
    given: dict[Provides, dict[str, Any]] = {
        Provides.TRIP: {"rider_ref": "rdr-1"},
        Provides.PAYMENTS: {"currency": "EUR", "payments": [{"method": "cash", "amount": "1.00"}]},
        Provides.COURIER_TAX: {"small_business": True},
        Provides.DRIVER: PARTIES["GB"][Provides.DRIVER],
        Provides.RECIPIENT_TAX: PARTIES["DE"][Provides.BUSINESS] | {"kind": "company", "invoicing": "monthly"},
        Provides.EXCHANGE_RATE: {
            "currency": "CHF",
            "into": "EUR",
            "rate": "1.0683",
            "published": "2026-03-18",
            "source": "ECB",
        },
        Provides.NUMBERING: {"registrations": [{"supplier": "fleet", "validation_code": "CSDF7T5H"}]},
        Provides.FACTS: {},
    }
    assert read_answer("some-system", provides, given.get(provides) or PARTIES["DE"].get(provides, {})) is not None


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        ({"charges": []}, "fares.currency", "missing; the system must send it"),
        (charges(charge("12.40"), currency="eur"), "fares.currency", "string pattern mismatch), found a str"),
        (charges(charge("NaN")), "fares.charges.0.amount", "string pattern mismatch), found a str"),
        (charges(charge("12.40") | {"amount": 12.4}), "fares.charges.0.amount", "string type), found a float"),
        (charges(charge("12.40") | {"amount": None}), "fares.charges.0.amount", "string type), found a NoneType"),
        (charges(charge("1.00", contract="lottery")), "fares.charges.0.contract", "enum), found a str"),
        (
            charges(charge("1.00", description="x" * 301)),
            "fares.charges.0.description",
            "string too long), found a str",
        ),
        (charges(charge("1.00", description="\ud800")), "fares.charges.0.description", "string unicode), found a str"),
        (charges(charge("1.00", tax_class="<b>")), "fares.charges.0.code", "string pattern mismatch), found a str"),
        (charges(charge("1.00"), final="yes"), "fares.final", "bool type), found a str"),
        (charges(*[charge("1.00")] * 501), "fares.charges", "too long), found a list"),
        ([], "fares.answer", "model type), found a list"),
        ("<html>", "fares.answer", "model type), found a str"),
    ],
)
def test_a_malformed_answer_is_refused_by_field_not_by_value(body: object, field: str, problem: str) -> None:
    """The message names system, field and the kind of value, and stays short."""
    with pytest.raises(InvalidAnswerError) as caught:
        read_answer("fares", Provides.CHARGES, body)
    assert caught.value.field == field
    assert problem in caught.value.message
    assert len(caught.value.message) < 300


def test_facts_must_be_an_object() -> None:
    """Not a list, not a text."""
    with pytest.raises(InvalidAnswerError, match=r"loyalty: answer: not acceptable \(dict type\), found a list"):
        read_answer("loyalty", Provides.FACTS, ["gold"])


def test_the_message_never_has_the_value() -> None:
    """It may be personal."""
    with pytest.raises(InvalidAnswerError) as caught:
        read_answer("riders", Provides.RIDER, PARTIES["DE"][Provides.RIDER] | {"country": "Weiß-Land"})
    assert "Wei" not in caught.value.message
    assert caught.value.__suppress_context__


def test_a_party_keeps_its_identifications() -> None:
    """As printed."""
    platform = read_answer("platforms", Provides.PLATFORM, PARTIES["DE"][Provides.PLATFORM])
    assert isinstance(platform, PartyAnswer)
    assert [(i.scheme, i.value) for i in platform.tax_ids] == [("VAT", "DE136695976")]


@pytest.mark.parametrize("ends", [{"first": 1}, {"last": 9}, {"first": 9, "last": 8}])
def test_a_stock_of_numbers_has_two_ends(ends: dict[str, int]) -> None:
    """Both, and the first is not after the last."""
    body = {"registrations": [{"supplier": "merchant", **ends}]}
    with pytest.raises(InvalidAnswerError) as refusal:
        read_answer("number-registrations", Provides.NUMBERING, body)
    assert refusal.value.field == "number-registrations.registrations.0"


@pytest.mark.parametrize("ends", [{}, {"first": 0, "last": 0}, {"first": 8, "last": 9}])
def test_a_stock_may_have_one_number_or_none_be_said(ends: dict[str, int]) -> None:
    """Zero is a number, too."""
    body = {"registrations": [{"supplier": "merchant", **ends}]}
    assert isinstance(read_answer("number-registrations", Provides.NUMBERING, body), Numbering)
