"""The typed search attributes of invoices: how operators find them in the Web UI, the CLI and ours.

None holds personal data. ``starter/client.py`` registers them.
"""

from enum import StrEnum
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair

from tripinvoice.trip import Trip

TRIP_ID = SearchAttributeKey.for_keyword("TripId")
COUNTRY = SearchAttributeKey.for_keyword("Country")
LINE_OF_BUSINESS = SearchAttributeKey.for_keyword("LineOfBusiness")
INVOICE_NUMBER = SearchAttributeKey.for_keyword_list("InvoiceNumber")
INVOICE_STATE = SearchAttributeKey.for_keyword("InvoiceState")
FAILED_STEP = SearchAttributeKey.for_keyword("FailedStep")
AUDIT_FINDINGS = SearchAttributeKey.for_int("AuditFindings")  # of the workflow AuditNumbers

MONTH = SearchAttributeKey.for_keyword("InvoiceMonth")  # of the workflow MonthlyInvoice

COMPARE_OUTCOME = SearchAttributeKey.for_keyword("CompareOutcome")  # of the workflow CompareTrip
ROLLOUT_STATE = SearchAttributeKey.for_keyword("RolloutState")  # of the workflow RolloutCandidate

ALL = (
    TRIP_ID,
    COUNTRY,
    LINE_OF_BUSINESS,
    INVOICE_NUMBER,
    INVOICE_STATE,
    FAILED_STEP,
    AUDIT_FINDINGS,
    MONTH,
    COMPARE_OUTCOME,
    ROLLOUT_STATE,
)


def of_trip(trip: Trip) -> list[SearchAttributePair[Any]]:
    """By what every workflow of a trip is found."""
    return [
        SearchAttributePair(TRIP_ID, trip.trip_id),
        SearchAttributePair(COUNTRY, trip.country),
        SearchAttributePair(LINE_OF_BUSINESS, trip.line_of_business),
    ]


class InvoiceState(StrEnum):
    """Where an invoice is in its life.

    ``ON_REQUEST`` waits for its customer to ask, ``NOT_REQUESTED`` he did not in time; ``COLLECTED`` will be on the
    invoice of its month. ``REFUSED``: nothing was taken back, because it cannot be as it was asked for.
    """

    RUNNING = "Running"
    PARKED = "Parked"
    ISSUED = "Issued"
    VOIDED = "Voided"
    CANCELLED = "Cancelled"
    ON_REQUEST = "OnRequest"
    NOT_REQUESTED = "NotRequested"
    COLLECTED = "Collected"
    REFUSED = "Refused"


class RolloutState(StrEnum):
    """Where a rollout is in its life.

    ``WATCHING``: a stage is in force and judged. ``AWAITING_APPROVAL``: so it is, and somebody has to approve the next.
    ``PAUSED``: it goes no further; what breaks its limits still takes it back. The last two are ends.
    """

    WATCHING = "Watching"
    AWAITING_APPROVAL = "AwaitingApproval"
    PAUSED = "Paused"
    COMPLETED = "Completed"
    ROLLED_BACK = "RolledBack"
