"""Tax of a document: everything adds up, for any cart."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tripinvoice.errors import TotalsError
from tripinvoice.invoice import TaxCategory, TaxLine
from tripinvoice.money import Money, total
from tripinvoice.tax import Item, Taxed, check, tax_exclusive, tax_inclusive

S = TaxCategory.STANDARD


def item(minor: int, percent: str = "19", category: TaxCategory = S, note: str | None = None) -> Item:
    """A fare of so many cents."""
    return Item(code="fare", amount=Money(minor, "EUR"), category=category, percent=Decimal(percent), note=note)


def nets(taxed: Taxed) -> list[int]:
    """The lines' net amounts in cents."""
    return [line.net.minor for line in taxed.lines]


items = st.lists(
    st.builds(
        item,
        st.integers(min_value=-(10**7), max_value=10**9),
        st.sampled_from(["4", "5", "5.5", "7", "8.875", "10", "12.5", "19", "20", "27"]),
    )
    | st.builds(
        item,
        st.integers(min_value=-(10**7), max_value=10**9),
        st.just("0"),
        st.sampled_from(list("ZEO")).map(TaxCategory),
    ),
    max_size=40,
)


@given(items)
@example([item(100), item(-100)])
def test_inclusive_keeps_the_gross_of_any_cart(cart: list[Item]) -> None:
    """Lines, tax lines and totals agree, and the customer is charged what he was charged."""
    taxed = tax_inclusive(cart, "EUR", "VAT")
    check(taxed)
    assert [line.gross for line in taxed.lines] == [i.amount for i in cart]
    assert taxed.totals.gross == total((i.amount for i in cart), "EUR")
    assert taxed.totals.net == total((line.net for line in taxed.lines), "EUR")
    assert taxed.totals.tax == total((line.tax for line in taxed.tax_lines), "EUR")


@given(items)
def test_no_line_moves_by_more_than_one_minor_unit(cart: list[Item]) -> None:
    """Each line's net is its exact net rounded down or up."""
    for line in tax_inclusive(cart, "EUR", "VAT").lines:
        exact = Decimal(line.gross.minor) * 100 / (100 + line.tax_rate)
        assert abs(line.net.minor - exact) <= 1


@given(items)
def test_exclusive_keeps_the_net_of_any_cart(cart: list[Item]) -> None:
    """Prices stay, tax comes on top, once per rate."""
    taxed = tax_exclusive(cart, "EUR", "Sales tax")
    check(taxed)
    assert [line.net for line in taxed.lines] == [i.amount for i in cart]
    assert taxed.totals.gross == taxed.totals.net + taxed.totals.tax


def test_rounding_happens_once_per_rate() -> None:
    """Five times 100.00 at 19 %: the tax is that of 500.00; two lines carry a cent less tax."""
    taxed = tax_inclusive([item(100_00)] * 5, "EUR", "USt")
    assert taxed.totals.net == Money(420_17, "EUR")
    assert taxed.totals.tax == Money(79_83, "EUR")
    assert nets(taxed) == [84_04, 84_04, 84_03, 84_03, 84_03]


def test_an_exact_half_cent_of_net_is_rounded_up() -> None:
    """0.03 at 20 % has a net of 0.025: half up, so the tax is what remains."""
    taxed = tax_inclusive([item(3, "20")], "EUR", "VAT")
    assert (taxed.totals.net.minor, taxed.totals.tax.minor) == (3, 0)


def test_a_price_without_an_exact_net_is_kept() -> None:
    """18.64 at 10 %: no net has exactly ten percent of itself as the rest."""
    taxed = tax_inclusive([item(18_64, "10")], "EUR", "VAT")
    assert (taxed.totals.net.minor, taxed.totals.tax.minor, taxed.totals.gross.minor) == (16_95, 1_69, 18_64)


def test_sales_tax_is_rounded_half_up() -> None:
    """8.875 % of 4.00 is 35.5 cents."""
    taxed = tax_exclusive([item(4_00, "8.875")], "EUR", "Sales tax")
    assert (taxed.totals.tax.minor, taxed.totals.gross.minor) == (36, 4_36)


