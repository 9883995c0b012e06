"""Traces by OpenTelemetry: from the headers of a Kafka message through workflow and steps to the stores, sent by OTLP.

Spans hold ids and the codes of errors, never texts of exceptions or contents. Of the W3C headers the trace context goes
on; baggage does not: anybody may have put anything there, and Temporal would keep it in its histories. What
OpenTelemetry reads from the environment by itself (``OTEL_EXPORTER_OTLP_HEADERS``, ``OTEL_TRACES_SAMPLER``) holds too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from temporalio.contrib.opentelemetry import TracingInterceptor, TracingWorkflowInboundInterceptor
from temporalio.worker import WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from tripinvoice.errors import TripInvoiceError
from tripinvoice.log_ecs import Service

_W3C = TraceContextTextMapPropagator()


class Traces:
    """The tracer of this process; ``close`` sends what is left."""

    def __init__(self, collector: str, service: Service) -> None:
        """``collector`` is the base address of an OTLP/HTTP receiver."""
        resource = Resource.create(
            {
                "service.name": f"tripinvoice-{service.process}",
                "service.version": service.version,
                "deployment.environment.name": service.environment,
            }
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{collector.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("tripinvoice")
        self.interceptor = _Tracing(self._tracer)

    @contextmanager
    def call(self, system: str, operation: str) -> Iterator[None]:
        """A span around a call to the outside."""
        attributes = {"tripinvoice.system": system, "tripinvoice.operation": operation}
        with self._span(f"{system} {operation}", SpanKind.CLIENT, attributes):
            yield

    @contextmanager
    def consuming(self, topic: str, headers: Sequence[tuple[str, bytes | None]]) -> Iterator[None]:
        """A span around a message of Kafka, in the trace that its headers name, else in a new one."""
        carrier = {name.lower(): value.decode("ascii", "replace") for name, value in headers if value is not None}
        with self._tracer.start_as_current_span(
            f"process {topic}",
            context=_W3C.extract(carrier),
            kind=SpanKind.CONSUMER,
            attributes={"messaging.system": "kafka", "messaging.destination.name": topic},
            record_exception=False,
        ):
            yield

    def headers(self) -> Mapping[str, str]:
        """The context of the span under way, as W3C headers."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier)
        return carrier

    @staticmethod
    def trace_id() -> str:
        """The id of the trace under way, as 32 hex digits; empty without one."""
        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else ""

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, kind: SpanKind, attributes: Mapping[str, str]) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                code = error.code if isinstance(error, TripInvoiceError) else type(error).__name__
                span.set_attribute("error.type", code)
                span.set_status(Status(StatusCode.ERROR))
                raise


class _Tracing(TracingInterceptor):
    """The SDK's, without baggage."""

    def __init__(self, tracer: trace.Tracer) -> None:
        super().__init__(tracer)
        self.text_map_propagator = _W3C

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - SDK's name
    ) -> type[TracingWorkflowInboundInterceptor]:
        """Its workflow side, also without baggage."""
        super().workflow_interceptor_class(input)
        return _TracingWorkflow


class _TracingWorkflow(TracingWorkflowInboundInterceptor):
    def __init__(self, next: WorkflowInboundInterceptor) -> None:  # noqa: A002 - SDK's name
        super().__init__(next)
        self.text_map_propagator = _W3C
