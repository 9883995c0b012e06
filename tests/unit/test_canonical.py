"""Canonical JSON."""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from tests import factories
from tripinvoice import canonical
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import Invoice
from tripinvoice.money import Money
from tripinvoice.money_systems import Sources


@dataclass(frozen=True)
class Row:
    """A value with every kind of field that travels."""

    z: str
    a: Decimal
    day: date
    price: Money


def test_the_bytes_are_sorted_compact_and_utf_8() -> None:
    """So that equal values have equal hashes."""
    row = Row(z="Öl", a=Decimal("7.50"), day=date(2026, 11, 2), price=Money(5, "EUR"))
    assert canonical.dump(row).decode() == (
        '{"a":"7.50","day":"2026-11-02","price":{"currency":"EUR","minor":5},"z":"Öl"}'
    )
    assert canonical.load(canonical.dump(row), Row) == row


def test_plain_json_values_have_canonical_bytes_too() -> None:
    """The order of keys is lost."""
    assert canonical.dump({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'


def test_documents_and_sources_survive_unchanged() -> None:
    """What is archived is what was made."""
    invoice, sources = factories.invoice(), factories.delivery_sources()
    assert canonical.load(canonical.dump(invoice), Invoice) == invoice
    assert canonical.load(canonical.dump(sources), Sources) == sources


def test_the_hash_of_a_value_is_stable() -> None:
    """Making the same document twice gives the same bytes."""
    digests = {hashlib.sha256(canonical.dump(factories.invoice())).hexdigest() for _ in range(2)}
    assert len(digests) == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"a":"x"}'])
def test_other_bytes_are_a_conflict(content: bytes) -> None:
    """Something immutable is no longer what it was."""
    with pytest.raises(ConflictError, match=r"stored Row: . fields do not fit"):
        canonical.load(content, Row)
