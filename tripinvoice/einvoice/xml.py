"""A tree of elements and its text: the same bytes for the same tree, whatever the texts in it hold."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 (section 2.2) has no place for, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Content: TypeAlias = "str | Element | Iterable[Element | None] | None"


@dataclass(frozen=True)
class Element:
    """``name`` as it is written, with its prefix; it holds a text or elements."""

    name: str
    content: "str | tuple[Element, ...]"
    attributes: Mapping[str, str]


def element(name: str, /, *content: Content, **attributes: str | None) -> Element | None:
    """An element, unless it would hold nothing: a term that an invoice has not is left out with all around it."""
    stated = {key: value for key, value in attributes.items() if value is not None}
    if len(content) == 1 and isinstance(content[0], str):
        return Element(name, content[0], stated) if content[0] else None
    held = tuple(_elements(content))
    return Element(name, held, stated) if held else None


def _elements(content: Iterable[Content]) -> Iterable[Element]:
    for part in content:
        if isinstance(part, Element):
            yield part
        elif isinstance(part, str):
            msg = "an element holds one text or elements, not both"
            raise TypeError(msg)
        elif part is not None:
            yield from (one for one in part if one is not None)


def document(root: Element) -> bytes:
    """The whole file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_text(root, "")}\n'.encode()


def _text(one: Element, indent: str) -> str:
    attributes = "".join(f" {name}={quoteattr(_clean(value))}" for name, value in one.attributes.items())
    if isinstance(one.content, str):
        return f"{indent}<{one.name}{attributes}>{escape(_clean(one.content))}</{one.name}>"
    inside = "\n".join(_text(child, indent + "  ") for child in one.content)
    return f"{indent}<{one.name}{attributes}>\n{inside}\n{indent}</{one.name}>"


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
