"""Every link leads somewhere, every page can be found, and what a page quotes of the code exists."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, name_of, prose, spans

DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
PARTS = ["Status", "Context", "Decision", "Consequences"]  # and Alternatives, where there were some
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|\bsrc=\"([^\"]+)\"")
SOURCES = [
    path
    for folder in ["activities", "benchmarks", "starter", "tests", "tripinvoice", "workflows"]
    for path in sorted((ROOT / folder).rglob("*.py"))
]
# A path of ours: it begins with one of our folders or is a file at the top, and has no placeholder.
PATH = re.compile(
    r"(?:(?:activities|benchmarks|deploy|docs|starter|templates|tests|tools|tripinvoice|workflows)/)[\w./-]+"
)
IDENTIFIER = re.compile(r"[A-Za-z]\w*(?:\.\w+)*")


def links(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return [markdown or html for markdown, html in LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual Markdown viewers make them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in links(page):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_quoted_paths_exist(page: Path) -> None:
    quoted = [span for span in spans(page) if PATH.fullmatch(span) and not span.startswith("docs/decisions/0")]
    assert [span for span in quoted if not (ROOT / span).exists()] == []


def test_the_index_has_every_page() -> None:
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links(DOCS / "README.md")}
    pages = {page.resolve() for page in DOCS.glob("*.md")} - {(DOCS / "README.md").resolve()}
    assert sorted(page.name for page in pages - listed) == []


def test_what_became_of_celery_names_real_code() -> None:
    """The last column of the table quotes classes, functions and policies: each is somewhere in the code."""
    rows = [line.split("|") for line in (DOCS / "concepts.md").read_text("utf-8").splitlines() if line.startswith("| ")]
    quoted = {span for row in rows for span in re.findall(r"`([^`]+)`", row[-2]) if IDENTIFIER.fullmatch(span)}
    quoted = {span for span in quoted if not span.startswith("TRIPINVOICE_")}  # test_readme.py looks at those
    code = "\n".join(path.read_text("utf-8") for path in [*SOURCES, ROOT / "worker.py"])
    assert len(quoted) > 15
    assert [name for name in sorted(quoted) if not re.search(rf"\b{name.rpartition('.')[2]}\b", code)] == []


def test_every_decision_is_listed_under_its_own_number() -> None:
    records = sorted(path.name for path in DECISIONS.glob("0*.md"))
    listed = [link for link in links(DECISIONS / "README.md") if link.startswith("0")]
    assert [record[:4] for record in records] == sorted({record[:4] for record in records})
    assert records == listed


@pytest.mark.parametrize("record", sorted(DECISIONS.glob("0*.md")), ids=lambda path: path.name)
def test_a_decision_has_its_parts(record: Path) -> None:
    text = record.read_text("utf-8")
    assert text.startswith(f"# {record.name[:4]}: ")
    assert [part for part in PARTS if not re.search(rf"^(?:## )?{part}\b", text, re.MULTILINE)] == []