def test_a_refund_is_a_negative_line_of_its_rate() -> None:
    """A line that cancels another leaves neither net nor tax."""
    taxed = tax_inclusive([item(10_00), item(-10_00)], "EUR", "USt")
    assert nets(taxed) == [8_40, -8_40]
    assert [line.tax.minor for line in taxed.lines] == [1_60, -1_60]
    assert taxed.totals.gross == taxed.totals.tax == Money.zero("EUR")


def test_one_tax_line_per_category_and_rate() -> None:
    """In the order of first appearance; the first note of a group explains it; lines keep their order."""
    exempt = TaxCategory.EXEMPT
    taxed = tax_inclusive(
        [item(1_00), item(2_00, "0", exempt), item(3_00, "7"), item(4_00), item(5_00, "0", exempt, "why")], "EUR", "USt"
    )
    assert [(t.tax_category, t.tax_rate, t.gross.minor, t.note, t.name) for t in taxed.tax_lines] == [
        (S, Decimal(19), 5_00, None, "USt"),
        (exempt, Decimal(0), 7_00, "why", "USt"),
        (S, Decimal(7), 3_00, None, "USt"),
    ]
    assert [(line.id, line.gross.minor) for line in taxed.lines] == [
        ("1", 1_00),
        ("2", 2_00),
        ("3", 3_00),
        ("4", 4_00),
        ("5", 5_00),
    ]


def test_no_items_are_a_zero_document() -> None:
    """Nothing is nothing."""
    taxed = tax_inclusive([], "EUR", "USt")
    assert (taxed.lines, taxed.tax_lines, taxed.totals.gross) == ((), (), Money.zero("EUR"))


TAXED = tax_inclusive([item(11_90), item(1_07, "7"), item(5_00, "0", TaxCategory.OUTSIDE)], "EUR", "USt")
CENT = Money(1, "EUR")


def _with_tax_line(index: int, line: TaxLine) -> Taxed:
    lines = list(TAXED.tax_lines)
    lines[index] = line
    return replace(TAXED, tax_lines=tuple(lines))


def _moved(line: TaxLine, cents: int) -> TaxLine:
    by = Money(cents, "EUR")
    return replace(line, net=line.net - by, tax=line.tax + by)


def _consistently_wrong(index: int, cents: int) -> Taxed:
    """Net moved to tax in the line, tax line and totals alike, so that only the rate is wrong."""
    by = Money(cents, "EUR")
    lines = list(TAXED.lines)
    lines[index] = replace(lines[index], net=lines[index].net - by, tax=lines[index].tax + by)
    totals = replace(TAXED.totals, net=TAXED.totals.net - by, tax=TAXED.totals.tax + by)
    moved = _with_tax_line(index, _moved(TAXED.tax_lines[index], cents))
    return replace(moved, lines=tuple(lines), totals=totals)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (replace(TAXED, totals=replace(TAXED.totals, tax=TAXED.totals.tax + CENT)), "do not add up to the gross"),
        (_with_tax_line(0, replace(TAXED.tax_lines[0], gross=CENT)), "do not add up to the gross"),
        (replace(TAXED, lines=(replace(TAXED.lines[0], net=CENT), *TAXED.lines[1:])), "do not add up to the gross"),
        (replace(TAXED, tax_lines=TAXED.tax_lines[:2]), "different rates"),
        (replace(TAXED, tax_lines=(*TAXED.tax_lines, TAXED.tax_lines[0])), "different rates"),
        (_with_tax_line(0, _moved(TAXED.tax_lines[0], 1)), "not the sum of its lines"),
        (
            replace(TAXED, totals=replace(TAXED.totals, net=TAXED.totals.net - CENT, tax=TAXED.totals.tax + CENT)),
            "totals are not the sum",
        ),
        (_consistently_wrong(0, 1), "the tax is not the rate"),
        (_consistently_wrong(0, -1), "the tax is not the rate"),
        (_consistently_wrong(2, 1), "category that has none"),
    ],
)
def test_check_finds_what_does_not_add_up(wrong: Taxed, message: str) -> None:
    """Every rule of the check can fail."""
    with pytest.raises(TotalsError, match=message) as caught:
        check(wrong)
    assert caught.value.field == "totals"
