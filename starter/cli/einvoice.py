"""The command that hands out the electronic invoice: einvoice."""

import asyncio
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.failures import CommandError
from starter.cli.look import TripOrNumber
from starter.cli.output import Json, emit, safe, stderr, stdout

if TYPE_CHECKING:
    from tripinvoice.invoice import Invoice

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class Syntax(StrEnum):
    """How an EN 16931 invoice can be written."""

    CII = "cii"
    UBL = "ubl"
    XRECHNUNG = "xrechnung"


def einvoice(
    trip_or_number: TripOrNumber,
    *,
    syntax: Annotated[
        Syntax | None,
        typer.Option("--format", help="How it is written; without it, as the country's recipients expect it."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write <number>.<format>.xml there; without it, print it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write an issued invoice as EN 16931 XML: in CII as a Factur-X PDF carries it, in UBL, or as XRechnung.

    It is made from the stored invoice, and is the same whenever it is made. A document that cannot be an EN 16931
    invoice has none, and the reason is told (docs/einvoice.md). It names its parties: treat it as personal data.
    """
    from starter.cli.found import stored_invoices

    invoices = asyncio.run(stored_invoices(trip_or_number))
    if len(invoices) > 1 and folder is None and not as_json:
        numbers = ", ".join(invoice.number for invoice in invoices)
        raise CommandError(f"the trip has several documents: name one of {numbers}, or a --folder for all")
    results = [_result(invoice, syntax) for invoice in invoices]
    for result in results:
        _tell(result, folder, as_json=as_json)
    if not any(result.xml for result in results):
        raise CommandError("no document of it can be an electronic invoice")


@dataclass(frozen=True, kw_only=True)
class _Result:
    """``xml``, or the ``reason`` why there is none."""

    number: str
    syntax: Syntax
    xml: bytes | None
    reason: str | None


def _result(invoice: "Invoice", syntax: Syntax | None) -> _Result:
    from tripinvoice import einvoice as written

    chosen = syntax or (Syntax.UBL if invoice.draft.einvoice == Syntax.UBL else Syntax.CII)
    write = {Syntax.CII: written.cii, Syntax.UBL: written.ubl, Syntax.XRECHNUNG: written.xrechnung}[chosen]
    return _Result(
        number=invoice.number,
        syntax=chosen,
        xml=write(invoice),
        reason=written.obstacle(invoice, as_xrechnung=chosen is Syntax.XRECHNUNG),
    )


def _tell(result: _Result, folder: Path | None, *, as_json: bool) -> None:
    """Print it or write it, or say why there is none."""
    path = _written(result, folder)
    if as_json:
        text = result.xml.decode() if result.xml and path is None else None
        told = {"number": result.number, "format": result.syntax.value, "reason": result.reason}
        emit(told | {"path": str(path) if path else None, "xml": text})
    elif result.xml is None:
        stderr().print(safe(f"{result.number}: none: {result.reason}", "yellow"), soft_wrap=True)
    elif path is None:
        sys.stdout.write(result.xml.decode())
    else:
        stdout().print(safe(path), soft_wrap=True)


def _written(result: _Result, folder: Path | None) -> Path | None:
    if folder is None or result.xml is None:
        return None
    path = folder / f"{_NOT_IN_NAMES.sub('-', result.number)}.{result.syntax}.xml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(result.xml)
    return path
