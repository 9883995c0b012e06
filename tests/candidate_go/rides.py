"""Random rides in Germany and New York, as money systems would answer about them.

Most of them are right; some lack what the law asks, or contradict themselves. :func:`spoiled` makes answers that do not
even have their shape.
"""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

from tests import factories as f
from tests.candidate_go.people import Body, numbering, parties
from tripinvoice.answers import Provides
from tripinvoice.assemble import assemble
from tripinvoice.errors import PermanentError
from tripinvoice.invoice import Draft
from tripinvoice.money import Money, exponent
from tripinvoice.money_systems import Answer, Sources
from tripinvoice.regimes import regime_named
from tripinvoice.trip import Completion, Place, Product, Trip

_OF_RIDES = ("transport", "toll", "surcharge", "government_fee", "wait", "cancellation", "platform_fee")
_OF_FEES = ("wait", "cancellation", "platform_fee", "surcharge")
_CLASSES = {
    "DE": (*_OF_RIDES, "food_hot", "food_cold", "grocery", "drink", "alcohol", "deposit", "delivery"),
    "US-NY": _OF_RIDES,
}
_TEXTS = (
    *(None, "Fahrt", "Zuschlag  Nacht", "Mu\u0308ßig & So\u0308hne <GmbH>", "  außen ", "a\u2028b", "zwei\nZeilen"),
    *("\u202egedreht", "\u00a0", "emoji \U0001f695", 'Anführung "x" \\ y', "\x01weg", "x" * 300),
)
_MOMENTS = tuple(
    datetime.fromisoformat(text)
    for text in (
        *("2020-06-30T21:59:59Z", "2020-06-30T22:00:00Z", "2020-12-31T22:59:59Z", "2020-12-31T23:00:00Z"),
        *("2026-03-29T00:59:59Z", "2026-03-29T01:00:00.5Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00+02:00"),
        *("2026-03-08T06:59:59Z", "2026-11-01T05:30:00Z", "2026-11-02T04:59:59.999999Z", "2026-01-01T00:00:00Z"),
        *("2009-08-01T03:59:59Z", "2009-08-01T04:00:00Z", "2006-12-31T22:59:59Z", "2007-01-01T00:00:00+01:00"),
    )
)
_KNOWN_ZONES = (None, "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC", "")
_ZONES = (*_KNOWN_ZONES * 20, "Europe/Atlantis", "Local")
_CURRENCIES = ("CHF", "JPY", "KWD", "GBP", "SEK", "XYZ")
_METERS = (0, 1, 8_400, 49_999, 50_000, 50_001, 90_000)


def ride(random: Random) -> Sources:
    """One, paid or not."""
    code = random.choice(("DE", "US-NY"))
    of = _sources(random, code)
    return _paid(random, of)


def spoiled(random: Random) -> Sources:
    """One of which an answer has something in it that does not belong there, or lacks something."""
    of = _paid(random, _sources(random, random.choice(("DE", "US-NY"))))
    answers = list(of.answers)
    at = random.randrange(len(answers))
    body = copy.deepcopy(answers[at].body) or {}
    _spoil(random, body)
    answers[at] = replace(answers[at], body=body)
    return replace(of, answers=tuple(answers))


def _sources(random: Random, code: str) -> Sources:
    regime = regime_named(code)
    currency = regime.currency if random.random() < 0.9 else random.choice(_CURRENCIES)
    given = {**parties(random, code), **_said(random, code, currency)}
    charges = [_answer(random, no, items, currency) for no, items in enumerate(_systems(random, code, currency))]
    said = [f.answer(provides, body) for provides, body in given.items()]
    return Sources(
        trip=_trip(random, code), answers=tuple([*charges, *said] if random.random() < 0.5 else [*said, *charges])
    )


