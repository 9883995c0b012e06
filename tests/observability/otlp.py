"""A collector of traces as small as can be: OTLP over HTTP, kept in memory."""

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource


@dataclass(frozen=True)
class Span:
    """One span: ids in hex, ``parent`` empty for the first of a trace."""

    service: str
    name: str
    trace: str
    span: str
    parent: str


@dataclass
class Collector:
    """What was sent to it."""

    url: str
    received: list[bytes] = field(default_factory=list)

    def spans(self) -> Sequence[Span]:
        """All of them."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.received]
        return [
            Span(_service(resource.resource), one.name, one.trace_id.hex(), one.span_id.hex(), one.parent_span_id.hex())
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for one in scope.spans
        ]


def _service(resource: Resource) -> str:
    attributes = {one.key: one.value.string_value for one in resource.attributes}
    return attributes["service.name"]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run one meanwhile."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.received.append(gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            self.send_response(200 if self.path == "/v1/traces" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
