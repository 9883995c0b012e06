"""Connects to Temporal, registers search attributes, and starts the one workflow of a trip."""

from collections.abc import Sequence
from enum import StrEnum

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client, Interceptor
from temporalio.common import (
    Priority,
    SearchAttributeIndexedValueType,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import Runtime

from starter.plugin import tripinvoice_plugin
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.rollouts.decision import Decision
from tripinvoice.trip import Trip
from workflows import policies
from workflows import search_attributes as sa
from workflows.messages import TripInvoiceInput
from workflows.trip_invoice import TripInvoice

LIVE = Priority(priority_key=2)  # before back-filled and re-generated invoices, which take 5 (1 is first)


DEFAULT_ADDRESS = "localhost:7233"
"""Of Temporal, as the ``temporal`` CLI has it."""


class StartOutcome(StrEnum):
    """What became of a start; either is a success: the trip has its workflow."""

    STARTED = "started"
    DUPLICATE = "duplicate"


def invoice_workflow_id(trip_id: str, revision: int = 1) -> str:
    """The one workflow of a trip's revision."""
    return f"invoice/{trip_id}" if revision == 1 else f"invoice/{trip_id}/{revision}"


def credit_workflow_id(trip_id: str) -> str:
    """The one workflow that takes back something of a trip: there is no other beside it."""
    return f"credit/{trip_id}"


async def connect(
    *, identity: str | None = None, runtime: Runtime | None = None, interceptors: Sequence[Interceptor] = ()
) -> Client:
    """A client for the Temporal that the environment or ``temporal.toml`` names, as the ``temporal`` CLI finds it.

    ``interceptors`` go around those of the product.

    Raises ``StoreUnavailableError`` when no server answers there.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", DEFAULT_ADDRESS)
    plugins = [tripinvoice_plugin(interceptors)]
    try:
        return await Client.connect(**config, identity=identity, runtime=runtime, plugins=plugins)
    except RuntimeError:
        raise StoreUnavailableError(
            f"no Temporal server at {config['target_host']}: start one with `temporal server start-dev` "
            "or set TEMPORAL_ADDRESS"
        ) from None


async def register_search_attributes(client: Client) -> list[str]:
    """Make the namespace know our search attributes; returns the names that were new. May be called every time."""
    existing = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        key.name: _indexed_type(key.indexed_value_type) for key in sa.ALL if key.name not in existing.custom_attributes
    }
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    return sorted(missing)


def _indexed_type(kind: SearchAttributeIndexedValueType) -> IndexedValueType.ValueType:
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.name}")


async def start_trip_invoice(client: Client, trip: Trip, decision: Decision | None = None) -> StartOutcome:
    """Start the trip's invoice, once; ``decision`` is its part in a rollout, if it has one.

    A second start while it runs, or after it succeeded, is a duplicate; after a cancellation or termination it starts
    anew, because then the trip still has no invoice (or finds the one it has).
    """
    try:
        await client.start_workflow(
            TripInvoice.run,
            TripInvoiceInput(trip=trip, decision=decision),
            id=invoice_workflow_id(trip.trip_id, trip.revision),
            task_queue=policies.WORKFLOWS,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            search_attributes=TypedSearchAttributes(
                [*sa.of_trip(trip), SearchAttributePair(sa.INVOICE_STATE, sa.InvoiceState.RUNNING)]
            ),
            static_summary=f"{trip.country} {trip.line_of_business} · {trip.product} · {trip.trip_id}"[:200],
            priority=LIVE,
        )
    except WorkflowAlreadyStartedError:
        return StartOutcome.DUPLICATE
    return StartOutcome.STARTED