def _trip(random: Random, code: str) -> Trip:
    here = f.NEW_YORK if code == "US-NY" else f.BERLIN
    ended = random.choice(_MOMENTS) if random.random() < 0.3 else _some_time(random)
    if random.random() < 0.2:
        ended = ended.astimezone(timezone(timedelta(hours=random.randrange(-9, 10))))
    return Trip(
        trip_id=f"ride-{random.randrange(10**9)}",
        line_of_business=f.trip().line_of_business,
        product=random.choices((Product.TAXI, Product.HIRE_CAR, Product.MOTO), (55, 44, 1))[0],
        pickup=here if random.random() < 0.95 else replace(here, municipality=None),
        dropoff=random.choice((*(here,) * 12, f.POTSDAM, _NEWARK, replace(here, subdivision=None), _BRUSSELS, None)),
        started_at=ended - timedelta(seconds=random.randrange(7_200)),
        ended_at=ended,
        completion=random.choice((Completion.COMPLETED,) * 6 + (Completion.CANCELLED_WITH_FEE,)),
        distance_m=random.choice((None, *_METERS, random.randrange(90_000))),
        same_municipality=random.choice((None, None, None, True, False)),
        time_zone=random.choice(_ZONES),
        locale=random.choice((None, "de-DE", "en-GB", "en_GB", "fr-FR")),
        revision=random.choice((1, 1, 1, 2, 17)),
    )


_NEWARK = Place(country="US", subdivision="US-NJ", municipality="3451000")
_BRUSSELS = Place(country="BE", municipality="21004")


def _some_time(random: Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(31_000_000))


def _systems(random: Random, code: str, currency: str) -> list[list[Body]]:
    """The charges, each system's by itself: a price, nearly always, and what came with it."""
    price = [] if random.random() < 0.01 else [_price(random, currency)]
    extras = [_extra(random, code, currency) for _ in range(random.choice((0, 1, 2, 3, 5, 9)))]
    items = [*price, *extras]
    random.shuffle(items)
    cut = random.randrange(len(items) + 1)
    return [items[:cut], items[cut:]]


def _answer(random: Random, no: int, items: list[Body], currency: str) -> Answer:
    final = {"final": random.random() < 0.99} if random.random() < 0.5 else {}
    return f.answer(Provides.CHARGES, f.charges(*items, currency=currency, **final), f"fares-{no}")


def _price(random: Random, currency: str) -> Body:
    name = "transport" if random.random() < 0.97 else "cancellation"
    return f.charge(_amount(random, currency, 40_000), name, **_more(random))


def _extra(random: Random, code: str, currency: str) -> Body:
    kind = random.random()
    contract = random.choices(("transport", "platform_fee", "goods"), (780, 215, 5))[0]
    if kind < 0.12:
        return f.charge(_amount(random, currency, 900), "tip", contract, **_more(random))
    if kind < 0.3:
        return _reduction(random, currency, contract)
    name = (
        random.choice(_CLASSES[code] if contract == "transport" else _OF_FEES)
        if random.random() < 0.995
        else "unheard_of"
    )
    body = f.charge(_amount(random, currency, 3_000), name, contract, **_more(random))
    if random.random() < 0.07:
        body["code"] = random.choice(("black_car_fund", "sales_tax"))
    return body


def _reduction(random: Random, currency: str, contract: str) -> Body:
    amount = _amount(random, currency, 700)
    sign = "" if random.random() < 0.01 else "-"
    funder = {"funded_by": random.choice(("supplier", "platform"))} if random.random() < 0.98 else {}
    return f.charge(f"{sign}{amount}", random.choice(("promotion", "refund")), contract, **_more(random), **funder)


def _more(random: Random) -> Body:
    more: Body = {}
    if random.random() < 0.5:
        more["description"] = random.choice(_TEXTS)
    if random.random() < 0.3:
        more["quantity"] = random.choice(("1", "2", "0.75", "12.50", "0.000001", "-1", "0"))
        more["unit"] = random.choice(("C62", "KMT", "MIN"))
    return more


