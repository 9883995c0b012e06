"""What an audit can find, what each finding means, and what helps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tripinvoice.numbering import NumberTaken
from tripinvoice.ports import InvoiceRecord


class Rule(StrEnum):
    """What must hold. The values are in reports and metrics: they never change."""

    HOLE = "hole"
    COUNTER = "counter"
    DATES = "dates"
    CLAIM = "claim"
    TWO_NUMBERS = "two-numbers"
    NUMBER_INDEX = "number-index"
    RECORD_MISSING = "record-missing"
    RECORD_DIFFERS = "record-differs"
    RECORD_INDEX = "record-index"
    NUMBER_MISSING = "number-missing"
    OBJECT_MISSING = "object-missing"
    OBJECT_ALTERED = "object-altered"
    OBJECT_DIFFERS = "object-differs"


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A broken rule in words, and what to do about it."""

    title: str
    remedy: str


EXPLAINED: Mapping[Rule, Explained] = {
    Rule.HOLE: Explained(
        title="numbers are missing in the ledger",
        remedy="stop the workers, so that no number is given meanwhile, and compare the ledger with a backup",
    ),
    Rule.COUNTER: Explained(
        title="a series' counter is behind its numbers",
        remedy="the series gives no numbers until they agree; compare the ledger with a backup",
    ),
    Rule.DATES: Explained(
        title="a date is earlier than that of the number before it",
        remedy="the ledger was changed by hand; compare it with a backup and with the issued document",
    ),
    Rule.CLAIM: Explained(
        title="a number is not the one that its document's claim asked for",
        remedy="claims and ledger were changed by hand; compare both with a backup",
    ),
    Rule.TWO_NUMBERS: Explained(
        title="a document has two numbers",
        remedy="tripinvoice show has the number on the document; the other one was not given by this program",
    ),
    Rule.NUMBER_INDEX: Explained(
        title="a number is not found by its document",
        remedy="tripinvoice audit --repair writes the index again",
    ),
    Rule.RECORD_MISSING: Explained(
        title="a number has no record yet, and is no longer young",
        remedy="look at its workflow with tripinvoice show: resume or void a parked one, rerun one that was terminated",
    ),
    Rule.RECORD_DIFFERS: Explained(
        title="a record does not say what the ledger says",
        remedy="the record was changed by hand; compare it with a backup and with the issued document",
    ),
    Rule.RECORD_INDEX: Explained(
        title="a record is not found by its number, its day or its account",
        remedy="tripinvoice audit --repair writes the indexes again",
    ),
    Rule.NUMBER_MISSING: Explained(
        title="a record's number is not in the ledger",
        remedy="stop the workers and compare the ledger with a backup: it has lost a number, or the record is not ours",
    ),
    Rule.OBJECT_MISSING: Explained(
        title="a PDF, an invoice or its evidence is not in the document store",
        remedy="restore the object from a backup; tripinvoice regenerate makes the same PDF from its evidence",
    ),
    Rule.OBJECT_ALTERED: Explained(
        title="stored bytes are not those that were issued",
        remedy="restore the object from a backup, and find out who can write to the document store",
    ),
    Rule.OBJECT_DIFFERS: Explained(
        title="the stored invoice is not that of its number",
        remedy="the record points to another document; compare it with a backup",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One number for which a rule does not hold; ``no`` is ``None`` for the series as a whole.

    ``derived`` is what ``reindex`` writes again where that is the remedy; ``repaired`` says that it has helped. Nothing
    here is personal data: ids, numbers and keys only.
    """

    series: str
    period: str
    no: int | None
    document: str
    rule: Rule
    detail: str
    derived: NumberTaken | InvoiceRecord | None = field(default=None, repr=False)
    repaired: bool = False

    @property
    def number(self) -> str:
        """As printed; the series alone where no one number is meant, nothing where no series is."""
        parts = (self.series, self.period, "" if self.no is None else f"{self.no:06d}")
        return "-".join(part for part in parts if part)

    @property
    def remedy(self) -> str:
        """What to do."""
        return EXPLAINED[self.rule].remedy

    @property
    def repairable(self) -> bool:
        """Whether ``--repair`` mends it."""
        return self.derived is not None


def about(entry: NumberTaken, rule: Rule, detail: str, derived: NumberTaken | InvoiceRecord | None = None) -> Finding:
    """A finding about a number of the ledger."""
    return Finding(
        series=entry.series,
        period=entry.period,
        no=entry.no,
        document=str(entry.document),
        rule=rule,
        detail=detail,
        derived=derived,
    )


@dataclass(frozen=True, kw_only=True)
class SeriesReport:
    """One series: how many numbers there are, are void, have no record yet but are young, and are missing.

    ``findings`` counts those that stay, ``repaired`` those that were mended.
    """

    series: str
    period: str
    numbers: int
    voids: int
    under_way: int
    holes: int
    findings: int
    repaired: int
