"""What member states share: who owes the tax, and how a charge is treated that the law knows."""

from dataclasses import replace

import pytest

from starter.samples.trips import sample_trips
from starter.specimens import sources_of
from tests import factories
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.case import Case, read_case
from tripinvoice.errors import InvalidAnswerError, UnsupportedTripError
from tripinvoice.invoice import Contract, Party, TaxCategory, TaxId
from tripinvoice.money_systems import Sources
from tripinvoice.regimes import REGIMES, regime_for
from tripinvoice.regimes.base import OUTSIDE, Regime, Treatment, taxed
from tripinvoice.regimes.european_union import (
    REVERSE_CHARGE,
    by_table,
    crosses_border,
    is_reverse_charge,
    member_state,
    refuse_border_crossing,
    require_vat_number,
    treated,
)
from tripinvoice.regimes.suppliers import usual_plans
from tripinvoice.tax_ids import MEMBER_STATES
from tripinvoice.trip import LineOfBusiness, Place, Product

UNTAXED = Treatment(category=TaxCategory.EXEMPT, note="small_business")
USUAL = taxed("standard")


def vat_party(number: str) -> Party:
    """Somebody with this VAT number."""
    return Party(name="N", tax_ids=(TaxId(scheme="VAT", value=number),))


def case_of(*, vat: str | None = "NL123456782B90", standing: Body | None = None) -> Case:
    """A Berlin ride with a booking fee, bought by the business of this VAT number."""
    business = factories.PARTIES["DE"][Provides.BUSINESS] | {"tax_ids": [tax_id("VAT", vat)] if vat else []}
    ride = factories.sources(
        None,
        factories.charge("19.40"),
        factories.charge("1.00", "platform_fee", "platform_fee"),
        factories.charge("2.00", "tip"),
        given={Provides.BUSINESS: business, Provides.SUPPLIER_TAX: standing or {}},
    )
    return read_case(ride)


@pytest.mark.parametrize(
    ("number", "state"),
    [("DE136695976", "DE"), ("nl 123456782 B90", "NL"), ("EL094014201", "EL"), ("GB340804329", None), ("", None)],
)
def test_the_state_of_a_number(number: str, state: str | None) -> None:
    """By its prefix."""
    assert member_state(vat_party(number)) == state


@pytest.mark.parametrize(
    ("vat", "contract", "owed"),
    [
        ("NL123456782B90", Contract.PLATFORM_FEE, True),
        ("NL123456782B90", Contract.DELIVERY, True),
        ("NL123456782B90", Contract.TRANSPORT, False),
        ("NL123456782B90", Contract.GOODS, False),
        ("DE811569869", Contract.PLATFORM_FEE, False),
        ("GB340804329", Contract.PLATFORM_FEE, False),
        (None, Contract.PLATFORM_FEE, False),
    ],
)
def test_a_business_of_another_state_owes_the_tax_of_services(
    vat: str | None, contract: Contract, *, owed: bool
) -> None:
    """But not of what is taxed where it takes place."""
    assert is_reverse_charge(case_of(vat=vat), contract, vat_party("DE136695976")) is owed


def test_without_a_business_or_the_suppliers_number_nobody_else_owes_it() -> None:
    """A private rider never does."""
    private = read_case(factories.sources())
    assert not is_reverse_charge(private, Contract.PLATFORM_FEE, vat_party("DE136695976"))
    assert not is_reverse_charge(case_of(), Contract.PLATFORM_FEE, Party(name="N"))


def test_a_ride_across_the_border() -> None:
    """It is supplied in two countries; a delivery's fee is not, and a ride without an end is taken for one at home."""
    zurich = Place(country="CH")
    assert crosses_border(factories.trip(dropoff=zurich))
    assert not crosses_border(factories.trip())
    assert not crosses_border(factories.trip(dropoff=None))
    parcel = factories.trip(dropoff=zurich, line_of_business=LineOfBusiness.DELIVERY, product=Product.COURIER)
    assert not crosses_border(parcel)
    refuse_border_crossing(parcel)
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff: a ride from DE into another country"):
        refuse_border_crossing(factories.trip(dropoff=zurich))


@pytest.mark.parametrize(
    "regime", [one for one in REGIMES if one.country in {*MEMBER_STATES, "GR"}], ids=lambda r: r.code
)
def test_no_state_taxes_the_whole_of_a_ride_into_another_country(regime: Regime) -> None:
    """It is refused, or exempt where the law exempts it: never taxed as if it had ended at home."""
    ride = next(sources for sources in map(sources_of, sample_trips()) if _is_ride_of(sources, regime))
    abroad = replace(ride, trip=replace(ride.trip, dropoff=Place(country="CH"), same_municipality=None))
    try:
        drafts = assemble(abroad)
    except UnsupportedTripError as refused:
        assert refused.field == "trip.dropoff"  # noqa: PT017 - the other way out is as good
        assert "for the distance" in regime.rules["border"].says
        return
    (transport,) = (draft for draft in drafts if draft.key.contract is Contract.TRANSPORT)
    assert transport.totals.tax.minor == 0


def _is_ride_of(sources: Sources, regime: Regime) -> bool:
    return sources.trip.line_of_business is LineOfBusiness.RIDES and regime_for(sources.trip) is regime


def test_two_tables_are_a_law() -> None:
    """One for what is charged on a ride, one for the rest; a ride into another country is refused before."""
    reduced = taxed("reduced")
    treat = by_table({"transport": reduced}, {"platform_fee": USUAL}, untaxed=UNTAXED)
    case = case_of(vat=None)
    plans = {plan.contract: plan for plan in usual_plans(case, "DE")}
    told = {c.tax_class: treat(case, plans[c.contract], c) for c in case.charges}
    assert told == {"transport": reduced, "platform_fee": USUAL, "tip": OUTSIDE}
    with pytest.raises(UnsupportedTripError, match=r"^trip\.dropoff"):
        treat(
            replace(case, trip=replace(case.trip, dropoff=Place(country="CH"))),
            plans[Contract.TRANSPORT],
            case.charges[0],
        )


def test_only_who_charges_tax_needs_a_vat_number() -> None:
    """A small business has none to show."""
    draft = factories.draft()
    without = replace(draft, supplier=replace(draft.supplier, tax_ids=()))
    with pytest.raises(InvalidAnswerError, match=r"supplier\.tax_ids"):
        require_vat_number(without)
    exempt = replace(without.tax_lines[0], tax_category=TaxCategory.EXEMPT)
    require_vat_number(replace(without, tax_lines=(exempt,)))


def test_how_a_charge_is_treated() -> None:
    """Tips outside; then whether the supplier may charge tax; then who owes it."""
    case = case_of()
    transport, fee = usual_plans(case, "DE")
    charges = {charge.tax_class: charge for charge in case.charges}
    for_fee = charges["platform_fee"]
    assert treated(case, transport, charges["tip"], usual=None, untaxed=UNTAXED) is OUTSIDE
    assert treated(case, transport, charges["transport"], usual=USUAL, untaxed=UNTAXED) is USUAL
    assert treated(case, fee, for_fee, usual=USUAL, untaxed=UNTAXED) is REVERSE_CHARGE
    with pytest.raises(UnsupportedTripError, match="DE has no rule for this tax class"):
        treated(case, fee, for_fee, usual=None, untaxed=UNTAXED)
    small = case_of(standing={"small_business": True})
    transport, _ = usual_plans(small, "DE")
    assert treated(small, transport, charges["transport"], usual=USUAL, untaxed=UNTAXED) is UNTAXED
