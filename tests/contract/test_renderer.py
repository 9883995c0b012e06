"""The renderer: real PDFs from real processes, the same bytes everywhere; no document can stop the others."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from pypdf import PdfReader

from tests.factories import delivery_sources, draft, invoice, london_sources, new_york_sources, sources
from tripinvoice.adapters.font_config import font_environment
from tripinvoice.adapters.render_probe import probe
from tripinvoice.adapters.renderer_weasyprint import RenderProcess, Wear, WeasyPrintRenderer
from tripinvoice.assemble import assemble
from tripinvoice.canonical import dump
from tripinvoice.errors import DocumentError, RendererCrashedError
from tripinvoice.invoice import Draft, Invoice, Party
from tripinvoice.money import Money
from tripinvoice.render import template_version

EVERY = {
    "berlin": assemble(sources(paid="19.40"))[0],
    "london": assemble(london_sources())[0],
    "new york": assemble(new_york_sources())[0],
    "munich food": assemble(delivery_sources())[0],
    "munich delivery": assemble(delivery_sources())[1],
}
# In its own process, with another clock zone and hash seed, through the code of a render process.
ELSEWHERE = """
import hashlib, json, sys
from tripinvoice.adapters.render_child import Press
press = Press()
print(json.dumps([hashlib.sha256(press.pdf(text.encode())).hexdigest() for text in json.load(sys.stdin)]))
"""


@pytest_asyncio.fixture(scope="module")
async def renderer() -> AsyncIterator[WeasyPrintRenderer]:
    """Two processes, ready."""
    opened = WeasyPrintRenderer(processes=2, seconds_per_document=30)
    await opened.start()
    yield opened
    opened.close()


def pages(pdf: bytes) -> list[str]:
    """The text layer of each page, with ordinary spaces, without what stands for glyphs that say nothing."""
    texts = (page.extract_text().replace("\u2060", "") for page in PdfReader(io.BytesIO(pdf)).pages)
    return [" ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split()) for text in texts]


def long(lines: int) -> Draft:
    """A food delivery of many dishes."""
    of = EVERY["munich food"]
    dishes = (replace(of.lines[0], id=str(no), description=f"Gericht Nummer {no}") for no in range(1, lines + 1))
    return replace(of, lines=tuple(dishes))


@pytest.mark.parametrize("of", EVERY.values(), ids=EVERY)
async def test_the_text_layer_has_what_the_law_asks(renderer: WeasyPrintRenderer, of: Draft) -> None:
    """Number, names and total can be searched for and read aloud."""
    issued = invoice(of)
    rendition = await renderer.render(issued)
    said = pages(rendition.content)[0]
    wanted = [issued.number, of.supplier.name, of.recipient.name if of.recipient else "", "1 / 1"]
    wanted.append(str(of.totals.gross.decimal).replace(".", "," if of.locale == "de_DE" else "."))
    assert [word for word in wanted if word not in said] == []
    assert rendition.media_type == "application/pdf"
    assert rendition.template_version == template_version()
    assert "weasyprint 70" in rendition.environment


async def test_the_pdf_is_tagged_named_and_dated(renderer: WeasyPrintRenderer) -> None:
    """PDF/UA-1 with the document's language, title and date of issue; only packaged fonts."""
    issued = invoice()
    reader = PdfReader(io.BytesIO((await renderer.render(issued)).content))
    meta = reader.metadata
    assert str(reader.root_object["/Lang"]) == "de-DE"
    assert {"/MarkInfo", "/StructTreeRoot"} <= set(reader.root_object)
    assert reader.xmp_metadata is not None
    assert b"http://www.aiim.org/pdfua/ns/id/" in reader.xmp_metadata.stream.get_data()
    assert meta is not None
    assert meta.title == f"Rechnung {issued.number}"
    assert meta.creation_date_raw is not None
    assert meta.creation_date_raw.startswith("D:20261102")
    fonts = {str(font["/BaseFont"]).partition("+")[2] for font in _fonts(reader)}
    assert fonts == {"Noto-Sans", "Noto-Sans-Semi-Bold"}


