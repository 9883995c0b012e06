"""The demonstration counts every event once, in whatever order Temporal's answers come back."""

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from starter.client import StartOutcome
from starter.demo import tallying
from starter.demo.tally import Tally
from tests.factories import trip

if TYPE_CHECKING:
    from temporalio.client import Client

    from tripinvoice.ports import InvoiceRecords


class NothingRecorded:
    """Records of nothing."""

    def counts(self) -> dict[str, int]:
        """None."""
        return {}


@pytest.mark.parametrize("first", StartOutcome)
async def test_two_events_of_one_trip_count_as_two(monkeypatch: pytest.MonkeyPatch, first: StartOutcome) -> None:
    """The bridge starts both at once, so the answer to the duplicate may come before that to the start."""
    answers = {outcome: asyncio.Event() for outcome in StartOutcome}
    asked = iter(StartOutcome)

    async def answered(*_: object) -> StartOutcome:
        outcome = next(asked)
        await answers[outcome].wait()
        return outcome

    monkeypatch.setattr(tallying, "start_trip_invoice", answered)
    tally = Tally()
    start = tallying.tallied_start(cast("Client", None), cast("InvoiceRecords", NothingRecorded()), tally)
    starts = [asyncio.ensure_future(start(trip())) for _ in StartOutcome]
    answers[first].set()
    await asyncio.wait(starts, return_when=asyncio.FIRST_COMPLETED)
    assert (tally.taken, tally.repeated) == (1, 0)
    for answer in answers.values():
        answer.set()
    await asyncio.gather(*starts)
    assert (tally.taken, tally.repeated, len(tally.trips)) == (2, 1, 1)
