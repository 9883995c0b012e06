"""A month on one document: who supplied decides how many there are, and every trip is on one of them once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories as f
from tests.parties.cast import Body
from tripinvoice import consolidate as module
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.consolidate import consolidate, evidence_of, is_monthly, month_of, monthly_id, monthly_ids
from tripinvoice.invoice import Contract, Draft, Fact, Invoicing
from tripinvoice.money import Money, total

COMPANY = f.PARTIES["DE"][Provides.BUSINESS] | {"ref": "biz-1", "invoicing": "monthly"}


def trips(*amounts: str, **given: Body) -> list[Draft]:
    """A ride a day from 1 November on, for a company."""
    begin = datetime(2026, 11, 1, 9, tzinfo=UTC)
    return [
        draft
        for no, amount in enumerate(amounts)
        for draft in assemble(
            f.sources(
                f.trip(
                    trip_id=f"trip-{no}",
                    started_at=begin + timedelta(days=no % 30),
                    ended_at=begin + timedelta(days=no % 30, minutes=20),
                ),
                f.charge(amount),
                f.charge("2.00", "tip"),
                f.charge("3.00", "wait"),
                f.charge("0.99", "platform_fee", "platform_fee"),
                given={Provides.BUSINESS: COMPANY, **{Provides(name): body for name, body in given.items()}},
            )
        )
    ]


def test_a_company_may_have_its_month_on_one_document() -> None:
    """The wish is in the draft, where the country's currency and an account allow it."""
    (ride, fee) = trips("19.40")
    assert (ride.invoicing, fee.invoicing, ride.business) == (Invoicing.MONTHLY, Invoicing.MONTHLY, True)
    nameless = {name: value for name, value in COMPANY.items() if name != "ref"}
    (ride, _) = trips("19.40", business=nameless)
    assert ride.invoicing is Invoicing.AUTOMATIC


def test_on_request_only_where_the_law_leaves_it_to_the_customer() -> None:
    """Germany does not."""
    (ride, _) = trips("19.40", business=COMPANY | {"invoicing": "on_request"})
    assert ride.invoicing is Invoicing.AUTOMATIC


def test_one_document_per_supplier_and_contract() -> None:
    """Two fleets and the platform: three documents, each with the lines of its trips."""
    other_fleet = f.PARTIES["DE"][Provides.FLEET] | {"ref": "flt-8", "name": "Taxi Otto"}
    drafts = [*trips("10.00", "20.00"), *_renamed(trips("30.00", fleet=other_fleet, trip={"fleet_ref": "flt-8"}), "x")]
    made = consolidate(drafts, ())
    assert sorted((one.supplier.name, one.key.contract, len(one.lines)) for one in made) == [
        ("Beispiel Mobility Germany GmbH", Contract.PLATFORM_FEE, 3),
        ("Taxi Krüger e. K.", Contract.TRANSPORT, 4),
        ("Taxi Otto", Contract.TRANSPORT, 2),
    ]
    assert {one.key.trip_id for one in made} == set(monthly_ids(drafts))
    assert all(one.invoicing is Invoicing.MONTHLY and one.journey is None for one in made)


def _renamed(drafts: list[Draft], prefix: str) -> list[Draft]:
    return [replace(draft, key=replace(draft.key, trip_id=f"{prefix}-{draft.key.trip_id}")) for draft in drafts]


def _ride_and_fee(drafts: list[Draft]) -> tuple[Draft, Draft]:
    made = {one.key.contract: one for one in consolidate(drafts, ())}
    return made[Contract.TRANSPORT], made[Contract.PLATFORM_FEE]


def test_lines_say_which_trip_they_are() -> None:
    """Day, way and id, one line per rate; beside them the period, and what was paid beside the supplies."""
    ride, _ = _ride_and_fee(trips("19.40"))
    assert [line.origin for line in ride.lines] == ["trip-0/transport/invoice/1"] * 2
    assert ride.lines[0].description == (
        "2026-11-01 · Hauptbahnhof, Europaplatz 1, 10557 Berlin – Oranienstraße 25, 10999 Berlin · trip-0"
    )
    assert Fact(label="period", value="2026-11-01 – 2026-11-30") in ride.facts
    assert [(line.code, line.gross) for line in ride.outside] == [("tip", Money(2_00, "EUR"))]
    assert (ride.key.revision, ride.supply_date.isoformat()) == (1, "2026-11-01")