def _amount(random: Random, currency: str, most: int) -> str:
    """Small ones as often as large ones; now and then nothing, or more decimals than the currency has."""
    minor = int(most * random.random() ** 3) + (random.random() < 0.97)
    text = str(Money(minor, currency).decimal)
    return f"{text}{'' if '.' in text else '.'}5" if random.random() < 0.002 else text


def _said(random: Random, code: str, currency: str) -> dict[Provides, Body]:
    said: dict[Provides, Body] = {}
    if currency not in {"EUR", "USD"} or random.random() < 0.05:
        said |= _rate(random, code, currency) if random.random() < 0.9 else {}
    if random.random() < 0.3:
        said[Provides.NUMBERING] = numbering(random)
    if random.random() < 0.5:
        said[Provides.JOURNEY] = {
            "pickup": random.choice(_TEXTS),
            "dropoff": random.choice(_TEXTS),
            "vehicle": "B-TX 1",
        }
    if random.random() < 0.5:
        said[Provides.FACTS] = {"weather": [{"rain": True}]}
    return said


def _rate(random: Random, code: str, currency: str) -> dict[Provides, Body]:
    rate = random.choice(("0.9421", "1", "7.4382590115", "0.0000001234", "161.02", "0"))
    published = random.choice(("2006-01-02", "2009-07-31", "2020-06-30", "2026-01-02", "2026-12-31T00:00:00"))
    body = {"currency": currency, "rate": rate, "published": published, "source": "ECB\u00a0reference  rates"}
    return {Provides.EXCHANGE_RATE: {**body, "into": regime_named(code).currency if random.random() < 0.95 else "SEK"}}


def _paid(random: Random, of: Sources) -> Sources:
    """Two thirds of them say how they were paid; what is due is known only when the documents are."""
    if random.random() < 0.33:
        return of
    drafts = _drafts(of)
    due = sum(_due(draft) for draft in drafts)
    if not drafts:
        return of
    due += random.random() < 0.02
    parts = _split(random, due)
    currency = drafts[0].currency
    paid = [{"amount": str(Money(part, currency).decimal), **random.choice(_CARDS)} for part in parts]
    answer = f.answer(Provides.PAYMENTS, {"currency": currency, "payments": paid})
    return replace(of, answers=(*of.answers, answer))


def _drafts(of: Sources) -> tuple[Draft, ...]:
    try:
        return assemble(of)
    except PermanentError:
        return ()


def _due(draft: Draft) -> int:
    outside = sum(line.gross.minor for line in draft.outside)
    return draft.payable.minor + outside - sum(payment.amount.minor for payment in draft.payments)


def _split(random: Random, due: int) -> Sequence[int]:
    if due <= 1 or random.random() < 0.5:
        return [due]
    first = random.randrange(due)
    returned = random.choice((0, 0, -5))
    return [part for part in (first, due - first - returned, returned) if part]


_CARDS: tuple[Body, ...] = (
    {"method": "cash"},
    {"method": "card", "last4": "4242"},
    {"method": "card", "last4": "0000", "brand": "Visa"},
    {"method": "paypal", "brand": "\u2029"},
    {"method": "card", "brand": "Amex "},
)
_ODD: tuple[Any, ...] = (None, 5, 1.5, True, "", "x", "X" * 301, [], [None], {}, {"x": 1}, "2026-13-01", "1e5", "Ä", -1)


def _spoil(random: Random, body: Body) -> None:
    """Change one field of it, as deep inside as may be."""
    inside = [value for value in body.values() if isinstance(value, dict) and value]
    inside += [item for value in body.values() if isinstance(value, list) for item in value if isinstance(item, dict)]
    if inside and random.random() < 0.7:
        _spoil(random, random.choice(inside))
        return
    name = random.choice([*body, "unheard_of"])
    if random.random() < 0.25:
        body.pop(name, None)
    else:
        body[name] = random.choice(_ODD)


def exponents() -> set[int]:
    """How many decimals the currencies of these rides have."""
    return {exponent(currency) for currency in (*_CURRENCIES, "EUR", "USD")}
