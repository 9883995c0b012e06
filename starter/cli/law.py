"""The command that tells what the regimes say: regimes."""

import time
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from starter.cli.output import Json, emit, safe, stdout, table

if TYPE_CHECKING:
    from tripinvoice.regimes.base import Regime


def regimes(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A country or subdivision: DE, US-NY. Without it, all.")
    ] = None,
    *,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Of this day of supply; else of today."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which law tripinvoice applies: the rates of a day and the rules, each with its source.

    What nobody has checked against the law itself is marked as not verified; a document that rests on such a rate or
    rule is issued with a warning in the worker's log. Needs no server.
    """
    day = on.date() if on else date.fromtimestamp(time.time())  # noqa: DTZ012 - the reader's own day
    if code is None:
        _all(day, as_json=as_json)
    else:
        _one(_known(code), day, as_json=as_json)


def _known(code: str) -> "Regime":
    from starter.cli.exits import Exit
    from starter.cli.failures import CommandError
    from tripinvoice.regimes import REGIMES

    for regime in REGIMES:
        if regime.code == code.upper():
            return regime
    known = ", ".join(regime.code for regime in REGIMES)
    raise CommandError(f"CODE: there is no such regime; known are {known}", Exit.USAGE)


def _all(day: date, *, as_json: bool) -> None:
    from tripinvoice.regimes import REGIMES

    if as_json:
        for regime in REGIMES:
            emit(_plain(regime, day))
        return
    made = table("code", "regime", "prices", "languages", ">not verified", "electronic invoice", "legal original")
    for regime in REGIMES:
        told = _plain(regime, day)
        both = [*told["rates"], *told["rules"]]
        unverified = sum(not one["verified"] for one in both)
        made.add_row(
            safe(regime.code, "bold"),
            safe(regime.name),
            safe(f"{regime.currency}, {regime.tax_name} {'included' if regime.pricing.inclusive else 'added'}"),
            safe(", ".join(told["languages"])),
            safe(f"{unverified} of {len(both)}", "yellow" if unverified else "dim"),
            safe(regime.einvoice or "-", "" if regime.einvoice else "dim"),
            safe(regime.legal_original or "this document", "" if regime.legal_original else "dim"),
        )
    stdout().print(made)


def _one(regime: "Regime", day: date, *, as_json: bool) -> None:
    told = _plain(regime, day)
    if as_json:
        emit(told)
        return
    console = stdout()
    console.print(safe(f"{regime.name} ({regime.code}), version {regime.version}, on {day}", "bold"))
    rates = table("", "rate", ">percent", "since", "source")
    for rate in told["rates"]:
        percent = "not yet" if rate["percent"] is None else f"{rate['percent']} %"
        rates.add_row(_mark(rate), safe(rate["name"]), safe(percent), safe(rate["since"]), safe(rate["source"]))
    console.print("\n[bold]Rates[/bold]", rates, sep="\n")
    rules = table("", "rule", "what it says", "source")
    for rule in told["rules"]:
        rules.add_row(_mark(rule), safe(rule["name"]), safe(rule["says"]), safe(rule["source"], "dim"))
    console.print("\n[bold]Rules[/bold]", rules, sep="\n")
    if any(not one["verified"] for one in (*told["rates"], *told["rules"])):
        console.print("\n[yellow]?[/yellow] not verified against the law itself: have it checked before you rely on it")


def _mark(one: dict[str, Any]) -> str:
    return "[green]✓[/green]" if one["verified"] else "[bold yellow]?[/bold yellow]"


def _plain(regime: "Regime", day: date) -> dict[str, Any]:
    """A regime as of a day, as plain values."""
    return {
        "code": regime.code,
        "name": regime.name,
        "version": regime.version,
        "on": day.isoformat(),
        "currency": regime.currency,
        "tax": regime.tax_name,
        "prices_include_tax": regime.pricing.inclusive,
        "languages": [regime.locale, *regime.languages],
        "electronic_invoice": regime.einvoice,
        "legal_original": regime.legal_original,
        "rates": [_rate(regime, name, day) for name in regime.rates],
        "rules": [
            {"name": name, "says": rule.says, "source": rule.source, "verified": rule.verified}
            for name, rule in regime.rules.items()
        ],
    }


def _rate(regime: "Regime", name: str, day: date) -> dict[str, Any]:
    """The rate in force on the day; where there was none yet, the first that came."""
    began = [rate for rate in regime.rates[name] if rate.since <= day]
    rate = began[-1] if began else regime.rates[name][0]
    return {
        "name": name,
        "percent": str(rate.percent) if began else None,
        "since": rate.since.isoformat(),
        "source": rate.source,
        "verified": rate.verified,
    }
