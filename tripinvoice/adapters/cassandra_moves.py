"""Moves a claim whose period ended before its document got one of the numbers that an authority handed out for it.

:mod:`~tripinvoice.adapters.cassandra_numbering` says why no document gets two numbers by that.
"""

from dataclasses import replace
from typing import Protocol

from tripinvoice.adapters.cassandra_numbering import LedgerTable, Numbering, Series, locate
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.numbering import Claim


class ClaimTable(Protocol):
    """The claims, as far as they can change."""

    def move(self, stored: Claim, wish: Claim) -> bool:
        """Make the wish the claim, if it still is the stored one's series and period; whether it was."""


def held(table: LedgerTable, claims: ClaimTable, bucket_size: int, stored: Claim, wish: Claim) -> Claim:
    """The claim that a document is numbered by: the stored one, or the wish when the stored one's period is over.

    Raises ``StoreUnavailableError`` when it changes meanwhile, ``ConflictError`` when the document was claimed in
    another series and has no number there.
    """
    series = Series.of(stored)
    if wish.limit is None:
        return stored
    if series == Series.of(wish):
        return replace(stored, limit=wish.limit)
    if locate(table, stored.document, series) is not None:
        return stored
    _check(stored, wish)
    Numbering(table, series, bucket_size).close()
    if locate(table, stored.document, series) is not None:  # numbered before it was closed
        return stored
    if not claims.move(stored, wish):
        raise StoreUnavailableError(f"{wish.document}: its claim was changed meanwhile; try again")
    return wish


def _check(stored: Claim, wish: Claim) -> None:
    if stored.series != wish.series:
        raise ConflictError(
            f"{wish.document}: its number was asked for from another series, whose stock is not known now; have the "
            "money systems answer as they did then and resume, or void it and send a new revision",
            field="numbering",
        )
    if stored.period > wish.period:  # periods of stocks sort as texts
        raise StoreUnavailableError(
            f"{wish.document}: it was claimed in a period that has not begun by this process's clock; check the clocks"
        )
