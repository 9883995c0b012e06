"""An invoice becomes a page that is well-formed, complete and does what outside text says: nothing."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from babel.numbers import parse_decimal

from tests.factories import delivery_sources, draft, invoice, london_sources, new_york_sources, sources
from tests.unit.render.conftest import Country
from tripinvoice.assemble import assemble
from tripinvoice.errors import DocumentError
from tripinvoice.invoice import Draft, Invoice, IssuerMode, Kind, Line, Party, TaxCategory, TaxId
from tripinvoice.money import Money
from tripinvoice.render import html, page, page_size, style, template_version
from tripinvoice.render.catalogs import countries, offered
from tripinvoice.render.document import context
from tripinvoice.trip import LineOfBusiness

EVERY = {
    "berlin": assemble(sources(paid="19.40"))[0],
    "london": assemble(london_sources())[0],
    "new york": assemble(new_york_sources())[0],
    "munich food": assemble(delivery_sources())[0],
    "munich delivery": assemble(delivery_sources())[1],
}


def tree(of: Draft | Invoice) -> ET.Element:
    """The document, parsed as XML."""
    issued = of if isinstance(of, Invoice) else invoice(of)
    return ET.fromstring(html(issued).removeprefix("<!DOCTYPE html>"))  # noqa: S314 (we wrote it)


def text(of: Draft | Invoice) -> str:
    """What the page says, with single spaces."""
    body = tree(of).find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def party(**changes: object) -> Party:
    """The Berlin supplier, changed as asked."""
    return replace(draft().supplier, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("of", EVERY.values(), ids=EVERY)
def test_documents_are_well_formed_and_named(of: Draft) -> None:
    """Language, title and dates are there for readers and archives."""
    document = tree(of)
    issued = invoice(of)
    dates = [meta.get("content") for meta in document.iter("meta") if (meta.get("name") or "").startswith("dcterms.")]
    assert document.get("lang") == of.locale.replace("_", "-")
    assert (document.findtext("head/title") or "").endswith(issued.number)
    assert dates == [issued.issue_date.isoformat()] * 2


@pytest.mark.parametrize("of", EVERY.values(), ids=EVERY)
def test_everything_the_law_asks_is_on_the_page(of: Draft) -> None:
    """Number, both parties with ids, every line, the total."""
    said = text(of)
    words = [of.supplier.name, *of.supplier.address, *(i.value for i in of.supplier.tax_ids)]
    words += [invoice(of).number, of.recipient.name if of.recipient else ""]
    words += [line.description for line in of.lines if line.description]
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize("of", EVERY.values(), ids=EVERY)
def test_tables_can_be_read_aloud(of: Draft) -> None:
    """PDF/UA-1 (7.5) wants to know which cells a head belongs to."""
    heads = list(tree(of).iter("th"))
    assert heads
    assert {head.get("scope") for head in heads} == {"col", "row"}


def test_a_german_invoice_in_full() -> None:
    """The words and figures of a taxi ride through Berlin."""
    said = text(EVERY["berlin"])
    for words in (
        "Rechnung Nr. DE-FL-FLT-7-2026-000001",
        "Gesamtbetrag 19,40\u00a0€".replace("\u00a0", " "),
        "Ausstellungsdatum 2. November 2026",
        "Leistungsdatum 2. November 2026",
        "Steuernummer 37/181/50815",
        "18:12 Hauptbahnhof",
        "18:31 Oranienstraße 25",
        "Strecke 8,4 km",
        "Fahrpreis 7 % 19,40",
        "USt 7 % 18,13 1,27 19,40",
        "Karte Visa ·· 4242 19,40 €",
        "Ausgestellt von Beispiel Mobility Germany GmbH im Namen und für Rechnung von Taxi Krüger e. K.",
    ):
        assert words in said.replace("\u00a0", " ")


def test_a_tip_is_told_apart_from_the_supply() -> None:
    """It is charged, but no part of the invoice's total."""
    said = text(EVERY["london"])
    assert "Total £28.50 Tip Not part of this supply £3.00 Amount charged £31.50" in said


def test_new_york_prices_have_no_tax_in_them() -> None:
    """Lines show what was asked before sales tax; a taxi ride says why there is none."""
    said = text(EVERY["new york"])
    assert "Receipt" in said
    assert "Fare 17.50" in said
    assert "Taxi fares in New York are not subject to sales tax." in said
    assert "Sales tax" not in said


def test_lines_with_sales_tax_show_their_net() -> None:
    """Net in the lines, tax in the sum."""
    of = EVERY["munich food"]
    american = replace(of, template="united_states", locale="en_US")
    said = text(american)
    assert f"{of.lines[0].net.decimal}" in said
    assert f"{of.lines[0].description} 7% {of.lines[0].net.decimal}" in said


