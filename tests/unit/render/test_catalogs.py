"""Every word that a document may need is there, in every country and language."""

import re
import tomllib
from importlib.resources import files

import pytest

from tests.factories import delivery_sources, invoice, london_sources, new_york_sources, sources
from tests.unit.render.conftest import Country
from tripinvoice.assemble import assemble
from tripinvoice.errors import DocumentError
from tripinvoice.invoice import Kind
from tripinvoice.regimes import REGIMES
from tripinvoice.regimes.base import Regime
from tripinvoice.render.catalogs import SECTIONS, base_languages, catalog, countries, offered

_PLACE = re.compile(r"\{\w+\}")
OFFERED = [(country, locale) for country in countries() for locale in offered(country)]


def _used(pattern: str, country: str) -> set[str]:
    """What the templates of a country ask for, its own and those that they rest upon."""
    folder = files("templates")
    texts = [
        item.read_text(encoding="utf-8")
        for name in ("base", country)
        for item in (folder / name).iterdir()
        if item.name.endswith(".j2")
    ]
    return {key for text in texts for key in re.findall(pattern, text)}


@pytest.mark.parametrize(("country", "locale"), OFFERED)
def test_every_label_that_templates_use_is_there(country: str, locale: str) -> None:
    """No template asks for a word that a country's catalog lacks."""
    labels = _used(r'words\.label\("(\w+)"\)', country)
    assert labels > {"total", "issue_date"}
    words = catalog(country, locale)
    assert all(words.word("labels", key) for key in labels)


@pytest.mark.parametrize(("country", "locale"), OFFERED)
def test_every_kind_of_document_has_a_title(country: str, locale: str) -> None:
    """A document cannot be nameless."""
    assert all(catalog(country, locale).word("titles", str(kind)) for kind in Kind)


@pytest.mark.parametrize("language", base_languages())
def test_base_catalogs_have_the_same_keys(language: str) -> None:
    """What is said in one language is said in all, and everything is said."""
    ours, english = _base(language), _base("en")
    assert [*ours] == [*english] == [*SECTIONS]
    for section in SECTIONS:
        assert [*ours[section]] == [*english[section]], section
        assert all(text.strip() == text != "" for text in ours[section].values()), section


@pytest.mark.parametrize("language", base_languages())
def test_base_catalogs_leave_the_same_places_to_fill(language: str) -> None:
    """A unit without its quantity, or a note without its parties, would print less than is known."""
    ours, english = _base(language), _base("en")
    for section in SECTIONS:
        for key, text in english[section].items():
            assert sorted(_PLACE.findall(ours[section][key])) == sorted(_PLACE.findall(text)), (section, key)


def test_the_languages_of_the_world_we_drive_in() -> None:
    """Every country of the product finds the words of its language."""
    spoken = {"ar", "bg", "de", "el", "en", "es", "fr", "hi", "it", "ja", "nl", "pl", "pt", "sv", "sw", "zh_Hant"}
    assert spoken <= set(base_languages())


@pytest.mark.parametrize(
    ("locale", "direction"), [("ar_SA", "rtl"), ("ar_EG", "rtl"), ("zh_Hant_TW", "ltr"), ("en_GB", "ltr")]
)
def test_a_language_has_a_direction(country: Country, locale: str, direction: str) -> None:
    """Arabic goes from right to left."""
    country(**{locale: ""})
    assert catalog("testland", locale).direction == direction


def test_a_second_language_has_the_countrys_words_before_those_of_everybody(country: Country) -> None:
    """The country's own catalog of that language is used when there is one; it need not be one of a place."""
    country(
        ar_SA='primary = true\nsecond = "en"\n[notes]\nlaw = "قانون"', en='[titles]\ninvoice = "Tax invoice"', en_GB=""
    )
    second = catalog("testland", "ar_SA").second
    assert second is not None
    assert (second.language, second.direction, second.second) == ("en", "ltr", None)
    assert second.word("titles", "invoice") == "Tax invoice"
    assert second.word("labels", "total") == "Total"
    assert catalog("testland", "en_GB").second is None
    with pytest.raises(DocumentError, match=r"notes: .* for en has no text"):
        second.word("notes", "law")


def test_a_second_language_may_be_everybodys(country: Country) -> None:
    """Without words of the country's own."""
    country(de_DE='second = "fr_FR"')
    second = catalog("testland", "de_DE").second
    assert second is not None
    assert second.word("titles", "invoice") == "Facture"


def test_a_second_language_that_is_none_is_refused(country: Country) -> None:
    """It is told where it stands."""
    country(de_DE='second = "klingon"')
    with pytest.raises(DocumentError, match='"second" in its catalog is no locale'):
        catalog("testland", "de_DE")


def _base(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files("templates") / "base" / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("asked", "language", "title"),
    [
        ("zh_TW", "zh-Hant-TW", "發票"),
        ("zh-Hant-TW", "zh-Hant-TW", "發票"),
        ("zh_HK", "zh-Hant-HK", "發票"),
        ("zh", "zh-Hant-TW", "發票"),
        ("zh_CN", "en-GB", "Invoice"),
    ],
)
def test_a_script_is_part_of_a_language(country: Country, asked: str, language: str, title: str) -> None:
    """Traditional characters are for who reads them; others get the country's primary language."""
    country(zh_Hant_TW="[notes]", en_GB="primary = true")
    chosen = catalog("testland", asked)
    assert (language, title) == (chosen.language, chosen.word("titles", "invoice"))


def test_a_language_without_base_words_is_refused(country: Country) -> None:
    """The remedy says which file is missing."""
    country(fi_FI="")
    with pytest.raises(DocumentError, match=r"templates/base/ has no catalog for fi; add one"):
        catalog("testland", "fi_FI")


def test_every_regime_has_its_template_and_language() -> None:
    """A regime names a folder that exists and a locale that the folder offers."""
    for regime in REGIMES:
        assert regime.locale in offered(regime.template)


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.code)
def test_notes_of_the_regimes_are_there(regime: Regime) -> None:
    """What a regime's rules may say, its catalog spells out in each of its languages; nothing waits there unused."""
    for locale in offered(regime.template):
        own = catalog(regime.template, locale).sections["notes"]
        assert sorted(own) == sorted({*regime.notes, *_base("en")["notes"]})


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
