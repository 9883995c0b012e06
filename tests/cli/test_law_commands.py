"""regimes and preview: they need no server."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from starter.specimens import specimens
from tests.cli.conftest import Cli
from tripinvoice.invoice import Kind
from tripinvoice.regimes import REGIMES
from tripinvoice.regimes.base import Regime
from tripinvoice.render import html
from tripinvoice.trip import LineOfBusiness

DAY = date(2026, 11, 2)
OUTSIDE = {name: value for name, value in os.environ.items() if not name.startswith(("TRIPINVOICE_", "TEMPORAL_"))}
cli = Cli(OUTSIDE | {"TEMPORAL_ADDRESS": "localhost:1", "NO_COLOR": "1"})


async def test_regimes_lists_all_with_what_nobody_has_verified() -> None:
    """As many rates and rules as the code has."""
    told = await cli("regimes", "--json", "--on", str(DAY))
    assert told.code == 0
    by_code = {one["code"]: one for one in told.lines()}
    assert list(by_code) == [regime.code for regime in REGIMES]
    for regime in REGIMES:
        rates = {name: regime.rate(name, DAY) for name in regime.rates}
        told_rates = {one["name"]: (one["percent"], one["verified"]) for one in by_code[regime.code]["rates"]}
        assert told_rates == {name: (str(rate.percent), rate.verified) for name, rate in rates.items()}
        unverified = {one["name"] for one in by_code[regime.code]["rules"] if not one["verified"]}
        assert unverified == {name for name, rule in regime.rules.items() if not rule.verified}


async def test_regimes_of_one_country_on_a_day() -> None:
    """Germany's half year of lower rates, unverified."""
    told = await cli("regimes", "de", "--on", "2020-08-01")
    assert told.code == 0
    assert "?  standard     16 %  2020-07-01  § 28 Abs. 1 UStG" in told.out
    assert "not verified against the law itself" in told.out
    before = json.loads((await cli("regimes", "DE", "--on", "1990-01-01", "--json")).out)
    assert {rate["percent"] for rate in before["rates"]} == {None}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("regimes", "XX"), 2, "there is no such regime; known are"),
        (("preview", "--country", "XX"), 1, "no regime for XX"),
        (("preview", "--country", "DE", "--language", "fr-FR"), 2, "DE issues in de_DE, en_GB only"),
        (("preview", "--country", "DE", "--kind", "receipt"), 5, "no sample trip of rides gives such a document"),
    ],
)
async def test_what_is_not_there(arguments: tuple[str, ...], code: int, words: str) -> None:
    """Told in words, with the exit code of its kind."""
    told = await cli(*arguments)
    assert (told.code, told.out) == (code, "")
    assert words in " ".join(told.err.split())


def _content(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_preview_makes_specimens(tmp_path: Path) -> None:
    """Watermarked, in the language asked for, without a number; the same bytes when made again."""
    asked = ("preview", "--country", "DE", "--lob", "delivery", "--language", "en-GB", "--out", str(tmp_path), "--json")
    made = (await cli(*asked)).lines()
    assert [one["contract"] for one in made] == ["goods", "delivery"]
    content = [_content(one["pdf"]) for one in made]
    for one in made:
        text = PdfReader(one["pdf"]).pages[0].extract_text()
        assert "Specimen" in text
        assert "Invoice" in text
        assert "No. " not in text
    again = (await cli(*asked)).lines()
    assert [_content(one["pdf"]) for one in again] == content


async def test_preview_of_credit_notes(tmp_path: Path) -> None:
    """They refer to a document that is a specimen, too."""
    told = await cli("preview", "--country", "GB", "--kind", "credit-note", "--out", str(tmp_path), "--json")
    assert (told.code, told.err) == (0, "")
    for one in told.lines():
        text = PdfReader(one["pdf"]).pages[0].extract_text()
        assert one["kind"] == "credit_note"
        assert [word in text for word in ("credit note", "Refers to", "SPECIMEN", "No. ")] == [True] * 3 + [False]


@pytest.mark.parametrize("line_of_business", LineOfBusiness)
@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.code)
def test_every_regime_has_specimens_of_credit_notes(regime: Regime, line_of_business: LineOfBusiness) -> None:
    """With a title that is not the invoice's."""
    made = specimens(regime.code, line_of_business, Kind.CREDIT_NOTE)
    titles = {one.invoice.draft.title for one in specimens(regime.code, line_of_business)}
    for one in made:
        assert one.invoice.draft.title not in titles
        assert "SPECIMEN" in html(one.invoice)


async def test_preview_of_all_samples(tmp_path: Path) -> None:
    """Every sample trip's documents, each in a file of its own."""
    told = await cli("preview", "--country", "GB", "--all", "--out", str(tmp_path / "new"))
    paths = told.out.split()
    assert (told.code, len(set(paths))) == (0, len(paths))
    assert len(paths) > 5
    assert all(_content(path).startswith(b"%PDF-") for path in paths)
