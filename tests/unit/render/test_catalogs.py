"""Every word that a document may need is there, in every country and language."""

import re
from importlib.resources import files

import pytest

from tests.factories import delivery_sources, invoice, london_sources, new_york_sources, sources
from tripinvoice.assemble import assemble
from tripinvoice.errors import DocumentError
from tripinvoice.invoice import Kind
from tripinvoice.regimes import REGIMES
from tripinvoice.regimes.base import Regime
from tripinvoice.render.catalogs import SECTIONS, catalog, countries, offered

OFFERED = [(country, locale) for country in countries() for locale in offered(country)]


def _used(pattern: str) -> set[str]:
    """What the templates ask for, by pattern."""
    folder = files("templates")
    texts = [
        item.read_text(encoding="utf-8")
        for name in ("base", *countries())
        for item in (folder / name).iterdir()
        if item.name.endswith(".j2")
    ]
    return {key for text in texts for key in re.findall(pattern, text)}


@pytest.mark.parametrize(("country", "locale"), OFFERED)
def test_every_label_that_templates_use_is_there(country: str, locale: str) -> None:
    """No template asks for a word that a country's catalog lacks."""
    labels = _used(r'words\.label\("(\w+)"\)')
    assert labels > {"total", "issue_date"}
    words = catalog(country, locale)
    assert all(words.word("labels", key) for key in labels)


@pytest.mark.parametrize(("country", "locale"), OFFERED)
def test_every_kind_of_document_has_a_title(country: str, locale: str) -> None:
    """A document cannot be nameless."""
    assert all(catalog(country, locale).word("titles", str(kind)) for kind in Kind)


@pytest.mark.parametrize("language", ["de", "en"])
def test_base_catalogs_have_the_same_keys(language: str) -> None:
    """What is said in one language is said in all."""
    ours, english = (catalog("germany", locale).sections for locale in (f"{language}_DE", "en_GB"))
    for section in SECTIONS:
        assert sorted(ours[section]) == sorted(english[section]), section


def test_every_regime_has_its_template_and_language() -> None:
    """A regime names a folder that exists and a locale that the folder offers."""
    for regime in REGIMES:
        assert regime.locale in offered(regime.template)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.code)
def test_notes_of_the_regimes_are_there(regime: Regime) -> None:
    """What a regime's rules may say, its catalog spells out in each of its languages; nothing waits there unused."""
    for locale in offered(regime.template):
        own = catalog(regime.template, locale).sections["notes"]
        assert sorted(own) == sorted({*regime.notes, "issued_on_behalf"})


@pytest.mark.parametrize(("country", "locale"), OFFERED)
def test_every_country_says_who_wrote_it_for_whom(country: str, locale: str) -> None:
    """The platform writes in the supplier's name everywhere, and both are named."""
    note = catalog(country, locale).word("notes", "issued_on_behalf")
    assert "{supplier}" in note
    assert "{issuer}" in note


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("de_DE", "de-DE", "Rechnung"),
        ("de-AT", "de-AT", "Rechnung"),
        ("en_GB", "en-GB", "Invoice"),
        ("en_US", "en-US", "Invoice"),
        ("en", "en-GB", "Invoice"),
        ("fr_FR", "de-DE", "Rechnung"),
        ("no such thing", "de-DE", "Rechnung"),
    ],
)
def test_the_nearest_language_is_chosen(asked: str, language: str, title: str) -> None:
    """The exact locale, else its language, else what the country usually writes."""
    chosen = catalog("germany", asked)
    assert (language, title) == (chosen.language, chosen.word("titles", "invoice"))


def test_a_missing_text_names_the_section_only() -> None:
    """The remedy says where to add it; the key might come from outside."""
    with pytest.raises(DocumentError, match=r"notes: .* add it under \[notes\]") as raised:
        catalog("germany", "de_DE").word("notes", "unheard_of")
    assert "unheard_of" not in raised.value.message


@pytest.mark.parametrize("template", ["atlantis", "base", "../base", "fonts", ""])
def test_an_unknown_country_is_refused(template: str) -> None:
    """A template is a country's folder and nothing else."""
    with pytest.raises(DocumentError, match=r"draft\.template"):
        catalog(template, "en_GB")


def test_codes_without_a_word_become_readable() -> None:
    """A new upstream code need not wait for a release."""
    words = catalog("germany", "de_DE")
    assert words.word_or_name("codes", "fare") == "Fahrpreis"
    assert words.word_or_name("codes", "night_zone.two") == "Night zone two"


def test_the_samples_of_every_country_find_their_notes() -> None:
    """What the regimes put on real documents can be printed."""
    for of in (sources(), london_sources(), new_york_sources(), delivery_sources()):
        for draft in assemble(of):
            words = catalog(invoice(draft).draft.template, draft.locale)
            assert all(words.word("notes", note) for note in draft.notes)