def _fonts(reader: PdfReader) -> list[dict[str, object]]:
    return [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]


async def test_the_same_invoice_is_the_same_bytes(renderer: WeasyPrintRenderer, tmp_path: Path) -> None:
    """In the pool, in parallel with others, and in a fresh process with another time zone, hash seed and locale."""
    everywhere = replace(draft(), recipient=Party(name="株式会社 مطعم श्री ผู้ใหญ่ שלום Ταβέρνα", country="DE"))
    issued = [invoice(of) for of in (*EVERY.values(), everywhere, long(40))]
    first = [(await renderer.render(one)).content for one in issued]
    again = [r.content for r in await asyncio.gather(*(renderer.render(one) for one in issued * 2))]
    assert again == first * 2
    assert _elsewhere(issued, tmp_path) == [sha256(content).hexdigest() for content in first]
    assert len(set(first)) == len(first)


def _elsewhere(issued: list[Invoice], home: Path) -> list[str]:
    """The hashes of the PDFs, backwards printed so that the order is another, too."""
    strange = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "LC_ALL": "tr_TR.UTF-8", "HOME": str(home)}
    ours = {"PYTHONPATH": os.pathsep.join(sys.path)} | font_environment(home)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=json.dumps([dump(one).decode() for one in reversed(issued)]),
        env=os.environ | strange | ours,
        cwd=home,
        capture_output=True,
        check=True,
        text=True,
    )
    hashes: list[str] = json.loads(done.stdout)
    return hashes[::-1]


async def test_different_invoices_have_different_identifiers(renderer: WeasyPrintRenderer) -> None:
    """The file's /ID is made of the invoice."""
    ids = set()
    for no in (1, 2):
        reader = PdfReader(io.BytesIO((await renderer.render(invoice(no=no))).content))
        ids.add(str(reader.trailer["/ID"]))
    assert len(ids) == 2


async def test_many_lines_go_over_several_pages(renderer: WeasyPrintRenderer) -> None:
    """The head of the table, the supplier and the page number are on each; no line is lost."""
    of = long(60)
    said = pages((await renderer.render(invoice(of))).content)
    assert len(said) == 3
    for no, page in enumerate(said, start=1):
        assert "Leistung USt Betrag" in page
        assert f"{of.supplier.name} · Marienplatz 3" in page
        assert f"{no} / 3" in page
        assert invoice(of).number in page
    assert [no for no in range(1, 61) if f"Gericht Nummer {no} " not in " ".join(said)] == []


@pytest.mark.parametrize("lines", [10, 11, 12, 13, 16, 17])
async def test_totals_never_stand_alone(renderer: WeasyPrintRenderer, lines: int) -> None:
    """Where they do not fit on the page, the last line goes over with them, and the notes stay with both."""
    *_, last = pages((await renderer.render(invoice(long(lines)))).content)
    assert f"Gericht Nummer {lines} " in last
    assert "Gesamtbetrag" in last
    assert "Ausgestellt" in last


@pytest.mark.parametrize(
    "name",
    ["{{ 7*7 }}", "<script>alert(1)</script>", "{% include 'x' %}", "<img src='file:///etc/passwd'>", "<b>fett</b>"],
)
async def test_injected_code_is_printed(renderer: WeasyPrintRenderer, name: str) -> None:
    """Names are data, down to the page."""
    of = replace(draft(), recipient=Party(name=name, address=("1",), city="B", country="DE"))
    assert name in pages((await renderer.render(invoice(of))).content)[0]


