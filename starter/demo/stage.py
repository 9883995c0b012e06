"""Everything that a demonstration runs on, started in the order in which one needs the other."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starter.demo.folder import DemoFolder
from starter.demo.servers import NAMESPACE, Addresses, Launcher, demo_settings, free_ports, listening
from starter.embedded import Guard, Supervisor
from tripinvoice.ports import DocumentStore, InvoiceRecords, NumberLedger
from tripinvoice.wiring import Wiring


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where the proof looks."""

    records: InvoiceRecords
    ledger: NumberLedger
    documents: DocumentStore


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The running servers and the way to them. ``variables`` lead our commands here."""

    addresses: Addresses
    variables: dict[str, str]
    wiring: Wiring
    guard: Guard
    temporal: Supervisor
    worker: Supervisor

    @property
    def stores(self) -> Stores:
        """Records, numbers and documents."""
        return Stores(records=self.wiring.records, ledger=self.wiring.ledger, documents=self.wiring.documents)


@asynccontextmanager
async def opened(
    folder: DemoFolder, trips: Path | None, tell: Callable[[str], None], *, ui: bool
) -> AsyncIterator[Stage]:
    """Start all of it; end it with the context. The broker lives in this process, the rest in children."""
    settings = demo_settings(folder)
    launcher = Launcher(folder=folder, tell=tell)
    port, systems_port, ui_port = free_ports(ui=ui)
    async with Wiring(settings) as wiring, Guard() as guard:
        temporal, systems = launcher.temporal(port, ui_port), launcher.money_systems(systems_port, trips)
        await guard.keep(temporal)
        await guard.keep(systems)
        addresses = Addresses(
            temporal=f"127.0.0.1:{port}",
            ui=f"http://127.0.0.1:{ui_port}/namespaces/{NAMESPACE}/workflows" if ui_port else None,
            kafka=wiring.kafka,
            money_systems=f"http://127.0.0.1:{systems_port}",
        )
        variables = addresses.variables(settings)
        worker = launcher.worker(variables)
        await guard.meanwhile(listening(temporal, port))
        await guard.keep(worker)
        await guard.meanwhile(listening(systems, systems_port))
        folder.write_env(variables)
        yield Stage(
            addresses=addresses, variables=variables, wiring=wiring, guard=guard, temporal=temporal, worker=worker
        )
