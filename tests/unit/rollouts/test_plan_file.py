"""Plans as files: what is read, what is written, and how a wrong one is told."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tripinvoice.errors import ConfigurationError
from tripinvoice.invoice import account_key
from tripinvoice.rollouts.plan import Plan, Stage, Thresholds
from tripinvoice.rollouts.plan_file import (
    account_of,
    basis_points,
    duration_text,
    percent_text,
    read_plan,
    usual_plan,
    write_plan,
)
from tripinvoice.rollouts.rollout import Mode, Scope
from tripinvoice.trip_event import parse_trip_event, trip_event

ROOT = Path(__file__).parent.parent.parent.parent

HERE = Scope(country="DE", line_of_business="rides")
KEY = "0123456789abcdef0123456789abcdef"

FULL = """
scope = "DE/rides"
candidate = "go"
salt = "of its own"
interval = "30s"
deadline_ms = 1500
noise = "0.5 %"

[thresholds]
net_mismatch = "0.01%"
candidate_errors = "2 %"
p95_ratio = 2.5

[[stage]]
mode = "shadow"
share = "12.5 %"
min_samples = 7
min_time = "2h"

[[stage]]
mode = "live"
share = "1%"
sample = "50%"
approval = true

[[stage]]
mode = "full"
sample = "5%"

[accounts]
allow = ["biz-1", "0123456789abcdef0123456789abcdef"]
shadow = ["biz-2"]
deny = ["biz-3"]
"""


def test_every_field_is_read() -> None:
    """Shares become basis points, accounts keys; what a stage leaves out is as usual."""
    assert read_plan(FULL) == Plan(
        scope=HERE,
        candidate="go",
        salt="of its own",
        interval=timedelta(seconds=30),
        deadline_ms=1_500,
        noise=50,
        thresholds=Thresholds(
            net_mismatch=Decimal("0.0001"), candidate_errors=Decimal("0.02"), p95_ratio=Decimal("2.5")
        ),
        stages=(
            Stage(mode=Mode.SHADOW, share=1_250, min_samples=7, min_time=timedelta(hours=2)),
            Stage(mode=Mode.LIVE, share=100, sample=5_000, approval=True),
            Stage(mode=Mode.FULL, sample=500),
        ),
        accounts={
            account_key("biz-1"): Mode.LIVE,
            KEY: Mode.LIVE,
            account_key("biz-2"): Mode.SHADOW,
            account_key("biz-3"): Mode.OFF,
        },
    )


def test_an_empty_file_is_the_usual_plan() -> None:
    """For whom the command names; the same salt each time, so that starting again chooses the same trips."""
    assert read_plan("", scope=HERE, candidate="go") == usual_plan(HERE, "go")
    assert usual_plan(HERE, "go").salt != usual_plan(HERE, "rust").salt


def test_what_is_written_is_read_again() -> None:
    """Keys instead of accounts."""
    assert read_plan(write_plan(read_plan(FULL))) == read_plan(FULL)
    assert "biz" not in write_plan(read_plan(FULL))
    usual = replace(usual_plan(HERE, "go"), salt='with "quotes" and \\')
    assert read_plan(write_plan(usual)) == usual


@given(st.integers(min_value=0, max_value=10_000))
def test_a_share_is_written_as_it_is_read(points: int) -> None:
    """To the basis point."""
    assert basis_points(percent_text(points)) == points


@given(st.integers(min_value=0, max_value=999_999))
def test_a_time_is_written_as_it_is_read(seconds: int) -> None:
    """In its largest unit."""
    text = duration_text(timedelta(seconds=seconds))
    read = read_plan(f'[[stage]]\nmode = "shadow"\nmin_time = "{text}"', scope=HERE, candidate="go")
    assert read.stages[0].min_time == timedelta(seconds=seconds)


@pytest.mark.parametrize("account", ["biz-1", KEY])
def test_an_account_has_the_key_that_its_trips_have(account: str) -> None:
    """However the events of its trips name it."""
    event = replace(factories.trip(), account=account)
    trip = parse_trip_event(trip_event(event), (), event.ended_at + timedelta(hours=1))
    assert trip.account == account_of(account)


def test_the_plan_of_the_documentation_is_one() -> None:
    """As it stands there."""
    [example] = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "rollouts.md").read_text("utf-8"), re.DOTALL)
    plan = read_plan(example)
    assert (len(plan.stages), len(plan.accounts), plan.salt) == (3, 2, usual_plan(HERE, "go").salt)
    assert plan == read_plan(write_plan(plan))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scope = 1", "plan: scope: expected a text such as"),
        ("scope = ", "plan: not TOML"),
        ("speed = 1", "plan: speed: no such field"),
        ('scope = "FR/rides"', "plan: it is for go in FR/rides, not for what the command names"),
        ('candidate = "rust"', "plan: it is for rust in DE/rides, not for"),
        ('salt = "ä"', "plan: salt: expected a text of at most 100 ASCII"),
        ("interval = 60", "plan: interval: expected a time such as '30s'"),
        ('interval = "2h"', "interval: takes a second to an hour"),
        ('noise = "101 %"', "plan: noise: expected a share"),
        ("stage = 3", r"plan: stage: expected a list of \[\[stage\]\]"),
        ('[[stage]]\nmode = "off"', "stages: a stage is shadow, live or full"),
        ('[[stage]]\nmode = "half"', r"plan: stage\.1\.mode: expected shadow, live or full"),
        ('[[stage]]\nmode = "live"\n[[stage]]\nshare = "1 %"', r"plan: stage\.2\.mode: expected"),
        ('[[stage]]\nmode = "live"\nshare = "0.001 %"', r"plan: stage\.1\.share: expected a share"),
        ('[[stage]]\nmode = "live"\nshare = 0.1', r"plan: stage\.1\.share: expected a share"),
        ('[[stage]]\nmode = "full"\nshare = "10 %"', "stages: full is for all trips"),
        ("thresholds = 1", "plan: thresholds: expected a table"),
        ("[thresholds]\np95_ratio = true", r"plan: thresholds\.p95_ratio: expected a number"),
        ("[thresholds]\np95_ratio = nan", r"plan: thresholds\.p95_ratio: expected a number"),
        ('[accounts]\nallow = [""]', r"plan: accounts\.allow\.1: expected a list of accounts"),
        ('[accounts]\nallow = ["a"]\ndeny = ["a"]', "plan: accounts: at most 1000, each in one list and once"),
    ],
)
def test_what_is_wrong_is_told_by_field(text: str, message: str) -> None:
    """With what is expected there."""
    with pytest.raises(ConfigurationError, match=f"^{message}"):
        read_plan(text, scope=HERE, candidate="go")


def test_it_must_be_said_for_what_it_is() -> None:
    """In the file or beside it."""
    with pytest.raises(ConfigurationError, match=r"^plan: scope: say which"):
        read_plan("")
    with pytest.raises(ConfigurationError, match=r"^plan: candidate: say which"):
        read_plan("", scope=HERE)
