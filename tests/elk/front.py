"""What ``deploy/elasticsearch/setup.sh`` speaks to in tests: OpenSearch, and before it what only the others know."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.opensearch import OpenSearch

ONLY_ELASTICSEARCH = ("index.mode", "index.lifecycle.name")
"""Settings that OpenSearch does not have."""


class Front:
    """Notes every request (method, path, headers, body); ``refuses`` makes Kibana say no."""

    def __init__(self, search: OpenSearch) -> None:
        self.search = search
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.refuses = False
        self.url = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, Any]:
        self.asked.append((method, path, headers, body))
        if path.startswith("/_ilm/policy/"):
            return (200, {"acknowledged": True}) if "policy" in json.loads(body) else (400, {})
        if path.startswith("/api/saved_objects/_import"):
            return 200, self._imported(headers, body)
        template = json.loads(body)
        for name in ONLY_ELASTICSEARCH:
            del template["template"]["settings"][name]
        return self.search.ask(method, path.lstrip("/"), template)

    def _imported(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """As Kibana answers; it wants its own header, and a file called so."""
        found = re.search(rb'name="file"; filename="[\w.]+\.ndjson"\r\n.*?\r\n\r\n(.*?)\r\n--', body, re.DOTALL)
        if self.refuses or found is None or "kbn-xsrf" not in headers:
            return {"success": False, "successCount": 0, "errors": [{"id": "x"}]}
        return {"successCount": len(found[1].splitlines()), "success": True, "warnings": []}


@contextmanager
def fronting(search: OpenSearch) -> Iterator[Front]:
    """It listens for as long as the block runs."""
    front = Front(search)

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, said = front.answer(
                self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body
            )
            content = json.dumps(said, separators=(",", ":")).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT  # noqa: N815 - the base class's name

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    front.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