async def test_hostile_and_foreign_text_cannot_stop_a_document(renderer: WeasyPrintRenderer) -> None:
    """Endless words, other scripts, emoji and controls are all printed somehow, within the page."""
    texts = ("MW" * 200, "مطعم الشام الكبير", "מסעדת השלום", "🍕" * 50, "\u202e\x00\x1f", "寿司 " * 40)
    of = EVERY["munich food"]
    lines = tuple(replace(of.lines[0], description=text) for text in texts)
    said = " ".join(pages((await renderer.render(invoice(replace(of, lines=lines)))).content))
    assert "MW" * 15 in said
    assert "مطعم الشام الكبير" in said
    assert "מסעדת השלום" in said


async def test_what_a_document_could_not_show_is_told_by_code_point(renderer: WeasyPrintRenderer) -> None:
    """From the render process to whoever asked."""
    of = replace(draft(), recipient=Party(name="Kiosk 🍕 \ue000 寿司 مطعم"))
    assert (await renderer.render(invoice(of))).replaced == ("U+E000", "U+1F355")
    assert (await renderer.render(invoice())).replaced == ()


async def test_a_document_that_cannot_be_made_says_why(renderer: WeasyPrintRenderer) -> None:
    """A permanent error, and the process goes on: it is not its fault."""
    before = renderer.pids()
    with pytest.raises(DocumentError, match=r"draft\.paper") as raised:
        await renderer.render(invoice(replace(draft(), paper="Napkin")))
    assert raised.value.field == "draft.paper"
    assert (await renderer.render(invoice())).content.startswith(b"%PDF-")
    assert renderer.pids() == before


async def test_half_a_character_is_a_document_error(renderer: WeasyPrintRenderer) -> None:
    """It cannot be written as UTF-8, so it cannot be kept as evidence either."""
    with pytest.raises(DocumentError, match="half a character"):
        await renderer.render(invoice(replace(draft(), recipient=Party(name="\ud83d"))))


async def test_a_fault_in_layout_names_no_text(renderer: WeasyPrintRenderer) -> None:
    """What no one foresaw is told by kind and place, never by value."""
    of = replace(draft(), currency="Maria Muster")
    with pytest.raises(DocumentError) as raised:
        await renderer.render(invoice(of))
    assert "Maria" not in raised.value.message


