"""Outside text is made printable without losing what can be printed."""

from importlib.resources import files

import pytest

from tripinvoice.render.catalogs import SECTIONS, base_languages, catalog, countries, offered
from tripinvoice.render.glyphs import (
    REPLACEMENT,
    code_points,
    drawable,
    font_files,
    has_right_to_left,
    is_right_to_left,
    printable,
    replaced,
)


@pytest.mark.parametrize(
    "text",
    [
        "Plain ASCII: 1/2 & <b>",
        "Müller-Lüdenscheidt, Çelik, Łódź, Þór",
        "Ελληνική οδός",
        "Москва, ул. Тверская",
        "חומוס מלא",
        "مطعم الشام، شارع الملك فهد ١٢",
        "می\u200cخواهم",
        "श्री कृष्ण भोजनालय, क्षेत्र १२",
        "र\u094d\u200dय",
        "ร้านอาหาร น้ำ ๑๒",
        "株式会社東京モビリティ、〒105-0001 ガギグ",
        "臺灣優步股份有限公司",
        "北京市朝阳区建国门外大街",
        "서울특별시 강남구",
        "12,40\u00a0€ 4:14\u202fPM ₪ ₹ ×",
    ],
)
def test_text_of_the_packaged_scripts_stays_as_it_is(text: str) -> None:
    """Every script that we print and the signs that number formats use need no replacement."""
    assert printable(text) == text
    assert replaced(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tea ☕️ time", f"tea {REPLACEMENT} time"),
        ("👩\u200d🍳👩\u200d🍳 cook", f"{REPLACEMENT} cook"),
        ("ᏣᎳᎩ ᎠᏰᎵ", f"{REPLACEMENT} {REPLACEMENT}"),
        ("\ue000", REPLACEMENT),
        ("\ud800 lone", f"{REPLACEMENT} lone"),
        ("\U0010ffff", REPLACEMENT),
        ("x\U0001e8d0", f"x{REPLACEMENT}"),
    ],
    ids=["emoji", "joined emoji", "cherokee", "private use", "surrogate", "no character", "mark"],
)
def test_what_no_font_can_draw_becomes_one_mark(text: str, expected: str) -> None:
    """A run of undrawable characters is one U+FFFD, and it is told which they were."""
    assert printable(text) == expected
    assert "".join(sorted(replaced(text))) == "".join(sorted({*text} - {*expected, "\u200d", "\ufe0f", " "}))


def test_the_mark_itself_was_not_replaced_by_us() -> None:
    """A text that lost a character before it came here is printed as it came."""
    assert printable(f"caf{REPLACEMENT}") == f"caf{REPLACEMENT}"
    assert replaced(f"caf{REPLACEMENT}") == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1bc\x7f", "abc"),
        ("line\nbreak\tand tab", "line break and tab"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("Cafe\u0301", "Café"),
        ("\u22125 \u2192 6", "-5 - 6"),
        ("em\u2003space", "em space"),
        ("pay\u200bp\u2060a\ufeffl\u00ad", "paypal"),
        ("pay\u200dp\u200cal", "paypal"),
        ("a\U000e0041b", "ab"),
        ("葛\U000e0100城", "葛城"),
        ("Z" + "\u0316" * 40 + "!", "Z" + "\u0316" * 4 + "!"),
    ],
    ids=[
        "controls",
        "white space",
        "overrides",
        "composed",
        "look-alikes",
        "wide space",
        "zero width",
        "joiners",
        "tag",
        "variation",
        "heaps of marks",
    ],
)
def test_what_disturbs_a_page_is_made_harmless(text: str, expected: str) -> None:
    """Controls and direction overrides go, white space is one kind, letters are composed; what is seen stays."""
    assert printable(text) == expected
    assert replaced(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 מלון", True), ("12 شارع", True), ("Hotel מלון", False), ("12", False), ("", False)],
)
def test_the_first_strong_letter_decides_the_direction(text: str, expected: bool) -> None:  # noqa: FBT001
    """Digits and spaces have no say."""
    assert is_right_to_left(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Hotel מלון 5", True), ("شارع", True), ("\u200fx", True), ("Hôtel 5", False), ("12", False)],
)
def test_texts_that_could_turn_what_is_around_them(text: str, expected: bool) -> None:  # noqa: FBT001
    """One letter or mark is enough."""
    assert has_right_to_left(text) is expected


def test_the_fonts_are_complete_and_small() -> None:
    """The replacement mark itself can be drawn, and what is packaged with us stays light."""
    assert drawable(REPLACEMENT)
    sizes = {name: len(file.read_bytes()) for name, file in font_files().items()}
    assert sum(size for name, size in sizes.items() if name.endswith(".ttf")) < 3_000_000
    assert [name for name in sizes if name.endswith(".otf")] == ["NotoSansCJKtc-Bold.otf", "NotoSansCJKtc-Regular.otf"]


def test_each_weight_can_draw_the_same() -> None:
    """A bold name needs no other font than a plain one (Amiri's bold lacks some rare signs: they come out plain)."""
    by_family: dict[str, list[frozenset[int]]] = {}
    for font in font_files():
        by_family.setdefault(font.partition("-")[0], []).append(code_points(font))
    assert sorted(by_family) == [
        *("Amiri", "NotoSans", "NotoSansCJKtc", "NotoSansDevanagari", "NotoSansHebrew", "NotoSansThai")
    ]
    for family, (one, other) in by_family.items():
        assert (one == other) is (family != "Amiri"), family


def test_the_large_fonts_are_left_alone_by_most_documents() -> None:
    """They are opened for the first character that no other font has."""
    code_points.cache_clear()
    assert drawable("é")
    assert drawable("ж")
    assert code_points.cache_info().currsize < len(font_files()) - 1


def test_our_own_words_can_be_printed() -> None:
    """No catalog has a word that would come out as a mark."""
    catalogs = [catalog(country, locale) for country in countries() for locale in offered(country)]
    words = {text for known in catalogs for section in SECTIONS for text in known.sections[section].values()}
    words |= {
        line
        for language in base_languages()
        for line in (files("templates") / "base" / f"{language}.toml").read_text(encoding="utf-8").splitlines()
    }
    assert [word for word in words if replaced(word)] == []
