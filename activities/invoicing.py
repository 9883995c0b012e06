"""preprocess and number: from archived evidence to drafts, from drafts to numbers."""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from activities import metrics
from activities.messages import (
    DraftRef,
    Numbered,
    NumberInput,
    Preprocessed,
    PreprocessInput,
)
from activities.storage import check_not_void
from tripinvoice import archive
from tripinvoice.assemble import assemble
from tripinvoice.consolidate import month_of
from tripinvoice.errors import NumbersExhaustedError
from tripinvoice.invoice import Draft, Invoicing
from tripinvoice.money_systems import Sources
from tripinvoice.numbering import Claim, NumberTaken, limit_of
from tripinvoice.ports import Clock, DocumentStore, NumberLedger, ObjectRef, Shelf
from tripinvoice.regimes import regime_named


@dataclass(frozen=True)
class InvoicingActivities:
    """Applies the regime and takes numbers; runs on the store task queue."""

    documents: DocumentStore
    ledger: NumberLedger
    clock: Clock

    @activity.defn(name="preprocess", no_thread_cancel_exception=True)
    def preprocess(self, request: PreprocessInput) -> Preprocessed:
        """The drafts that the regime makes of the evidence, archived one by one."""
        began = time.perf_counter()
        sources = archive.recall(request.sources, self.documents, Sources)
        shelf = Shelf.of(sources.trip)
        drafts = assemble(sources)
        for draft in drafts:
            warn_of_unverified(draft)
        made = (archived(draft, request.sources, shelf, self.documents) for draft in drafts)
        preprocessed = Preprocessed(drafts=tuple(made))
        metrics.preprocess_took(time.perf_counter() - began, country=shelf.country)
        return preprocessed

    @activity.defn(name="number", no_thread_cancel_exception=True)
    def number(self, request: NumberInput) -> Numbered:
        """A number for each draft; the same ones whenever it is asked again.

        Raises ``NumbersExhaustedError`` when a stock has none left, unless the numbers are only wanted to be voided.
        """
        now = self.clock.now()
        claims = [_claim(draft, now) for draft in request.drafts]
        taken = self._what_is_left(claims) if request.for_void else self.ledger.take(claims)
        for number in taken:
            check_not_void(number)
        return Numbered(taken=tuple(taken))

    def _what_is_left(self, claims: Sequence[Claim]) -> Sequence[NumberTaken]:
        taken: list[NumberTaken] = []
        for claim in claims:
            with suppress(NumbersExhaustedError):  # then it has none that could be void
                taken += self.ledger.take([claim])
        return taken


def warn_of_unverified(draft: Draft) -> None:
    """Tell the operator which rates and rules behind a document nobody has checked."""
    if draft.unverified:
        activity.logger.warning(
            "rules_unverified",
            extra={"document": str(draft.key), "regime": draft.regime, "unverified": draft.unverified},
        )


def archived(draft: Draft, sources: ObjectRef | None, shelf: Shelf, documents: DocumentStore) -> DraftRef:
    """Archive a draft; what numbering and recording need to know of it."""
    return DraftRef(
        draft=archive.keep(draft, documents, shelf),
        sources=sources,
        document=draft.key,
        series=draft.series,
        regime=draft.regime,
        regime_version=draft.regime_version,
        country=draft.country,
        line_of_business=draft.line_of_business,
        total=draft.totals.gross,
        account=draft.account,
        time_zone=draft.time_zone,
        unverified=draft.unverified,
        ranges=draft.ranges,
        invoicing=draft.invoicing,
        month=month_of(draft) if draft.invoicing is Invoicing.MONTHLY else "",
        on_request_days=regime_named(draft.regime).on_request_days,
        corrects=draft.correction.document if draft.correction else None,
    )


def _claim(draft: DraftRef, now: datetime) -> Claim:
    period = regime_named(draft.regime).numbering_period(now, draft.time_zone)
    return Claim(
        document=draft.document,
        series=draft.series,
        period=period,
        claimed_at=now,
        workflow_id=activity.info().workflow_id or "",
        limit=limit_of(draft.ranges, period),
    )
