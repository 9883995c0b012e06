"""Amounts, dates and measures as each country writes them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import draft
from tests.unit.render.conftest import Country
from tripinvoice.invoice import Line, Party, TaxCategory
from tripinvoice.money import Money
from tripinvoice.render.wording import Wording, wording_of

GERMAN = wording_of("germany", "de_DE", str)
BRITISH = wording_of("united_kingdom", "en_GB", str)
AMERICAN = wording_of("united_states", "en_US", str)
TAIWANESE = wording_of("taiwan", "zh_Hant_TW", str)


def line(**changes: object) -> Line:
    """The first line of a Berlin taxi ride, changed as asked."""
    return replace(draft().lines[0], **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "money", "expected"),
    [
        (GERMAN, Money(123456, "EUR"), "1.234,56\u00a0€"),
        (GERMAN, Money(-500, "EUR"), "-5,00\u00a0€"),
        (GERMAN, Money(0, "EUR"), "0,00\u00a0€"),
        (BRITISH, Money(123456, "GBP"), "£1,234.56"),
        (AMERICAN, Money(-450, "USD"), "-$4.50"),
        (AMERICAN, Money(1234, "JPY"), "¥1,234"),
        (BRITISH, Money(12345, "KWD"), "KWD\u00a012.345"),
        (TAIWANESE, Money(123400, "TWD"), "$1,234"),
        (TAIWANESE, Money(123450, "TWD"), "$1,234.50"),
        (GERMAN, Money(999_999_999_999_999, "EUR"), "9.999.999.999.999,99\u00a0€"),
    ],
)
def test_money_has_the_currencys_own_decimals(words: Wording, money: Money, expected: str) -> None:
    """ISO 4217 says how many, the locale where the sign goes."""
    assert words.money(money) == expected


def test_amounts_in_columns_have_no_sign() -> None:
    """The head of the column names the currency."""
    assert GERMAN.amount(Money(123456, "EUR")) == "1.234,56"
    assert AMERICAN.amount(Money(5, "JPY")) == "5"
    assert (GERMAN.currency("EUR"), AMERICAN.currency("USD")) == ("€", "$")


@pytest.mark.parametrize(
    ("words", "percent", "expected"),
    [
        (GERMAN, "19", "19\u00a0%"),
        (GERMAN, "7.0", "7\u00a0%"),
        (AMERICAN, "8.875", "8.875%"),
        (BRITISH, "12.5", "12.5%"),
        (BRITISH, "0", "0%"),
    ],
)
def test_rates_keep_their_decimals(words: Wording, percent: str, expected: str) -> None:
    """New York's rate has three."""
    assert words.rate(Decimal(percent)) == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (TaxCategory.STANDARD, "7\u00a0%"),
        (TaxCategory.ZERO, "7\u00a0%"),
        (TaxCategory.EXEMPT, "Steuerfrei"),
        (TaxCategory.OUTSIDE, "–"),
    ],
)
def test_having_no_tax_is_not_a_rate_of_zero(category: TaxCategory, expected: str) -> None:
    """Exempt and outside are words, zero-rated is a rate."""
    assert GERMAN.tax_of(category, Decimal(7)) == expected


@pytest.mark.parametrize(
    ("quantity", "unit", "expected"),
    [
        ("1", "C62", ""),
        ("1.000", "C62", ""),
        ("2", "C62", "2 ×"),
        ("5.25", "KMT", "5,25 km"),
        ("1", "MIN", "1 Min."),
        ("10", "MIN", "10 Min."),
        ("3", "XYZ", "3 XYZ"),
    ],
)
def test_quantities_are_told_unless_they_are_one_piece(quantity: str, unit: str, expected: str) -> None:
    """A unit that the catalog does not know is printed as it came."""
    assert GERMAN.quantity(line(quantity=Decimal(quantity), unit=unit)) == expected


def test_the_upstreams_own_text_wins() -> None:
    """Else the catalog's word for the code."""
    assert GERMAN.what(line(code="fare", description="Nachtfahrt")) == "Nachtfahrt"
    assert GERMAN.what(line(code="fare", description=None)) == "Fahrpreis"


