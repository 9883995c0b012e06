"""collect and consolidate: trips that wait for their month's invoice, and the drafts of that invoice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from temporalio import activity

from activities.invoicing import archived
from activities.messages import (
    Accounts,
    AccountsInput,
    CollectInput,
    ConsolidateInput,
    DraftRef,
    Preprocessed,
    PreprocessInput,
)
from activities.registrations import Registrations
from tripinvoice import archive
from tripinvoice.consolidate import Month, consolidate, evidence_of, monthly_ids
from tripinvoice.invoice import Draft, Invoice
from tripinvoice.ports import (
    ISSUED,
    CollectedDraft,
    DocumentStore,
    InvoiceRecord,
    InvoiceRecords,
    MonthlyCollection,
    Shelf,
)


@dataclass(frozen=True)
class MonthlyActivities:
    """Keeps trips and makes their months' drafts; runs on the store task queue."""

    collection: MonthlyCollection
    records: InvoiceRecords
    documents: DocumentStore

    @activity.defn(name="collect", no_thread_cancel_exception=True)
    def collect(self, request: CollectInput) -> None:
        """Keep a trip's drafts for their month's invoice; the same ones again are no change."""
        self.collection.collect(
            [
                CollectedDraft(
                    document=draft.document,
                    account=draft.account,
                    month=draft.month,
                    draft=draft.draft,
                    sources=draft.sources,
                )
                for draft in request.drafts
            ]
        )

    @activity.defn(name="accounts", no_thread_cancel_exception=True)
    def accounts(self, request: AccountsInput) -> Accounts:
        """A page of the accounts that have something in a month."""
        waiting = (account for account in self.collection.accounts(request.month) if account > request.after)
        return Accounts(accounts=tuple(account for account, _ in zip(waiting, range(request.limit), strict=False)))

    @activity.defn(name="consolidate", no_thread_cancel_exception=True)
    def consolidate(self, request: ConsolidateInput) -> Preprocessed:
        """The drafts of what an account's month has and no monthly invoice yet; none when all is invoiced."""
        kept = {one.document: one for one in self.collection.of_account(request.account, request.month)}
        known = Registrations.read(request.corrections, self.documents)
        recalled = {key: archive.recall(one.draft, self.documents, Draft) for key, one in kept.items()}
        drafts = {key: _up_to_date(draft, known) for key, draft in recalled.items()}
        issued = [record for trip in monthly_ids(drafts.values()) for record in self.records.by_trip(trip)]
        invoiced = {origin for record in issued if record.state == ISSUED for origin in self._origins(record)}
        made = consolidate(
            [draft for key, draft in drafts.items() if str(key) not in invoiced], [one.document for one in issued]
        )
        shelves = {str(key): one.draft.shelf for key, one in kept.items()}
        return Preprocessed(drafts=tuple(self._archived(one, drafts.values(), _shelf(one, shelves)) for one in made))

    @activity.defn(name="consolidate_again", no_thread_cancel_exception=True)
    def consolidate_again(self, request: PreprocessInput) -> Preprocessed:
        """The draft that the archived evidence of a monthly document makes today."""
        month = archive.recall(request.sources, self.documents, Month).document()
        return Preprocessed(drafts=(archived(month, request.sources, request.sources.shelf, self.documents),))

    def _archived(self, month: Draft, drafts: Iterable[Draft], shelf: Shelf) -> DraftRef:
        evidence = archive.keep(evidence_of(month, drafts), self.documents, shelf)
        return archived(month, evidence, shelf, self.documents)

    def _origins(self, record: InvoiceRecord) -> set[str]:
        """The trips' documents that a monthly invoice stands for."""
        if record.invoice is None:
            return set()
        invoice = archive.recall(record.invoice, self.documents, Invoice)
        return {line.origin for line in invoice.draft.lines if line.origin}


def _up_to_date(draft: Draft, known: Registrations) -> Draft:
    """With what the authority says about the supplier's numbers by now, where that is known."""
    return replace(draft, ranges=known.of(draft, draft.key.kind) or draft.ranges)


def _shelf(month: Draft, shelves: Mapping[str, Shelf]) -> Shelf:
    """A monthly document lies beside the objects of its first trip."""
    return next(shelves[line.origin] for line in month.lines if line.origin)
