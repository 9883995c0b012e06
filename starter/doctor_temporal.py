"""The doctor's look at Temporal: namespace, search attributes, workers, and whose clock is wrong."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    PollWorkflowTaskQueueRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from starter.doctor import Check, fail, ok, warn
from workflows import policies
from workflows import search_attributes as sa

DOCTORS_QUEUE = "tripinvoice-doctor"  # nobody puts work here
SKEW_WARN = 2.0  # seconds: dates of issue are of the second
SKEW_FAIL = 60.0
POLL = timedelta(seconds=3)
POLLED_WITHIN = 0.5  # seconds in which the server has surely seen the poll
SHORT_RETENTION_DAYS = 7


async def temporal(client: Client, address: str) -> list[Check]:
    """Everything that can be asked of a server that answers."""
    namespace = await _namespace(client)
    checks = [ok("temporal server", address), namespace]
    if namespace.verdict == "fail":
        return checks
    looks = (("search attributes", _search_attributes), ("workers", _workers), ("clock", _clock))
    return [*checks, *[await _answered(name, look, client) for name, look in looks]]


async def _answered(name: str, look: Callable[[Client], Awaitable[Check]], client: Client) -> Check:
    """A question that the server refuses, or cannot answer now, is a finding and no end of the doctor's round."""
    try:
        return await look(client)
    except RPCError as error:
        return fail(
            name,
            f"the server does not say: {error.status.name}",
            "temporal operator cluster health; PERMISSION_DENIED is a matter of TEMPORAL_API_KEY or the certificate",
        )


async def _namespace(client: Client) -> Check:
    try:
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace)
        )
    except RPCError as error:
        return fail(
            "namespace",
            f"{client.namespace}: {error.status.name}",
            f"temporal operator namespace create --namespace {client.namespace}, or set TEMPORAL_NAMESPACE",
        )
    days = described.config.workflow_execution_retention_ttl.ToTimedelta() / timedelta(days=1)
    found = f"{client.namespace}, keeps ended workflows {days:g} days"
    if days < SHORT_RETENTION_DAYS:
        return warn(
            "namespace", found, f"temporal operator namespace update --namespace {client.namespace} --retention 720h"
        )
    return ok("namespace", found)


async def _search_attributes(client: Client) -> Check:
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError as error:
        return warn("search attributes", f"cannot be listed: {error.status.name}", "ask who runs the server")
    missing = [key for key in sa.ALL if key.name not in known.custom_attributes]
    if missing:
        words = {"KEYWORD": "Keyword", "KEYWORD_LIST": "KeywordList", "INT": "Int"}
        first = missing[0]
        return fail(
            "search attributes",
            f"missing: {', '.join(key.name for key in missing)}",
            "start a worker, which registers them, or for each: temporal operator search-attribute create "
            f"--name {first.name} --type {words.get(first.indexed_value_type.name, 'Keyword')}",
        )
    return ok("search attributes", f"all {len(sa.ALL)} registered")


async def _workers(client: Client) -> Check:
    """Whether somebody polls each of our task queues."""
    queues = {
        policies.WORKFLOWS: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        policies.FETCH: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        policies.RENDER: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        policies.STORE: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    }
    idle = [name for name, kind in queues.items() if not await _polled(client, name, kind)]
    if idle:
        return warn("workers", f"nobody polls {', '.join(idle)}", "start one: tripinvoice worker")
    return ok("workers", f"all {len(queues)} task queues are polled")


async def _polled(client: Client, name: str, kind: TaskQueueType.ValueType) -> bool:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=name), task_queue_type=kind)
    )
    return bool(described.pollers)


async def _clock(client: Client) -> Check:
    """Poll a queue of our own for a moment: the server notes when, by its own clock."""
    skew = await _skew(client)
    if skew is None:
        return warn("clock", "the server did not tell its time", "compare the clocks: timedatectl")
    found = f"{abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} the Temporal server"
    remedy = "synchronise the clocks of both machines: timedatectl set-ntp true"
    if abs(skew) > SKEW_FAIL:
        return fail("clock", found, remedy)
    return warn("clock", found, remedy) if abs(skew) > SKEW_WARN else ok("clock", f"within {SKEW_WARN:.0f} s")


async def _skew(client: Client) -> float | None:
    """Seconds by which our clock is ahead of the server's, give or take half a round trip."""
    identity = f"doctor-{uuid.uuid4().hex}"
    request = PollWorkflowTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=DOCTORS_QUEUE), identity=identity
    )
    began = time.time()
    # The server refuses polls that would wait less than two seconds; we need not wait for the end.
    poll = asyncio.ensure_future(client.workflow_service.poll_workflow_task_queue(request, timeout=POLL))
    await asyncio.wait({poll}, timeout=POLLED_WITHIN)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=DOCTORS_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )
    times = [p.last_access_time.ToMicroseconds() / 1e6 for p in described.pollers if p.identity == identity]
    return began - times[0] if times else None
