"""One way of rendering, in a process of its own: reads invoices, answers with the CPU seconds and memory they took.

Run by ``benchmarks.render`` as ``python -m benchmarks.render_worker WAY FD``. A message is a list of invoices (JSON
array of canonical texts); the answer is ``{"cpu": [seconds…], "rss_mb": …, "bytes": …}``.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.resources import files
from multiprocessing.connection import Connection
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from weasyprint import HTML

# The adapter's process code is measured from inside: over its pipe we would measure the pipe.
from tripinvoice.adapters.render_child import Press
from tripinvoice.canonical import load
from tripinvoice.invoice import Invoice
from tripinvoice.render import html, style
from tripinvoice.render.document import context


def naive_template() -> Callable[[bytes], bytes]:
    """The usual template in the usual loop."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    template = environment.get_template("naive.html.j2")
    fonts = (Path(str(files("templates"))) / "fonts").as_uri()

    def render(content: bytes) -> bytes:
        document = template.render(**context(load(content, Invoice)), fonts=fonts)
        return bytes(HTML(string=document).write_pdf())

    return render


def naive_loop() -> Callable[[bytes], bytes]:
    """Our template in the usual loop, its style sheet inside."""

    def render(content: bytes) -> bytes:
        invoice = load(content, Invoice)
        sheet = style(invoice.draft.template, invoice.draft.paper)
        document = html(invoice).replace("</head>", f"<style>{sheet}</style></head>", 1)
        return bytes(HTML(string=document).write_pdf())

    return render


def ours() -> Callable[[bytes], bytes]:
    """What a render process does, tags for reading aloud included."""
    press = Press()
    press.settle()
    return press.pdf


WAYS = {"naive_template": naive_template, "naive_loop": naive_loop, "ours": ours}


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Answer batches until the other end hangs up."""
    render = WAYS[sys.argv[1]]()
    connection = Connection(int(sys.argv[2]))
    while True:
        try:
            batch = json.loads(connection.recv_bytes())
        except EOFError:
            return
        cpu, size = [], 0
        for content in batch:
            started = time.process_time()
            size += len(render(content.encode()))
            cpu.append(time.process_time() - started)
        connection.send_bytes(json.dumps({"cpu": cpu, "rss_mb": _resident_mb(), "bytes": size}).encode())


if __name__ == "__main__":
    main()
