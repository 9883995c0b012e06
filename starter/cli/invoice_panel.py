"""An invoice on the operator's screen, and the same as plain values."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from starter.cli.found import Found, FoundDocument, parked_plain
from starter.cli.output import moment, safe, state, table
from starter.lookup import Why, WorkflowView
from tripinvoice.invoice import Draft, Invoice, Line, Party
from tripinvoice.money import Money


def panel(document: FoundDocument) -> Panel:
    """One document: who to whom, lines, taxes, totals, where the PDF is."""
    record = document.record
    title = Text.assemble(safe(record.number, "bold"), " · ", state(record.state))
    facts = _facts()
    key = record.document
    facts.add_row("document", safe(f"{key.contract} {key.kind}, revision {key.revision}, trip {key.trip_id}"))
    facts.add_row("law", safe(f"{record.country} {record.line_of_business}, {record.regime_version}"))
    facts.add_row("issued", moment(record.issued_at))
    parts: list[RenderableType] = [facts]
    if document.invoice is None:
        facts.add_row("total", safe(f"{record.total} (void)"))
    else:
        _add_credit(facts, document)
        _add_parties(facts, document.invoice)
        parts += ["", _lines(document.invoice.draft), "", _totals(document.invoice.draft)]
    if document.pdf and record.pdf:
        where = _facts()
        where.add_row("pdf", safe(document.pdf))
        where.add_row("sha256", record.pdf.sha256)
        parts += ["", where]
    return Panel(Group(*parts), title=title, title_align="left", expand=False)


def _add_credit(facts: Table, document: FoundDocument) -> None:
    """What a credit note takes back; of an invoice, which ones take it back, and what is left."""
    correction = document.invoice.draft.correction if document.invoice else None
    if correction is not None:
        facts.add_row("refers to", safe(f"{correction.number} of {correction.issue_date}", "bold"))
        facts.add_row("reason", safe(correction.reason))
    if document.left is not None and document.notes:
        notes = ", ".join(f"{note.draft.totals.gross} by {note.number}" for note in document.notes)
        facts.add_row("credited", safe(notes, "bold"))
        facts.add_row("left", str(document.left.totals.gross))


def _facts() -> Table:
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    return made


def _add_parties(facts: Table, invoice: Invoice) -> None:
    draft = invoice.draft
    if invoice.number != invoice.ledger_number:
        facts.add_row("printed number", safe(invoice.number))
    facts.add_row("issue date", str(invoice.issue_date))
    facts.add_row("supplier", _party(draft.supplier))
    if draft.issuer != draft.supplier:
        facts.add_row("issuer", Text.assemble(_party(draft.issuer), safe(f" ({draft.issuer_mode})", "dim")))
    facts.add_row("recipient", _party(draft.recipient) if draft.recipient else safe("none", "dim"))


def _party(party: Party) -> Text:
    place = " ".join(part for part in (party.postcode, party.city) if part)
    parts = [party.name, *party.address, place, party.country or ""]
    ids = [f"{tax_id.scheme} {tax_id.value}" for tax_id in party.tax_ids]
    return safe(", ".join(part for part in [*parts, *ids] if part))


def _lines(draft: Draft) -> Table:
    made = table("line", ">tax %", ">net", ">tax", ">gross")
    for line in draft.lines:
        made.add_row(safe(_what(line)), str(line.tax_rate), *map(_amount, (line.net, line.tax, line.gross)))
    for line in draft.outside:
        made.add_row(safe(f"{_what(line)} (outside)", "dim"), "", "", "", _amount(line.gross))
    return made


def _what(line: Line) -> str:
    return line.description or line.code.replace("_", " ")


def _totals(draft: Draft) -> Table:
    made = table("total", ">net", ">tax", ">gross")
    for tax in draft.tax_lines:
        made.add_row(safe(f"{tax.name} {tax.tax_rate} %", "dim"), *map(_amount, (tax.net, tax.tax, tax.gross)))
    totals = draft.totals
    made.add_row(safe(draft.currency, "bold"), *map(_amount, (totals.net, totals.tax, totals.gross)), style="bold")
    return made


def _amount(money: Money) -> str:
    return str(money.decimal)


def workflow_lines(found: Found) -> Iterator[Text]:
    """Where each workflow is, and for a parked one why, and how to go on."""
    for one, why in found.workflows:
        ended = f", ended {moment(one.closed_at)}" if one.closed_at else ""
        yield Text.assemble(
            safe(one.workflow_id, "bold"),
            " · ",
            state(one.state),
            f" · {one.status}, started {moment(one.started_at)}{ended}",
        )
        if why is not None:
            yield from _way_on(one, why)


def _way_on(one: WorkflowView, why: Why) -> Iterator[Text]:
    failure, which = why.failure, _called(one)
    yield Text.assemble("  parked at ", safe(failure.step, "bold"), f" since {moment(why.since)}: ", safe(failure.code))
    yield Text.assemble("  ", safe(failure.reason))
    yield safe(f"  go on: tripinvoice resume {which} --reason '…'", "cyan")
    yield safe(f"  or end: tripinvoice void {which} --reason '…'", "cyan")


def _called(one: WorkflowView) -> str:
    """How a command calls it: by its trip and revision, or, where it is no trip's invoice, by its own id."""
    kind, _, rest = one.workflow_id.partition("/")
    if kind != "invoice":
        return one.workflow_id
    revision = rest.removeprefix(one.trip_id).removeprefix("/")
    return f"{one.trip_id} --revision {revision}" if revision else one.trip_id


