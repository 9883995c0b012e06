"""Claims: who asks first fixes from which series and period a document's number comes.

For ever, but for one case: a period whose numbers are an authority's stock may end before the document has got one.
"""

from collections.abc import Sequence
from typing import Any

from tripinvoice.adapters.cassandra import CONDITIONAL, SERIAL_READ, Keyspace, Values
from tripinvoice.adapters.moments import to_moment, to_text
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import Claim

_ROUNDS = 4

_CLAIM = CONDITIONAL(
    "INSERT INTO claim (document, series, period, claimed_at, workflow_id) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS"
)
_MOVE = CONDITIONAL(
    "UPDATE claim SET period = ?, claimed_at = ?, workflow_id = ? WHERE document = ? IF series = ? AND period = ?"
)
_STORED = SERIAL_READ("SELECT series, period, claimed_at, workflow_id FROM claim WHERE document = ?")


class Claims:
    """The table ``claim``."""

    def __init__(self, keyspace: Keyspace) -> None:
        self._keyspace = keyspace

    def made(self, claims: Sequence[Claim]) -> Sequence[Claim]:
        """The claim of each document, in order: the stored one where there was one. Each document once."""
        answers = self._keyspace.try_each(_CLAIM, [_row(claim) for claim in claims])
        return [
            self._settled(claim) if isinstance(answer, StoreUnavailableError) else _winner(claim, answer)
            for claim, answer in zip(claims, answers, strict=True)
        ]

    def of(self, document: DocumentKey) -> Claim | None:
        """The document's claim, if it was made."""
        row = self._keyspace.one(_STORED, str(document))
        return None if row is None else _claim(document, row)

    def move(self, stored: Claim, wish: Claim) -> bool:
        """Make the wish the claim, if it still is the stored one's series and period; whether it was."""
        new = wish.period, to_text(wish.claimed_at), wish.workflow_id
        return self._keyspace.apply((_MOVE, (*new, str(wish.document), stored.series, stored.period)))

    def _settled(self, claim: Claim) -> Claim:
        """The claim of a document, after an attempt whose outcome nobody knows."""
        for _ in range(_ROUNDS):
            stored = self.of(claim.document)
            if stored is not None:
                return stored
            (answer,) = self._keyspace.try_each(_CLAIM, [_row(claim)])
            if not isinstance(answer, StoreUnavailableError):
                return _winner(claim, answer)
        raise StoreUnavailableError("Cassandra: does not say whether a claim was made; try again")


def _row(claim: Claim) -> Values:
    return str(claim.document), claim.series, claim.period, to_text(claim.claimed_at), claim.workflow_id


def _winner(claim: Claim, answer: Sequence[Any]) -> Claim:
    """Ours if it was applied; else the answer has the one that is there."""
    (row,) = answer
    return claim if row.applied else _claim(claim.document, row)


def _claim(document: DocumentKey, row: Any) -> Claim:
    return Claim(
        document=document,
        series=row.series,
        period=row.period,
        claimed_at=to_moment(row.claimed_at),
        workflow_id=row.workflow_id,
    )
