"""Documents of several pages carry their sum over: laid out once to see where pages end, and again with the sums.

Which rows are on which page only the laid-out boxes know. What is looked at in them is the table of class ``lines`` and
what follows it; the sums themselves are rows of the template.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

from weasyprint.document import Document
from weasyprint.formatting_structure.boxes import TableBox

from tripinvoice.render.carrying import Measured

_CARRIED, _BROUGHT = "carried", "brought"
# What keeps together with the last line.
_TAIL = frozenset({"settlement", "notes"})
# A sum may be higher than expected (two languages): then the next attempts leave more room.
_ATTEMPTS = 4
_SPARE = 6.0  # CSS pixels, more with each attempt


def with_carried_sums(document: Document, again: Callable[[tuple[int, ...]], Document]) -> Document:
    """The document, or, when its lines go over several pages, what ``again`` makes of it for these page breaks.

    If no attempt comes out as planned, it is the document as it was: complete, without sums at its breaks.
    """
    pages = [_Lines.of(page) for page in document.pages]
    if sum(bool(page.rows) for page in pages) < 2:  # noqa: PLR2004 (that is what over several pages means)
        return document
    measured = _measured([page for page in pages if page.rows])
    for attempt in range(_ATTEMPTS):
        breaks = measured.breaks(spare=attempt * _SPARE)
        if breaks and _is_as_planned(made := again(breaks), len(breaks)):
            return made
    return document


@dataclass(frozen=True, kw_only=True)
class _Lines:
    """The rows of lines on one page, and how far down the page and what must keep with the last of them go."""

    rows: list[Any]
    bottom: float
    tail_bottom: float

    @classmethod
    def of(cls, page: Any) -> "_Lines":
        boxes = list(page._page_box.descendants())  # noqa: SLF001 (no public way leads to a row)
        tables = [box for box in boxes if isinstance(box, TableBox) and _classes(box) & {"lines"}]
        groups = chain.from_iterable(table.children for table in tables)
        tail = [box.position_y + box.margin_height() for box in boxes if _classes(box) & _TAIL]
        return cls(
            rows=list(chain.from_iterable(group.children for group in groups if not group.is_header)),
            bottom=page._page_box.content_box_y() + page._page_box.height,  # noqa: SLF001
            tail_bottom=max(tail, default=0.0),
        )

    @property
    def room(self) -> float:
        """From where lines begin to the end of the page."""
        return float(self.bottom - self.rows[0].position_y)


def _classes(box: Any) -> set[str]:
    element = box.element
    return set(element.get("class", "").split()) if element is not None and box.element_tag == element.tag else set()


def _measured(pages: list[_Lines]) -> Measured:
    last = pages[-1].rows[-1]
    return Measured(
        lines=[row.height for page in pages for row in page.rows],
        first=pages[0].room,
        following=pages[1].room,
        tail=max(pages[-1].tail_bottom - last.position_y - last.height, 0.0),
    )


def _is_as_planned(document: Document, breaks: int) -> bool:
    """Whether each page but the last ends with a sum, and each but the first begins with one."""
    pages = [found.rows for found in map(_Lines.of, document.pages) if found.rows]
    return (
        len(pages) == breaks + 1
        and all(_classes(rows[-1]) == {_CARRIED} for rows in pages[:-1])
        and all(_classes(rows[0]) == {_BROUGHT} for rows in pages[1:])
    )
