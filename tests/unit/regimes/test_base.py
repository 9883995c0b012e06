"""What all regimes share: dated rates, periods, series, who supplies."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.parties.cast import Body, tax_id
from tripinvoice.answers import Provides
from tripinvoice.case import read_case
from tripinvoice.errors import InvalidTripError, MissingAnswerError, UnsupportedTripError
from tripinvoice.invoice import Contract, IssuerMode, Kind, TaxCategory, TaxId, TaxInCurrency
from tripinvoice.money import Money
from tripinvoice.regimes.base import ContractPlan, Rate, converted, exceeds, simplified_up_to
from tripinvoice.regimes.germany import GERMANY
from tripinvoice.regimes.suppliers import Supply, plan_of, role_of, series, usual_plans, usual_supplier
from tripinvoice.regimes.united_states import UNITED_STATES

REFS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
ROLES = st.sampled_from([Provides.DRIVER, Provides.FLEET, Provides.MERCHANT, Provides.COURIER, Provides.PLATFORM])


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2020, 6, 30), "19"),
        (date(2020, 7, 1), "16"),
        (date(2020, 12, 31), "16"),
        (date(2021, 1, 1), "19"),
        (date(2026, 11, 2), "19"),
    ],
)
def test_a_rate_is_that_of_the_day_of_supply(day: date, percent: str) -> None:
    """On both sides of every change."""
    assert GERMANY.rate("standard", day).percent == Decimal(percent)


def test_before_the_first_rate_there_is_none() -> None:
    """A trip from before is unsupported, never guessed."""
    regime = replace(GERMANY, rates={"standard": (Rate(since=date(2026, 1, 2), percent=Decimal(1), source="§ 1"),)})
    assert regime.rate("standard", date(2026, 1, 2)).percent == Decimal(1)
    with pytest.raises(UnsupportedTripError, match="DE: no 'standard' USt rate is known for the day"):
        regime.rate("standard", date(2026, 1, 1))


def test_the_period_is_the_year_at_the_suppliers() -> None:
    """New Year comes earlier in Berlin and later in New York."""
    assert GERMANY.numbering_period(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "2027"
    assert UNITED_STATES.numbering_period(datetime(2027, 1, 1, 4, 59, tzinfo=UTC)) == "2026"
    assert UNITED_STATES.numbering_period(datetime(2027, 1, 1, 4, 59, tzinfo=UTC), "Europe/Berlin") == "2027"


def test_a_supplier_has_the_time_of_his_state() -> None:
    """Where a country has several zones; what the customer's clock showed may be another."""
    regime = replace(UNITED_STATES, time_zones={"US-NY": "America/Chicago"})
    assert regime.zone(factories.trip(pickup=factories.NEW_YORK)) == "America/Chicago"
    assert regime.zone(factories.trip()) == "America/New_York"


def test_a_document_speaks_the_customers_language_where_the_law_allows() -> None:
    """Else the country's."""
    assert GERMANY.language(factories.trip(locale="en-GB")) == "en_GB"
    assert GERMANY.language(factories.trip(locale="fr-FR")) == "de_DE"
    assert GERMANY.language(factories.trip()) == "de_DE"


def test_the_trips_zone_is_its_own_or_the_regimes() -> None:
    """A zone that does not exist is refused."""
    assert GERMANY.trip_zone(factories.trip()) == ZoneInfo("Europe/Berlin")
    assert GERMANY.trip_zone(factories.trip(time_zone="Europe/Vienna")) == ZoneInfo("Europe/Vienna")
    for zone in ("Mars/Base", "../etc/passwd", "x" * 300, "Europe"):
        with pytest.raises(InvalidTripError, match=r"^trip\.time_zone: found a text that is no IANA time zone"):
            GERMANY.trip_zone(factories.trip(time_zone=zone))


@given(REFS, ROLES)
def test_a_series_is_short_and_plain(ref: str, role: Provides) -> None:
    """At most 40 characters of A-Z, 0-9 and the hyphen."""
    assert re.fullmatch(r"[A-Z0-9-]{4,40}", series("US-NY", role, ref))


@given(REFS, REFS, ROLES, ROLES)
def test_two_suppliers_never_share_a_series(one: str, other: str, role: Provides, other_role: Provides) -> None:
    """Also when their references differ in case only, or are equal in different roles."""
    same = (one, role) == (other, other_role)
    assert (series("DE", role, one) == series("DE", other_role, other)) == same


def test_series_examples() -> None:
    """Readable references stay readable."""
    assert series("DE", Provides.FLEET, "flt-7") == "DE-FL-FLT-7"
    assert series("GB", Provides.PLATFORM, None) == "GB-OP"
    assert series("DE", Provides.FLEET, "FLT-7") == "DE-FL-LN54JAUBP522VJYNFRMY"
    assert series("DE", Provides.DRIVER, "a" * 19) == "DE-DR-" + "A" * 19
    assert len(series("DE", Provides.DRIVER, "a" * 20)) == len("DE-DR-") + 20


