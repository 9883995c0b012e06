"""A small document of nobody's: what a render process warms up with, and what the doctor prints."""

from datetime import UTC, date, datetime
from decimal import Decimal

from tripinvoice.invoice import (
    Contract,
    DocumentKey,
    Draft,
    Invoice,
    IssuerMode,
    Kind,
    Line,
    Party,
    TaxCategory,
    Totals,
)
from tripinvoice.money import Money
from tripinvoice.render.catalogs import countries, offered
from tripinvoice.trip import LineOfBusiness

# One letter of every script that must print, and the sign for those that cannot.
LETTERS = "Aä€Ωжאبक๑字đ\N{REPLACEMENT CHARACTER}"


def sample() -> Invoice:
    """A document in the look of the first country, with no person in it."""
    template = countries()[0]
    euro, nothing = Money(1_00, "EUR"), Money.zero("EUR")
    somebody = Party(name=LETTERS, address=("1",), postcode="1", city="A", country="DE")
    line = Line(
        id="1",
        code="fare",
        net=euro,
        tax=nothing,
        gross=euro,
        tax_category=TaxCategory.OUTSIDE,
        tax_rate=Decimal(0),
    )
    draft = Draft(
        key=DocumentKey(trip_id="probe", contract=Contract.TRANSPORT, kind=Kind.INVOICE),
        regime="probe",
        regime_version="0",
        template=template,
        locale=offered(template)[0],
        paper="A4",
        time_zone="UTC",
        country="DE",
        line_of_business=LineOfBusiness.RIDES,
        currency="EUR",
        supplier=somebody,
        issuer=somebody,
        issuer_mode=IssuerMode.OWN,
        recipient=somebody,
        series="probe",
        supply_date=date(2026, 1, 1),
        journey=None,
        lines=(line,),
        tax_lines=(),
        totals=Totals(net=euro, tax=nothing, gross=euro),
    )
    return Invoice(
        draft=draft,
        ledger_number="probe",
        number="0",
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        issue_date=date(2026, 1, 1),
    )
