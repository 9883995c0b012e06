"""The command that takes back what was invoiced: credit."""

import asyncio
import re
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from starter.cli.exits import Exit
from starter.cli.failures import CommandError
from starter.cli.mend import MAX_REASON
from starter.cli.output import Json, emit, safe, stdout, table

if TYPE_CHECKING:
    from starter.cli.credited import Credited
    from tripinvoice.credit import LineWish, Wish


_LINE = re.compile(r"(?P<line>[0-9]{1,6})(=(?P<amount>-?[0-9.]{1,20})|x(?P<quantity>[0-9]{1,9}(\.[0-9]{1,6})?))?")


class Contract(StrEnum):
    """A trip's contracts as the command line spells them."""

    TRANSPORT = "transport"
    GOODS = "goods"
    DELIVERY = "delivery"
    PLATFORM_FEE = "platform-fee"


def credit(  # noqa: PLR0913 - one parameter an option
    trip_id: Annotated[str, typer.Argument(metavar="TRIP_ID", help="The trip's id, or that of a month's invoice.")],
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, as it is printed: 1 to 300 characters, no names.")],
    contract: Annotated[Contract | None, typer.Option(help="Only the document of this contract.")] = None,
    revision: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Of a month with several documents only this one; 0: all of them.")
    ] = 0,
    lines: Annotated[
        str | None,
        typer.Option(
            metavar="1,2=5.00,3x1", help="Only these lines: all that is left, or an amount with its tax, or a quantity."
        ),
    ] = None,
    amount: Annotated[
        str | None, typer.Option(metavar="5.00", help="Only this amount with its tax, in proportion of all lines.")
    ] = None,
    request: Annotated[
        str, typer.Option(metavar="ID", help="Who asked, such as ticket-4711: what was asked before is not done again.")
    ] = "",
    reissue: Annotated[
        bool, typer.Option("--reissue", help="Then invoice the trip anew, or all trips of the month's document.")
    ] = False,
    wait: Annotated[int, typer.Option(min=1, max=86_400, metavar="SECONDS", help="How long to wait for it.")] = 300,
    as_json: Json = False,
) -> None:
    """Take back what was invoiced: credit notes for all documents of a trip, or for a part of one.

    The invoice itself never changes. The same command twice credits once; to take back the same again, give it another
    --request. A tip is no part of what was invoiced: name its line, with others, to pay it back on the same document.
    """
    from activities.messages import CreditInput
    from starter.cli.credited import take_back
    from tripinvoice import invoice

    if not reason.strip() or len(reason) > MAX_REASON:
        raise CommandError(f"--reason: say why in 1 to {MAX_REASON} characters", Exit.USAGE)
    if reissue and (contract or lines or amount):
        raise CommandError(
            "--reissue: only after a credit of the whole trip, or of a whole document of a month", Exit.USAGE
        )
    asked = CreditInput(
        trip_id=trip_id,
        reason=reason,
        wish=_wish(lines, amount),
        contract=invoice.Contract(contract.value.replace("-", "_")) if contract else None,
        request=request,
        revision=revision,
    )
    done = asyncio.run(take_back(asked, timedelta(seconds=wait), reissue=reissue))
    if as_json:
        emit(done.plain())
    else:
        _print(done)


def _wish(lines: str | None, amount: str | None) -> "Wish":
    from tripinvoice.credit import Wish

    if lines is not None and amount is not None:
        raise CommandError("say either --lines or --amount", Exit.USAGE)
    return Wish(lines=tuple(map(_line_wish, lines.split(","))) if lines is not None else (), amount=amount)


def _line_wish(text: str) -> "LineWish":
    from decimal import Decimal

    from tripinvoice.credit import LineWish

    found = _LINE.fullmatch(text.strip())
    if found is None:
        raise CommandError("--lines: expected line numbers such as 1,3 or 2=5.00 or 2x1, parted by commas", Exit.USAGE)
    quantity = found["quantity"]
    return LineWish(line=found["line"], amount=found["amount"], quantity=Decimal(quantity) if quantity else None)


def _print(done: "Credited") -> None:
    made = table("credit note", "document", "refers to", ">net", ">tax", ">gross")
    for note in done.notes:
        made.add_row(safe(note.number), safe(note.contract), safe(note.corrects), note.net, note.tax, note.gross)
    console = stdout()
    console.print(made)
    if done.again:
        console.print("[yellow]as asked for before; to take back the same again, give it another --request[/yellow]")
    left = table("invoice", "document", ">of", ">left", title="Left")
    for one in done.left:
        left.add_row(safe(one.number), safe(one.contract), one.gross, one.left)
    console.print("", left)
    for workflow_id in done.reissued:
        console.print(safe(f"invoiced anew: {workflow_id}"))
    for month in done.months:
        console.print(
            safe(f"when these have ended, `tripinvoice month invoice {month}` makes the month's invoice anew")
        )
