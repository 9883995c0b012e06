"""einvoice, as a process of its own against a running stack."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from tests import scenarios
from tests.cli.conftest import ISSUED, Cli
from tests.running import Stack

pytestmark = pytest.mark.xdist_group("cli")

RECEIPT = "cli-einvoice-receipt"


def root(xml: str) -> str:
    """The name of the outermost element."""
    return ET.fromstring(xml).tag.rpartition("}")[2]  # noqa: S314 (we wrote it)


async def test_it_is_the_xml_that_the_pdf_carries(cli: Cli) -> None:
    """By number or trip, byte for byte."""
    [document] = (await cli("show", ISSUED, "--json")).json()["documents"]
    told = await cli("einvoice", document["number"])
    assert (told.code, told.err) == (0, "")
    [carried] = PdfReader(document["pdf"]).attachments["factur-x.xml"]
    assert told.out.encode() == carried
    assert (await cli("einvoice", ISSUED, "--format", "cii")).out == told.out


async def test_it_comes_in_the_other_syntax(cli: Cli) -> None:
    """As asked."""
    told = await cli("einvoice", ISSUED, "--format", "ubl")
    assert (told.code, root(told.out)) == (0, "Invoice")


async def test_it_is_written_to_a_folder(cli: Cli, tmp_path: Path) -> None:
    """One file for each document, named after its number."""
    folder = tmp_path / "out" / "box"
    told = await cli("einvoice", ISSUED, "--folder", str(folder))
    [path] = folder.iterdir()
    assert (told.code, told.out) == (0, f"{path}\n")
    assert path.name == "DE-FL-FLT-7-2026-000001.cii.xml"
    assert root(path.read_text()) == "CrossIndustryInvoice"


async def test_json_has_the_xml_or_the_path(cli: Cli, tmp_path: Path) -> None:
    """For programs."""
    [told] = (await cli("einvoice", ISSUED, "--json")).lines()
    assert (told["format"], told["path"], told["reason"]) == ("cii", None, None)
    assert root(told["xml"]) == "CrossIndustryInvoice"
    [told] = (await cli("einvoice", ISSUED, "--json", "--folder", str(tmp_path))).lines()
    assert (told["xml"], Path(told["path"]).parent) == (None, tmp_path)


async def test_what_cannot_be_one_says_why(cli: Cli, cli_stack: Stack) -> None:
    """A ride without a buyer's reference is no XRechnung, and a receipt is no invoice at all."""
    told = await cli("einvoice", ISSUED, "--format", "xrechnung")
    assert (told.code, told.out) == (1, "")
    assert "none: BR-DE-15: the recipient must have given a reference" in told.err
    await cli_stack.invoice(await cli_stack.know(scenarios.new_york(RECEIPT)))
    told = await cli("einvoice", RECEIPT, "--json")
    assert told.code == 1
    assert json.loads(told.out)["reason"] == "a receipt is no invoice"


async def test_several_documents_need_a_folder(cli: Cli, cli_stack: Stack, tmp_path: Path) -> None:
    """Two invoices in one stream would be none."""
    delivery = scenarios.munich_delivery("cli-einvoice-delivery")
    await cli_stack.invoice(await cli_stack.know(delivery))
    told = await cli("einvoice", delivery.trip_id)
    assert (told.code, told.out) == (1, "")
    assert "several documents: name one of" in told.err
    told = await cli("einvoice", delivery.trip_id, "--folder", str(tmp_path))
    assert (told.code, told.out.count("\n")) == (0, 2)
