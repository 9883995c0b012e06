"""The words of the legal document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tripinvoice.invoice import Contract, DocumentKey, Kind, Party, account_key

KEY = DocumentKey(trip_id="t-1", contract=Contract.GOODS, kind=Kind.RECEIPT, revision=2)


def test_the_key_of_a_document_is_stable_text() -> None:
    """Stores use it."""
    assert str(KEY) == "t-1/goods/receipt/2"


def test_an_address_is_complete_with_street_city_and_country() -> None:
    """A postcode is not used everywhere."""
    full = Party(name="A", address=("Torstraße 1",), city="Berlin", country="DE")
    assert full.has_address
    assert not Party(name="A").has_address
    assert not Party(name="A", address=("Torstraße 1",), city="Berlin").has_address


@given(
    trip_id=st.text(min_size=1, max_size=20),
    contract=st.sampled_from(Contract),
    kind=st.sampled_from(Kind),
    revision=st.integers(1, 999),
)
def test_the_key_of_a_document_is_read_back(trip_id: str, contract: Contract, kind: Kind, revision: int) -> None:
    """Whatever the trip's id is, slashes in it too."""
    key = DocumentKey(trip_id=trip_id, contract=contract, kind=kind, revision=revision)
    assert DocumentKey.parse(str(key)) == key


@pytest.mark.parametrize(
    "text", ["", "t-1", "t-1/goods/receipt", "t-1/gods/receipt/2", "t-1/goods/x/2", "t-1/goods/receipt/x"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    """A store that holds it is damaged."""
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        DocumentKey.parse(text)


def test_an_account_key_does_not_tell_the_reference() -> None:
    """It is the same for the same reference, for ever: records are found by it."""
    # printf 'account:rdr-501' | sha256sum | cut -c 1-32
    assert account_key("rdr-501") == "ef9044ccb2fb513444162fdf149a2977"
    assert account_key("rdr-502") != account_key("rdr-501")
