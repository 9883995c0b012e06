"""Who takes part in random rides, and how they stand with the tax office."""

from random import Random
from typing import Any

from tests.parties import CASTS
from tests.parties.cast import party, tax_id
from tripinvoice.answers import Provides

Body = dict[str, Any]

_COMPANIES = (
    party("Exemple SA", "1 Rue Neuve", "1000", "Bruxelles", "BE", tax_ids=[tax_id("VAT", "BE0999999922")]),
    party("Beispiel GmbH", "Ring 1", "1010", "Wien", "AT", tax_ids=[tax_id("VAT", "ATU13585627")]),
    party(
        "Sample & Partners LLP", "1 Sample Plaza", "10005", "New York, NY", "US", tax_ids=[tax_id("EIN", "00-0000000")]
    ),
    party("Weiß & Söhne GmbH", "Torstraße 140", "10119", "Berlin", "DE", tax_ids=[tax_id("VAT", "DE 811 569 869")]),
    {"name": "Ohne Anschrift AG", "ref": "biz-9"},
    party(
        "Παράδειγμα ΑΕ", "Ermou 1", "10563", "Athen", "GR", tax_ids=[tax_id("VAT", "EL094259216")], subdivision="GR-I"
    ),
)
_DRIVER = party("Taxi Ju\u0308rgen", "Weserstraße 12", "12045", "Berlin", "DE", ref="Drv_101.x")


def parties(random: Random, code: str) -> dict[Provides, Body]:
    """Everybody, with now and then somebody missing."""
    cast = CASTS["US" if code == "US-NY" else "DE"]
    known = {
        Provides.TRIP: _record(random, cast.record),
        Provides.PLATFORM: _platform(random, dict(cast.parties[Provides.PLATFORM])),
        Provides.RIDER: _rider(random, dict(cast.parties[Provides.RIDER])),
        Provides.FLEET: dict(cast.parties[Provides.FLEET]) if random.random() < 0.6 else {},
        Provides.DRIVER: dict(_DRIVER) if random.random() < 0.95 else {},
        Provides.SUPPLIER_TAX: _standing(random),
        Provides.BUSINESS: _recipient(random) if random.random() < 0.3 else {},
        Provides.RECIPIENT_TAX: _recipient(random) if random.random() < 0.15 else {},
        Provides.CITY: {"name": "Berlin"},
    }
    return {role: body for role, body in known.items() if body and random.random() < 0.99}


def _record(random: Random, record: Body) -> Body:
    refs = {"rider_ref": record["rider_ref"], "fleet_ref": record["fleet_ref"], "driver_ref": _DRIVER["ref"]}
    if random.random() < 0.01:
        refs["driver_ref"] = random.choice(("other", "drv-cn"))
    return refs


def _platform(random: Random, platform: Body) -> Body:
    if random.random() < 0.3:
        platform["ref"] = random.choice(("fernweg", "fernweg-cn", "Fernweg-DE", "a-very-long-reference-of-a-platform"))
    return platform


def _rider(random: Random, rider: Body) -> Body:
    if random.random() < 0.3:
        return {"name": rider["name"], "ref": rider["ref"]}
    if random.random() < 0.3:
        rider["address"] = ["  ", "Hinterhof\u0085links", *rider["address"]]
        rider["contact"] = {"name": "Frau Weiß", "phone": "+49 30 1234", "email": "weiß@example.com"}
    if random.random() < 0.2:
        rider["electronic_address"] = {
            "scheme": random.choice(("0204", "9930", "0088", "9957", "EM", "ZZ")),
            "value": " 11-222 ",
        }
    if random.random() < 0.02:
        rider["country"] = "QQ"
    return rider if random.random() < 0.9 else {}


def _standing(random: Random) -> Body:
    """The supplier's: his numbers, whether he is a small business, and who writes his invoices."""
    numbers = [tax_id("DE-STNR", "37/181/50815"), tax_id("VAT", "DE136695976"), tax_id("VAT", "ATU13585627")]
    standing: Body = {"tax_ids": random.sample(numbers, random.randrange(1, 3))} if random.random() < 0.9 else {}
    if random.random() < 0.15:
        standing["small_business"] = True
    if random.random() < 0.2:
        standing["invoices_issued_by_platform"] = False
    if random.random() < 0.3:
        standing["consent"] = "gtc-2025-04"
    return standing or {"vat_registered": True}


def _recipient(random: Random) -> Body:
    wishes: Body = {}
    if random.random() < 0.5:
        wishes["kind"] = random.choice(("personal", "company"))
    if random.random() < 0.5:
        wishes["invoicing"] = random.choice(("automatic", "on_request", "monthly"))
    if random.random() < 0.5:
        wishes["ref"] = random.choice(("biz-1", "Biz.2"))
    if random.random() < 0.3:
        wishes |= {"buyer_reference": " 04011000-12345-03\u2028", "purchase_order": "Nordlicht"}
    if random.random() < 0.1:
        wishes["self_billing_consent"] = "self-billing-7"
    return {**random.choice(_COMPANIES), **wishes}


def numbering(random: Random) -> Body:
    """What an authority said about somebody's numbers."""
    stocks: tuple[Body, ...] = ({}, {"prefix": "AB", "first": 0, "last": 9_999_999_999}, {"first": 5, "last": 4})
    stock = random.choices(stocks, (60, 38, 2))[0]
    known = [
        {"supplier": supplier, "kind": kind, "validation_code": "AAJFF7", "period": "2026", **stock}
        for supplier in ("fleet", "driver", "platform")
        for kind in random.sample(("invoice", "receipt", "credit_note"), 2)
    ]
    return {"registrations": random.sample(known, random.randrange(4))}
