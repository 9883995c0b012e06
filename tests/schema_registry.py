"""A schema registry in this process: what the real one's HTTP interface says, as far as producers and we ask it.

https://docs.confluent.io/platform/current/schema-registry/develop/api.html. It compiles and checks nothing.
"""

import base64
import json
import re
import threading
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

Answer = tuple[int, dict[str, Any]]


class SchemaRegistry:
    """The registry; it runs while the context does. ``asked`` are the requests that came.

    ``trouble`` is the status with which it answers everything, and ``user`` is ``name:password``: where they are set.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.trouble: int | None = None
        self.user: str | None = None
        self._schemas: list[dict[str, Any]] = []
        registry = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            routes: ClassVar[dict[str, Callable[..., Answer]]] = {
                r"POST /subjects/(?P<subject>[^/]+)/versions": registry._register,
                r"POST /subjects/(?P<subject>[^/]+)": registry._register,
                r"GET /subjects/(?P<subject>[^/]+)/versions/(?P<version>\d+)": registry._version,
                r"GET /schemas/ids/(?P<number>\d+)": registry._by_id,
                r"GET /schemas/guids/(?P<guid>[0-9a-f-]+)": registry._by_guid,
            }

            def do_GET(self) -> None:
                self._answer("GET")

            def do_POST(self) -> None:
                self._answer("POST")

            def _answer(self, method: str) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                registry.asked.append(f"{method} {self.path}")
                status, told = self._find(method, body)
                content = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _find(self, method: str, body: bytes) -> Answer:
                if registry.trouble is not None:
                    return registry.trouble, {"error_code": registry.trouble, "message": "trouble"}
                if registry.user is not None and self.headers.get("authorization") != registry._credentials():
                    return 401, {"error_code": 401, "message": "Unauthorized"}
                for pattern, route in self.routes.items():
                    if found := re.fullmatch(pattern, f"{method} {self.path.partition('?')[0]}"):
                        return route(**found.groupdict(), **({"body": json.loads(body)} if body else {}))
                return 404, {"error_code": 404, "message": "HTTP 404 Not Found"}

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Start it."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it: from then on nobody answers."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _credentials(self) -> str:
        return f"Basic {base64.b64encode((self.user or '').encode()).decode()}"

    def _register(self, subject: str, body: dict[str, Any]) -> Answer:
        known = [one for one in self._schemas if one["subject"] == subject]
        for one in known:
            if one["schema"] == body["schema"]:
                return 200, one
        made = {**body, "subject": subject, "id": len(self._schemas) + 1, "version": len(known) + 1}
        self._schemas.append({**made, "guid": str(uuid.uuid4())})
        return 200, self._schemas[-1]

    def _version(self, subject: str, version: str) -> Answer:
        return self._one(lambda one: (one["subject"], one["version"]) == (subject, int(version)), 40402)

    def _by_id(self, number: str) -> Answer:
        return self._one(lambda one: one["id"] == int(number), 40403)

    def _by_guid(self, guid: str) -> Answer:
        return self._one(lambda one: one["guid"] == guid, 40403)

    def _one(self, wanted: Callable[[dict[str, Any]], bool], code: int) -> Answer:
        found = [one for one in self._schemas if wanted(one)]
        return (200, found[0]) if found else (404, {"error_code": code, "message": "not found"})
