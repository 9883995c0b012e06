"""Outside text, made fit to print: only what our fonts can draw, and nothing invisible that reorders.

Fonts are the files of ``templates/fonts``, and those of packages that are too large for it (``docs/decisions/0006``).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable

from fontTools.ttLib import TTFont

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Chinese, Japanese and Korean, 16 MB each; pyproject.toml says in which version.
_FONT_PACKAGES = ("cvttf_NotoSansCJK_Bold", "cvttf_NotoSansCJK_Regular")

# What looks the same and is in the fonts; the minus sign comes from number formats (Swedish, Norwegian).
_LOOK_ALIKES = str.maketrans({"\N{MINUS SIGN}": "-", "\N{RIGHTWARDS ARROW}": "-"})

# Embeddings, overrides and isolates would change the order of what is printed around them. The others are places where
# a word may be parted or must not be, and would be in the text layer as something else.
_UNWANTED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00ad\u200b\u2060\ufeff")
# Joiners shape Arabic and Indian letters; elsewhere they do nothing and make two names look alike.
_IDLE_JOINERS = re.compile("(?<![\u0600-\u1cff])[\u200c\u200d]+")
# They choose among forms of the character before them (text or emoji, old or new ideograph).
_VARIATIONS = frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_REPLACED = re.compile(f"{REPLACEMENT}+")
_RIGHT = frozenset({"R", "AL"})
_MOST_MARKS = 4  # Hebrew with vowels and accents has that many


def font_folders() -> tuple[Traversable, ...]:
    """Where fonts are."""
    return (files("templates") / "fonts", *map(files, _FONT_PACKAGES))


@cache
def font_files() -> dict[str, Traversable]:
    """The font files by name, the most used first."""
    found = ((item.name, item) for folder in font_folders() for item in sorted(folder.iterdir(), key=str))
    return {name: item for name, item in found if name.endswith((".ttf", ".otf"))}


@cache
def code_points(font: str) -> frozenset[int]:
    """The code points that one font can draw."""
    with as_file(font_files()[font]) as file, TTFont(file, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


def drawable(character: str) -> bool:
    """Whether a font can draw it. The large fonts are only opened for what no other has."""
    return any(ord(character) in code_points(font) for font in font_files())


@lru_cache(maxsize=16384)
def _shown(character: str) -> str:
    """The character, a space for white space, nothing for what is invisible, U+FFFD for what cannot be drawn."""
    if character.isspace():
        return character if character in "\u00a0\u202f" else " "
    category = unicodedata.category(character)
    if category == "Cc" or character in _UNWANTED:
        return ""
    if drawable(character):
        return character
    return "" if category == "Cf" or character in _VARIATIONS else REPLACEMENT


def printable(text: str) -> str:
    """The text in NFC, without control characters; what no font has becomes one U+FFFD per run."""
    if text.isascii() and text.isprintable():
        return text
    return _REPLACED.sub(REPLACEMENT, "".join(map(_shown, _composed(text))))


def replaced(text: str) -> frozenset[str]:
    """The characters of a text for which :func:`printable` gives U+FFFD."""
    return frozenset(character for character in _composed(text) if _shown(character) == REPLACEMENT != character)


def _composed(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    return "".join(_thinned(_IDLE_JOINERS.sub("", composed)))


def _thinned(text: str) -> Iterator[str]:
    """At most so many marks on a letter: more would be drawn over the lines around it."""
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            yield character


def has_right_to_left(text: str) -> bool:
    """Whether a part of the text is written from right to left, so that it can turn what is around it."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT for character in text)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is written from right to left (Unicode rule P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", *_RIGHT} and unicodedata.category(character) != "Cf":
            return direction != "L"
    return False
