"""Whole scenarios for tests: a trip event and what each of the sample money systems says about it.

The answers are those of ``tests/factories.py``, under the names of the bundled table of money systems.
"""

from dataclasses import replace
from typing import Any

from starter.samples.scenario import Scenario
from tests import factories as f
from tripinvoice.answers import Provides
from tripinvoice.money_systems import Sources
from tripinvoice.trip import Trip
from tripinvoice.trip_event import trip_event

_SYSTEMS = {
    Provides.TRIP: "trip-records",
    Provides.PAYMENTS: "payments",
    Provides.RIDER: "riders",
    Provides.BUSINESS: "business-profiles",
    Provides.DRIVER: "drivers",
    Provides.FLEET: "fleets",
    Provides.SUPPLIER_TAX: "driver-tax-profiles",
    Provides.MERCHANT: "merchants",
    Provides.MERCHANT_TAX: "merchant-tax-profiles",
    Provides.COURIER: "couriers",
    Provides.PLATFORM: "platform-entities",
    Provides.CITY: "cities",
    Provides.JOURNEY: "journeys",
}


def scenario(sources: Sources, trip_id: str, **changes: Any) -> Scenario:
    """These sources as a scenario of their own trip id; ``changes`` are fields of the trip."""
    trip: Trip = replace(sources.trip, trip_id=trip_id, **changes)
    record: dict[str, Any] = {"driver_ref": "drv-1", "city_ref": "city-1"}
    answers: dict[str, dict[str, Any]] = {}
    for answer in sources.answers:
        if answer.body is None:
            continue
        if answer.provides is Provides.CHARGES:
            answers["baskets" if trip.line_of_business == "delivery" else "fares"] = answer.body
        elif answer.provides is Provides.TRIP:
            record |= answer.body
        else:
            # The sample server answers about the reference it is asked with.
            answers[_SYSTEMS[answer.provides]] = answer.body
    answers["trip-records"] = record
    return Scenario(trip_id=trip_id, event=trip_event(trip), answers=answers)


def berlin(trip_id: str, **changes: Any) -> Scenario:
    """A taxi ride in Berlin, one document."""
    return scenario(f.sources(paid="19.40"), trip_id, **changes)


def london(trip_id: str) -> Scenario:
    """A hire car in London."""
    return scenario(f.london_sources(), trip_id)


def new_york(trip_id: str) -> Scenario:
    """A yellow taxi in New York."""
    return scenario(f.new_york_sources(), trip_id)


def munich_delivery(trip_id: str) -> Scenario:
    """A meal delivered in Munich, two documents."""
    return scenario(f.delivery_sources(), trip_id)