INJECTIONS = [
    "{{ 7*7 }}",
    "{% include 'base/parts.html.j2' %}",
    "<script>alert(1)</script>",
    "<img src='file:///etc/passwd'>",
    "</style><style>*{display:none}</style>",
    "&amp;&#65;",
    "{supplier} {0} %s",
    "\"' onload='x",
]


@pytest.mark.parametrize("name", INJECTIONS)
def test_outside_text_is_printed_as_it_is(name: str) -> None:
    """In every place that takes outside text it comes out literally, and makes no element."""
    outside = Party(
        name=name, address=(name,), postcode=name, city=name, country="DE", tax_ids=(TaxId(scheme=name, value=name),)
    )
    of = EVERY["munich food"]
    assert of.journey is not None
    changed = replace(
        of,
        supplier=outside,
        issuer=outside,
        recipient=outside,
        issuer_mode=IssuerMode.ON_BEHALF,
        journey=replace(of.journey, pickup=name, dropoff=name, vehicle=name),
        lines=tuple(replace(line, description=name, unit=name) for line in of.lines),
        payments=tuple(replace(payment, method=name, detail=name) for payment in of.payments),
        tax_lines=tuple(replace(line, name=name) for line in of.tax_lines),
    )
    document = tree(changed)
    kinds = {element.tag for element in document.iter()}
    assert kinds <= {element.tag for element in tree(of).iter()}
    assert text(changed).count(name) >= 20


@pytest.mark.parametrize(
    ("name", "direction"), [("מסעדת השלום", "rtl"), ("12 مطعم", "rtl"), ("Hotel מלון 5", "ltr"), ("\u200fHotel", "ltr")]
)
def test_text_that_runs_the_other_way_is_set_apart(name: str, direction: str) -> None:
    """Hebrew and Arabic names are isolated, so they cannot turn the line around them, even when they begin in Latin."""
    of = replace(draft(), supplier=party(name=name))
    document = tree(of)
    assert {(bdi.text, bdi.get("dir")) for bdi in document.iter("bdi")} == {(name, direction)}
    author = document.find("head/meta[@name='author']")
    assert author is not None
    assert author.get("content") == name


def test_an_emoji_cannot_stop_a_document() -> None:
    """What no font has is replaced by the mark for it, also in title and attributes."""
    of = replace(draft(), supplier=party(name="Pizza 🍕"))
    assert "Pizza \N{REPLACEMENT CHARACTER}" in text(of)
    assert "🍕" not in html(invoice(of))


def test_what_could_not_be_shown_is_told() -> None:
    """Each character once, of whatever place that was printed; a document is not blamed for another's."""
    of = draft()
    assert of.journey is not None
    changed = replace(
        of, supplier=party(name="Pizza 🍕🍕"), journey=replace(of.journey, pickup="\ue000 Straße", dropoff="🍕 寿司")
    )
    assert page(invoice(changed)).replaced == {"🍕", "\ue000"}
    assert page(invoice(of)).replaced == set()


def test_parts_of_a_document_can_be_had_without_it() -> None:
    """What a template is given is made outside of a page, too."""
    issued = invoice(replace(draft(), issuer=party(name="🍕"), issuer_mode=IssuerMode.ON_BEHALF))
    assert "\N{REPLACEMENT CHARACTER}" in str(context(issued)["notes"])


@pytest.mark.parametrize(
    ("pickup", "dropoff", "expected"),
    [
        ("A-Straße", "B-Straße", "18:12 A-Straße 18:31 B-Straße"),
        (None, "B-Straße", "18:31 B-Straße"),
        ("A-Straße", None, "18:12 A-Straße"),
        (None, None, "18:12 – 18:31"),
    ],
)
def test_a_journey_tells_the_places_it_knows(pickup: str | None, dropoff: str | None, expected: str) -> None:
    """Times without places only where no place is known, on one line."""
    of = draft()
    assert of.journey is not None
    said = text(replace(of, journey=replace(of.journey, pickup=pickup, dropoff=dropoff)))
    assert f"{expected} Dauer" in said


@pytest.mark.parametrize(("dropoff", "told"), [(None, False), ("B-Straße", True)])
def test_a_delivery_to_nowhere_has_no_journey(dropoff: str | None, told: bool) -> None:  # noqa: FBT001 - a case
    """Its customer did not travel: without the address there is nothing to tell."""
    of = draft()
    assert of.journey is not None
    journey = replace(of.journey, pickup=None, dropoff=dropoff)
    said = text(replace(of, line_of_business=LineOfBusiness.DELIVERY, journey=journey))
    assert [word in said for word in ("18:31", "Dauer")] == [told, told]


def test_little_is_known() -> None:
    """No recipient, no journey, no payment: what is not known is not mentioned."""
    said = text(replace(draft(), recipient=None, journey=None, payments=(), issuer_mode=IssuerMode.OWN, notes=()))
    assert [w for w in ("Leistungsempfänger", "Strecke", "Karte", "Ausgestellt", "None") if w in said] == []


