"""Tax of a document: everything adds up, for any cart."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tripinvoice.errors import TotalsError
from tripinvoice.invoice import TaxCategory, TaxLine, TaxPart
from tripinvoice.money import Money, total
from tripinvoice.tax import INCLUSIVE, Item, Pricing, Rounding, Taxed, check, compute

S = TaxCategory.STANDARD
EXCLUSIVE = Pricing(inclusive=False)


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
    taxed = compute(cart, "EUR", "VAT", INCLUSIVE)
    check(taxed, INCLUSIVE)
    assert [line.gross for line in taxed.lines] == [i.amount for i in cart]
    assert taxed.totals.gross == total((i.amount for i in cart), "EUR")
    assert taxed.totals.net == total((line.net for line in taxed.lines), "EUR")
    assert taxed.totals.tax == total((line.tax for line in taxed.tax_lines), "EUR")


@given(items)
def test_no_line_moves_by_more_than_one_minor_unit(cart: list[Item]) -> None:
    """Each line's net is its exact net rounded down or up."""
    for line in compute(cart, "EUR", "VAT", INCLUSIVE).lines:
        exact = Decimal(line.gross.minor) * 100 / (100 + line.tax_rate)
        assert abs(line.net.minor - exact) <= 1


@given(items)
def test_exclusive_keeps_the_net_of_any_cart(cart: list[Item]) -> None:
    """Prices stay, tax comes on top, once per rate."""
    taxed = compute(cart, "EUR", "Sales tax", EXCLUSIVE)
    check(taxed, EXCLUSIVE)
    assert [line.net for line in taxed.lines] == [i.amount for i in cart]
    assert taxed.totals.gross == taxed.totals.net + taxed.totals.tax


def test_rounding_happens_once_per_rate() -> None:
    """Five times 100.00 at 19 %: the tax is that of 500.00; two lines carry a cent less tax."""
    taxed = compute([item(100_00)] * 5, "EUR", "USt", INCLUSIVE)
    assert taxed.totals.net == Money(420_17, "EUR")
    assert taxed.totals.tax == Money(79_83, "EUR")
    assert nets(taxed) == [84_04, 84_04, 84_03, 84_03, 84_03]


def test_an_exact_half_cent_of_net_is_rounded_up() -> None:
    """0.03 at 20 % has a net of 0.025: half up, so the tax is what remains."""
    taxed = compute([item(3, "20")], "EUR", "VAT", INCLUSIVE)
    assert (taxed.totals.net.minor, taxed.totals.tax.minor) == (3, 0)


def test_a_price_without_an_exact_net_is_kept() -> None:
    """18.64 at 10 %: no net has exactly ten percent of itself as the rest."""
    taxed = compute([item(18_64, "10")], "EUR", "VAT", INCLUSIVE)
    assert (taxed.totals.net.minor, taxed.totals.tax.minor, taxed.totals.gross.minor) == (16_95, 1_69, 18_64)


def test_sales_tax_is_rounded_half_up() -> None:
    """8.875 % of 4.00 is 35.5 cents."""
    taxed = compute([item(4_00, "8.875")], "EUR", "Sales tax", EXCLUSIVE)
    assert (taxed.totals.tax.minor, taxed.totals.gross.minor) == (36, 4_36)


def test_a_refund_is_a_negative_line_of_its_rate() -> None:
    """A line that cancels another leaves neither net nor tax."""
    taxed = compute([item(10_00), item(-10_00)], "EUR", "USt", INCLUSIVE)
    assert nets(taxed) == [8_40, -8_40]
    assert [line.tax.minor for line in taxed.lines] == [1_60, -1_60]
    assert taxed.totals.gross == taxed.totals.tax == Money.zero("EUR")


def test_one_tax_line_per_category_and_rate() -> None:
    """In the order of first appearance; the first note of a group explains it; lines keep their order."""
    exempt = TaxCategory.EXEMPT
    cart = [item(1_00), item(2_00, "0", exempt), item(3_00, "7"), item(4_00), item(5_00, "0", exempt, "why")]
    taxed = compute(cart, "EUR", "USt", INCLUSIVE)
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
    taxed = compute([], "EUR", "USt", INCLUSIVE)
    assert (taxed.lines, taxed.tax_lines, taxed.totals.gross) == ((), (), Money.zero("EUR"))