def test_no_series_is_that_of_anothers_credit_notes_or_receipts() -> None:
    """They have -CN, -FS or -RC behind the name, so no reference may end so."""
    assert not series("PT", Provides.DRIVER, "a-fs").endswith("-FS")
    assert not series("IT", Provides.DRIVER, "a-rc").endswith("-RC")
    assert not series("DE", Provides.DRIVER, "a-cn").endswith("-CN")
    assert not series("DE", Provides.PLATFORM, "cn").endswith("-CN")


@pytest.mark.parametrize(
    ("contract", "given", "expected"),
    [
        (Contract.TRANSPORT, {}, (Provides.DRIVER, Provides.SUPPLIER_TAX)),
        (Contract.TRANSPORT, {Provides.FLEET: {"name": "F"}}, (Provides.FLEET, Provides.SUPPLIER_TAX)),
        (Contract.GOODS, {}, (Provides.MERCHANT, Provides.MERCHANT_TAX)),
        (Contract.DELIVERY, {}, (Provides.PLATFORM, None)),
        (Contract.DELIVERY, {Provides.COURIER: {"name": "C"}}, (Provides.PLATFORM, None)),
        (Contract.DELIVERY, {Provides.COURIER_TAX: {}}, (Provides.COURIER, Provides.COURIER_TAX)),
        (Contract.PLATFORM_FEE, {Provides.COURIER_TAX: {}}, (Provides.PLATFORM, None)),
    ],
)
def test_who_usually_supplies(
    contract: Contract, given: dict[Provides, Body], expected: tuple[Provides, Provides | None]
) -> None:
    """A fleet goes before its driver; a courier supplies only if he is self-employed."""
    case = read_case(factories.sources(given=given, without=tuple({Provides.FLEET} - given.keys())))
    assert usual_supplier(case, contract) == expected


@pytest.mark.parametrize(
    ("standing", "taxable"),
    [({}, True), ({"small_business": True}, False), ({"vat_registered": False}, False)],
)
def test_the_usual_plans(standing: Body, *, taxable: bool) -> None:
    """One per contract; who must not charge tax does not, and nobody asks for the platform's standing."""
    ride = factories.sources(
        None,
        factories.charge("19.40"),
        factories.charge("1.00", "platform_fee", "platform_fee"),
        given={Provides.SUPPLIER_TAX: standing},
    )
    transport, fee = usual_plans(read_case(ride), "XX", kind=Kind.RECEIPT)
    assert (transport.series, transport.taxable, transport.kind) == ("XX-FL-FLT-7", taxable, Kind.RECEIPT)
    assert (fee.series, fee.taxable, fee.issuer_mode) == ("XX-OP", True, IssuerMode.OWN)
    with pytest.raises(MissingAnswerError, match=r"^transport: consent"):
        usual_plans(read_case(ride), "XX", consent_needed=True)


def _plan(role: Provides, *, own: bool = False, without: tuple[Provides, ...] = ()) -> ContractPlan:
    ids = [tax_id("VAT", "DE999999018"), tax_id("VAT", "DE999999018")]
    profile = {"tax_ids": ids, "invoices_issued_by_platform": not own}
    case = read_case(factories.sources(given={Provides.SUPPLIER_TAX: profile}, without=without))
    tax = case.tax_profile(Provides.SUPPLIER_TAX) if role is Provides.FLEET else None
    supply = Supply(contract=Contract.TRANSPORT, regime="DE", kind=Kind.INVOICE, role=role, profile=tax)
    return plan_of(case, supply)


def test_the_platform_writes_in_the_suppliers_name() -> None:
    """Unless the supplier does so himself, or is the platform."""
    plan = _plan(Provides.FLEET)
    assert (plan.issuer_mode, plan.issuer.name) == (IssuerMode.ON_BEHALF, "Beispiel Mobility Germany GmbH")
    own = _plan(Provides.FLEET, own=True, without=(Provides.PLATFORM,))
    assert (own.issuer_mode, own.issuer) == (IssuerMode.OWN, own.supplier)
    platform = _plan(Provides.PLATFORM)
    assert (platform.issuer_mode, platform.issuer) == (IssuerMode.OWN, platform.supplier)


def test_identifications_of_the_tax_profile_join_the_suppliers() -> None:
    """Each once."""
    assert _plan(Provides.FLEET).supplier.tax_ids == (TaxId(scheme="VAT", value="DE999999018"),)


def test_parties_that_the_plan_needs_are_asked_for() -> None:
    """Supplier and issuer."""
    with pytest.raises(MissingAnswerError, match=r"^fleet: "):
        _plan(Provides.FLEET, without=(Provides.FLEET,))
    with pytest.raises(MissingAnswerError, match=r"^platform: "):
        _plan(Provides.FLEET, without=(Provides.PLATFORM,))


def test_a_supplier_without_reference_has_no_series() -> None:
    """Only the platform may have none."""
    case = read_case(factories.sources(given={Provides.DRIVER: {"name": "D"}}))
    supply = Supply(contract=Contract.TRANSPORT, regime="DE", kind=Kind.INVOICE, role=Provides.DRIVER)
    with pytest.raises(MissingAnswerError, match=r"^driver: no money system says its reference"):
        plan_of(case, supply)