async def test_a_killed_process_is_replaced() -> None:
    """The document in its hands is lost with a transient error; others are not touched; the next works."""
    renderer = WeasyPrintRenderer(processes=2)
    try:
        await renderer.start()
        victim, bystander = renderer.pids()
        os.kill(victim, signal.SIGSTOP)
        os.kill(bystander, signal.SIGSTOP)
        pending = [asyncio.ensure_future(renderer.render(invoice())) for _ in range(2)]
        await asyncio.sleep(0.3)
        os.kill(victim, signal.SIGKILL)
        os.kill(bystander, signal.SIGCONT)
        outcomes = await asyncio.gather(*pending, return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RendererCrashedError", "Rendition"]
        assert all(
            r.content.startswith(b"%PDF-") for r in await asyncio.gather(*(renderer.render(invoice()) for _ in "123"))
        )
        assert victim not in renderer.pids()
        assert bystander in renderer.pids()
    finally:
        renderer.close()


async def test_a_process_that_hangs_is_stopped() -> None:
    """A document may take so long and no longer; what waits behind it is printed by a new process."""
    renderer = WeasyPrintRenderer(processes=1, seconds_per_document=1)
    try:
        await renderer.start()
        (stuck,) = renderer.pids()
        os.kill(stuck, signal.SIGSTOP)
        first, second = await asyncio.gather(
            renderer.render(invoice()), renderer.render(invoice()), return_exceptions=True
        )
        failed, printed = (first, second) if isinstance(first, BaseException) else (second, first)
        assert isinstance(failed, RendererCrashedError)
        assert "longer than 1 seconds" in failed.message
        assert not isinstance(printed, BaseException)
        assert not psutil.pid_exists(stuck)
    finally:
        renderer.close()


@pytest.mark.parametrize(
    ("wear", "served_by"),
    [(Wear(), 1), (Wear(max_documents=2), 2), (Wear(max_rss_mb=1), 3)],
    ids=["fresh", "documents", "memory"],
)
async def test_worn_processes_are_replaced(wear: Wear, served_by: int) -> None:
    """Between documents, without one being lost: three documents are printed by this many processes."""
    renderer = WeasyPrintRenderer(processes=1, wear=wear)
    try:
        seen = set()
        for _ in range(3):
            await renderer.start()
            seen |= set(renderer.pids())
            assert (await renderer.render(invoice())).content.startswith(b"%PDF-")
        assert len(seen) == served_by
    finally:
        renderer.close()


def test_processes_end_with_their_parent(tmp_path: Path) -> None:
    """A parent that is killed with -9 leaves no process behind; nor does one that interrupts its whole group."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import asyncio, sys, time\n"
        "from tripinvoice.adapters.renderer_weasyprint import WeasyPrintRenderer\n"
        "renderer = WeasyPrintRenderer(processes=2)\n"
        "asyncio.run(renderer.start())\n"
        "print(*renderer.pids(), flush=True)\n"
        "time.sleep(60)\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
    ) as parent:
        assert parent.stdout is not None
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        for child in children:
            child.send_signal(signal.SIGINT)
            child.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert all(child.is_running() for child in children), "only the parent decides when they end"
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


async def test_close_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process, no temporary file; closing is also right when nothing was started."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    renderer = WeasyPrintRenderer(processes=1)
    await renderer.render(invoice())
    (pid,) = renderer.pids()
    renderer.close()
    WeasyPrintRenderer(processes=3).close()
    assert not psutil.pid_exists(pid)
    assert [str(file) for file, *_ in os.walk(tmp_path)] == [str(tmp_path)]


async def test_it_serves_threads_and_several_loops(renderer: WeasyPrintRenderer) -> None:
    """A command line tool without a loop of its own may print, too."""
    here = (await renderer.render(invoice())).content
    with ThreadPoolExecutor(4) as threads:
        there = list(threads.map(lambda _: renderer.render_now(invoice()).content, range(4)))
        looped = threads.submit(lambda: asyncio.run(renderer.render(invoice())).content).result()
    assert [*there, looped] == [here] * 5


def test_a_renderer_that_cannot_start_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that ends at once is a crashed renderer, not a puzzle."""
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(broken))
    renderer = WeasyPrintRenderer(processes=1)
    with pytest.raises(RendererCrashedError, match="exit code 3"):
        renderer.render_now(invoice())
    monkeypatch.setattr("sys.executable", str(tmp_path / "missing"))
    with pytest.raises(RendererCrashedError, match="could not be started"):
        renderer.render_now(invoice())
    renderer.close()


def test_render_processes_know_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the worker, passwords among them, do not reach the process that handles outside text."""
    monkeypatch.setenv("TRIPINVOICE_SECRET", "hush")
    process = RenderProcess(Wear(), tmp_path)
    try:
        process.greet()
        assert "hush" not in psutil.Process(process.pid).environ().values()
    finally:
        process.stop()


def test_the_probe_finds_everything_in_order() -> None:
    """What ``tripinvoice doctor`` shows on a machine that can print."""
    findings = {finding.name: finding for finding in probe()}
    assert list(findings) == ["pango", "harfbuzz-subset", "fonts", "test document"]
    assert all(finding.ok for finding in findings.values() if finding.name != "harfbuzz-subset")


def test_totals_of_nothing_print() -> None:
    """A free ride has a document, too."""
    of = draft()
    free = Money.zero("EUR")
    line = replace(of.lines[0], net=free, tax=free, gross=free)
    totals = replace(of.totals, net=free, tax=free, gross=free)
    renderer = WeasyPrintRenderer(processes=1)
    try:
        said = pages(renderer.render_now(invoice(replace(of, lines=(line,), totals=totals, payments=()))).content)
    finally:
        renderer.close()
    assert "Gesamtbetrag 0,00 €" in said[0]
