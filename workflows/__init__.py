"""ORCHESTRATION: deterministic, no I/O. What the worker runs, the replayer replays and the fingerprint test reads."""

from workflows.regenerate import RegenerateInvoice
from workflows.trip_invoice import TripInvoice

WORKFLOWS = (TripInvoice, RegenerateInvoice)
