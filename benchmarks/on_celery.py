"""Contenders on Celery and Redis: the same steps as a chain of tasks, and a chain of as many that do nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from activities.messages import FetchInput
from benchmarks import contest
from benchmarks.celery_app import empty_chain, invoice_chain, make_app
from benchmarks.celery_steps import Json, dump
from benchmarks.contest import Job
from benchmarks.trips import Issued, SampleSystems
from starter.samples.scenario import Scenario


class Chains:
    """Sends chains and waits for their ends; results are in Redis, where their keys are looked for."""

    def __init__(self, url: str) -> None:
        self.app = make_app(url, _elsewhere)

    def job(self, chains: Sequence[Any]) -> Job:
        """The job that sends all and waits for all."""
        backend = self.app.backend

        async def job() -> None:
            results = await asyncio.to_thread(lambda: [chain.apply_async() for chain in chains])
            keys = [backend.get_key_for_task(result.id) for result in results]
            await contest.until(lambda: asyncio.to_thread(backend.client.exists, *keys), len(keys))

        return job


def _elsewhere(step: str, sent: Json) -> Json:
    raise RuntimeError(f"{step} runs in a worker", type(sent))


@dataclass(frozen=True, kw_only=True)
class InvoiceChains:
    """The same steps."""

    chains: Chains
    systems: SampleSystems
    issued: Issued
    scenarios: Sequence[Scenario]
    processes: Mapping[str, int]
    title: str = "same steps on Celery"

    async def prepare(self, batch: str, trips: int) -> Job:
        """Teach the money systems new trips."""
        known = await self.systems.know(self.scenarios, batch, trips)
        self.issued.expect(trips)
        now = self.systems.clock.now()
        requests = [dump(FetchInput(trip=trip, asked_at=now)) for trip in known]
        return self.chains.job([invoice_chain(self.chains.app, request) for request in requests])

    def check(self) -> None:
        """Compare with the records."""
        self.issued.check()


@dataclass(frozen=True, kw_only=True)
class EmptyChains:
    """As many empty tasks."""

    chains: Chains
    processes: Mapping[str, int]
    title: str = "empty tasks on Celery"

    async def prepare(self, batch: str, trips: int) -> Job:  # noqa: ARG002 - Celery makes the ids
        """Nothing is needed."""
        return self.chains.job([empty_chain(self.chains.app) for _ in range(trips)])

    def check(self) -> None:
        """All have a result: that was waited for."""