def test_a_journey_without_measures() -> None:
    """Distance and vehicle are told when they are known."""
    of = draft()
    assert of.journey is not None
    said = text(replace(of, journey=replace(of.journey, distance_m=None, vehicle=None)))
    assert "Dauer 19 Min." in said
    assert "Strecke" not in said
    assert "Fahrzeug" not in said


def test_a_document_without_tax_shows_no_tax() -> None:
    """No column, no table, no VAT in its name; the reason is printed once."""
    of = assemble(london_sources())[0]
    note = "not_vat_registered"
    untaxed = replace(
        of,
        lines=tuple(replace(line, tax_category=TaxCategory.OUTSIDE) for line in of.lines),
        tax_lines=tuple(replace(line, tax_category=TaxCategory.OUTSIDE, note=note) for line in of.tax_lines),
        notes=(note,),
        title="invoice_untaxed",
    )
    document = tree(untaxed)
    said = text(untaxed)
    assert document.findtext("body//h1") == "Invoice"
    assert "VAT rate" not in said
    assert said.count("is not registered for VAT") == 1


def test_a_foreign_recipient_is_told_his_country() -> None:
    """Home addresses need none."""
    foreign = replace(draft(), recipient=party(name="Jean", country="FR"))
    assert "Frankreich" in text(foreign)
    assert "Deutschland" not in text(foreign)


def test_documents_written_by_the_supplier_name_no_other() -> None:
    """Only a document on behalf of somebody says so, even when its regime forgot the note."""
    of = replace(draft(), notes=())
    assert "im Namen" in text(replace(of, issuer_mode=IssuerMode.ON_BEHALF))
    assert "im Namen" not in text(replace(of, issuer_mode=IssuerMode.OWN))


def test_receipts_have_their_own_title() -> None:
    """The kind decides."""
    of = draft()
    assert "Quittung" in text(replace(of, title="receipt"))
    assert "Quittung" in text(replace(of, key=replace(of.key, kind=Kind.RECEIPT), title=""))


def test_forty_lines_refunds_and_nothing_at_all() -> None:
    """Many lines, negative ones and a zero total are ordinary."""
    first = draft().lines[0]
    free = Money.zero("EUR")
    lines: list[Line] = [replace(first, id=str(no), quantity=Decimal(no)) for no in range(1, 41)]
    lines += [replace(first, code="refund", gross=Money(-450, "EUR")), replace(first, gross=free, net=free, tax=free)]
    document = tree(replace(draft(), lines=tuple(lines)))
    rows = document.findall("body/table[@class='lines']/tbody/tr")
    assert len(rows) == 42
    assert ["".join(cell.itertext()) for cell in rows[-2]] == ["Erstattung", "7\u00a0%", "-4,50"]
    assert ["".join(cell.itertext()) for cell in rows[-1]] == ["Fahrpreis", "7\u00a0%", "0,00"]


@pytest.mark.parametrize("country", countries())
@pytest.mark.parametrize(("paper", "size"), [("A4", "A4"), ("Letter", "letter"), ("LETTER", "letter")])
def test_every_country_prints_on_both_papers(country: str, paper: str, size: str) -> None:
    """The style sheet names the page size last, so nothing overrides it."""
    assert style(country, paper).endswith(f"@page {{ size: {size} }}")
    assert style(country, paper, dense=True).endswith(f"@page {{ size: {size} }}")
    assert style(country, paper, dense=True) != style(country, paper)


def test_the_style_keeps_the_rules_that_make_rendering_fast() -> None:
    """docs/decisions tells why: each of these costs time or leaks memory."""
    rules = re.sub(r"/\*.*?\*/", "", style("germany", "A4"), flags=re.DOTALL)
    dear = ("flex", "grid", "collapse: collapse", "font-feature", "font-variant", "@font-face", "@import", "url(")
    assert [word for word in dear if word in rules] == []
    assert "table-layout: fixed" in rules


def test_the_style_names_no_side_that_the_mirror_would_turn() -> None:
    """Start and end, so that the mirrored page has the same style; figures end on the right everywhere."""
    rules = re.sub(r"/\*.*?\*/", "", style("germany", "A4"), flags=re.DOTALL)
    sides = r"(?:float|clear|text-align): ?(?:left|right)|(?:margin|padding|border)-(?:left|right)"
    named = [found.group() for found in re.finditer(sides, rules)]
    assert set(named) == {"text-align: left", "text-align: right"}
    assert named.count("text-align: left") == 1  # the page number's


def test_an_unknown_paper_is_refused() -> None:
    """The message has the names of the papers and not the one that came."""
    with pytest.raises(DocumentError, match=r"draft\.paper: expected one of A4, LETTER") as raised:
        html(invoice(replace(draft(), paper="Napkin")))
    assert "Napkin" not in raised.value.message
    assert page_size("a4") == "A4"