def test_a_trip_that_comes_late_is_on_the_next_revision() -> None:
    """What is issued stays as it is."""
    first, _ = _ride_and_fee(trips("19.40"))
    late = consolidate(_renamed(trips("5.00"), "late"), [first.key])
    second = next(one for one in late if one.key.trip_id == first.key.trip_id)
    assert second.key == replace(first.key, revision=2)


def test_a_document_can_be_made_again_of_its_evidence() -> None:
    """Its own trips and revision are all that it needs."""
    drafts = trips("19.40", "7.00")
    (first, _) = _ride_and_fee(drafts)
    assert evidence_of(first, drafts).document() == first
    late = _renamed(trips("5.00"), "late")
    second = next(one for one in consolidate(late, [first.key]) if one.key.trip_id == first.key.trip_id)
    assert evidence_of(second, [*drafts, *late]).document() == second


def test_a_long_month_is_several_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each within bounds, in the order of the days."""
    monkeypatch.setattr(module, "TRIPS_PER_DOCUMENT", 2)
    rides = [one for one in consolidate(trips(*["10.00"] * 5), ()) if one.key.contract is Contract.TRANSPORT]
    assert [(one.key.revision, len({line.origin for line in one.lines})) for one in rides] == [(1, 2), (2, 2), (3, 1)]


def test_payments_are_added_up() -> None:
    """A line per method."""
    (ride, _) = trips("19.40")
    paid = replace(ride, payments=assemble(f.sources(paid="19.40"))[0].payments)
    (month,) = consolidate([paid, *_renamed([paid], "again")], ())
    assert [(one.method, one.detail, one.amount.minor) for one in month.payments] == [("card", "Visa ·· 4242", 38_80)]


def test_no_way_is_no_way() -> None:
    """Of a delivery whose places nobody told, the line says day and trip."""
    (ride, _) = trips("19.40")
    assert ride.journey is not None
    (month,) = consolidate([replace(ride, journey=replace(ride.journey, pickup=None, dropoff=None))], ())
    assert month.lines[0].description == "2026-11-01 · trip-0"
    (month,) = consolidate([replace(ride, journey=None)], ())
    assert month.lines[0].description == "2026-11-01 · trip-0"


def test_the_key_says_month_account_and_supplier() -> None:
    """Short enough for an id, and different for each."""
    (ride, fee) = trips("19.40")
    assert month_of(ride) == "2026-11"
    assert monthly_id("2026-11", ride.account, ride.series) != monthly_id("2026-11", fee.account, fee.series)
    assert len(monthly_id("2026-11", ride.account, ride.series)) <= 64


def test_a_monthly_document_is_known_by_its_key() -> None:
    """Of its account only; a trip's is none, whatever its id looks like."""
    drafts = trips("19.40")
    (month, _) = consolidate(drafts, ())
    assert is_monthly(month.key, month.account)
    assert not is_monthly(month.key, "another")
    assert not is_monthly(month.key, "")
    for trip_id in ("trip-1", f"2026-11.{month.account}", f"11.{month.account}.abc"):
        assert not is_monthly(replace(month.key, trip_id=trip_id), month.account)


def test_taxes_in_parts_stay_in_parts() -> None:
    """And one under a name of its own keeps it."""
    (ride, _) = trips("10.50")
    named = replace(ride, tax_lines=tuple(replace(line, name="IGST") for line in ride.tax_lines))
    (month,) = consolidate([named], ())
    assert {line.name for line in month.tax_lines} == {"IGST"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(min_value=1, max_value=50_000), min_size=1, max_size=12))
def test_what_was_charged_stays(cents: list[int]) -> None:
    """The month's total is the sum of its trips'; tax is rounded once per rate."""
    drafts = trips(*(f"{Decimal(one) / 100:.2f}" for one in cents))
    made = consolidate(drafts, ())
    assert total((one.totals.gross for one in made), "EUR") == total((one.totals.gross for one in drafts), "EUR")
    assert sorted({line.origin or "" for one in made for line in one.lines}) == sorted(str(one.key) for one in drafts)
