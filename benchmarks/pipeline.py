"""What an invoice costs from its start to its announcement: ours, the bare workflow, and the same steps on Celery.

All in one run on one machine: the servers are started, every trip of the bundled sample is invoiced once (which warms
everything up, shows which trips have one document, and gives the sizes of histories), then the contenders take turns
with trips of one document.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
from temporalio.client import Client

from benchmarks import contest, history
from benchmarks.contest import Contender, Run
from benchmarks.history import History
from benchmarks.on_temporal import BareTrips, Invoices
from benchmarks.stack import Server, Stack, running
from benchmarks.trips import Issued, SampleSystems
from starter.samples.scenario import Scenario
from starter.samples.trips import sample_trips
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.errors import ConfigurationError
from tripinvoice.wiring import Wiring

RATIOS = {
    "invoice_to_bare": ("invoice", "bare"),
    "celery_to_celery_empty": ("celery", "celery_empty"),
    "bare_to_celery_empty": ("bare", "celery_empty"),
    "invoice_to_celery": ("invoice", "celery"),
}
CELERY_PROCESSES = 4
"""Two for each of two processors: while one waits for a money system or the disk, the other works."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is run: ``trips`` by each contender in each round, ``empty`` by those whose steps do nothing.

    ``sample`` trips of the bundled sample are invoiced first, then each contender does ``warm_up`` trips. Without
    rounds only the histories of the sample are measured.
    """

    sample: int
    warm_up: int
    trips: int
    empty: int
    rounds: int
    celery: bool


async def run(plan: Plan) -> dict[str, Any]:
    """Start everything, measure, stop everything. Raises ``ConfigurationError`` when that is not possible."""
    async with running() as stack:
        try:
            async with AsyncExitStack() as exits:
                return await Bench(stack, exits, plan).run()
        except ConfigurationError as error:
            raise ConfigurationError(f"{error.message}\n{stack.last_words()}") from None


class Bench:
    """One run."""

    def __init__(self, stack: Stack, exits: AsyncExitStack, plan: Plan) -> None:
        """Nothing is started yet."""
        self._stack = stack
        self._exits = exits
        self._plan = plan
        self._shared: dict[str, int] = {}

    async def run(self) -> dict[str, Any]:
        """The result as it is written."""
        systems = await self._start_shared()
        server, client = await self._stack.temporal()
        worker = await self._stack.worker("temporal")
        histories = await self._stack.meanwhile(history.invoice_all(client, systems, _sample(self._plan.sample)))
        result: dict[str, Any] = {"history": history.summary(histories)}
        if self._plan.rounds:
            scenarios = _of_one_document(histories)
            contenders = await self._on_temporal(server, client, worker, systems, scenarios)
            if self._plan.celery:
                contenders |= await self._on_celery(systems, scenarios)
            result |= await self._stack.meanwhile(self._contest(contenders, len(scenarios)))
        return result

    async def _start_shared(self) -> SampleSystems:
        """What all contenders use."""
        systems, broker = await self._stack.money_systems(), await self._stack.broker()
        self._shared = {"money systems": systems.pid, "broker": broker.pid}
        http = await self._exits.enter_async_context(aiohttp.ClientSession())
        return SampleSystems(address=systems.address, http=http, clock=SystemClock())

    async def _on_temporal(
        self, server: Server, client: Client, worker: int, systems: SampleSystems, scenarios: Sequence[Scenario]
    ) -> dict[str, Contender]:
        wiring = await self._wiring("temporal")
        bare = await self._stack.python("benchmarks.bare_worker", stores="bare")
        return {
            "invoice": Invoices(
                client=client,
                systems=systems,
                issued=Issued(wiring.records),
                scenarios=scenarios,
                processes={"server": server.pid, "worker": worker, **self._shared},
            ),
            "bare": BareTrips(client=client, processes={"server": server.pid, "worker": bare}),
        }

    async def _on_celery(self, systems: SampleSystems, scenarios: Sequence[Scenario]) -> dict[str, Contender]:
        # Only here: the benchmarks of Temporal need no Celery.
        from benchmarks.on_celery import Chains, EmptyChains, InvoiceChains  # noqa: PLC0415

        redis = await self._stack.redis()
        wiring = await self._wiring("celery")
        arguments = (redis.address, str(CELERY_PROCESSES))
        worker = await self._stack.python("benchmarks.celery_app", *arguments, stores="celery")
        processes = {"server": redis.pid, "worker": worker}
        chains = Chains(redis.address)
        return {
            "celery": InvoiceChains(
                chains=chains,
                systems=systems,
                issued=Issued(wiring.records),
                scenarios=scenarios,
                processes=processes | self._shared,
            ),
            "celery_empty": EmptyChains(chains=chains, processes=processes),
        }

    async def _wiring(self, stores: str) -> Wiring:
        """The stores of a worker, to look into."""
        return await self._exits.enter_async_context(Wiring(self._stack.settings(stores)))

    async def _contest(self, contenders: Mapping[str, Contender], pool: int) -> dict[str, Any]:
        plan = self._plan
        for name, contender in contenders.items():
            await contest.measure(contender, f"warm-{name}", plan.warm_up)
        trips = {name: plan.empty if name in {"bare", "celery_empty"} else plan.trips for name in contenders}
        runs = await contest.rounds(contenders, trips, plan.rounds)
        return {
            "pipeline": {
                "different_trips": pool,
                "rounds": len(runs["invoice"]),
                "contenders": {name: contest.summary(contenders[name].title, runs[name]) for name in contenders},
                "ratios": ratios(runs),
            }
        }


def ratios(runs: Mapping[str, Sequence[Run]]) -> dict[str, Any]:
    """Those for which there are both sides."""
    return {name: contest.ratio(runs[of], runs[to]) for name, (of, to) in RATIOS.items() if of in runs and to in runs}


def _sample(count: int) -> Sequence[Scenario]:
    """So many trips, from all over the bundled sample: its first half are rides, of one document each."""
    trips = sample_trips()
    return trips[:: max(1, len(trips) // count)]


def _of_one_document(histories: Sequence[History]) -> list[Scenario]:
    """Trips whose bare workflow has as many steps as they have."""
    found = [h.scenario for h in histories if h.documents == 1]
    if not found:
        raise ConfigurationError("no trip of the sample has exactly one document")
    return found
