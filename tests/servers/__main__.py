"""Run the servers until Ctrl-C, and say how the application finds them: ``make servers``."""

import argparse
import contextlib
import shlex
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.servers.cassandra import Cassandra
from tests.servers.kafka import Kafka
from tests.servers.minio import Minio
from tests.servers.programs import MissingServerError
from tests.servers.server import Server, ServerError
from tests.servers.temporal import Temporal

SERVERS: Mapping[str, type[Server]] = {server.name: server for server in (Temporal, Kafka, Cassandra, Minio)}
_NAMES = ", ".join(SERVERS)
TOPICS = {"trips.completed": 6, "trips.completed.dlq": 1, "invoices.issued": 6}


def main(arguments: Sequence[str] | None = None) -> int:
    """Start, tell, wait, stop."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: stop.set())
    try:
        with _folder(options.data) as folder, contextlib.ExitStack() as stack:
            servers = [SERVERS[name](folder / name, usual=True) for name in dict.fromkeys(options.servers)]
            for server in servers:
                _refuse_running(server)
                stack.callback(_stop, server)
            _start(servers)
            if not stop.is_set():
                _tell(servers, options.env_file)
                _wait(stop, servers)
            say("Stopping …")
    except (MissingServerError, ServerError) as error:
        print(f"servers: {error}", file=sys.stderr)  # noqa: T201 - the message to the person
        return 1
    return 0


def _refuse_running(server: Server) -> None:
    if server.alive:
        raise ServerError(f"{server.name} runs in {server.folder} already; give another --data")


def _start(servers: Sequence[Server]) -> None:
    """All at once: the slowest decides."""
    names = ", ".join(server.name for server in servers)
    say(f"Starting {names}; what is missing is fetched first, which takes minutes.")
    with ThreadPoolExecutor(len(servers)) as pool:
        for done in [pool.submit(_start_one, server) for server in servers]:
            done.result()


def _start_one(server: Server) -> None:
    began = time.monotonic()
    server.start()
    if isinstance(server, Kafka):
        server.create_topics(TOPICS)
    say(f"  {server.name:<10} {server.address:<18} after {time.monotonic() - began:.0f} s; log: {server.log}")


def _stop(server: Server) -> None:
    with contextlib.suppress(TimeoutError):
        server.stop()


def _tell(servers: Sequence[Server], env_file: Path | None) -> None:
    variables = {name: value for server in servers for name, value in server.environment().items()}
    if env_file is not None:
        lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())
        written = env_file.with_name(f".{env_file.name}.new")
        written.write_text(lines)
        written.replace(env_file)  # whoever waits for the file finds it whole
    say("\nFor the application:\n")
    for name, value in variables.items():
        say(f"export {name}={shlex.quote(value)}")
    say("\nCtrl-C stops them.")


def _wait(stop: threading.Event, servers: Sequence[Server]) -> None:
    gone: set[str] = set()
    while not stop.wait(1):
        for server in servers:
            if server.name not in gone and not server.alive:
                gone.add(server.name)
                say(f"{server.name} has ended; see {server.log}")


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="tripinvoice-servers-", ignore_cleanup_errors=True) as place:
        yield Path(place)


def say(line: str) -> None:
    """A line for the person at the terminal, at once."""
    print(line, flush=True)  # noqa: T201 - as its name says


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make servers ARGS=…", description=__doc__)
    parser.add_argument("servers", nargs="*", type=_known, default=list(SERVERS), help=f"of {_NAMES}; by default all")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep their data here; otherwise it is forgotten")
    parser.add_argument("--env-file", type=Path, metavar="FILE", help="write the variables into this file, too")
    return parser


def _known(name: str) -> str:
    if name not in SERVERS:
        raise argparse.ArgumentTypeError(f"{name} is none of {_NAMES}")
    return name


if __name__ == "__main__":
    sys.exit(main())
