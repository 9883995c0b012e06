"""The steps of an invoice for Celery: the very functions that run as activities, between JSON and JSON.

Open one :class:`Steps` in each process. The event loop, on which the money systems are asked and documents rendered,
and all connections live as long as it does.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from pydantic import TypeAdapter
from temporalio.testing import ActivityEnvironment

from activities.documents import DocumentActivities
from activities.invoicing import InvoicingActivities
from activities.messages import (
    AnnounceInput,
    DraftRef,
    Fetched,
    FetchInput,
    NumberInput,
    Preprocessed,
    PreprocessInput,
    Recorded,
    RecordInput,
    RenderInput,
)
from activities.money import MoneyActivities
from activities.storage import StorageActivities
from tripinvoice.numbering import NumberTaken
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring

Json = Any
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class NumberedDrafts:
    """Drafts and their numbers, in the same order."""

    drafts: tuple[DraftRef, ...]
    taken: tuple[NumberTaken, ...]


_JSON: dict[type, TypeAdapter[Any]] = {
    kind: TypeAdapter(kind) for kind in (FetchInput, Fetched, Preprocessed, NumberedDrafts, RecordInput, Recorded)
}


def dump(value: object) -> Json:
    """What the next step is sent; pydantic makes it, as it does for Temporal."""
    return _JSON[type(value)].dump_python(value, mode="json")


def _load(kind: type[T], sent: Json) -> T:
    value: T = _JSON[kind].validate_python(sent)
    return value


def _as_activity(step: Callable[..., T], request: object, trip_id: str) -> T:
    """Run a step where it can ask for its workflow: here the trip's chain stands for one."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, workflow_id=f"celery/{trip_id}")
    return environment.run(step, request)


class Steps:
    """The steps, in their order: each takes what the one before it returned."""

    def __init__(self, settings: Settings) -> None:
        """Open the adapters and start the render process."""
        self._loop = asyncio.Runner()
        self._wiring = wiring = Wiring(settings)
        self._money = MoneyActivities(
            wiring.money_systems, wiring.answers, wiring.documents, wiring.records, wiring.collection
        )
        self._invoicing = InvoicingActivities(wiring.documents, wiring.ledger, wiring.clock)
        self._documents = DocumentActivities(wiring.renderer, wiring.documents)
        self._storage = StorageActivities(wiring.records, wiring.ledger, wiring.events)
        self._wait(wiring.renderer.start())

    def close(self) -> None:
        """Close them."""
        self._wait(self._wiring.__aexit__(None, None, None))
        self._loop.close()

    def fetch(self, sent: Json) -> Json:
        """Ask the money systems; :class:`Fetched`."""
        request = _load(FetchInput, sent)
        return dump(self._wait(_as_activity(self._money.fetch, request, request.trip.trip_id)))

    def preprocess(self, sent: Json) -> Json:
        """Apply the regime; :class:`Preprocessed`."""
        sources = _load(Fetched, sent).sources
        if sources is None:
            msg = "a benchmark's trip has an invoice already"
            raise RuntimeError(msg)
        return dump(_as_activity(self._invoicing.preprocess, PreprocessInput(sources=sources), ""))

    def number(self, sent: Json) -> Json:
        """Take numbers; :class:`NumberedDrafts`."""
        drafts = _load(Preprocessed, sent).drafts
        request = NumberInput(drafts=drafts)
        numbered = _as_activity(self._invoicing.number, request, drafts[0].document.trip_id)
        return dump(NumberedDrafts(drafts=drafts, taken=numbered.taken))

    def render(self, sent: Json) -> Json:
        """Render and store one document after the other; :class:`RecordInput`."""
        numbered = _load(NumberedDrafts, sent)
        rendered = [
            self._wait(_as_activity(self._documents.render, RenderInput(draft=draft, taken=taken), ""))
            for draft, taken in zip(numbered.drafts, numbered.taken, strict=True)
        ]
        return dump(RecordInput(documents=tuple(rendered)))

    def record(self, sent: Json) -> Json:
        """Make the documents exist; :class:`Recorded`."""
        request = _load(RecordInput, sent)
        return dump(_as_activity(self._storage.record, request, request.documents[0].draft.document.trip_id))

    def announce(self, sent: Json) -> None:
        """Publish them."""
        trip_id = _load(Recorded, sent).documents[0].document.trip_id
        _as_activity(self._storage.announce, AnnounceInput(trip_id=trip_id), trip_id)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)

    def __enter__(self) -> Self:
        """Usable as a context manager."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