def test_self_billing() -> None:
    """A business that agreed so with the supplier writes the document itself."""
    profile = factories.PARTIES["DE"][Provides.BUSINESS] | {"kind": "company", "self_billing_consent": "agr-1"}
    case = read_case(factories.sources(given={Provides.RECIPIENT_TAX: profile}))
    plan = plan_of(case, Supply(contract=Contract.TRANSPORT, regime="DE", kind=Kind.INVOICE, role=Provides.FLEET))
    assert (plan.issuer_mode, plan.consent) == (IssuerMode.SELF_BILLED, "agr-1")
    assert plan.issuer == plan.recipient == case.recipient


def test_consent_where_the_law_asks_for_it() -> None:
    """Without it nothing is written in the supplier's name."""
    supply = Supply(
        contract=Contract.TRANSPORT, regime="DE", kind=Kind.INVOICE, role=Provides.FLEET, consent_needed=True
    )
    with pytest.raises(MissingAnswerError, match=r"^transport: consent: the law asks for the supplier's agreement"):
        plan_of(read_case(factories.sources()), supply)
    agreed = read_case(factories.sources(given={Provides.SUPPLIER_TAX: {"consent": "agr-2"}}))
    plan = plan_of(agreed, replace(supply, profile=agreed.tax_profile(Provides.SUPPLIER_TAX)))
    assert (plan.issuer_mode, plan.consent) == (IssuerMode.ON_BEHALF, "agr-2")


def test_what_the_authority_said_about_numbers() -> None:
    """Of the supplier's own role and kind."""
    said = {
        "registrations": [
            {"supplier": "fleet", "validation_code": "CSDF7T5H"},
            {"supplier": "fleet", "kind": "credit_note", "validation_code": "AAJFF7T5"},
            {"supplier": "platform", "period": "2026", "prefix": "AB", "first": 10, "last": 19},
        ]
    }
    case = read_case(factories.sources(given={Provides.NUMBERING: said}))
    assert [r.validation_code for r in case.ranges(Provides.FLEET, Kind.INVOICE)] == ["CSDF7T5H"]
    (stock,) = case.ranges(Provides.PLATFORM, Kind.INVOICE)
    assert (stock.period, stock.numbers) == ("2026", range(10, 20))
    assert case.ranges(Provides.FLEET, Kind.INVOICE)[0].numbers is None


def test_limits_in_the_countrys_currency() -> None:
    """A document in another currency is compared at its exchange rate."""
    draft = factories.draft()
    assert not exceeds(draft, Money(19_40, "EUR"))
    assert exceeds(draft, Money(19_39, "EUR"))
    with pytest.raises(ValueError, match="needs its exchange rate to SEK"):
        exceeds(draft, Money(1, "SEK"))
    rate = TaxInCurrency(tax=Money(0, "SEK"), rate=Decimal("11.25"), rate_date=date(2026, 11, 2), source="ECB")
    assert exceeds(replace(draft, national_tax=rate), Money(218_24, "SEK"))
    assert not exceeds(replace(draft, national_tax=rate), Money(218_25, "SEK"))


def test_conversion_between_currencies_of_other_decimals() -> None:
    """Half up, to the minor unit of the target."""
    assert converted(Money(10_00, "EUR"), Decimal("163.055"), "JPY") == Money(1631, "JPY")
    assert converted(Money(1000, "JPY"), Decimal("0.0061"), "EUR") == Money(6_10, "EUR")


def test_simplified_forms() -> None:
    """Up to the limit, under a name of its own where the country has one; a credit note keeps its name."""
    form = simplified_up_to(Money(19_40, "EUR"), title="invoice_simplified")
    draft = factories.draft()
    assert (form(draft).title, form(draft).simplified) == ("invoice_simplified", True)
    credit = replace(draft, key=replace(draft.key, kind=Kind.CREDIT_NOTE))
    assert (form(credit).title, form(credit).simplified) == ("credit_note", True)
    full = simplified_up_to(Money(19_39, "EUR"))(draft)
    assert (full.title, full.simplified, full.rules) == ("invoice", False, ())
    (tax_line,) = draft.tax_lines
    owed = replace(draft, tax_lines=(replace(tax_line, tax_category=TaxCategory.REVERSE_CHARGE),))
    assert form(owed).simplified is False


@pytest.mark.parametrize(
    "role", [Provides.DRIVER, Provides.FLEET, Provides.MERCHANT, Provides.COURIER, Provides.PLATFORM]
)
@pytest.mark.parametrize("ref", ["op-1", "A long reference", None])
@pytest.mark.parametrize("regime", ["DE", "US-NY", "CO"])
def test_a_series_tells_whose_it_is(regime: str, ref: str | None, role: Provides) -> None:
    """Whatever the reference or the country looks like, and with a letter of the country's own before it."""
    name = series(regime, role, ref)
    assert role_of(regime, name) is role
    assert role_of(regime, name.replace(regime, f"{regime}-R", 1)) is role