def test_an_unknown_note_is_refused() -> None:
    """A text that the law wants cannot be left out silently."""
    with pytest.raises(DocumentError, match="notes"):
        html(invoice(replace(draft(), notes=("no_such_note",))))


def test_a_broken_template_is_a_document_error() -> None:
    """What a template does wrong is told by its kind, without the value it stumbled over."""
    broken = replace(draft(), journey="somewhere", issuer_mode=IssuerMode.OWN, notes=())  # type: ignore[arg-type]
    with pytest.raises(DocumentError, match=r"draft\.template: UndefinedError while"):
        html(invoice(broken))


def test_the_template_version_is_stable() -> None:
    """It identifies what documents look like: the same in every process of an installation."""
    assert template_version() == template_version.__wrapped__()
    number, fingerprint = template_version().split("-")
    assert number.isdigit()
    assert len(fingerprint) == 12


def test_a_day_is_the_one_given() -> None:
    """The issue date is printed, not the moment's."""
    late = invoice(issued_at=datetime.fromisoformat("2026-12-31T23:30:00+00:00"))
    assert "Ausstellungsdatum 1. Januar 2027" in text(late)


def arabic(country: Country) -> ET.Element:
    """A ride in two languages, Arabic first, of somebody with a Latin name."""
    country(ar_SA='second = "en"')
    return tree(replace(draft(), template="testland", locale="ar_SA"))


def test_a_page_from_right_to_left_says_so(country: Country) -> None:
    """Once, on the root: everything else follows."""
    document = arabic(country)
    assert (document.get("lang"), document.get("dir")) == ("ar-SA", "rtl")
    assert document.findtext("head/title") == "فاتورة Invoice DE-FL-FLT-7-2026-000001"
    assert tree(draft()).get("dir") == "ltr"


def test_from_right_to_left_every_value_is_set_apart(country: Country) -> None:
    """Names, numbers and dates cannot be turned by the words around them."""
    apart = {"".join(bdi.itertext()): bdi.get("dir") for bdi in arabic(country).iter("bdi")}
    expected = {
        "Taxi Krüger e. K.": "ltr",
        "37/181/50815": "ltr",
        "2 نوفمبر 2026": "rtl",
        "19.40": "ltr",
        "8.4 كم": "rtl",
    }
    assert {text: apart.get(text) for text in expected} == expected


def test_every_word_of_a_page_is_in_both_languages(country: Country) -> None:
    """Title, labels, heads of tables and notes; each language is marked as what it is."""
    document = arabic(country)
    headings = [
        *document.iter("h1"),
        *document.iter("h2"),
        *document.iter("th"),
        *document.findall(".//p[@class='label']"),
    ]
    assert len(headings) > 10
    assert ["".join(each.itertext()) for each in headings if each.find(".//bdi[@lang='en']") is None] == []
    (note,) = document.findall("body/div[@class='notes']/p")
    assert "Beispiel Mobility Germany GmbH باسم Taxi Krüger e. K." in "".join(note.itertext())
    assert "Issued by Beispiel Mobility Germany GmbH in the name" in "".join(note.itertext())


@pytest.mark.parametrize("template", countries())
def test_every_country_carries_the_sum_of_what_it_prints(template: str) -> None:
    """At the foot of a page and the head of the next. A template with its own table calls ``parts.carried`` in it."""
    locale = offered(template)[0]
    first = draft().lines[0]
    lines = tuple(replace(first, id=str(no), **_split(1_000 + no * 37)) for no in range(30))  # type: ignore[arg-type]
    of = invoice(replace(draft(), template=template, locale=locale, lines=lines))
    document = ET.fromstring(page(of, breaks=(7, 19)).html.removeprefix("<!DOCTYPE html>"))  # noqa: S314 (we wrote it)
    printed, sums, kinds = Decimal(0), [], []
    for row in document.iterfind("body/table[@class='lines']/tbody/tr"):
        amount = parse_decimal("".join(list(row)[-1].itertext()).strip("\u200e"), locale=locale)
        if kind := row.get("class"):
            kinds.append(kind)
            sums.append((amount, printed))
        else:
            printed += amount
    assert kinds == ["carried", "brought"] * 2
    assert [one for one, _ in sums] == [other for _, other in sums]
    assert len({len(list(row)) for row in document.iterfind("body/table[@class='lines']/tbody/tr[@class]")}) == 1


def _split(cents: int) -> dict[str, Money]:
    """An amount with its tax, so that net and gross cannot be mistaken for each other."""
    tax = cents // 7
    return {"gross": Money(cents, "EUR"), "tax": Money(tax, "EUR"), "net": Money(cents - tax, "EUR")}
