"""How all invoices stand: Temporal's counts, the record store's, and whether every series is gapless."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from temporalio.client import Client

from starter.lookup import OF_TRIPS
from tripinvoice.numbering import SeriesAudit
from tripinvoice.ports import InvoiceRecords, NumberLedger
from workflows.search_attributes import InvoiceState


@dataclass(frozen=True, kw_only=True)
class Overview:
    """``workflows`` counts latest and earlier runs by invoice state, ``records`` the store's by record state."""

    workflows: Mapping[str, int]
    records: Mapping[str, int]
    series: Sequence[SeriesAudit]

    @property
    def gapless(self) -> bool:
        """Whether every series has all its numbers."""
        return all(map(is_gapless, self.series))


def is_gapless(series: SeriesAudit) -> bool:
    """Whether the numbers are 1..N, without a hole."""
    return series.last_no == series.count and not series.holes


def with_gaps(audit: Sequence[SeriesAudit]) -> list[str]:
    """The names of the series that are not gapless."""
    return [f"{series.series}-{series.period}" for series in audit if not is_gapless(series)]


async def overview(client: Client, records: InvoiceRecords, ledger: NumberLedger) -> Overview:
    """Count everything. Temporal cannot group by a search attribute of ours, so each state is counted on its own."""
    counts = await asyncio.gather(*(_count(client, state) for state in InvoiceState))
    return Overview(
        workflows=dict(zip(map(str, InvoiceState), counts, strict=True)),
        records=await asyncio.to_thread(records.counts),
        series=await asyncio.to_thread(ledger.audit),
    )


async def _count(client: Client, state: InvoiceState) -> int:
    return (await client.count_workflows(f"{OF_TRIPS} AND InvoiceState = '{state}'")).count
