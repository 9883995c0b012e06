"""What can be searched, copied and read aloud is what was printed, in every script.

A PDF says for each glyph of a font which text it stands for. WeasyPrint takes the text where it meets the glyph first,
and in scripts whose letters are joined, moved or piled up that is not the text elsewhere: the vowel of one Indian
syllable would be lost in all others. Here a glyph that a font has for one character stands for that character always,
and a group of glyphs that together mean another text than their sum says so itself (``ActualText``).
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from fontTools.ttLib import TTFont
from weasyprint.draw import text as weasyprint_text
from weasyprint.text.ffi import ffi, pango

_draw = weasyprint_text.draw_first_line
# A glyph that adds no text of its own must stand for something all the same (PDF/A): for a place where no word ends.
_NOTHING: Final = "\N{WORD JOINER}"
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f", " "))
# Below are letters that are one glyph each, wherever they stand.
_FIRST_MARK = "\u0300"
# Thai and Lao: readers that go by position would put a tone that is drawn beside a vowel with the next letter.
_PILED = frozenset(map(chr, range(0x0E00, 0x0F00)))
_GLYPHS_OR_MOVE = re.compile(r"<([0-9a-f]*)>|([^<]+)")
_DIGITS = 4  # of a glyph, in hexadecimal


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Glyphs that mean a text together; ``spelled`` when they would not say it by themselves."""

    glyphs: int
    text: str
    spelled: bool


# What WeasyPrint adds to a line by itself: a hyphen, an ellipsis.
_UNKNOWN = Cluster(glyphs=1, text="", spelled=False)
_characters: dict[bytes, dict[int, str]] = {}  # by the name of the font, as long as the process lives


def install() -> None:
    """Have WeasyPrint draw all lines of text so."""
    weasyprint_text.draw_first_line = draw_first_line


def draw_first_line(stream: Any, textbox: Any, *arguments: Any) -> Any:
    """A line of text, with what it means where that is not what its glyphs say one by one."""
    layout = textbox.pango_layout
    clusters = [] if _is_plain(layout.text) else list(_clusters(stream, layout))
    if not any(cluster.spelled for cluster in clusters):
        return _draw(stream, textbox, *arguments)
    stream.show_text = Speller(stream, clusters).show_text
    try:
        return _draw(stream, textbox, *arguments)
    finally:
        del stream.show_text


def _is_plain(text: str) -> bool:
    return text.isascii() or (max(text) < _FIRST_MARK and "\u00a0" not in text)


def _clusters(stream: Any, layout: Any) -> Iterator[Cluster]:
    """The clusters of a line, from left to right; their glyphs learn what they stand for."""
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)  # noqa: FBT003 (as it will be drawn)
    line, _ = layout.get_first_line()
    text = layout.text.encode()
    run = line.runs[0]
    while run != ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        run = run.next
        font, _ = stream.add_font(item.analysis.font)
        step = -1 if item.analysis.level % 2 else 1
        for of, said in _groups(glyphs, text[item.offset : item.offset + item.length]):
            yield _learn(font, of[::step], said)


def _groups(glyphs: Any, text: bytes) -> Iterator[tuple[list[int], str]]:
    """Glyphs that belong together, as drawn, with their text."""
    leaders = _leaders(text, sorted({glyphs.log_clusters[no] for no in range(glyphs.num_glyphs)}))
    drawn = ((leaders[glyphs.log_clusters[no]], glyphs.glyphs[no].glyph) for no in range(glyphs.num_glyphs))
    for (start, end), group in groupby(drawn, key=itemgetter(0)):
        yield [glyph for _, glyph in group if glyph != pango.PANGO_GLYPH_EMPTY], text[start:end].decode()


def _leaders(text: bytes, starts: list[int]) -> dict[int, tuple[int, int]]:
    """By the start of each cluster, start and end of the text that it is part of: marks belong to their letter."""
    parts = list(zip(starts, [*starts[1:], len(text)], strict=True))
    found: list[tuple[int, int]] = []
    members: dict[int, int] = {}
    for start, end in parts:
        if found and unicodedata.category(text[start:end].decode()[0]).startswith("M"):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
        members[start] = len(found) - 1
    return {start: found[no] for start, no in members.items()}


def _learn(font: Any, glyphs: list[int], text: str) -> Cluster:
    """Give each glyph, in the order of reading, the text it stands for, unless it has one already."""
    if any(glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG for glyph in glyphs):  # WeasyPrint makes one up, and warns
        return Cluster(glyphs=len(glyphs), text=text, spelled=False)
    known = font.to_unicode
    left, new = list(text), []
    for glyph in glyphs:
        said = known.get(glyph) or _own_character(font, glyph)
        if said is None:
            new.append(glyph)
            continue
        known[glyph] = said
        for character in said:
            with suppress(ValueError):
                left.remove(character)
    for no, glyph in enumerate(new):
        known[glyph] = ("".join(left) if len(new) == 1 else "".join(left[no : no + 1])) or _NOTHING
    said = "".join(known[glyph] for glyph in glyphs)
    spelled = said.translate(_SPACES) != text.translate(_SPACES) or (len(glyphs) > 1 and text[0] in _PILED)
    return Cluster(glyphs=len(glyphs), text=text, spelled=spelled)


def _own_character(font: Any, glyph: int) -> str | None:
    if font.name not in _characters:
        _characters[font.name] = _characters_in(font.file_content)
    return _characters[font.name].get(glyph)


def _characters_in(font_file: bytes) -> dict[int, str]:
    """The one character that each glyph of a font is for; not of large fonts, where others are a rarity."""
    font = TTFont(BytesIO(font_file), lazy=True)
    if "glyf" not in font:
        return {}
    found: dict[int, str] = {}
    for point, glyph in sorted(font.getBestCmap().items()):
        # Forms of Arabic letters, and signs that are letters, have code points too: they are not what people write.
        if not unicodedata.decomposition(chr(point)).startswith("<"):
            found.setdefault(font.getGlyphID(glyph), chr(point))
    return found


class Speller:
    """Writes glyphs as a stream does, and around some of them what they mean."""

    def __init__(self, stream: Any, clusters: list[Cluster]) -> None:
        self._stream = stream
        self._show = stream.show_text
        self._clusters = iter([cluster for cluster in clusters if cluster.glyphs])
        self._cluster = _UNKNOWN
        self._left = 0

    def show_text(self, shown: str) -> None:
        """Glyphs in hexadecimal (``<00120034>``) with moves between them (``-20``)."""
        pending = ""
        for glyphs, move in _GLYPHS_OR_MOVE.findall(shown):
            pending += f" {move} " if move else ""
            for at in range(0, len(glyphs), _DIGITS):
                pending = self._begin(pending) + f"<{glyphs[at : at + _DIGITS]}>"
                pending = self._end(pending)
        self._flush(pending)

    def _begin(self, pending: str) -> str:
        """Before each glyph: when it is the first of a cluster, say what that means. Returns what is still to show."""
        if not self._left:
            self._cluster = next(self._clusters, _UNKNOWN)
            self._left = self._cluster.glyphs
            if self._cluster.spelled:
                self._flush(pending)
                text = self._cluster.text.encode("utf-16-be").hex()
                self._stream.begin_marked_content("Span", f"<</ActualText <feff{text}>>>".encode())
                pending = ""
        self._left -= 1
        return pending

    def _end(self, pending: str) -> str:
        """After each glyph."""
        if self._left or not self._cluster.spelled:
            return pending
        self._flush(pending)
        self._stream.end_marked_content()
        return ""

    def _flush(self, pending: str) -> None:
        if pending:
            self._show(pending.replace("><", ""))
