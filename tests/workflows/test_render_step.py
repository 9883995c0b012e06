"""The render step tells the operator which characters a document could not show, and nothing of whom it is about."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.documents import DocumentActivities
from activities.messages import DraftRef, RenderInput
from tests.factories import ISSUED_AT, draft
from tripinvoice import archive
from tripinvoice.adapters.documents_folder import FolderDocumentStore
from tripinvoice.invoice import Invoice, Party
from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import Rendition, Shelf


@dataclass
class Replacing:
    """A renderer that could not show these code points."""

    replaced: tuple[str, ...]

    async def start(self) -> None:
        """Nothing to do."""

    async def render(self, invoice: Invoice) -> Rendition:
        """Never mind the invoice."""
        del invoice
        return Rendition(
            content=b"%PDF-", media_type="application/pdf", template_version="1", environment="", replaced=self.replaced
        )


async def said(caplog: pytest.LogCaptureFixture, folder: Path, *replaced: str) -> list[logging.LogRecord]:
    """What the step logs for a document of somebody with an uncommon name."""
    store = FolderDocumentStore(folder)
    of = replace(draft(), recipient=Party(name="Ottokar 🍕"))
    archived = archive.keep(of, store, Shelf(country="DE", line_of_business="rides", day=of.supply_date))
    reference = DraftRef(
        draft=archived,
        sources=archived,
        document=of.key,
        series=of.series,
        regime=of.regime,
        regime_version=of.regime_version,
        country=of.country,
        line_of_business=of.line_of_business,
        total=of.totals.gross,
    )
    taken = NumberTaken(document=of.key, series=of.series, period="2026", no=1, issued_at=ISSUED_AT)
    step = DocumentActivities(Replacing(replaced), store).render
    with caplog.at_level(logging.INFO):
        await ActivityEnvironment().run(step, RenderInput(draft=reference, taken=taken))
    return [record for record in caplog.records if record.getMessage().startswith("characters_replaced")]


async def test_replaced_characters_are_told_by_code_point(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """One warning, and neither the text nor the character is in it."""
    (record,) = await said(caplog, tmp_path, "U+1F355", "U+E000")
    assert record.levelno == logging.WARNING
    assert vars(record)["code_points"] == "U+1F355 U+E000"
    assert not {"Ottokar", "🍕"} & set(str(vars(record)).split())


async def test_a_hostile_text_makes_a_short_line(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """However many characters it has."""
    (record,) = await said(caplog, tmp_path, *(f"U+{code:04X}" for code in range(0xE000, 0xF000)))
    assert len(vars(record)["code_points"]) < 300


async def test_nothing_is_said_of_ordinary_documents(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """A warning on every document would be none."""
    assert await said(caplog, tmp_path) == []