def test_names_of_ids_taxes_and_methods() -> None:
    """Known ones have a word, others speak for themselves."""
    assert (GERMAN.tax_id("DE-STNR"), GERMAN.tax_id("XX")) == ("Steuernummer", "XX")
    assert GERMAN.tax("USt") == "USt"
    assert (GERMAN.method("cash"), GERMAN.method("blue_card")) == ("Bar", "Blue card")


@pytest.mark.parametrize(
    ("words", "country", "expected"),
    [(GERMAN, "DE", "8,4 km"), (BRITISH, "GB", "5.2 mi"), (AMERICAN, "US", "5.2 mi")],
)
def test_distances_are_told_as_roads_are_signed(words: Wording, country: str, expected: str) -> None:
    """Miles in the United Kingdom and the United States."""
    assert words.distance(8_400, country) == expected


def test_times_are_the_ones_the_customer_saw() -> None:
    """A journey's times are local already: their zone is not applied again."""
    seen = datetime(2026, 11, 2, 21, 14, tzinfo=UTC)
    assert GERMAN.clock(seen) == "21:14"
    assert AMERICAN.clock(seen) == "9:14\u202fPM"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0 Min."), (89, "1 Min."), (3_600, "1 Std. 0 Min."), (5_400, "1 Std. 30 Min.")]
)
def test_durations_are_whole_minutes(seconds: int, expected: str) -> None:
    """Hours are told when there are any."""
    assert GERMAN.duration(timedelta(seconds=seconds)) == expected


def test_dates_have_the_month_as_a_word() -> None:
    """So that nobody mistakes day for month."""
    day = date(2026, 11, 2)
    said = (GERMAN.day(day), BRITISH.day(day), AMERICAN.day(day))
    assert said == ("2. November 2026", "2 November 2026", "November 2, 2026")


def test_the_years_of_the_republic() -> None:
    """1912 was its first; who reads English gets the other calendar."""
    assert TAIWANESE.day(date(2026, 11, 4)) == "中華民國115年11月4日"
    assert TAIWANESE.roc_year(date(1912, 1, 1)) == 1
    assert wording_of("taiwan", "en_US", str).day(date(2026, 11, 4)) == "November 4, 2026"


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("DE", ("12045 Berlin",)),
        ("GB", ("Berlin", "12045")),
        ("US", ("Berlin 12045",)),
        ("SA", ("Berlin 12045",)),
        (None, ("12045 Berlin",)),
    ],
)
def test_postcodes_stand_where_the_country_puts_them(country: str | None, expected: tuple[str, ...]) -> None:
    """Below the town, behind it, or before it."""
    party = Party(name="A", postcode="12045", city="Berlin", country=country)
    assert GERMAN.place(party) == expected
    assert GERMAN.place(Party(name="A", country=country)) == ()


@pytest.mark.parametrize(
    ("subdivision", "expected"),
    [
        ("IN-KA", ("Bengaluru 560001", "Karnataka (29)")),
        (None, ("Bengaluru 560001",)),
        ("US-NY", ("Bengaluru 560001",)),
    ],
)
def test_a_state_is_part_of_an_address_where_the_country_writes_it(
    subdivision: str | None, expected: tuple[str, ...]
) -> None:
    """As the country's catalog names it; one that it does not know is left out."""
    party = Party(name="A", postcode="560001", city="Bengaluru", country="IN", subdivision=subdivision)
    assert wording_of("india", "en_IN", str).place(party) == expected


def test_an_address_in_japan_goes_from_large_to_small() -> None:
    """In Japanese; whoever reads it in another language finds the town at its end."""
    party = Party(
        name="A", address=("丸の内1-2-3", "東ビル4階"), postcode="100-0005", city="東京都千代田区", country="JP"
    )
    japanese, english = wording_of("japan", "ja_JP", str), wording_of("japan", "en_US", str)
    assert japanese.address(party) == ("〒100-0005", "東京都千代田区丸の内1-2-3", "東ビル4階")
    assert english.address(party) == ("丸の内1-2-3", "東ビル4階", "100-0005 東京都千代田区")
    assert japanese.address(Party(name="A", country="JP")) == ()


