"""The words of the legal document."""

from tripinvoice.invoice import Contract, DocumentKey, Kind, Party

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
