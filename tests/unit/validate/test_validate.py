"""Our validator: right drafts pass, and each rule catches what breaks it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.validate.mutants import HARMLESS, MUTANTS, RIGHT, Mutation, ride
from tripinvoice.errors import RuleViolationError
from tripinvoice.invoice import Draft
from tripinvoice.money import Money
from tripinvoice.regimes import regime_named
from tripinvoice.regimes.base import Regime
from tripinvoice.tax import Pricing, Rounding
from tripinvoice.validate import RULES, broken, check
from tripinvoice.validate.sums import taxes


def regime_of(draft: Draft) -> Regime:
    """The law that the draft was made under."""
    return regime_named(draft.regime)


@pytest.mark.parametrize("right", RIGHT, ids=lambda right: right.__name__)
def test_a_right_draft_breaks_nothing(right: Callable[[], Draft]) -> None:
    """Of every category of tax, and where there is no VAT."""
    draft = right()
    assert list(broken(draft, regime_of(draft))) == []
    check(draft, regime_of(draft))


@pytest.mark.parametrize(
    ("rule", "right", "spoil"),
    [(rule, *case) for rule, cases in MUTANTS.items() for case in cases],
    ids=[f"{rule}-{no}" for rule, cases in MUTANTS.items() for no, _ in enumerate(cases, start=1)],
)
def test_a_spoilt_draft_breaks_the_rule(rule: str, right: Callable[[], Draft], spoil: Mutation) -> None:
    """It is found, perhaps with others, and the draft is refused by the name of a rule."""
    mutant = spoil(right())
    assert rule in set(broken(mutant, regime_of(mutant)))
    with pytest.raises(RuleViolationError) as caught:
        check(mutant, regime_of(mutant))
    named = caught.value.field or ""
    assert caught.value.message == f"{mutant.key.contract}: {named}: {RULES[named]}"
    assert len(caught.value.message) < 300


@pytest.mark.parametrize(("right", "change"), HARMLESS, ids=map(str, range(len(HARMLESS))))
def test_what_is_only_odd_passes(right: Callable[[], Draft], change: Mutation) -> None:
    """Rules do not ask for more than they say."""
    draft = change(right())
    assert list(broken(draft, regime_of(draft))) == []


def test_every_rule_has_its_mutant() -> None:
    """None is there that nobody has seen at work."""
    assert MUTANTS.keys() == RULES.keys()


@pytest.mark.parametrize(
    ("pricing", "tax", "right"),
    [
        (Pricing(), 127, True),
        (Pricing(), 128, False),
        (Pricing(unit=100), 170, True),
        (Pricing(unit=100), 190, False),
        (Pricing(rounding=Rounding.TAX_DOWN), 126, True),
        (Pricing(rounding=Rounding.TAX_DOWN), 125, False),
        (Pricing(rounding=Rounding.TAX), 126, False),
    ],
)
def test_how_exact_a_tax_is_depends_on_how_the_law_rounds(pricing: Pricing, tax: int, right: bool) -> None:  # noqa: FBT001
    """18.13 at 7 % is 1.2691."""
    draft = ride()
    (tax_line,) = draft.tax_lines
    assert (tax_line.net, tax_line.tax_rate) == (Money(1813, "EUR"), Decimal(7))
    of = replace(draft, tax_lines=(replace(tax_line, tax=Money(tax, "EUR")),))
    assert (list(taxes(of, replace(regime_of(draft), pricing=pricing))) == []) is right
