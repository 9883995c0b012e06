"""Plans: what can be followed, and how a stage reads."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.plan import USUAL_STAGES, Plan, Stage, Thresholds
from tripinvoice.rollouts.rollout import Mode, Scope


def plan(**changes: Any) -> Plan:
    usual: dict[str, Any] = {"scope": Scope.parse("DE/rides"), "candidate": "go", "salt": "s"}
    return Plan(**(usual | changes))


def test_the_usual_stages() -> None:
    """From a tenth in shadow to full, which asks."""
    assert [str(stage) for stage in USUAL_STAGES] == [
        "shadow 10 %",
        "shadow 100 %",
        "live 1 %",
        "live 10 %",
        "live 50 %",
        "full",
    ]
    assert [stage.needs_approval for stage in USUAL_STAGES] == [False] * 5 + [True]
    assert plan().stages == USUAL_STAGES


def test_a_stage_may_ask_for_approval() -> None:
    """And have a share below a percent."""
    stage = Stage(mode=Mode.LIVE, share=5, approval=True)
    assert (str(stage), stage.needs_approval) == ("live 0.05 %", True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mode": Mode.OFF}, "stages.mode"),
        ({"share": 0}, "stages.share"),
        ({"share": 10_001}, "stages.share"),
        ({"sample": -1}, "stages.share"),
        ({"sample": 10_001}, "stages.share"),
        ({"mode": Mode.FULL, "share": 9_999}, "stages.sample"),
        ({"mode": Mode.FULL, "sample": 0}, "stages.sample"),
        ({"min_samples": 0}, "stages"),
        ({"min_time": timedelta(seconds=-1)}, "stages"),
    ],
)
def test_stages_that_cannot_be(changes: dict[str, Any], field: str) -> None:
    """Each by its field."""
    with pytest.raises(ConfigurationError) as caught:
        Stage(**({"mode": Mode.LIVE} | changes))
    assert caught.value.field == field


def test_the_bounds_of_a_stage() -> None:
    """They are allowed."""
    assert Stage(mode=Mode.LIVE, share=1, sample=0, min_samples=1, min_time=timedelta()).share == 1
    assert Stage(mode=Mode.LIVE, share=10_000, sample=10_000).share == 10_000
    assert Stage(mode=Mode.FULL, sample=1).sample == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stages": ()}, "stages"),
        ({"stages": USUAL_STAGES[:1] * 21}, "stages"),
        ({"interval": timedelta(milliseconds=999)}, "interval"),
        ({"interval": timedelta(hours=1, seconds=1)}, "interval"),
        ({"deadline_ms": 0}, "deadline_ms"),
        ({"deadline_ms": 30_001}, "deadline_ms"),
        ({"noise": -1}, "noise"),
        ({"noise": 10_001}, "noise"),
        ({"accounts": {"a": Mode.FULL}}, "accounts"),
        ({"accounts": {"": Mode.OFF}}, "accounts"),
    ],
)
def test_plans_that_cannot_be_followed(changes: dict[str, Any], field: str) -> None:
    """They are refused at once, not at the stage that would need it."""
    with pytest.raises(ConfigurationError) as caught:
        plan(**changes)
    assert caught.value.field == field


def test_the_bounds_of_a_plan() -> None:
    """They are allowed."""
    assert plan(stages=USUAL_STAGES[:1] * 20, interval=timedelta(seconds=1), deadline_ms=1, noise=0).noise == 0
    assert plan(interval=timedelta(hours=1), deadline_ms=30_000, noise=10_000).noise == 10_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("net_mismatch", Decimal("-0.1")),
        ("net_mismatch", Decimal(1)),
        ("candidate_errors", Decimal(-1)),
        ("candidate_errors", Decimal("1.5")),
        ("p95_ratio", Decimal(0)),
    ],
)
def test_thresholds_that_are_none(name: str, value: Decimal) -> None:
    """Nothing could break them, or everything would."""
    with pytest.raises(ConfigurationError, match=rf"^{name}: ") as caught:
        Thresholds(**{name: value})
    assert caught.value.field == f"thresholds.{name}"


def test_the_usual_thresholds() -> None:
    """No mismatch, one failure in a hundred, five times as long."""
    assert Thresholds() == Thresholds(net_mismatch=Decimal(0), candidate_errors=Decimal("0.01"), p95_ratio=Decimal(5))
    assert Thresholds(net_mismatch=Decimal("0.999"), p95_ratio=Decimal("0.1")).p95_ratio == Decimal("0.1")
