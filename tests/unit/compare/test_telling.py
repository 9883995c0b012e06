"""What of a difference is told: whatever a mismatch is found by, and nothing of a person."""

from typing import Any

import pytest

from tests.unit.compare.leaves import golden_leaves
from tests.unit.compare.personal import EXAMPLES
from tripinvoice.compare import form, telling
from tripinvoice.compare.telling import told_path, told_value

TOLD = {
    *("tax_rate", "rate", "quantity", "minor", "currency", "unit", "code", "tax_category", "exemption"),
    *("classification", "contract", "kind", "revision", "regime", "regime_version", "template", "locale", "paper"),
    *("time_zone", "line_of_business", "issuer_mode", "supply_date", "rate_date", "simplified", "business", "einvoice"),
    *("invoicing", "title", "method", "distance_m", "notes", "unverified", "label", "period", "first", "last"),
}
"""What an engineer asks for first."""


def is_told(path: str) -> bool:
    names = [name for name in path.split(".") if not name.isdigit()]
    return names[-1] in TOLD and not {"supplier", "issuer", "recipient"}.intersection(names)


def test_what_a_mismatch_is_found_by_is_told_in_every_country() -> None:
    """Amounts, rates, codes and dates of all golden cases, as they are; each kind of them was met."""
    seen = set()
    for path, value in golden_leaves():
        if is_told(path) and value is not None:
            assert told_value(path, value) == str(value), path
            seen.add(next(name for name in reversed(path.split(".")) if not name.isdigit()))
    assert seen == TOLD


def test_everything_else_is_told_by_its_kind_and_size() -> None:
    """All other leaves of all golden cases."""
    for path, value in golden_leaves():
        if not is_told(path) and not path.endswith(".country"):
            kinds = {type(None): "null", str: f"text of {len(str(value))}", int: "int", bool: "bool"}
            assert told_value(path, value) == kinds[type(value)], path


def test_no_personal_text_is_told_wherever_it_stands() -> None:
    """In every field of every golden case: none of the examples, nor anything that tells more than its length."""
    for path in {path for path, _ in golden_leaves()}:
        for text in EXAMPLES:
            told = told_value(path, text)
            assert told == ("int" if isinstance(text, int) else f"text of {len(text)}"), path


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("transport.lines.0.net.minor", 1_240, "1240"),
        ("transport.lines.0.net.minor", -999_999_999, "-999999999"),
        ("transport.lines.0.net.minor", 1_000_000_000, "int"),
        ("transport.lines.0.net.minor", True, "bool"),
        ("transport.lines.0.net.minor", 12.4, "float"),
        ("transport.lines.0.net.minor", "1240", "text of 4"),
        ("transport.lines.0.net", {"minor": 1, "currency": "EUR"}, "object of 2"),
        ("transport.lines", [{}, {}], "list of 2"),
        ("transport.tax_lines.0.tax_rate", "8.875", "8.875"),
        ("transport.tax_lines.0.tax_rate", 19, "19"),
        ("transport.tax_lines.0.tax_rate", "nineteen", "text of 8"),
        ("transport.simplified", False, "False"),
        ("transport.simplified", 0, "int"),
        ("transport.notes.3", "reduced_rate", "reduced_rate"),
        ("transport.recipient.country", "DE", "text of 2"),
        ("transport.country", "DE", "DE"),
        ("transport.einvoice", None, "null"),
        ("transport.journey.started_at", "2026-11-02T17:12:00.000Z", "text of 24"),
        ("transport.rider.code", "vip", "text of 3"),
        ("transport.title", "invoice\n", "text of 8"),
        ("transport.supply_date", "２０２６-11-02", "text of 10"),
    ],
)
def test_a_value_is_told_if_it_is_one_of_its_field(path: str, value: Any, told: str) -> None:
    """A field that is told, of a draft, with what belongs there; digits are ours only."""
    assert told_value(path, value) == told


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("transport.lines.2.net.minor", "transport.lines.2.net.minor"),
        ("transport.lines.*.net", "transport.lines.*.net"),
        ("draft 2.key.contract", "draft 2.key.contract"),
        ("transport", "transport"),
        ("", "?"),
        ("Anna Schmidt", "?"),
        ("transport.Anna Schmidt", "transport.?"),
        ("transport.anna.net.minor", "transport.?"),
        ("transport.lines.491701234567", "transport.lines.?"),
        ("transport.anna@example.com", "transport.?"),
        ("draft 2 of Anna.key", "?"),
        (".".join(["lines"] * 40), ".".join([*["lines"] * 12, "?"])),
    ],
)
def test_a_path_is_told_as_far_as_its_names_are_a_drafts(path: str, told: str) -> None:
    """A candidate that calls a field by somebody's name, or nests without end, is told up to there."""
    assert told_path(path) == told


def test_fields_that_are_told_exist() -> None:
    """A name that no draft has any more would be told for nothing."""
    assert {*telling._TEXTS, *telling._NUMBERS, *telling._BOOLS} <= form.NAMES
