"""What templates call to write: money, dates, numbers and catalog words, in the language of the document."""

import re
from collections.abc import Callable
from copy import copy
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

from babel.dates import format_date, format_time
from babel.numbers import NumberPattern, format_decimal, get_currency_symbol
from markupsafe import Markup, escape

from tripinvoice.invoice import Draft, Line, Party, TaxCategory
from tripinvoice.money import Money, exponent
from tripinvoice.render.catalogs import Catalog, catalog
from tripinvoice.render.qr import qr_svg

_METRES_PER_MILE = Decimal("1609.344")
# A currency that is written as letters stands apart from the number (CLDR's alphaNextToNumber, which Babel leaves out).
_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
_IMPERIAL = frozenset({"US", "GB"})  # where road distances are told in miles

# Units whose single piece goes without saying: a piece, and a lump sum, as a part of a line is taken back.
_PIECES = frozenset({"C62", "H87", "LS"})

# What stands where a rate would, in categories that have none.
_WITHOUT_RATE = {
    TaxCategory.EXEMPT: "exempt",
    TaxCategory.REVERSE_CHARGE: "no_tax",
    TaxCategory.OUTSIDE: "no_tax",
}


_TWICE = Markup('{} <span class="second"><bdi lang="{}" dir="{}">{}</bdi></span>')


