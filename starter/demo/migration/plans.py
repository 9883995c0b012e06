"""Which candidate is rolled out where, and how: quickly, because somebody is watching."""

from datetime import timedelta
from decimal import Decimal

from tripinvoice.rollouts.plan import Plan, Stage, Thresholds
from tripinvoice.rollouts.rollout import Mode, Scope

CANDIDATE = "python"
FAULT = "cent"
FAULTY = Scope(country="GB", line_of_business="rides")
"""Where the candidate is wrong. Its fault is that of a whole country, but only rides are sent."""

SCOPES = (Scope(country="DE", line_of_business="rides"), FAULTY, Scope(country="US", line_of_business="rides"))

_SAMPLES = 6
_STAGES = tuple(
    Stage(mode=mode, share=share, min_samples=_SAMPLES, min_time=timedelta())
    for mode, share in ((Mode.SHADOW, 10_000), (Mode.LIVE, 5_000), (Mode.FULL, 10_000))
)
# What is shown is a wrong cent. On a machine that does everything at once, time says nothing about a candidate, and an
# answer or two may be lost.
_PATIENT = Thresholds(candidate_errors=Decimal("0.5"), p95_ratio=Decimal(1_000))
_DEADLINE_MS = 15_000


def plan(scope: Scope) -> Plan:
    """Shadow, live on half of the trips, full; judged every second, all of it compared."""
    return Plan(
        scope=scope,
        candidate=CANDIDATE,
        salt=f"{scope} {CANDIDATE}",
        stages=_STAGES,
        thresholds=_PATIENT,
        interval=timedelta(seconds=1),
        deadline_ms=_DEADLINE_MS,
    )
