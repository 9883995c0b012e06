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
from tripinvoice.compare.differences import differences
from tripinvoice.compare.form import form, plain_of
from tripinvoice.compare.telling import told_path
from tripinvoice.errors import CandidateError, ConflictError
from tripinvoice.invoice import Draft
from tripinvoice.money_systems import Sources
from tripinvoice.ports import DocumentStore, ObjectRef
from tripinvoice.strict_json import read_object

REQUEST: Final = "tripinvoice.preprocess/1"
RESPONSE: Final = "tripinvoice.drafts/1"

ACTIVITY = "preprocess"
"""The activity type of every implementation."""

MAX_ARCHIVED = 4 * 1024 * 1024
"""Bytes of drafts, compressed or not: hundreds of times what a trip needs."""

MAX_DRAFTS = 100

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
    drafts: Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_DRAFTS)] | None = None
    schema: str = ""


def plain_drafts(answered: Answered, documents: DocumentStore) -> list[dict[str, Any]]:
    """The archived drafts of a response as plain JSON.

    Raises ``CandidateError``: it is no response of this contract to who asked by reference, or refers to something
    else; ``NotFoundError``: its object is not there.
    """
    if answered.schema != RESPONSE or answered.archived is None or answered.drafts is not None:
        raise CandidateError(
            f"response: needs schema {RESPONSE!r} and archived drafts, by reference as they were asked",
            field="response",
        )
    if answered.archived.size > MAX_ARCHIVED:
        raise CandidateError(f"archived: {answered.archived.size} bytes; at most {MAX_ARCHIVED}", field="archived")
    return _drafts_of(read_object(_content(answered.archived, documents), "archived", CandidateError))


def _content(ref: ObjectRef, documents: DocumentStore) -> bytes:
    try:
        unpacked = archive.unpack(documents.get(ref))
    except ConflictError:
        raise CandidateError(
            "archived: refers to another object than it says, or to one that is no Zstandard frame or too large",
            field="archived",
        ) from None
    if len(unpacked) > MAX_ARCHIVED:
        raise CandidateError(f"archived: {len(unpacked)} bytes unpacked; at most {MAX_ARCHIVED}", field="archived")
    return unpacked


def _drafts_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    drafts = value.get("drafts")
    if (
        value.get("schema") != RESPONSE
        or not isinstance(drafts, list)
        or len(drafts) > MAX_DRAFTS
        or not all(isinstance(draft, dict) for draft in drafts)
    ):
        raise CandidateError(
            f"archived: the object needs schema {RESPONSE!r} and a list drafts of at most {MAX_DRAFTS} objects",
            field="archived",
        )
    return drafts


def read_drafts(plain: list[dict[str, Any]]) -> tuple[Draft, ...]:
    """Plain drafts as drafts. Raises ``CandidateError`` when they are none.

    They say the same when they are written again: reading fills in what is absent, leaves out what is unknown and
    takes ``"5"`` for 5, and a document must not rest on what its reader made of it.
    """
    try:
        drafts = canonical.load(canonical.dump({"drafts": plain, "schema": RESPONSE}), Drafts).drafts
    except ConflictError:
        raise _unfit("drafts") from None
    for place, (sent, read) in enumerate(zip(plain, plain_of(drafts), strict=True)):
        for difference in differences(form([sent]), form([read])):
            path = told_path(difference.path).partition(".")[2]
            raise _unfit(f"drafts.{place}.{path}" if path else f"drafts.{place}")
    return drafts


def _unfit(field: str) -> CandidateError:
    return CandidateError(
        f"{field}: does not fit the contract; check the drafts against docs/schemas/drafts.schema.json", field=field
    )
