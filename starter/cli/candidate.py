"""``candidate``: run the sample candidate, right or wrong, to see what a rollout does about it."""

import asyncio
from typing import Annotated

import typer

from starter.cli.output import Json
from starter.samples.candidate_faults import Fault


def candidate(
    *,
    name: Annotated[str, typer.Option(help="Its name; its task queue is tripinvoice-candidate-NAME.")] = "python",
    fault: Annotated[Fault | None, typer.Option(help="What is wrong with it. Without it, nothing is.")] = None,
    country: Annotated[
        list[str] | None, typer.Option(help="The fault is in this country only; repeat it for several.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a sample candidate: a second implementation of preprocess, in Python, until SIGTERM or Ctrl-C.

    It applies today's rules, so it agrees with the current implementation, unless a fault is ordered. Use it to try a
    rollout before you have a candidate of your own: docs/preprocess-contract.md tells how to write one. --json writes
    the log as JSON lines.
    """
    asyncio.run(_serve(name, fault, frozenset(country or ()), as_json=as_json))


async def _serve(name: str, fault: Fault | None, countries: frozenset[str], *, as_json: bool) -> None:
    from starter.cli.session import temporal
    from starter.samples.candidate import SampleCandidate, serve
    from starter.signals import stop_on_signals
    from tripinvoice.log import configure
    from tripinvoice.settings import read_settings
    from tripinvoice.wiring import Wiring

    settings = read_settings()
    configure(settings.log_level, "json" if as_json else settings.log_format)
    stop = stop_on_signals()
    client = await temporal()
    async with Wiring(settings) as wiring:
        made = SampleCandidate(wiring.documents, fault, countries)
        await serve(client, name, made, stop)
