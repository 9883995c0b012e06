"""A server that gives the S3 answers which the real one cannot be made to give, one after the other."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

XML = "application/xml"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer; ``cut`` ends the connection after the body, whatever length was promised."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Stub:
    """Where it listens, and what it was asked: method, path and headers."""

    address: str
    asked: list[tuple[str, str, Mapping[str, str]]]


def refusal(status: int, code: str, message: str = "", **headers: str) -> Answer:
    """As S3 refuses."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return Answer(status=status, body=body, headers={"Content-Type": XML, **headers})


@contextmanager
def stub(answers: Sequence[Answer]) -> Iterator[Stub]:
    """Give these answers in order; the last for ever."""
    left = list(answers)
    asked: list[tuple[str, str, Mapping[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, dict(self.headers)))
            given = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(given.status)
            length = {"Content-Length": str(len(given.body))} if self.command != "HEAD" else {}
            for name, value in {**length, **given.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body)
            self.close_connection = given.cut

        do_GET = do_HEAD = do_PUT = answer  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield Stub(address=f"127.0.0.1:{server.server_address[1]}", asked=asked)
        finally:
            server.shutdown()
            thread.join()