def test_titles_without_tax() -> None:
    """Who charges no VAT must not call it a VAT invoice."""
    assert BRITISH.title("invoice") == "VAT invoice"
    assert BRITISH.title("invoice_untaxed") == "Invoice"
    assert GERMAN.title("invoice") == "Rechnung"


def test_countries_are_named_in_the_documents_language() -> None:
    """An unknown code is printed as it is."""
    assert (GERMAN.country("FR"), GERMAN.country("X1")) == ("Frankreich", "X1")


def test_notes_are_filled_with_escaped_text() -> None:
    """Outside text in a legal note is data there, too, braces and all."""
    note = GERMAN.note("issued_on_behalf", issuer="<b>{supplier}</b>", supplier="{0.__class__} & Co")
    assert note == "Ausgestellt von &lt;b&gt;{supplier}&lt;/b&gt; im Namen und für Rechnung von {0.__class__} &amp; Co"


BILINGUAL = (
    'primary = true\nsecond = "en"\n[titles]\ninvoice = "فاتورة ضريبية"\n'
    '[codes]\nfare = "الأجرة"\n[tax_ids]\nVAT = "رقم"\n[taxes]\nvat = "ضريبة"\n[notes]\nlaw = "وفقا {supplier}"'
)
ENGLISH = '[titles]\ninvoice = "Tax invoice"\n[taxes]\nvat = "VAT"\n[notes]\nlaw = "As {supplier} & law"'


def twice(first: str, second: str) -> str:
    """A word in Arabic, then in English."""
    return f'{first} <span class="second"><bdi lang="en" dir="ltr">{second}</bdi></span>'


def test_two_languages_are_said_one_after_the_other(country: Country) -> None:
    """Wherever a word of the catalog is printed; what is the same in both is printed once."""
    country(ar_SA=BILINGUAL, en=ENGLISH)
    words = wording_of("testland", "ar_SA", str)
    assert (words.language, words.direction) == ("ar-SA", "rtl")
    assert words.title("invoice") == twice("فاتورة ضريبية", "Tax invoice")
    assert words.label("total") == twice("الإجمالي", "Total")
    assert words.what(line(code="fare", description=None)) == twice("الأجرة", "Fare")
    assert words.what(line(code="fare", description="Nachtfahrt")) == "Nachtfahrt"
    assert words.method("card") == twice("بطاقة", "Card")
    assert words.method("apple_pay") == "Apple Pay"
    assert words.tax_id("VAT") == twice("رقم", "VAT number")
    assert words.tax_id("XX") == "XX"
    assert words.tax("vat") == twice("ضريبة", "VAT")
    assert words.tax_of(TaxCategory.EXEMPT, Decimal(0)) == twice("معفى", "Exempt")


def test_notes_in_two_languages_are_escaped_once(country: Country) -> None:
    """Outside text in both; it makes no element in either."""
    country(ar_SA=BILINGUAL, en=ENGLISH)
    note = wording_of("testland", "ar_SA", str).note("law", supplier="<b>{0}</b>")
    assert note == twice("وفقا &lt;b&gt;{0}&lt;/b&gt;", "As &lt;b&gt;{0}&lt;/b&gt; &amp; law")


def test_from_right_to_left_a_minus_stays_before_its_number(country: Country) -> None:
    """A mark says that it goes with the figures, which go from left to right in Arabic, too."""
    country(ar_SA=BILINGUAL)
    words = wording_of("testland", "ar_SA", str)
    assert words.amount(Money(-123456, "SAR")) == "\u200e-1,234.56"
    assert words.money(Money(-123456, "SAR")) == "\u200f\u200e-1,234.56\u00a0ر.س.\u200f"
    assert GERMAN.amount(Money(-500, "EUR")) == "-5,00"


def test_in_the_countrys_own_currency_there_is_no_exchange_rate() -> None:
    """Nothing is told of one."""
    assert not GERMAN.exchange(draft())
