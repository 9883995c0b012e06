"""Temporal runs an activity at least once; running it twice must leave every store as running it once."""

import hashlib
import inspect
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.crediting import CreditActivities
from activities.documents import DocumentActivities
from activities.invoicing import InvoicingActivities
from activities.messages import (
    AnnounceInput,
    CreditInput,
    FetchInput,
    NumberInput,
    PreprocessInput,
    RecallInput,
    RecordInput,
    RenderInput,
    VoidInput,
)
from activities.money import MoneyActivities
from activities.storage import StorageActivities
from starter.samples.scenario import Scenario
from starter.samples.server import serve
from tests import scenarios
from tests.running import sample_settings
from tripinvoice.errors import ConflictError
from tripinvoice.invoice import Kind
from tripinvoice.trip_event import parse_trip_event
from tripinvoice.wiring import Wiring

ASKED_AT = datetime(2026, 11, 2, 18, 5, tzinfo=UTC)

State = tuple[Mapping[str, str], tuple[str, ...]]


def _state(data: Path) -> State:
    """Every stored file by its hash, and every row of every table."""
    files = {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((data / "documents").rglob("*"))
        if path.is_file()
    }
    with closing(sqlite3.connect(data / "tripinvoice.db")) as database:
        return files, tuple(database.iterdump())


class Steps:
    """Runs steps of one trip twice each and compares results and stores."""

    def __init__(self, wiring: Wiring, data: Path) -> None:
        self.data = data
        self.money = MoneyActivities(
            wiring.money_systems, wiring.answers, wiring.documents, wiring.records, wiring.collection
        )
        self.invoicing = InvoicingActivities(wiring.documents, wiring.ledger, wiring.clock)
        self.documents = DocumentActivities(wiring.renderer, wiring.documents)
        self.crediting = CreditActivities(wiring.records, wiring.documents, wiring.collection)
        self.storage = StorageActivities(wiring.records, wiring.ledger, wiring.events)

    async def twice(self, step: Callable[[Any], Any], request: object) -> Any:
        """The step's result."""
        first = await self._run(step, request)
        state = _state(self.data)
        assert first == await self._run(step, request)
        assert state == _state(self.data)
        return first

    async def _run(self, step: Callable[[Any], Any], request: object) -> Any:
        result = ActivityEnvironment().run(step, request)
        return await result if inspect.isawaitable(result) else result

    async def up_to_numbers(self, scenario: Scenario) -> tuple[Any, Any]:
        """The drafts of the scenario's trip, and their numbers."""
        trip = parse_trip_event(scenario.event, scenario.headers, ASKED_AT)
        fetched = await self.twice(self.money.fetch, FetchInput(trip=trip, asked_at=ASKED_AT))
        preprocessed = await self.twice(self.invoicing.preprocess, PreprocessInput(sources=fetched.sources))
        numbered = await self.twice(self.invoicing.number, NumberInput(drafts=preprocessed.drafts))
        return preprocessed.drafts, numbered.taken

    async def issue(self, drafts: Any, taken: Any) -> None:
        """Render and record them."""
        rendered = tuple(
            [
                await self.twice(self.documents.render, RenderInput(draft=draft, taken=number))
                for draft, number in zip(drafts, taken, strict=True)
            ]
        )
        await self.twice(self.storage.record, RecordInput(documents=rendered))


async def test_every_step_twice_is_once(tmp_path: Path) -> None:
    """Each step of a delivery, run twice: the same result, and not a file or row more."""
    scenario = scenarios.munich_delivery("twice")
    async with serve([scenario]) as url, Wiring(sample_settings(tmp_path, url)) as wiring:
        steps = Steps(wiring, tmp_path)
        drafts, taken = await steps.up_to_numbers(scenario)
        await steps.issue(drafts, taken)
        await steps.twice(steps.storage.announce, AnnounceInput(trip_id="twice"))
        recalled = await steps.twice(steps.storage.recall, RecallInput(trip_id="twice"))
        assert {draft.document for draft in drafts} == {document.document for document in recalled.documents}


async def test_crediting_twice_is_once(tmp_path: Path) -> None:
    """The drafts and their evidence are the same; once they are recorded, so are the credit notes that it finds."""
    scenario = scenarios.munich_delivery("credit-twice")
    async with serve([scenario]) as url, Wiring(sample_settings(tmp_path, url)) as wiring:
        steps = Steps(wiring, tmp_path)
        drafts, taken = await steps.up_to_numbers(scenario)
        await steps.issue(drafts, taken)
        request = CreditInput(trip_id="credit-twice", reason="cold food")
        credited = await steps.twice(steps.crediting.credit, request)
        assert [draft.document.kind for draft in credited.drafts] == [Kind.CREDIT_NOTE] * 2
        again = PreprocessInput(sources=credited.drafts[0].sources)
        assert (await steps.twice(steps.crediting.credit_again, again)).drafts == credited.drafts[:1]
        numbered = await steps.twice(steps.invoicing.number, NumberInput(drafts=credited.drafts))
        await steps.issue(credited.drafts, numbered.taken)
        announced = AnnounceInput(trip_id="credit-twice", documents=tuple(d.document for d in credited.drafts))
        await steps.twice(steps.storage.announce, announced)
        found = await steps.twice(steps.crediting.credit, request)
        assert ({d.document for d in found.issued}, found.drafts) == ({d.document for d in credited.drafts}, ())


async def test_voiding_twice_is_once(tmp_path: Path) -> None:
    """The first reason stays, and so does the one record that tells of it."""
    scenario = scenarios.berlin("void-twice")
    async with serve([scenario]) as url, Wiring(sample_settings(tmp_path, url)) as wiring:
        steps = Steps(wiring, tmp_path)
        drafts, _ = await steps.up_to_numbers(scenario)
        voided = await steps.twice(steps.storage.void, VoidInput(drafts=drafts, reason="test trip"))
        assert ["VOIDED"] == [document.state for document in voided.documents]


async def test_a_void_number_gets_no_document(tmp_path: Path) -> None:
    """Not even when the void was not recorded: the ledger knows."""
    scenario = scenarios.berlin("void-unrecorded")
    async with serve([scenario]) as url, Wiring(sample_settings(tmp_path, url)) as wiring:
        steps = Steps(wiring, tmp_path)
        drafts, (taken,) = await steps.up_to_numbers(scenario)
        rendered = await steps.twice(steps.documents.render, RenderInput(draft=drafts[0], taken=taken))
        wiring.ledger.void(drafts[0].document, "test trip")
        with pytest.raises(ConflictError, match="its number is void"):
            await steps.twice(steps.storage.record, RecordInput(documents=(rendered,)))
        assert not wiring.records.by_trip("void-unrecorded")
