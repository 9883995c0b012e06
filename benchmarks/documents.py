"""Realistic invoices for measuring: rides and deliveries of three countries, new data in each, the same for a seed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tripinvoice.invoice import (
    Contract,
    DocumentKey,
    Draft,
    Invoice,
    IssuerMode,
    Journey,
    Kind,
    Party,
    Payment,
    TaxCategory,
    TaxId,
)
from tripinvoice.money import Money
from tripinvoice.tax import Item, Pricing, compute
from tripinvoice.trip import LineOfBusiness

# template, locale, paper, time zone, currency, country, name of the tax, rates
_COUNTRIES = (
    ("germany", "de_DE", "A4", "Europe/Berlin", "EUR", "DE", "USt", ("7", "19")),
    ("united_kingdom", "en_GB", "A4", "Europe/London", "GBP", "GB", "VAT", ("20",)),
    ("united_states", "en_US", "Letter", "America/New_York", "USD", "US", "Sales tax", ("8.875",)),
)
_SYLLABLES = (
    *("ba", "den", "ger", "hof", "ken", "lin", "ma", "nor", "ost", "pel", "ro", "sen", "tal", "ul", "ver", "wei"),
    *("zim", "gar", "mül", "dö", "ça", "née", "el", "ham", "ford", "ton"),
)
_DISHES = ("Pizza {}", "{} Bowl with tofu and sesame", "Falafel {}", "{}er Schnitzel mit Kartoffelsalat", "Water 0.5 l")
_RIDES = 0.5  # the rest are deliveries
_LARGE_ORDERS = 0.05
_CHARGES = ("fare", "booking_fee", "toll", "airport_fee", "waiting_time", "surcharge")


def documents(count: int, seed: int) -> Iterator[Invoice]:
    """``count`` invoices: half rides of 2 to 6 lines, half deliveries of 4 to 20; one in twenty has 35 to 60 lines."""
    random = Random(seed)  # noqa: S311 (it only needs to be the same again)
    for no in range(count):
        yield _invoice(random, no)


def _invoice(random: Random, no: int) -> Invoice:
    template, locale, paper, zone, currency, country, tax_name, rates = random.choice(_COUNTRIES)
    ride = random.random() < _RIDES
    items = [_item(random, currency, rates, ride=ride) for _ in range(_length(random, ride=ride))]
    taxed = compute(items, currency, tax_name, Pricing(inclusive=country != "US"))
    supplier, platform = _party(random, country), _party(random, country)
    started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(400_000))
    draft = Draft(
        key=DocumentKey(
            trip_id=f"trip-{no}", contract=Contract.TRANSPORT if ride else Contract.GOODS, kind=Kind.INVOICE
        ),
        regime=country,
        regime_version="benchmark",
        template=template,
        locale=locale,
        paper=paper,
        time_zone=zone,
        country=country,
        line_of_business=LineOfBusiness.RIDES if ride else LineOfBusiness.DELIVERY,
        currency=currency,
        supplier=supplier,
        issuer=platform,
        issuer_mode=IssuerMode.ON_BEHALF,
        recipient=_party(random, country),
        series="B",
        supply_date=started.date(),
        journey=_journey(random, started),
        lines=taxed.lines,
        tax_lines=taxed.tax_lines,
        totals=taxed.totals,
        payments=(Payment(method="card", detail=f"Visa ·· {random.randrange(10_000):04}", amount=taxed.totals.gross),),
    )
    issued = started + timedelta(hours=1)
    number = f"{country}-B-{no:07}"
    return Invoice(draft=draft, number=number, ledger_number=number, issued_at=issued, issue_date=date(2026, 11, 1))


def _length(random: Random, *, ride: bool) -> int:
    if random.random() < _LARGE_ORDERS:
        return random.randint(35, 60)
    return random.randint(2, 6) if ride else random.randint(4, 20)


def _item(random: Random, currency: str, rates: tuple[str, ...], *, ride: bool) -> Item:
    return Item(
        code=random.choice(_CHARGES) if ride else "item",
        amount=Money(random.randint(50, 4_000), currency),
        category=TaxCategory.STANDARD,
        percent=Decimal(random.choice(rates)),
        description=None if ride else random.choice(_DISHES).format(_word(random)),
        quantity=Decimal(random.choice((1, 1, 1, 2, 3))),
    )


def _word(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=random.randint(2, 4))).capitalize()


def _party(random: Random, country: str) -> Party:
    return Party(
        name=f"{_word(random)} {_word(random)}",
        address=(f"{_word(random)} {random.randint(1, 300)}",),
        postcode=str(random.randint(10_000, 99_999)),
        city=_word(random),
        country=country,
        tax_ids=(TaxId(scheme="VAT", value=f"{country}{random.randint(10**8, 10**9)}"),),
    )


def _journey(random: Random, started: datetime) -> Journey:
    return Journey(
        started_at=started,
        ended_at=started + timedelta(minutes=random.randint(3, 90)),
        pickup=f"{_word(random)} {random.randint(1, 300)}, {_word(random)}",
        dropoff=f"{_word(random)} {random.randint(1, 300)}, {_word(random)}",
        distance_m=random.randint(800, 60_000),
        vehicle=f"{_word(random)} {random.randint(100, 9999)}",
    )
