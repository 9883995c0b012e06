"""The XML of every golden document and of its credit notes, in both syntaxes, before the published rules."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tests.factories import ISSUED_AT
from tests.golden.reading import INPUTS, documents_of
from tests.judges.fixtures import Judged, Schematron
from tests.judges.schema import schema_faults
from tests.judges.schematron import schematron as all_failures
from tests.unit.validate.mutants import MUTANTS
from tripinvoice.assemble import finish
from tripinvoice.credit.note import Order, credit
from tripinvoice.credit.wish import Wish
from tripinvoice.einvoice import cii, obstacle, ubl, xrechnung
from tripinvoice.errors import CreditError
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.money import Money
from tripinvoice.numbering import NumberTaken
from tripinvoice.validate import VAT_COUNTRIES

pytestmark = [pytest.mark.xdist_group("legal"), pytest.mark.timeout(600)]


def issued(draft: Draft) -> Invoice:
    """The first document of its series."""
    taken = NumberTaken(document=draft.key, series=draft.series, period=str(ISSUED_AT.year), no=1, issued_at=ISSUED_AT)
    return finish(draft, taken)


def credit_notes(of: Invoice) -> Iterator[Invoice]:
    """A third of it, and then all that is left."""
    third = Money(of.draft.totals.gross.minor // 3, of.draft.currency)
    order = Order(invoice=of, reason="Fare corrected", request="ticket-1", wish=Wish(amount=str(third.decimal)))
    try:
        first = issued(credit(order))
    except CreditError:  # nothing has a third
        return
    yield first
    yield issued(credit(replace(order, wish=Wish(), request="ticket-2", earlier=(first,), revision=2)))


@pytest.fixture(scope="module")
def documents() -> dict[str, Invoice]:
    """All that can be an EN 16931 document."""
    found: dict[str, Invoice] = {}
    for case in INPUTS:
        for no, invoice in enumerate(documents_of(case), start=1):
            if obstacle(invoice) is None:
                name = f"{case.parent.name}-{case.stem}-{no}"
                found[name] = invoice
                found |= {f"{name}-credit-{at}": note for at, note in enumerate(credit_notes(invoice), start=1)}
    return found


@pytest.mark.parametrize("syntax", ["cii", "ubl"])
def test_every_document_keeps_the_rules(
    documents: dict[str, Invoice], schematron: Schematron, judged: Judged, syntax: str
) -> None:
    """EN 16931 as published, and the official schema."""
    write = {"cii": cii, "ubl": ubl}[syntax]
    written = {name: write(invoice) or b"" for name, invoice in documents.items()}
    problems = {
        name: found for name, xml in written.items() if (found := (*schematron(xml, syntax), *schema_faults(xml)))
    }
    credits_ = sum("-credit-" in name for name in documents)
    judged(f"EN 16931 in {syntax.upper()}, {credits_} credit notes: {len(written) - len(problems)}/{len(written)}")
    assert problems == {}
    assert len(written) > len(INPUTS)


def test_an_xrechnung_keeps_its_rules(documents: dict[str, Invoice], schematron: Schematron, judged: Judged) -> None:
    """Those of EN 16931, and of the German authorities."""
    written = {name: xml for name, invoice in documents.items() if (xml := xrechnung(invoice)) is not None}
    problems = {
        name: found
        for name, xml in written.items()
        if (found := (*schematron(xml, "ubl"), *schematron(xml, "xrechnung-ubl"), *schema_faults(xml)))
    }
    judged(f"XRechnung: {len(written) - len(problems)}/{len(written)}")
    assert problems == {}
    assert len(written) >= 4


def test_french_documents_for_businesses_have_their_notes(documents: dict[str, Invoice]) -> None:
    """Payment terms, penalties and recovery costs are where French rules look for them."""
    drafts = {name: invoice.draft for name, invoice in documents.items() if "-credit-" not in name}
    of_france = [name for name, draft in drafts.items() if draft.country == "FR" and draft.business]
    assert of_france
    for invoice in map(documents.__getitem__, of_france):
        for xml, rules in ((cii(invoice), "france-cii"), (ubl(invoice), "france-ubl")):
            failed = {failure.rule for failure in all_failures(xml or b"", rules)}
            assert not {rule for rule in failed if rule.startswith("BR-FR-05")}


# --- mutants ---------------------------------------------------------------------------------------------------------

_ORIGINAL = "germany-munich_delivery-1"
# What is changed in the XML of one document, with the rule of EN 16931 that it breaks.
XML_MUTANTS: dict[str, Sequence[tuple[str, str, str]]] = {
    "cii": (
        ("<ram:LineTotalAmount>26.32", "<ram:LineTotalAmount>26.33", "BR-CO-10"),
        ("<ram:TaxBasisTotalAmount>26.32", "<ram:TaxBasisTotalAmount>26.31", "BR-CO-13"),
        ('currencyID="EUR">2.23', 'currencyID="EUR">2.24', "BR-CO-14"),
        ("<ram:GrandTotalAmount>28.55", "<ram:GrandTotalAmount>28.56", "BR-CO-15"),
        ("<ram:DuePayableAmount>0.00", "<ram:DuePayableAmount>0.01", "BR-CO-16"),
        ("<ram:CalculatedAmount>1.62", "<ram:CalculatedAmount>3.62", "BR-CO-17"),
        ("<ram:BasisAmount>23.08", "<ram:BasisAmount>23.09", "BR-S-08"),
        ("<ram:CountryID>DE", "<ram:CountryID>XX", "BR-CL-14"),
        ('schemeID="VA">DE129273398', 'schemeID="VA">129273398', "BR-CO-09"),
        ("<ram:ChargeAmount>13.92", "<ram:ChargeAmount>-13.92", "BR-27"),
        ("<ram:LineTotalAmount>13.92", "<ram:LineTotalAmount>13.920", "BR-DEC-23"),
        ('unitCode="C62"', 'unitCode="RIDE"', "BR-CL-23"),
        ("<ram:Name>Jürgen Weiß</ram:Name>", "", "BR-07"),
    ),
    "ubl": (
        (">26.32</cbc:LineExtensionAmount>", ">26.33</cbc:LineExtensionAmount>", "BR-CO-10"),
        (">26.32</cbc:TaxExclusiveAmount>", ">26.31</cbc:TaxExclusiveAmount>", "BR-CO-13"),
        (">2.23</cbc:TaxAmount>", ">2.24</cbc:TaxAmount>", "BR-CO-14"),
        (">28.55</cbc:TaxInclusiveAmount>", ">28.56</cbc:TaxInclusiveAmount>", "BR-CO-15"),
        (">0.00</cbc:PayableAmount>", ">0.01</cbc:PayableAmount>", "BR-CO-16"),
        (">1.62</cbc:TaxAmount>", ">3.62</cbc:TaxAmount>", "BR-CO-17"),
        (">23.08</cbc:TaxableAmount>", ">25.09</cbc:TaxableAmount>", "BR-S-08"),
        ("<cbc:IdentificationCode>DE", "<cbc:IdentificationCode>XX", "BR-CL-14"),
        ("<cbc:CompanyID>DE129273398", "<cbc:CompanyID>129273398", "BR-CO-09"),
        (">13.92</cbc:PriceAmount>", ">-13.92</cbc:PriceAmount>", "BR-27"),
        (">26.32</cbc:TaxExclusiveAmount>", ">26.320</cbc:TaxExclusiveAmount>", "BR-DEC-12"),
        ('unitCode="C62"', 'unitCode="RIDE"', "BR-CL-23"),
        ("<cbc:RegistrationName>Jürgen Weiß</cbc:RegistrationName>", "", "BR-07"),
    ),
}


@pytest.mark.parametrize(
    ("syntax", "mutant"),
    [
        pytest.param(syntax, mutant, id=f"{syntax}-{mutant[2]}")
        for syntax, mutants in XML_MUTANTS.items()
        for mutant in mutants
    ],
)
def test_the_published_rules_catch_a_mutant(
    documents: dict[str, Invoice], schematron: Schematron, syntax: str, mutant: tuple[str, str, str]
) -> None:
    """One thing wrong in an XML of ours."""
    old, new, rule = mutant
    xml = ({"cii": cii, "ubl": ubl}[syntax](documents[_ORIGINAL]) or b"").decode()
    assert old in xml
    assert rule in schematron(xml.replace(old, new).encode(), syntax)


def test_the_schema_catches_what_is_not_in_its_place(documents: dict[str, Invoice]) -> None:
    """Rules look for terms; a schema for their order, and for what must not be there."""
    for write, old, new in (
        (cii, b"<ram:TypeCode>380</ram:TypeCode>", b""),
        (cii, b"<ram:CityName>Berlin</ram:CityName>", b"<ram:Town>Berlin</ram:Town>"),
        (ubl, b"<cbc:IssueDate>2026-11-02</cbc:IssueDate>", b""),
        (ubl, b"<cbc:ID>1</cbc:ID>", b"<cbc:Name>1</cbc:Name>"),
    ):
        xml = write(documents[_ORIGINAL]) or b""
        assert old in xml
        assert schema_faults(xml.replace(old, new))
    with pytest.raises(KeyError):
        schema_faults(b"<Order/>")


# What only our validator sees, at least in some form: the published rules allow a whole unit of the currency where
# cents are meant, look at a VAT number's prefix alone, and have no term for the rest.
UNSEEN = frozenset(
    {
        *("BR-21", "BR-29", "BR-53", "BR-CO-09", "BR-CO-13", "BR-CO-15", "BR-CO-16", "BR-CO-17"),
        *("BR-AE-05", "BR-S-08", "BR-Z-05", "TI-CASH", "TI-DAY", "TI-PARTS", "TI-RATE-DAY", "TI-TAX-ID"),
    }
)


def test_what_only_our_validator_sees(schematron: Schematron, judged: Judged) -> None:
    """Each of its mutants, written without asking it: the published rules find the others, too."""
    mutants = [
        (rule, mutant)
        for rule, cases in MUTANTS.items()
        for right, spoil in cases
        if rule != "BR-05" and (mutant := spoil(right())).country in VAT_COUNTRIES
    ]
    written = [(rule, xml) for rule, mutant in mutants if (xml := ubl(issued(mutant))) is not None]
    unseen = [rule for rule, xml in written if not schematron(xml, "ubl")]
    judged(f"mutants that the published rules of EN 16931 do not see, and ours do: {len(unseen)} of {len(written)}")
    assert set(unseen) == UNSEEN