TAXED = compute([item(11_90), item(1_07, "7"), item(5_00, "0", TaxCategory.OUTSIDE)], "EUR", "USt", INCLUSIVE)
CENT = Money(1, "EUR")
PART = TaxPart(name="CGST", tax_rate=Decimal("9.5"), tax=CENT)


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
        (_with_tax_line(0, replace(TAXED.tax_lines[0], parts=(PART, PART))), "parts of a tax are not its sum"),
    ],
)
def test_check_finds_what_does_not_add_up(wrong: Taxed, message: str) -> None:
    """Every rule of the check can fail."""
    with pytest.raises(TotalsError, match=message) as caught:
        check(wrong, INCLUSIVE)
    assert caught.value.field == "totals"


PRICINGS = st.builds(
    Pricing, inclusive=st.booleans(), rounding=st.sampled_from(Rounding), unit=st.sampled_from([1, 100])
)


@given(items, PRICINGS, st.sampled_from([(), ("A", "B")]))
def test_any_way_of_rounding_adds_up(cart: list[Item], pricing: Pricing, parts: tuple[str, ...]) -> None:
    """Whatever a law rounds, ``check`` (which ``compute`` calls) has nothing against it; parts are equal."""
    shared = [replace(i, parts=parts) if i.category is S else i for i in cart]
    taxed = compute(shared, "EUR", "VAT", pricing)
    kept = [line.gross if pricing.inclusive else line.net for line in taxed.lines]
    assert kept == [i.amount for i in cart]
    for line in taxed.tax_lines:
        assert len({part.tax for part in line.parts}) <= 1
        assert not line.parts or sum(part.tax_rate for part in line.parts) == line.tax_rate


@pytest.mark.parametrize(
    ("rounding", "gross", "percent", "tax"),
    [
        # 20 % of a total that ends in 3 is an exact half: what is rounded decides the cent.
        (Rounding.NET, 3, "20", 0),
        (Rounding.TAX, 3, "20", 1),
        (Rounding.TAX_DOWN, 3, "20", 0),
        (Rounding.NET, 3_33, "20", 55),
        (Rounding.TAX, 3_33, "20", 56),
        (Rounding.TAX, 1_10, "10", 10),
        (Rounding.TAX_DOWN, 1_099, "10", 99),
    ],
)
def test_the_law_says_what_is_rounded(rounding: Rounding, gross: int, percent: str, tax: int) -> None:
    """At 20 % one price in six shows the difference."""
    taxed = compute([item(gross, percent)], "EUR", "VAT", Pricing(rounding=rounding))
    assert taxed.totals.tax.minor == tax


def test_two_equal_taxes() -> None:
    """India: one half is rounded and doubled, so that both are the same, and the net gives way."""
    taxed = compute([replace(item(1_01, "5"), parts=("CGST", "SGST"))], "EUR", "GST", INCLUSIVE)
    (line,) = taxed.tax_lines
    assert [(part.name, part.tax_rate, part.tax.minor) for part in line.parts] == [
        ("CGST", Decimal("2.5"), 2),
        ("SGST", Decimal("2.5"), 2),
    ]
    assert (line.name, line.net.minor, line.tax.minor) == ("GST", 97, 4)


def test_one_tax_with_a_name_of_its_own() -> None:
    """India between states: the whole is IGST."""
    (line,) = compute([replace(item(1_05, "5"), parts=("IGST",))], "EUR", "GST", INCLUSIVE).tax_lines
    assert (line.name, line.parts, line.tax.minor) == ("IGST", (), 5)


def test_tax_in_whole_units() -> None:
    """Taiwan: whole dollars, though the currency has cents."""
    taxed = compute([item(1_05_00, "5"), item(1_00, "5")], "EUR", "VAT", Pricing(unit=100))
    assert (taxed.totals.net.minor, taxed.totals.tax.minor) == (1_01_00, 5_00)
    assert nets(taxed) == [1_00_00, 1_00]
