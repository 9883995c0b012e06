"""The pages of the documentation, and what they quote."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


def name_of(page: Path) -> str:
    """For the ids of parametrised tests."""
    return str(page.relative_to(ROOT))


def fences(page: Path, *languages: str) -> list[str]:
    """The code blocks in one of these languages; a backslash at a line's end is undone."""
    found = _FENCE.findall(page.read_text("utf-8"))
    return [code.replace("\\\n", " ") for language, code in found if language in languages]


def spans(page: Path) -> list[str]:
    """The quoted words in running text."""
    return _SPAN.findall(prose(page))


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def table_under(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    below = page.read_text("utf-8").split(f"\n{heading}\n", 1)[1]
    lines = below.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows
