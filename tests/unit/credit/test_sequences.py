"""Any sequence of credit notes ends at nothing. ``tests/contract`` has 20,000 more of them."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.credit import sequences as s
from tripinvoice.credit import Order, Wish, credit, remaining
from tripinvoice.invoice import Invoice
from tripinvoice.money import Money, round_half_up

SEQUENCES = 5  # of each seed


@pytest.mark.parametrize("mode", s.MODES.values(), ids=s.MODES.keys())
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**32))
def test_any_sequence_ends_at_nothing(mode: s.Mode, seed: int) -> None:
    """Whatever is taken back, in whatever order and way."""
    random = Random(seed)  # noqa: S311 - a test that can be repeated
    for _ in range(SEQUENCES):
        s.credit_until_nothing_is_left(random, mode)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.integers(0, 2**32))
def test_amounts_keep_the_rate(amounts: list[int], seed: int) -> None:
    """After each amount of all lines the tax taken back is that share of the tax charged, rounded once."""
    random = Random(seed)  # noqa: S311 - a test that can be repeated
    invoice, notes = s.random_document(random, s.MODES["net rounded"]), list[Invoice]()
    for amount in amounts:
        rest = remaining(invoice, notes).totals.gross.minor
        if rest < 1:
            break
        wish = Wish(amount=str(Money(min(amount, rest), s.CURRENCY).decimal))
        order = Order(
            invoice=invoice, reason="x", request="r", wish=wish, earlier=tuple(notes), revision=len(notes) + 1
        )
        notes.append(s.document(credit(order)))
        _check_taxes(invoice, notes)


def _check_taxes(invoice: Invoice, notes: list[Invoice]) -> None:
    left = remaining(invoice, notes)
    for line in invoice.draft.tax_lines:
        rest = left.of_rate(line.tax_category, line.tax_rate)
        taken = line.gross.minor - rest.gross.minor
        if line.gross.minor:
            assert line.tax.minor - rest.tax.minor == round_half_up(Fraction(taken * line.tax.minor, line.gross.minor))
