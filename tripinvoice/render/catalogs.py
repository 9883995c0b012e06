"""The words of documents: one TOML file per language and, over it, one per country.

``templates/base/en.toml`` has every word in English, and its neighbours in their languages;
``templates/germany/en_GB.toml`` says only what Germany's documents say differently, and the texts its law wants. A
country's file with ``primary = true`` is used when it has none in the language that was asked for. One with
``second = "en"`` makes documents in two languages: each word is printed in that one, too. ``calendar = "roc"`` counts
the years of dates from the Republic of China's first.
"""

import re
import tomllib
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from babel import Locale, UnknownLocaleError

from tripinvoice.errors import DocumentError

SECTIONS = ("titles", "labels", "codes", "units", "methods", "tax_ids", "taxes", "states", "notes")

_TEMPLATE_NAME = re.compile(r"[a-z][a-z_]{0,60}")


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """The words of one country's documents in one language, and the locale that writes its numbers and dates.

    ``second`` has the same words in another language, when documents are written in two. ``calendar`` is the one that
    dates are written in, where it is not the Gregorian.
    """

    locale: Locale
    sections: Mapping[str, Mapping[str, str]]
    second: "Catalog | None" = None
    calendar: str | None = None

    @property
    def language(self) -> str:
        """The BCP 47 tag of the document's language, such as ``de-DE``."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """Where its lines go: ``ltr`` or ``rtl``, as HTML's ``dir`` says it."""
        return "rtl" if self.locale.character_order == "right-to-left" else "ltr"

    def word(self, section: str, key: str) -> str:
        """The text of a key; raises :class:`DocumentError` when the catalog has none."""
        try:
            return self.sections[section][key]
        except KeyError:
            raise DocumentError(
                f"{section}: the catalog for {self.locale} has no text for a key of this document; "
                f"add it under [{section}] in the country's template folder",
                field=section,
            ) from None

    def word_or_name(self, section: str, key: str) -> str:
        """The text of a key, or the key itself made readable: ``airport_pickup`` is "Airport pickup"."""
        known = self.sections[section].get(key)
        return known if known is not None else key.replace("_", " ").replace(".", " ").capitalize()


def countries() -> tuple[str, ...]:
    """The names of the country folders."""
    folders = (item for item in files("templates").iterdir() if item.is_dir())
    return tuple(sorted(item.name for item in folders if _is_country(item)))


def _catalogs(folder: Traversable) -> list[Traversable]:
    return [item for item in folder.iterdir() if item.name.endswith(".toml")]


def _is_country(folder: Traversable) -> bool:
    return folder.name != "base" and (folder / "document.html.j2").is_file()


@cache
def base_languages() -> tuple[str, ...]:
    """The languages in which every word of a document is known, as ``de`` or ``zh_Hant``."""
    return tuple(sorted(item.name.removesuffix(".toml") for item in _catalogs(files("templates") / "base")))


def offered(template: str) -> tuple[str, ...]:
    """The locales for which a country has a catalog, the primary one first.

    Raises :class:`DocumentError` when there is no such template.
    """
    folder = files("templates") / template
    if not (_TEMPLATE_NAME.fullmatch(template) and _is_country(folder)):
        raise DocumentError(
            "draft.template: no folder of this name has a document; add it to templates/",
            field="draft.template",
        )
    names = [item.name.removesuffix(".toml") for item in _catalogs(folder)]
    return tuple(sorted(names, key=lambda name: (not _read(template, name).get("primary"), name)))


@cache
def catalog(template: str, locale: str) -> Catalog:
    """The catalog of a country for a locale such as ``de_DE`` or ``de-DE``.

    Words: those of the exact locale, else of the same language, else the country's primary ones. Numbers and dates
    are written as ``locale`` wants when it is of the language of the words, else as the catalog's own locale does.
    """
    wanted = _parsed(locale)
    available = offered(template)
    same_language = [name for name in available if wanted and _same_language(Locale.parse(name), wanted)]
    exact = [name for name in same_language if Locale.parse(name) == wanted]
    chosen = (exact or same_language or available)[0]
    own = Locale.parse(chosen)
    return Catalog(
        locale=wanted if wanted and same_language and wanted.territory else own,
        sections=_sections(template, chosen, own),
        second=_second(template, _read(template, chosen).get("second")),
        calendar=_read(template, chosen).get("calendar"),
    )


def _second(template: str, name: str | None) -> Catalog | None:
    if name is None:
        return None
    locale = _parsed(name)
    if locale is None:
        raise DocumentError(
            'draft.locale: "second" in its catalog is no locale; write one such as "en_GB"', field="draft.locale"
        )
    return Catalog(locale=locale, sections=_sections(template, name, locale))


def _sections(template: str, name: str, locale: Locale) -> dict[str, Mapping[str, str]]:
    """The country's words where it has some in this language, over those of everybody."""
    layers = [_read(template, name)] if name in offered(template) else []
    layers.append(_read("base", _base_of(locale)))
    return {section: ChainMap(*(layer.get(section, {}) for layer in layers)) for section in SECTIONS}


def _parsed(locale: str) -> Locale | None:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None


def _same_language(one: Locale, other: Locale) -> bool:
    """Whether who reads one reads the other: Chinese in traditional characters is not Chinese in simplified ones."""
    return one.language == other.language and (one.script == other.script or not (one.script and other.script))


def _base_of(locale: Locale) -> str:
    """The base catalog for a locale: that of its language in its script (``zh_Hant``), else of its language."""
    known = base_languages()
    for name in (f"{locale.language}_{locale.script}", locale.language):
        if name in known:
            return name
    raise DocumentError(
        f"draft.locale: templates/base/ has no catalog for {locale.language}; add one with every word of en.toml",
        field="draft.locale",
    )


@cache
def _read(folder: str, name: str) -> dict[str, Any]:
    return tomllib.loads((files("templates") / folder / f"{name}.toml").read_text(encoding="utf-8"))