class Wording:
    """The voice of a country's documents in one language."""

    def __init__(self, words: Catalog, show: Callable[[str], str | Markup]) -> None:
        """``show`` makes outside text fit to print; it is applied to what is put into catalog texts."""
        self._words = words
        self._locale = words.locale
        self._show = show
        self.language = words.language
        self.direction = words.direction

    # Words: in both languages where the country's documents have two

    def label(self, key: str) -> str | Markup:
        """A word of the layout."""
        return self._said(lambda words: words.word("labels", key))

    def title(self, key: str) -> str | Markup:
        """What a document calls itself."""
        return self._said(lambda words: words.word("titles", key))

    def note(self, key: str, **places: str) -> Markup:
        """A text that the law wants printed; its named places are filled with outside text."""
        shown = {name: self._show(value) for name, value in places.items()}
        return Markup(escape(self._said(lambda words: _filled(words.word("notes", key), shown))))  # noqa: S704 (escaped)

    def what(self, line: Line) -> str | Markup:
        """What a line is: the upstream's own text, else the catalog's name of its code."""
        return line.description or self._said(lambda words: words.word_or_name("codes", line.code))

    def method(self, key: str) -> str | Markup:
        """How something was paid."""
        return self._said(lambda words: words.word_or_name("methods", key))

    def tax_id(self, scheme: str) -> str | Markup:
        """What an identification is called; the scheme itself when the catalog does not know it."""
        return self._said(lambda words: words.sections["tax_ids"].get(scheme, scheme))

    def tax(self, name: str) -> str | Markup:
        """What a tax is called: the catalog's word for a name that is a key, else the name as the regime gave it."""
        return self._said(lambda words: words.sections["taxes"].get(name, name))

    def _said(self, say: Callable[[Catalog], str]) -> str | Markup:
        """A text of the catalog; after it the same in the second language, unless that says it in the same words."""
        first = say(self._words)
        second = self._words.second
        if second is None or (other := say(second)) == first:
            return first
        return _TWICE.format(first, second.language, second.direction, other)

    # Numbers

    def money(self, money: Money) -> str:
        """An amount with its currency."""
        digits = exponent(money.currency)
        pattern = _with_decimals(self._locale.currency_formats["standard"], digits, digits)
        text = str(pattern.apply(money.decimal, self._locale, currency=money.currency, currency_digits=False))
        return self._signed(_LETTER_BEFORE_DIGIT.sub("\N{NO-BREAK SPACE}", text))

    def amount(self, money: Money) -> str:
        """An amount alone, for columns whose head names the currency."""
        digits = exponent(money.currency)
        pattern = _with_decimals(self._locale.decimal_formats[None], digits, digits)
        return self._signed(str(pattern.apply(money.decimal, self._locale)))

    def _signed(self, number: str) -> str:
        """From right to left the minus would go to the other end of its number (Babel leaves CLDR's mark out)."""
        return number.replace("-", "\N{LEFT-TO-RIGHT MARK}-") if self.direction == "rtl" else number

    def currency(self, code: str) -> str:
        """The symbol of a currency as this locale writes it."""
        return get_currency_symbol(code, self._locale)

    def rate(self, percent: Decimal) -> str:
        """A tax rate: ``Decimal("8.875")`` is 8.875%."""
        pattern = _with_decimals(self._locale.percent_formats[None], 0, 4)
        return str(pattern.apply(percent / 100, self._locale))

    def tax_of(self, category: TaxCategory, percent: Decimal) -> str:
        """The rate of a line, or the word for having none."""
        label = _WITHOUT_RATE.get(category)
        return self.label(label) if label else self.rate(percent)

    def exchange(self, draft: Draft) -> str:
        """Which exchange rate the tax in the country's own currency was computed with."""
        national = draft.national_tax
        if national is None:
            return ""
        rate = format_decimal(national.rate.normalize(), locale=self._locale, decimal_quantization=False)
        worth = f"1 {draft.currency} = {rate} {national.tax.currency}"
        return f"{worth} · {national.source} · {self.day(national.rate_date)}"

    def qr(self, content: str, alternative: str, *, least: int = 1) -> Markup:
        """A QR code as a picture of lines, which paper and PDF/A take at any size, of a version not below ``least``."""
        return qr_svg(content, alternative, least=least)

    def quantity(self, line: Line) -> str:
        """How much of it, with its unit; empty for exactly one piece or lump sum."""
        if line.quantity == 1 and line.unit in _PIECES:
            return ""
        number = format_decimal(line.quantity.normalize(), locale=self._locale, decimal_quantization=False)
        pattern = self._words.sections["units"].get(line.unit)
        return pattern.format(quantity=number) if pattern else f"{number} {line.unit}"

    def distance(self, metres: int, country: str) -> str:
        """A distance in kilometres, or miles where roads are signed so."""
        miles = country in _IMPERIAL
        length = Decimal(metres) / (_METRES_PER_MILE if miles else 1000)
        number = format_decimal(length.quantize(Decimal("0.1")), locale=self._locale)
        return self._words.word("units", "SMI" if miles else "KMT").format(quantity=number)

    # Time

    def day(self, day: date) -> str:
        """A date with the month as a word."""
        return format_date(day, format="long", locale=self._locale)

    def clock(self, moment: datetime) -> str:
        """Hours and minutes as the clock showed them there: a journey's times are local."""
        return format_time(moment.replace(tzinfo=None), format="short", locale=self._locale)

    def duration(self, length: timedelta) -> str:
        """Whole minutes, and hours when there are any."""
        hours, minutes = divmod(round(length.total_seconds() / 60), 60)
        units = self._words.sections["units"]
        parts = [units["HUR"].format(quantity=hours)] if hours else []
        return " ".join([*parts, units["MIN"].format(quantity=minutes)])

    def country(self, code: str) -> str:
        """The name of a country."""
        return str(self._locale.territories.get(code, code))

    def address(self, party: Party) -> tuple[str, ...]:
        """The address line by line: from small to large, but in Japan and in Japanese from large to small."""
        if party.country == "JP" and self._locale.language == "ja":
            first, *more = party.address or ("",)
            lines = (f"〒{party.postcode}" if party.postcode else "", f"{party.city or ''}{first}", *more)
            return tuple(line for line in lines if line)
        return (*party.address, *self.place(party))

    def place(self, party: Party) -> tuple[str, ...]:
        """Town and postcode, with the state where addresses have it, in the order of the party's country."""
        postcode, city = party.postcode or "", party.city or ""
        state = self._words.sections["states"].get(party.subdivision or "", "")
        lines: tuple[str, ...]
        match party.country:
            case "GB" | "IE":
                lines = (city, postcode)
            case "IN":
                lines = (f"{city} {postcode}", state)
            case "US" | "CA" | "AU":
                lines = (" ".join(part for part in (city, state, postcode) if part),)
            case _:
                lines = (f"{postcode} {city}",)
        return tuple(line.strip() for line in lines if line.strip())


def _filled(text: str, places: dict[str, str | Markup]) -> Markup:
    """A text of the catalog with outside text in its places; neither can make elements."""
    return Markup(escape(text)).format(**places)  # noqa: S704 (escaped in the same breath)


@cache
def _with_decimals(pattern: NumberPattern, least: int, most: int) -> NumberPattern:
    """A locale's pattern with other decimals: CLDR's differ from ISO 4217's for some currencies."""
    changed = copy(pattern)
    changed.frac_prec = (least, most)
    return changed


@cache
def wording_of(template: str, locale: str, show: Callable[[str], str | Markup]) -> Wording:
    """The voice for a country's document; made once per combination."""
    return Wording(catalog(template, locale), show)
