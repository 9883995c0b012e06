"""Commands about the document store: link and bucket apply."""

import asyncio
from typing import Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.look import TripOrNumber
from starter.cli.output import Json, emit, safe, stderr, stdout
from starter.cli.reports import duration


def link(
    trip_or_number: TripOrNumber,
    *,
    valid: Annotated[
        str, typer.Option(metavar="TIME", help="How long the link works: 90s, 15m, 2h, 7d at most.")
    ] = "15m",
    as_json: Json = False,
) -> None:
    """Print a link from which anybody who has it can download the PDF of an invoice; all of them for a trip.

    The link is a secret for as long as it is valid: give it to the recipient alone, and do not keep it. Needs documents
    in an S3 store (TRIPINVOICE_DOCUMENTS); into a folder there are no links, and the path is told instead.
    """
    from starter.cli.found import stored_pdfs

    pdfs = asyncio.run(stored_pdfs(trip_or_number, duration(valid, "--valid")))
    paths = [pdf.location for pdf in pdfs if pdf.link is None]
    if paths:
        raise CommandError(f"the document store is a folder, into which there are no links; see {', '.join(paths)}")
    for pdf in pdfs:
        if as_json:
            emit({"number": pdf.number, "url": pdf.link})
        else:
            stdout().print(safe(pdf.link), soft_wrap=True)


def apply_bucket(
    *,
    country: Annotated[
        str | None, typer.Option(metavar="CODE", help="For {country} in the bucket's name, such as GB.")
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(min=2000, max=9999, metavar="YEAR", help="For {year} in the bucket's name: the trips'."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a bucket of the S3 document store, and say how it is. One that is there already is never changed.

    It gets versions, and object lock when TRIPINVOICE_S3_RETENTION_YEARS is set. Exit code 1 when the bucket lacks what
    the settings need. Run it before the first worker, and before New Year for a name with {year}.
    """
    found = asyncio.run(_apply(country, year))
    if as_json:
        emit(found)
    else:
        facts = (
            "made" if found["created"] else "there already",
            "with versions" if found["versions"] else "without versions",
            "with object lock" if found["object_lock"] else "without object lock",
        )
        stdout().print(safe(f"{found['bucket']}: {', '.join(facts)}"))
    if not found["versions"]:
        stderr().print(safe("without versions, what somebody overwrites or deletes is gone: turn them on", "yellow"))
    if not found["sufficient"]:
        raise CommandError(
            f"TRIPINVOICE_S3_RETENTION_YEARS needs object lock, and bucket {found['bucket']} has none: turn it on with "
            "the store's tools, or name a new bucket, or set 0"
        )


async def _apply(country: str | None, year: int | None) -> dict[str, object]:
    """The bucket as the JSON has it."""
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    async with Wiring(read_settings()) as wiring:
        for name, given in (("country", country), ("year", year)):
            _check_needed(name, given, needed=name in wiring.buckets.placeholders)
        found = await asyncio.to_thread(wiring.buckets.apply, country or "", year or 0)
    return {
        "bucket": found.name,
        "created": found.created,
        "versions": found.versioned,
        "object_lock": found.locked,
        "sufficient": found.sufficient,
    }


def _check_needed(name: str, given: object, *, needed: bool) -> None:
    if needed and given is None:
        raise CommandError(f"--{name}: the bucket's name has {{{name}}} in it; say for which", Exit.USAGE)
    if given is not None and not needed:
        raise CommandError(f"--{name}: TRIPINVOICE_DOCUMENTS has no {{{name}}} in the bucket's name", Exit.USAGE)
    if name == "country" and given is not None and not _is_code(str(given)):
        raise CommandError("--country: expected two letters, such as GB", Exit.USAGE)


def _is_code(text: str) -> bool:
    return len(text) == len("GB") and text.isascii() and text.isalpha()
