"""What the mending commands do, between the operator's words and the workflow's messages."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from starter import mending
from starter.cli.session import temporal
from starter.lookup import latest
from tripinvoice import archive
from tripinvoice.answers import Provides
from tripinvoice.errors import NotFoundError
from tripinvoice.ports import ObjectRef, Shelf
from tripinvoice.settings import read_settings
from tripinvoice.trip_event import correct_trip
from tripinvoice.wiring import Wiring
from workflows.messages import Resume, Void


async def resume(trip_id: str, revision: int, reason: str, settings: Sequence[str], files: Mapping[str, bytes]) -> str:
    """Correct, archive, resume; returns what the workflow says."""
    changes = mending.read_changes(settings)
    client = await temporal()
    handle = await mending.running_invoice(client, trip_id, revision)
    async with Wiring(read_settings()) as wiring:
        if changes or (files and handle.id.startswith(mending.OF_A_TRIP)):
            trip = await mending.current_trip(client, handle)
            corrected = correct_trip(trip, changes, wiring.clock.now()) if changes else None
            archived = await asyncio.to_thread(_archive, files, Shelf.of(corrected or trip), wiring)
        else:
            corrected = None
            archived = await asyncio.to_thread(_archive_registrations, handle.id, files, wiring)
    return await mending.resume(handle, Resume(reason=reason, trip=corrected, corrections=archived))


def _archive_registrations(workflow_id: str, files: Mapping[str, bytes], wiring: Wiring) -> dict[str, ObjectRef]:
    """Answers about numbers, for a credit or a month: they lie beside what that is made of."""
    if not files:
        return {}
    kind, _, subject = workflow_id.partition("/")
    made_of: Iterable[ObjectRef | None]
    if kind == "month":
        month, _, account = subject.partition("/")
        made_of = (one.draft for one in wiring.collection.of_account(account, month))
    else:
        made_of = (record.invoice for record in wiring.records.by_trip(subject))
    shelf = next((ref.shelf for ref in made_of if ref), None)
    if shelf is None:
        raise NotFoundError(f"{workflow_id}: nothing is stored that it is made of")
    return _archive(files, shelf, wiring, only=Provides.NUMBERING)


def _archive(
    files: Mapping[str, bytes], shelf: Shelf, wiring: Wiring, *, only: Provides | None = None
) -> dict[str, ObjectRef]:
    answers = mending.read_answers(files, wiring.money_systems, wiring.clock, only=only)
    return {system: archive.keep(answer, wiring.documents, shelf) for system, answer in answers.items()}


async def request(trip_id: str, revision: int) -> str:
    """Its customer asks for it; returns what the workflow says."""
    client = await temporal()
    return await mending.request(await mending.running_invoice(client, trip_id, revision))


async def void(trip_id: str, revision: int, reason: str) -> str:
    """End it; returns what the workflow says."""
    client = await temporal()
    handle = await mending.running_invoice(client, trip_id, revision)
    return await mending.void(handle, Void(reason=reason))


async def rerun(trip_id: str, revision: int, reason: str, *, from_start: bool) -> tuple[str, int]:
    """Reset the latest run; returns the new run's id and the event it begins from."""
    client = await temporal()
    found = await latest(client, mending.workflow_id_of(trip_id, revision))
    if found is None:
        raise NotFoundError("trip: Temporal has no workflow of this trip and revision, or its retention has ended")
    event_of = mending.first_task_event if from_start else mending.failed_step_event
    event_id = await event_of(client, found.workflow_id)
    return await mending.reset(client, found, event_id, reason), event_id