# --- for programs --------------------------------------------------------------------------------------------------


def plain(found: Found) -> dict[str, object]:
    """Everything as JSON values; amounts are decimal strings of the document's currency."""
    return {
        "trip_id": found.trip_id,
        "documents": [_plain_document(document) for document in found.documents],
        "workflows": [_plain_workflow(one, why) for one, why in found.workflows],
    }


def _plain_document(document: FoundDocument) -> dict[str, object]:
    record, key = document.record, document.record.document
    values: dict[str, object] = {
        "number": record.number,
        "state": record.state,
        "contract": key.contract,
        "kind": key.kind,
        "revision": key.revision,
        "country": record.country,
        "line_of_business": record.line_of_business,
        "currency": record.total.currency,
        "total": str(record.total.decimal),
        "issued_at": record.issued_at,
        "regime_version": record.regime_version,
        "template_version": record.template_version,
        "pdf": document.pdf,
        "sha256": record.pdf.sha256 if record.pdf else None,
    }
    return values | (_plain_invoice(document.invoice) | _plain_credit(document) if document.invoice else {})


def _plain_credit(document: FoundDocument) -> dict[str, object]:
    correction = document.invoice.draft.correction if document.invoice else None
    if correction is not None:
        corrects = {"number": correction.number, "issue_date": correction.issue_date, "reason": correction.reason}
        return {"corrects": corrects}
    credited = [{"number": note.number, "total": _amount(note.draft.totals.gross)} for note in document.notes]
    return {"credited": credited, "left": _amount(document.left.totals.gross) if document.left else None}


def _plain_invoice(invoice: Invoice) -> dict[str, object]:
    draft = invoice.draft
    return {
        "printed_number": invoice.number,
        "issue_date": invoice.issue_date,
        "supplier": draft.supplier.name,
        "issuer": draft.issuer.name,
        "issuer_mode": draft.issuer_mode,
        "recipient": draft.recipient.name if draft.recipient else None,
        "lines": [_plain_line(line) for line in draft.lines],
        "outside": [_plain_line(line) for line in draft.outside],
        "taxes": [
            {
                "name": t.name,
                "rate": str(t.tax_rate),
                "net": _amount(t.net),
                "tax": _amount(t.tax),
                "gross": _amount(t.gross),
            }
            for t in draft.tax_lines
        ],
        "net": _amount(draft.totals.net),
        "tax": _amount(draft.totals.tax),
    }


def _plain_line(line: Line) -> dict[str, object]:
    return {
        "code": line.code,
        "description": line.description,
        "tax_rate": str(line.tax_rate),
        "net": _amount(line.net),
        "tax": _amount(line.tax),
        "gross": _amount(line.gross),
    }


def _plain_workflow(one: WorkflowView, why: Why | None) -> dict[str, object]:
    values: dict[str, object] = {
        "workflow_id": one.workflow_id,
        "run_id": one.run_id,
        "status": one.status,
        "state": one.state,
        "started_at": one.started_at,
        "closed_at": one.closed_at,
    }
    waiting = parked_plain(one, why)
    return values | ({name: waiting[name] for name in ("step", "code", "field", "reason", "since")} if why else {})
