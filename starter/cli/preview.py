"""The command that shows what a country's documents look like: preview."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.output import Json, emit, safe, stdout

if TYPE_CHECKING:
    from starter.specimens import Specimen


class Lob(StrEnum):
    """Lines of business as the command line spells them."""

    RIDES = "rides"
    DELIVERY = "delivery"


class DocumentKind(StrEnum):
    """Kinds of documents as the command line spells them."""

    INVOICE = "invoice"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit-note"


def preview(  # noqa: PLR0913 - each is an option of the command line
    *,
    country: Annotated[
        str, typer.Option(metavar="CODE", help="A country or subdivision that has a regime: DE, US-NY.")
    ],
    lob: Annotated[Lob, typer.Option(help="The line of business.")] = Lob.RIDES,
    kind: Annotated[
        DocumentKind | None, typer.Option(help="The kind of document; else what the country makes of a trip.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="LOCALE", help="One of the regime's languages, such as en_GB.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every sample trip's documents, not only the first's.")] = False,
    out: Annotated[Path, typer.Option(metavar="DIR", file_okay=False, help="Folder for the PDFs.")] = Path(),
    as_json: Json = False,
) -> None:
    """Make specimens of a country's documents: with a watermark, without a number, so that nobody takes them for real.

    They are made of the bundled sample trips by the same law and templates as any document. Takes no number, needs no
    server.
    """
    for path, specimen in asyncio.run(_made(country, lob, kind, language, out, every=every)):
        if as_json:
            draft = specimen.invoice.draft
            emit(
                {
                    "pdf": str(path),
                    "trip_id": specimen.trip_id,
                    "contract": draft.key.contract,
                    "kind": draft.key.kind,
                    "language": draft.locale,
                    "unverified": draft.unverified,
                }
            )
        else:
            stdout().print(safe(path), soft_wrap=True)


async def _made(  # noqa: PLR0913 - as the command
    country: str, lob: Lob, kind: DocumentKind | None, language: str | None, out: Path, *, every: bool
) -> "list[tuple[Path, Specimen]]":
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    chosen = await asyncio.to_thread(_chosen, country, lob, kind, language, every=every)
    async with Wiring(read_settings()) as wiring:
        await wiring.renderer.start()
        renditions = await asyncio.gather(*(wiring.renderer.render(one.invoice) for one in chosen))
    paths = [out / _name(specimen) for specimen in chosen]
    await asyncio.to_thread(_write, out, {p: r.content for p, r in zip(paths, renditions, strict=True)})
    return list(zip(paths, chosen, strict=True))


def _write(folder: Path, contents: Mapping[Path, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        path.write_bytes(content)


def _chosen(
    country: str, lob: Lob, kind: DocumentKind | None, language: str | None, *, every: bool
) -> "list[Specimen]":
    from starter.specimens import specimens
    from tripinvoice.invoice import Kind
    from tripinvoice.trip import LineOfBusiness

    wanted = Kind(kind.value.replace("-", "_")) if kind else None
    found = specimens(country.upper(), LineOfBusiness(lob.value), wanted, _locale(country.upper(), language))
    return found if every else [one for one in found if one.trip_id == found[0].trip_id]


def _locale(country: str, language: str | None) -> str | None:
    from starter.cli.exits import Exit
    from starter.cli.failures import CommandError
    from tripinvoice.regimes import regime_named

    if language is None:
        return None
    regime = regime_named(country)
    asked, offered = language.replace("-", "_"), (regime.locale, *regime.languages)
    if asked not in offered:
        raise CommandError(f"--language: {regime.code} issues in {', '.join(offered)} only", Exit.USAGE)
    return asked


def _name(specimen: "Specimen") -> str:
    draft = specimen.invoice.draft
    kind = draft.key.kind.value.replace("_", "-")
    return f"specimen-{specimen.trip_id}-{draft.key.contract}-{kind}-{draft.locale}.pdf".replace("_", "-")
