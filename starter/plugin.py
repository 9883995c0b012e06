"""One plugin for client, worker and replayer, so that converter, error translation and sandbox cannot drift apart."""

from collections.abc import Sequence

from temporalio.client import Interceptor
from temporalio.plugin import SimplePlugin
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from activities.failures import FailureInterceptor
from activities.heartbeat import HeartbeatInterceptor
from activities.observing import ObservingInterceptor
from starter.converter import DATA_CONVERTER


def tripinvoice_plugin(outer: Sequence[Interceptor] = ()) -> SimplePlugin:
    """Pydantic payloads, typed failures, and a sandbox that refuses what a workflow file did not mean to import.

    ``outer`` interceptors see everything first, such as those of traces.
    """
    policy = (
        SandboxImportNotificationPolicy.WARN_ON_DYNAMIC_IMPORT
        | SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    )
    return SimplePlugin(
        "tripinvoice",
        data_converter=DATA_CONVERTER,
        interceptors=[*outer, ObservingInterceptor(), FailureInterceptor(), HeartbeatInterceptor()],
        workflow_runner=SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_import_notification_policy(policy).with_passthrough_modules(
                "opentelemetry"
            )
        ),
    )
