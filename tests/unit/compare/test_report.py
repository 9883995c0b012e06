"""The report: which sections there are, every check on both sides of its boundary, and its JSON."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.compare.sides import NOW, compared
from tests.unit.rollouts.test_decision import switch
from tests.unit.rollouts.test_rollout import rollout
from tripinvoice.compare.comparison import Comparison, Outcome
from tripinvoice.compare.ignoring import IgnoreRule
from tripinvoice.compare.report import SCHEMA, Check, Evidence, Report, Section, Wanted, document, report
from tripinvoice.rollouts.plan import Thresholds
from tripinvoice.rollouts.rollout import Mode, Scope, Toggles

EQUAL, ALIKE, DIFFERENT, FAILED = Outcome
LIMITS = Thresholds(net_mismatch=Decimal("0.1"), candidate_errors=Decimal("0.2"), p95_ratio=Decimal(2))
WANTED = Wanted(samples=10, each=2, thresholds=LIMITS)
RULE = IgnoreRule(
    name="cents",
    path="**.minor",
    scope=Scope.parse("DE"),
    tolerance_minor=1,
    reason="rounds per line",
    owner="tax",
    expires=date(2026, 11, 1),
)


def trips(count: int = 10, outcome: Outcome = EQUAL, *, start: int = 0, **more: Any) -> list[Comparison]:
    return [compared(start + n, outcome, **({"features": ("product:taxi",)} | more)) for n in range(count)]


def made(comparisons: list[Comparison], toggles: Toggles | None = None, *rules: IgnoreRule) -> Report:
    since = NOW - timedelta(days=1)
    evidence = Evidence(
        comparisons=iter(comparisons), toggles=toggles or Toggles(), rules=rules, since=since, until=NOW
    )
    return report(evidence, WANTED)


def section(comparisons: list[Comparison], toggles: Toggles | None = None, *rules: IgnoreRule) -> Section:
    [one] = made(comparisons, toggles, *rules).sections
    return one


def check(name: str, *of: Any) -> Check:
    [one] = [check for check in section(*of).checks if check.name == name]
    return one


class TestSections:
    def test_one_for_each_country_line_and_candidate(self) -> None:
        """In order; a scope may hold several countries, and have had several candidates."""
        told = made(
            [
                *trips(2, scope="*/rides", country="GB"),
                *trips(3, scope="*/rides", country="DE", candidate="rust"),
                *trips(4, scope="*/rides", country="DE"),
                *trips(5, scope="DE/delivery", line_of_business="delivery", country="DE"),
            ]
        )
        found = [(one.title, one.candidate, one.scope, one.tally.compared) for one in told.sections]
        assert found == [
            ("DE/delivery", "go", "DE/delivery", 5),
            ("DE/rides", "go", "*/rides", 4),
            ("DE/rides", "rust", "*/rides", 3),
            ("GB/rides", "go", "*/rides", 2),
        ]

    def test_nothing_is_not_ready(self) -> None:
        """Who was never compared is not ready."""
        assert (made([]).sections, made([]).ready) == ((), False)

    @pytest.mark.parametrize(
        ("of", "stage"),
        [
            (rollout(mode=Mode.SHADOW, sample=1_000), "shadow 10 %"),
            (rollout(mode=Mode.LIVE, live=5), "live 0.05 %"),
            (rollout(mode=Mode.FULL), "full"),
            (rollout(mode=Mode.OFF), "off"),
            (rollout(candidate="rust"), "no rollout"),
            (rollout("GB/rides"), "no rollout"),
        ],
    )
    def test_how_far_its_rollout_is(self, of: Any, stage: str) -> None:
        """The one of its scope and of this candidate."""
        assert section(trips(), Toggles(rollouts=[of])).stage == stage


def test_ready() -> None:
    """Every check passes; one section that does not is enough to be not ready."""
    ready = made(trips())
    assert (ready.ready, ready.sections[0].ready) == (True, True)
    assert [check.name for check in ready.sections[0].checks] == [
        "enough trips",
        "no unexplained mismatch",
        "few failures",
        "fast enough",
        "every kind of trip",
        "no expired ignore rule",
        "kill switch off",
    ]
    both = made([*trips(), *trips(9, country="GB")])
    assert ([one.ready for one in both.sections], both.ready) == ([True, False], False)


class TestChecks:
    @pytest.mark.parametrize(
        ("comparisons", "name", "passed", "found"),
        [
            (trips(10), "enough trips", True, "10; 10 are needed"),
            (trips(9), "enough trips", False, "9; 10 are needed"),
            ([*trips(9), *trips(1, FAILED, start=20)], "enough trips", False, "9; 10 are needed"),
            (
                [*trips(9), *trips(1, DIFFERENT, start=20)],
                "no unexplained mismatch",
                True,
                "1 of 10 trips differ",
            ),
            (
                [*trips(8), *trips(2, DIFFERENT, start=20)],
                "no unexplained mismatch",
                False,
                "2 of 10 trips differ",
            ),
            (
                trips(10, DIFFERENT, paths=("x",), noisy=("x",)),
                "no unexplained mismatch",
                True,
                "0 of 10 trips differ; 10 more are noise of the current one",
            ),
            ([*trips(8), *trips(2, FAILED, start=20)], "few failures", True, "failed on 2 of 10 trips; at most 20 %"),
            ([*trips(7), *trips(3, FAILED, start=20)], "few failures", False, "failed on 3 of 10 trips; at most 20 %"),
            (
                trips(current_seconds=0.25, candidate_seconds=0.5),
                "fast enough",
                True,
                "p95 500 ms beside 250 ms; at most 500 ms",
            ),
            (
                trips(current_seconds=0.25, candidate_seconds=0.51),
                "fast enough",
                False,
                "p95 510 ms beside 250 ms; at most 500 ms",
            ),
            (
                trips(current_seconds=0.001, candidate_seconds=0.09),
                "fast enough",
                True,
                "p95 90 ms beside 1 ms; at most 100 ms",
            ),
            (trips(current_seconds=None), "fast enough", False, "not timed yet"),
            (trips(candidate_seconds=None), "fast enough", False, "not timed yet"),
            (trips(), "every kind of trip", True, "1 of 1 kinds of trip seen 2 times or more"),
            (
                [*trips(), compared(50, features=("product:moto", "product:taxi"))],
                "every kind of trip",
                False,
                "1 of 2 kinds of trip seen 2 times or more; not product:moto (1)",
            ),
            (
                [*trips(), *trips(3, FAILED, start=20, features=("product:moto",))],
                "every kind of trip",
                False,
                "1 of 2 kinds of trip seen 2 times or more; not product:moto (0)",
            ),
            (trips(features=()), "every kind of trip", False, "0 of 0 kinds of trip seen 2 times or more"),
            (
                [*trips(), compared(50, features=tuple(f"charge:c{n:02}" for n in range(10)))],
                "every kind of trip",
                False,
                "1 of 11 kinds of trip seen 2 times or more; not "
                + ", ".join(f"charge:c{n:02} (1)" for n in range(8))
                + " and 2 more",
            ),
            (trips(), "no expired ignore rule", True, "none"),
            (trips(1, ALIKE, expired=("old", "cents")), "no expired ignore rule", False, "expired: cents, old"),
            (trips(), "kill switch off", True, "off"),
        ],
    )
    def test_on_both_sides(self, comparisons: list[Comparison], name: str, passed: bool, found: str) -> None:  # noqa: FBT001 - a table
        """What was found is told whether it passes or not."""
        assert check(name, comparisons) == Check(name=name, passed=passed, found=found)

    @pytest.mark.parametrize(
        ("changes", "passed"),
        [
            ({}, False),
            ({"expires": NOW.date()}, True),
            ({"scope": Scope.parse("GB")}, True),
            ({"scope": Scope.parse("DE/delivery")}, True),
        ],
    )
    def test_a_rule_that_has_expired_though_nothing_needed_it(self, changes: dict[str, Any], passed: bool) -> None:  # noqa: FBT001 - a table
        """If it concerns these trips, it must go, or be renewed."""
        assert check("no expired ignore rule", trips(), None, replace(RULE, **changes)).passed is passed

    @pytest.mark.parametrize("on", [True, False])
    def test_the_kill_switch(self, on: bool) -> None:  # noqa: FBT001 - a table
        """Nobody takes over while it is on; why it is on is told."""
        toggles = Toggles(kill_switch=switch(on=on))
        found = Check(name="kill switch off", passed=not on, found="on: stop" if on else "off")
        assert check("kill switch off", trips(), toggles) == found
        assert made(trips(), toggles).killed is on


class TestJson:
    def test_all_of_it(self) -> None:
        """As docs/compare.md has it."""
        toggles = Toggles(rollouts=[rollout(mode=Mode.LIVE, live=500, version=4)])
        told = document(
            made(
                [
                    *trips(9, issued="candidate", noisy=()),
                    *trips(1, DIFFERENT, start=20, ignored=("vehicle",)),
                    *trips(1, FAILED, start=30),
                ],
                toggles,
            )
        )
        [one] = told.pop("sections")
        assert told == {
            "schema": SCHEMA,
            "since": NOW - timedelta(days=1),
            "until": NOW,
            "ready": True,
            "kill_switch": False,
            "wanted": {"samples": 10, "each": 2, "net_mismatch": 0.1, "candidate_errors": 0.2, "p95_ratio": 2.0},
        }
        assert one.pop("checks")[0] == {"name": "enough trips", "passed": True, "found": "10; 10 are needed"}
        assert one == {
            "country": "DE",
            "line_of_business": "rides",
            "candidate": "go",
            "scope": "DE/rides",
            "rollout": {
                "candidate": "go",
                "mode": "live",
                "live": 500,
                "sample": 10_000,
                "version": 4,
                "changed_at": toggles.rollouts[0].changed_at,
                "reason": "try",
            },
            "ready": True,
            "compared": 11,
            "equal": 9,
            "alike": 0,
            "different": 1,
            "net_different": 1,
            "failed": 1,
            "net_mismatch": 0.1,
            "mismatch_at_most": 0.3,
            "errors": 1 / 11,
            "noise_measured": 9,
            "noisy": 0,
            "issued": {"current": 2, "candidate": 9},
            "seconds": {
                "current": {"p50": 0.02, "p95": 0.02, "p99": 0.02},
                "candidate": {"p50": 0.03, "p95": 0.03, "p99": 0.03},
            },
            "p95_ratio": 1.5,
            "causes": [
                {"fingerprint": "TimedOut", "trips": 1, "paths": (), "samples": ("trip-30",)},
                {
                    "fingerprint": "c0ffee",
                    "trips": 1,
                    "paths": ("transport.totals.tax.minor",),
                    "samples": ("trip-20",),
                },
            ],
            "fields": {"transport.totals.tax.minor": 1},
            "ignored": {"vehicle": 1},
            "expired": [],
            "features": {"product:taxi": 11},
        }

    def test_without_a_rollout(self) -> None:
        """There is none to tell; all of it can be written."""
        [one] = document(made(trips()))["sections"]
        assert one["rollout"] is None
        json.dumps(document(made(trips())), default=str)
