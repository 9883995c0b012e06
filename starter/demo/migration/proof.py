"""What a migration promised, and whether it came so: beside the proof of every demonstration."""

from collections.abc import Sequence

from starter.demo.migration.outcome import Outcome
from starter.demo.migration.overseer import BY
from starter.demo.migration.plans import FAULTY
from starter.demo.proof import Check, Document
from starter.demo.stage import Stores
from starter.verification import content_difference
from tripinvoice.rollouts.rollout import Mode
from workflows.rollout_candidate import rollout_workflow_id
from workflows.search_attributes import RolloutState

ISSUED = "the candidate's drafts were issued for"


def promises(outcomes: Sequence[Outcome], documents: Sequence[Document], stores: Stores) -> list[Check]:
    """The faulty scope went back, the others went all the way, and no document has what the candidate had wrong."""
    return [
        *(_went_back(one) if one.status.scope == str(FAULTY) else _took_over(one) for one in outcomes),
        *_as_of_today(documents, stores),
    ]


def _went_back(one: Outcome) -> Check:
    """By itself, for a cause that is told, before any trip had an invoice of the candidate's."""
    status, back = one.status, one.status.ended
    by_itself = back is not None and back.by == rollout_workflow_id(status.scope) and bool(back.cause and back.sample)
    holds = (
        status.state == RolloutState.ROLLED_BACK
        and by_itself
        and one.mode is Mode.OFF
        and one.compared.different > 0
        and one.compared.issued_by_candidate == 0
    )
    where = status.stages[status.stage - 1]
    text = f"{status.scope} is {status.state}" + ("" if back is None else f" by {back.by}: {back.reason}")
    if holds:
        text = f"{status.scope} was rolled back in {where}, by itself: {one.compared.different} trips differ"
    return Check(holds=holds, text=f"{text}; {ISSUED} {one.compared.issued_by_candidate} of them")


def _took_over(one: Outcome) -> Check:
    """Through all stages, the last one approved, and without a difference."""
    status, compared = one.status, one.compared
    approved = any(event.what.endswith("approved") and event.by == BY for event in status.events)
    holds = (
        status.state == RolloutState.COMPLETED
        and one.mode is Mode.FULL
        and approved
        and compared.different == 0
        and compared.issued_by_candidate > 0
    )
    text = f"{status.scope} is {status.state} in {status.stages[status.stage - 1]}"
    if holds:
        text = f"{status.scope} was promoted to full, approved by {BY}"
    counted = f"{compared.compared} trips compared, {compared.different} differ, {compared.failed} failed"
    return Check(holds=holds, text=f"{text}: {counted}; {ISSUED} {compared.issued_by_candidate}")


def _as_of_today(documents: Sequence[Document], stores: Stores) -> list[Check]:
    """What is archived of each document is what the current rules make of its archived evidence."""
    theirs = [document for document in documents if document.record.country == FAULTY.country]
    others = [document for document in documents if document.record.country != FAULTY.country]
    return [
        _same(theirs, f"of {FAULTY.country}", "none has the candidate's cent", stores),
        _same(others, "of the others", "", stores),
    ]


def _same(documents: Sequence[Document], which: str, also: str, stores: Stores) -> Check:
    records = [document.record for document in documents]
    wrong = [one.number for one in records if content_difference(one, stores.ledger, stores.documents) is not None]
    text = "each is what the current rules make of its evidence" + (f", {also}" if also else "")
    if wrong:
        text = f"not what the current rules make of their evidence: {', '.join(wrong[:5])}"
    return Check(holds=bool(records) and not wrong, text=f"{len(records)} documents {which}, {text}")
