"""The bare workflow: as many activities as an invoice, on the same task queues with the same options, that do nothing.

What it costs is Temporal's part of an invoice. ``benchmarks.bare_worker`` is its worker process.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from workflows import policies

STEPS = {
    "fetch": policies.MONEY,
    "preprocess": policies.PREPROCESS,
    "number": policies.NUMBER,
    "render": policies.DOCUMENT,
    "record": policies.RECORD,
    "announce": policies.ANNOUNCE,
}


def queue(name: str) -> str:
    """The bare counterpart of a task queue."""
    return f"bare-{name}"


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """What the steps are given and give back."""


@workflow.defn(name="BareTrip")
class BareTrip:
    """Six steps, one after the other."""

    @workflow.run
    async def run(self, nothing: Nothing) -> Nothing:
        """Do nothing, in six steps."""
        for step, policy in STEPS.items():
            options = policy.options() | {"task_queue": queue(policy.task_queue)}
            await workflow.execute_activity(step, nothing, activity_id=step, result_type=Nothing, **options)
        return nothing


Empty = Callable[[Nothing], Nothing | Awaitable[Nothing]]


def activities(task_queue: str) -> list[Empty]:
    """The empty activities of a task queue: in threads where the real ones are, else on the event loop."""
    make = _blocking if task_queue == policies.STORE else _waiting
    return [make(step) for step, policy in STEPS.items() if policy.task_queue == task_queue]


def _blocking(step: str) -> Empty:
    @activity.defn(name=step)
    def empty(nothing: Nothing) -> Nothing:
        return nothing

    return empty


def _waiting(step: str) -> Empty:
    @activity.defn(name=step)
    async def empty(nothing: Nothing) -> Nothing:
        return nothing

    return empty
