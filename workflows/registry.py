"""Which workflows exist: read by worker, replayer and the fingerprint test alike."""

from workflows.audit_numbers import AuditNumbers
from workflows.compare_trip import CompareTrip
from workflows.credit_trip import CreditTrip
from workflows.monthly_invoice import MonthlyInvoice, MonthlyInvoices
from workflows.regenerate import RegenerateInvoice
from workflows.rollout_candidate import RolloutCandidate
from workflows.trip_invoice import TripInvoice

WORKFLOWS: tuple[type, ...] = (
    TripInvoice,
    CreditTrip,
    RegenerateInvoice,
    AuditNumbers,
    MonthlyInvoice,
    MonthlyInvoices,
    CompareTrip,
    RolloutCandidate,
)
