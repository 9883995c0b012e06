"""PDFs by WeasyPrint in processes of our own, supervised: a document that crashes or hangs takes only itself along.

Why not a ProcessPoolExecutor is told in docs/decisions: it would break every document in progress when one process
dies, cannot stop one that hangs, and its processes import the worker's main module again. Here each process is
served by one thread, over one pipe: the thread sends an invoice, waits for the PDF at most ``seconds_per_document``,
and replaces the process when it died, hung or is worn out.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import Pipe
from pathlib import Path
from queue import LifoQueue
from typing import Any

from tripinvoice.adapters.font_config import font_environment
from tripinvoice.canonical import dump
from tripinvoice.errors import DocumentError, RendererCrashedError
from tripinvoice.invoice import Invoice
from tripinvoice.ports import Rendition

MEDIA_TYPE = "application/pdf"

# What a render process may know of our environment: where programs and shared libraries are, nothing secret.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT")

_START_SECONDS = 60.0
_GOODBYE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Wear:
    """When a process is replaced: above so many resident megabytes, or after so many documents."""

    max_rss_mb: int = 400
    max_documents: int = 5_000


class RenderProcess:
    """One render process and our end of its pipe. Used by one thread at a time."""

    def __init__(self, wear: Wear, home: Path) -> None:
        """Start it; :meth:`greet` waits until it is ready."""
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [
                    *(sys.executable, "-P", "-m", "tripinvoice.adapters.render_child"),
                    *(str(theirs.fileno()), json.dumps(asdict(wear))),
                ],
                pass_fds=[theirs.fileno()],
                env=render_environment(home),
                cwd=home,
                stdin=subprocess.DEVNULL,
                process_group=0,  # a Ctrl-C at the terminal is for the parent
            )
        self.pid = self._process.pid
        self.worn = False
        self.greeting: dict[str, str] = {}

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def greet(self) -> None:
        """Wait until it is ready. Raises :class:`RendererCrashedError` when it does not get so far."""
        if not self.greeting:
            self.greeting = self._receive(_START_SECONDS)

    def print(self, content: bytes, seconds: float) -> tuple[bytes, tuple[str, ...]]:
        """The PDF of an invoice and the code points that it could not show.

        Raises :class:`DocumentError`, or :class:`RendererCrashedError` and is dead.
        """
        self.greet()
        try:
            self._pipe.send_bytes(content)
        except OSError:
            raise self._crashed() from None
        head = self._receive(seconds)
        pdf = self._receive_bytes(seconds)
        self.worn = head["worn"]
        if not head["ok"]:
            raise DocumentError(head["message"], field=head["field"])
        return pdf, tuple(head["replaced"])

    def stop(self) -> None:
        """Hang up and let it go; kill it if it does not."""
        self._pipe.close()
        try:
            self._process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def _receive(self, seconds: float) -> Any:
        return json.loads(self._receive_bytes(seconds))

    def _receive_bytes(self, seconds: float) -> bytes:
        try:
            if self._pipe.poll(seconds):
                return self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise self._crashed() from None
        self.kill()
        raise RendererCrashedError(f"a render process was stopped: it took longer than {seconds:g} seconds")

    def _crashed(self) -> RendererCrashedError:
        self.kill()
        code = self._process.returncode
        return RendererCrashedError(f"a render process died (exit code {code}); it has been replaced")


class WeasyPrintRenderer:
    """Prints on several processes; safe to use from several event loops and threads.

    ``processes`` is how many documents are laid out at once, ``None`` one per available processor. A document that
    takes longer than ``seconds_per_document`` is given up. Close it when done.
    """

    def __init__(
        self, *, processes: int | None = None, seconds_per_document: float = 60.0, wear: Wear | None = None
    ) -> None:
        """No process is started yet: :meth:`start` does, else the first documents."""
        self.processes = processes or available_processors()
        self._seconds = seconds_per_document
        self._wear = wear or Wear()
        self._threads = ThreadPoolExecutor(self.processes, thread_name_prefix="render")
        self._home = tempfile.TemporaryDirectory(prefix="tripinvoice-render-")
        # One place per process, empty until a document needs it; running processes are taken first.
        self._places: LifoQueue[RenderProcess | None] = LifoQueue()
        for _ in range(self.processes):
            self._places.put(None)
        self._running: set[RenderProcess] = set()

    async def start(self) -> None:
        """Start all processes and wait until they are ready, so that the first documents need not.

        Raises :class:`RendererCrashedError` when they cannot be started (``tripinvoice doctor`` says why).
        """
        await asyncio.get_running_loop().run_in_executor(None, self._start)

    def _start(self) -> None:
        with ExitStack() as taken:
            processes = [taken.enter_context(self._process()) for _ in range(self.processes)]
            for process in processes:  # they have all been getting ready meanwhile
                process.greet()

    async def render(self, invoice: Invoice) -> Rendition:
        """The PDF. Raises :class:`DocumentError` or :class:`RendererCrashedError`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.render_now, invoice)

    def render_now(self, invoice: Invoice) -> Rendition:
        """The PDF, waiting for it in this thread. Raises as :meth:`render` does."""
        try:
            content = dump(invoice)
        except UnicodeEncodeError:
            raise DocumentError(
                "invoice: a text contains half a character (a lone surrogate); mend it in the system it came from"
            ) from None
        with self._process() as process:
            pdf, replaced = process.print(content, self._seconds)
            return Rendition(
                content=pdf,
                media_type=MEDIA_TYPE,
                template_version=process.greeting["template_version"],
                environment=process.greeting["environment"],
                replaced=replaced,
            )

    def pids(self) -> tuple[int, ...]:
        """The process ids of the render processes that run."""
        return tuple(process.pid for process in self._running.copy())

    def close(self) -> None:
        """Finish what is being printed, then stop all processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._running.copy():
            self._running.discard(process)
            process.stop()
        self._home.cleanup()

    @contextmanager
    def _process(self) -> Iterator[RenderProcess]:
        """A process for one document; afterwards it goes back, or an empty place when it is dead or worn."""
        process = self._take()
        try:
            yield process
        except DocumentError:
            self._give_back(process)
            raise
        except BaseException:  # what it would say next belongs to this document
            process.kill()
            self._give_back(process)
            raise
        self._give_back(process)

    def _take(self) -> RenderProcess:
        process = self._places.get()
        if process is None:
            try:
                process = RenderProcess(self._wear, Path(self._home.name))
            except OSError:
                self._places.put(None)
                raise RendererCrashedError("a render process could not be started; is there memory left?") from None
            self._running.add(process)
        return process

    def _give_back(self, process: RenderProcess) -> None:
        """Its place is free again: for itself, or for a new process when it is worn out or dead."""
        if process.alive and not process.worn:
            self._places.put(process)
            return
        self._running.discard(process)
        self._places.put(None)
        process.stop()


def available_processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def render_environment(home: Path) -> dict[str, str]:
    """The variables of a render process: our module path, our fonts, a home of its own."""
    known = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    ours = {
        "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path),
        "HOME": str(home),
        "TMPDIR": str(home),
    }
    return known | ours | font_environment(home)
