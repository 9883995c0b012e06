"""Outside text, made fit to print: only what the packaged fonts can draw, and nothing invisible that reorders."""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from fontTools.ttLib import TTFont

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# What looks the same and is in the fonts; the minus sign comes from number formats (Swedish, Norwegian).
_LOOK_ALIKES = str.maketrans({"\N{MINUS SIGN}": "-", "\N{RIGHTWARDS ARROW}": "-"})

# Embeddings, overrides and isolates would change the order of what is printed around them.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACED = re.compile(f"{REPLACEMENT}[\u200d{REPLACEMENT}]*")


def font_files() -> dict[str, bytes]:
    """The packaged font files, by name, in order."""
    folder = files("templates") / "fonts"
    found = (item for item in folder.iterdir() if item.name.endswith(".ttf"))
    return {item.name: item.read_bytes() for item in sorted(found, key=lambda item: item.name)}


@cache
def covered() -> frozenset[int]:
    """The code points that the packaged fonts can draw."""
    points: set[int] = set()
    for content in font_files().values():
        points.update(TTFont(BytesIO(content), lazy=True).getBestCmap())
    return frozenset(points)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    """The character, a space for white space, nothing for what is invisible, U+FFFD for what cannot be drawn."""
    if character.isspace():
        return character if character in "\u00a0\u202f" else " "
    category = unicodedata.category(character)
    if category == "Cc" or character in _REORDERING:
        return ""
    if ord(character) in covered():
        return character
    return "" if category in {"Cf", "Mn", "Me"} else REPLACEMENT


def printable(text: str) -> str:
    """The text in NFC, without control characters; what no packaged font has becomes one U+FFFD per run."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    return _REPLACED.sub(REPLACEMENT, "".join(map(_shown, composed)))


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is written from right to left (Unicode rule P2)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False
