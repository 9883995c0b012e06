"""TripInvoice: one completed trip becomes its stored, numbered, announced invoice, or is parked for a person."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities import metrics
    from activities.messages import CollectInput, FetchInput
    from activities.money import MoneyActivities
    from activities.monthly import MonthlyActivities
    from activities.observing import about
    from tripinvoice.ports import ObjectRef
    from workflows.compare_trip import start_comparing
    from workflows.issuing import Issuing, state_of
    from workflows.messages import Resume, TripInvoiceInput, TripInvoiceResult
    from workflows.policies import MONEY, RECORD
    from workflows.preprocessing import Preprocessing
    from workflows.search_attributes import InvoiceState


# A parked invoice may outlive many deploys, so versioned workers run it as AUTO_UPGRADE (see worker.py): it moves to
# the newest version, and changes that old histories would not replay are gated with workflow.patched(). The behaviour
# is not named here because a server refuses it from workers that are not versioned.
@workflow.defn(name="TripInvoice")
class TripInvoice(Issuing):
    """fetch → preprocess → number → render + store → record → announce."""

    @workflow.init
    def __init__(self, request: TripInvoiceInput) -> None:
        """Start with the trip and nothing done."""
        super().__init__(subject=request.trip.trip_id, step="fetch")
        self.trip = request.trip
        self.decision = request.decision
        self.comparing: asyncio.Task[None] | None = None
        self.sources: ObjectRef | None = None
        self.requested = False
        self.collected = False

    @workflow.run
    async def run(self, request: TripInvoiceInput) -> TripInvoiceResult:  # noqa: ARG002 - __init__ took it
        """Bring the invoice to an end that an auditor accepts: ``Issued`` or ``Voided``."""
        await self._bring_to_an_end()
        if self.comparing is not None:
            await self.comparing
        return TripInvoiceResult(state=self.state, documents=self.documents)

    # --- the story ---------------------------------------------------------------------------------------------

    async def _draft(self) -> InvoiceState | None:
        """From the trip to its drafts, unless it has documents, waits for its month, or its customer never asks."""
        if self.sources is None:
            await self._fetch()
        if self.sources is None:  # it was invoiced or collected before Temporal forgot its workflow
            return InvoiceState.COLLECTED if self.collected else state_of(self.documents)
        if not self.drafts:
            await self._preprocess(self.sources)
        if self._is("monthly"):
            await self._collect()
            return InvoiceState.COLLECTED
        if self._is("on_request") and not self.requested and not await self._asked_for():
            return InvoiceState.NOT_REQUESTED
        return None

    async def _collect(self) -> None:
        """Its customer gets one document for all trips of the month: keep this one's drafts for it."""
        self._at("collect")
        await workflow.execute_activity_method(
            MonthlyActivities.collect,
            CollectInput(drafts=self.drafts),
            activity_id="collect",
            summary=f"keep for the invoice of {self.drafts[0].month}",
            **RECORD.options(),
        )

    async def _asked_for(self) -> bool:
        """Whether the customer asks for the invoice within the days that the law gives him."""
        self._at("request")
        self._show(InvoiceState.ON_REQUEST)
        days = self.drafts[0].on_request_days
        try:
            await workflow.wait_condition(
                lambda: self.requested,
                timeout=timedelta(days=days),
                timeout_summary=f"may be asked for within {days} days",
            )
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            self._show(InvoiceState.CANCELLED)
            raise
        self._show(InvoiceState.RUNNING)
        return True

    def _is(self, invoicing: str) -> bool:
        """Whether the customer wishes his documents so; all of a trip's go to one customer."""
        return not self.asked and any(draft.invoicing == invoicing for draft in self.drafts)

    # --- the steps ---------------------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        self._at("fetch")
        fetched = await workflow.execute_activity_method(
            MoneyActivities.fetch,
            FetchInput(
                trip=self.trip,
                asked_at=workflow.now(),
                round=self.resumed,
                corrections=self.corrections,
            ),
            activity_id="fetch",
            summary=f"ask the money systems of {self.trip.country} {self.trip.line_of_business}",
            **MONEY.options(),
        )
        self.sources, self.documents, self.collected = fetched.sources, fetched.issued, fetched.collected

    async def _preprocess(self, sources: ObjectRef) -> None:
        self._at("preprocess")
        made = await Preprocessing(trip=self.trip, sources=sources, decision=self.decision).drafts()
        self.drafts = made.drafts
        if made.compare is not None:
            self.comparing = asyncio.create_task(start_comparing(made.compare, self.trip))

    def _about(self) -> Mapping[str, str]:
        return about(self.trip)

    def _tell_issued(self) -> None:
        """Also how long after the trip: for most of them that is how long the customer waits."""
        super()._tell_issued()
        since = (workflow.now() - self.trip.ended_at).total_seconds()
        metrics.issued(
            max(since, 0.0),
            country=self.trip.country,
            line_of_business=self.trip.line_of_business,
            meter=workflow.metric_meter(),
        )

    # --- mending -----------------------------------------------------------------------------------------------

    def _mend(self, request: Resume) -> None:
        """Ask everything anew, with what the operator corrected."""
        super()._mend(request)
        self.trip = request.trip or self.trip
        self.sources = None

    def _check_mend(self, request: Resume) -> None:
        """The trip may be corrected, but not become another one."""
        corrected, own = request.trip or self.trip, self.trip
        if (corrected.trip_id, corrected.revision) != (own.trip_id, own.revision):
            msg = "trip: a correction cannot be of another trip or revision"
            raise ValueError(msg)

    @property
    def _called(self) -> str:
        return self.subject

    @property
    def _next_step(self) -> str:
        return "fetch" if self.sources is None else self.step

    @workflow.update(description="The customer asks for his invoice: make it now.")
    def request(self) -> str:
        """Make it."""
        self.requested = True
        return "requested"

    @request.validator
    def check_request(self) -> None:
        """Only what waits for its customer can be asked for."""
        if self.state is not InvoiceState.ON_REQUEST:
            msg = f"the invoice is {self.state}, it does not wait to be asked for"
            raise ValueError(msg)
