"""The preprocess contract: what a second implementation is asked and what it answers, in whatever language it is.

An implementation is an activity ``preprocess`` on a task queue of its own. Asked by reference it answers by reference,
because Temporal's histories must hold no personal data; by value it is asked by tests and by hand. The JSON Schemas of
both messages are in ``docs/schemas``; ``docs/preprocess-contract.md`` tells it to who writes one.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tripinvoice import archive, canonical
from tripinvoice.errors import CandidateError, ConflictError
from tripinvoice.invoice import Draft
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, ObjectRef

REQUEST: Final = "tripinvoice.preprocess/1"
RESPONSE: Final = "tripinvoice.drafts/1"

ACTIVITY = "preprocess"
"""The activity type of every implementation."""

MAX_ARCHIVED = 4 * 1024 * 1024
"""Bytes of compressed drafts: a thousand times what a trip needs."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")


def task_queue(candidate: str) -> str:
    """Where a candidate polls. Raises ``CandidateError`` for a name that none can have."""
    if not _NAME.fullmatch(candidate):
        raise CandidateError(
            "candidate: takes 1 to 31 small letters, digits and hyphens, the first a letter", field="candidate"
        )
    return f"tripinvoice-candidate-{candidate}"


@dataclass(frozen=True, kw_only=True)
class PreprocessRequest:
    """The evidence, by reference (``sources``: Zstandard over canonical JSON) or by value (``evidence``)."""

    sources: ObjectRef | None = None
    evidence: Sources | None = None
    schema: Literal["tripinvoice.preprocess/1"] = REQUEST


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """The drafts of a trip, one per contract, in the order of :class:`~tripinvoice.invoice.Contract`."""

    drafts: tuple[Draft, ...]
    schema: Literal["tripinvoice.drafts/1"] = RESPONSE


@dataclass(frozen=True, kw_only=True)
class PreprocessResponse:
    """The drafts as they were asked: ``archived`` refers to a :class:`Drafts`, ``drafts`` are those themselves."""

    archived: ObjectRef | None = None
    drafts: tuple[Draft, ...] | None = None
    schema: Literal["tripinvoice.drafts/1"] = RESPONSE


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A response as it came from outside: the drafts are still plain JSON, for they must be compared as they are."""

    archived: ObjectRef | None = None
    drafts: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)] | None = None
    schema: str = ""


def plain_drafts(answered: Answered, documents: DocumentStore) -> list[dict[str, Any]]:
    """The drafts of a response as plain JSON. Raises ``CandidateError``: it is no response of this contract."""
    if answered.schema != RESPONSE or (answered.archived is None) == (answered.drafts is None):
        raise CandidateError(f"response: needs schema {RESPONSE!r} and one of archived and drafts", field="response")
    if answered.archived is None:
        return list(answered.drafts or ())
    if answered.archived.size > MAX_ARCHIVED:
        raise CandidateError(f"archived: {answered.archived.size} bytes; at most {MAX_ARCHIVED}", field="archived")
    return _drafts_of(_recall(answered.archived, documents))


def _recall(ref: ObjectRef, documents: DocumentStore) -> object:
    try:
        return canonical.load(archive.unpack(documents.get(ref)), dict)
    except ConflictError:
        raise CandidateError(
            "archived: the object is no Zstandard frame with a JSON object", field="archived"
        ) from None


def _drafts_of(value: Any) -> list[dict[str, Any]]:
    drafts = value.get("drafts")
    listed = isinstance(drafts, list) and all(isinstance(draft, dict) for draft in drafts)
    if value.get("schema") != RESPONSE or not listed:
        raise CandidateError(f"archived: the object needs schema {RESPONSE!r} and a list drafts", field="archived")
    return list(drafts)


def read_drafts(plain: list[dict[str, Any]]) -> tuple[Draft, ...]:
    """Plain drafts as drafts. Raises ``CandidateError`` when they are none."""
    try:
        return canonical.load(canonical.dump({"drafts": plain, "schema": RESPONSE}), Drafts).drafts
    except ConflictError:
        raise CandidateError(
            "drafts: some do not fit the contract; check them against docs/schemas/drafts.schema.json", field="drafts"
        ) from None
