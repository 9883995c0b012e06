"""Outside text is made printable without losing what can be printed."""

import pytest

from tripinvoice.render.glyphs import REPLACEMENT, covered, font_files, is_right_to_left, printable


@pytest.mark.parametrize(
    "text",
    [
        "Plain ASCII: 1/2 & <b>",
        "Müller-Lüdenscheidt, Çelik, Łódź, Þór",
        "Ελληνική οδός",
        "Москва, ул. Тверская",
        "חומוס מלא",
        "مطعم الشام",
        "12,40\u00a0€ 4:14\u202fPM ₪ ₹ ×",
    ],
)
def test_text_of_the_packaged_scripts_stays_as_it_is(text: str) -> None:
    """Latin, Greek, Cyrillic, Hebrew, Arabic and the signs that number formats use need no replacement."""
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tea ☕️ time", f"tea {REPLACEMENT} time"),
        ("👩\u200d🍳👩\u200d🍳 cook", f"{REPLACEMENT} cook"),
        ("寿司", REPLACEMENT),
        ("\ue000", REPLACEMENT),
        ("\ud800 lone", f"{REPLACEMENT} lone"),
        ("a\U000e0041b", "ab"),
    ],
    ids=["emoji", "joined emoji", "han", "private use", "surrogate", "tag"],
)
def test_what_no_font_can_draw_becomes_one_mark(text: str, expected: str) -> None:
    """A run of undrawable characters is one U+FFFD; invisible ones vanish."""
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\x1bc\x7f", "abc"),
        ("line\nbreak\tand tab", "line break and tab"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("Cafe\u0301", "Café"),
        ("\u22125 \u2192 6", "-5 - 6"),
        ("em\u2003space", "em space"),
    ],
    ids=["controls", "white space", "overrides", "composed", "look-alikes", "wide space"],
)
def test_what_disturbs_a_page_is_made_harmless(text: str, expected: str) -> None:
    """Controls and direction overrides go, white space is one kind, letters are composed."""
    assert printable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 מלון", True), ("12 شارع", True), ("Hotel מלון", False), ("12", False), ("", False)],
)
def test_the_first_strong_letter_decides_the_direction(text: str, expected: bool) -> None:  # noqa: FBT001
    """Digits and spaces have no say."""
    assert is_right_to_left(text) is expected


def test_the_fonts_are_complete_and_small() -> None:
    """The replacement mark itself can be drawn, and the wheel stays light."""
    assert ord(REPLACEMENT) in covered()
    assert sum(len(content) for content in font_files().values()) < 3_000_000
