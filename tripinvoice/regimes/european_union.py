"""What the VAT Directive 2006/112/EC says for every member state. Imported by the states' modules only."""

from collections.abc import Callable, Mapping

from tripinvoice.case import Case, Charge
from tripinvoice.errors import UnsupportedTripError
from tripinvoice.invoice import Contract, Draft, Party, TaxCategory
from tripinvoice.regimes.base import OUTSIDE, ContractPlan, Rule, Treatment, unknown_class
from tripinvoice.regimes.checks import require_tax_id
from tripinvoice.tax_ids import MEMBER_STATES, compact
from tripinvoice.trip import LineOfBusiness, Trip

REVERSE_CHARGE = Treatment(
    category=TaxCategory.REVERSE_CHARGE, note="reverse_charge", exemption="VATEX-EU-AE", rules=("reverse_charge",)
)
REVERSE_CHARGE_RULE = Rule(
    says="A service to a business of another member state is taxed there, and its customer owes the tax; "
    "transport of persons is taxed where it takes place",
    source="VAT Directive 2006/112/EC art. 44, 48, 196, 226(11a)",
)

# Contracts that are services in the sense of art. 44. A ride is taxed where it takes place (art. 48), goods where they
# are (art. 31, 32).
_GENERAL_SERVICES = frozenset({Contract.DELIVERY, Contract.PLATFORM_FEE})


def crosses_border(trip: Trip) -> bool:
    """Whether a ride ended in another country: it is supplied in both, by the distance covered in each (art. 48)."""
    return (
        trip.line_of_business is LineOfBusiness.RIDES
        and trip.dropoff is not None
        and trip.dropoff.country != trip.pickup.country
    )


def border_rule(country: str, source: str) -> Rule:
    """What :func:`refuse_border_crossing` does, as a rule of a state that says where its law has it."""
    return Rule(
        says=f"A ride into another country is taxed here for the distance in {country} only: refused, because the trip "
        "does not say how far that was",
        source=source,
    )


def refuse_border_crossing(trip: Trip) -> None:
    """For states that tax their part of such a ride: nobody says how far it went in each, and no part is guessed.

    Raises :class:`UnsupportedTripError`.
    """
    if crosses_border(trip):
        raise UnsupportedTripError(
            f"trip.dropoff: a ride from {trip.country} into another country is taxed in each by the distance there, "
            "which the trip does not say; invoice it outside of this system, and void it here",
            field="trip.dropoff",
        )


def treated(
    case: Case, plan: ContractPlan, charge: Charge, *, usual: Treatment | None, untaxed: Treatment
) -> Treatment:
    """How a member state treats a charge for which its law has the ``usual`` treatment.

    A voluntary tip is no consideration; ``untaxed`` is what a supplier sells who must not charge tax. Raises
    :class:`UnsupportedTripError` where the law has no usual treatment for this tax class.
    """
    if charge.tax_class == "tip":
        return OUTSIDE
    if usual is None:
        raise unknown_class(case.trip.country, charge)
    if not plan.taxable:
        return untaxed
    return REVERSE_CHARGE if is_reverse_charge(case, charge.contract, plan.supplier) else usual


Table = Mapping[str, Treatment]
"""How a law treats each tax class."""


def usual_of(charge: Charge, of_a_ride: Table, of_the_rest: Table) -> Treatment | None:
    """What the law says of a charge: on a ride one table holds, on everything else the other."""
    return (of_a_ride if charge.contract is Contract.TRANSPORT else of_the_rest).get(charge.tax_class)


def by_table(
    of_a_ride: Table, of_the_rest: Table, *, untaxed: Treatment
) -> Callable[[Case, ContractPlan, Charge], Treatment]:
    """The ``treat`` of a state whose law is these two tables, and ``untaxed`` for who must not charge tax."""

    def treat(case: Case, plan: ContractPlan, charge: Charge) -> Treatment:
        refuse_border_crossing(case.trip)
        return treated(case, plan, charge, usual=usual_of(charge, of_a_ride, of_the_rest), untaxed=untaxed)

    return treat


def require_vat_number(draft: Draft) -> None:
    """Raise :class:`~tripinvoice.errors.InvalidAnswerError` unless a supplier who charges tax has one (art. 226(3))."""
    if any(line.tax_category is not TaxCategory.EXEMPT for line in draft.tax_lines):
        require_tax_id(draft, "VAT")


def is_reverse_charge(case: Case, contract: Contract, supplier: Party) -> bool:
    """Whether the recipient owes the tax: a business with a VAT number of another member state than the supplier's."""
    recipient = case.recipient
    if contract not in _GENERAL_SERVICES or not case.business or recipient is None:
        return False
    bought, sold = member_state(recipient), member_state(supplier)
    return bought is not None and sold is not None and bought != sold


def member_state(party: Party) -> str | None:
    """The member state that a party's VAT number is of, by its prefix; ``None`` when it has none of the Union's."""
    prefix = compact(party.tax_id("VAT") or "")[:2]
    return prefix if prefix in MEMBER_STATES else None
