"""A trip's part in a rollout: which trips a share holds, what each mode does, who overrides it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.unit.rollouts.test_rollout import rollout
from tripinvoice.rollouts.decision import Decision, bucket, decide
from tripinvoice.rollouts.rollout import KillSwitch, Mode, Rollout, Toggles
from tripinvoice.trip import Trip

TRIPS = [factories.trip(trip_id=f"trip-{n}") for n in range(4_000)]
shares = st.integers(min_value=0, max_value=10_000)
accounts = st.sampled_from(["a", "b", None])
modes = st.sampled_from(Mode)

KNOWN = [808, 3490, 4396, 5386]  # printf "salt|trip-0" | b2sum -l 64, modulo 10,000


def part(of: Rollout, trip: Trip = TRIPS[0], **toggles: Any) -> Decision | None:
    return decide(Toggles(rollouts=[of], **toggles), trip)


def leading(of: Rollout) -> set[str]:
    """The trips that the candidate leads."""
    return {trip.trip_id for trip in TRIPS if (decision := part(of, trip)) and decision.leads}


def switch(*, on: bool) -> KillSwitch:
    return KillSwitch(on=on, changed_at=datetime(2026, 11, 2, tzinfo=UTC), changed_by="op", reason="stop")


class TestBuckets:
    def test_they_are_stable(self) -> None:
        """For years: values that were computed once."""
        assert [bucket("salt", trip) for trip in TRIPS[:4]] == KNOWN

    def test_they_are_uniform(self) -> None:
        """A chi-squared test of 4,000 trips over 20 cells: with 19 degrees of freedom, 99.9 % are below 43.8."""
        cells = [0] * 20
        for trip in TRIPS:
            cells[bucket("uniform", trip) // 500] += 1
        assert sum((cell - 200) ** 2 / 200 for cell in cells) < 43.8

    def test_salts_choose_independently(self) -> None:
        """Of the trips of one rollout's 30 %, another one's 30 % holds 30 %, give or take five deviations."""
        ours, theirs = (leading(rollout(mode=Mode.LIVE, live=3_000, salt=salt)) for salt in ("one", "other"))
        share = len(ours & theirs) / len(ours)
        assert abs(share - 0.3) < 5 * (0.3 * 0.7 / len(ours)) ** 0.5

    def test_leading_sampling_and_noise_choose_independently(self) -> None:
        """Of one rollout, too: the compared ones are not those that a small share leads."""
        of = rollout(mode=Mode.LIVE, live=3_000, sample=3_000, noise=3_000)
        others = [one for trip in TRIPS if (one := part(of, trip)) and not one.leads]
        assert abs(len(others) / 4_000 - 0.7 * 0.3) < 0.04
        noisy = sum(1 for one in others if one.noise)
        assert abs(noisy / len(others) - 0.3) < 0.08

    @given(shares, shares)
    def test_a_share_holds_every_smaller_one(self, one: int, other: int) -> None:
        """Who was led stays led when it grows."""
        less, more = sorted((one, other))
        for trip in TRIPS[:60]:
            parts = [part(rollout(mode=Mode.LIVE, live=share, sample=10_000), trip) for share in (less, more)]
            led = [decision is not None and decision.leads for decision in parts]
            assert led in ([False, False], [False, True], [True, True])

    @given(shares, shares)
    def test_a_sample_holds_every_smaller_one(self, one: int, other: int) -> None:
        """The same for what is compared."""
        less, more = sorted((one, other))
        for trip in TRIPS[:60]:
            compared = [part(rollout(sample=share), trip) is not None for share in (less, more)]
            assert compared in ([False, False], [False, True], [True, True])

    @pytest.mark.parametrize(("live", "expected"), [(0, 0), (10_000, 4_000)])
    def test_nothing_and_everything(self, live: int, expected: int) -> None:
        """Exactly."""
        assert len(leading(rollout(mode=Mode.LIVE, live=live))) == expected

    def test_about_as_many_as_asked(self) -> None:
        """5 % of 4,000 are 200, give or take five deviations of 14."""
        assert abs(len(leading(rollout(mode=Mode.LIVE, live=500))) - 200) < 70


class TestModes:
    def test_off_has_no_part(self) -> None:
        """Nor has a trip without a rollout."""
        assert part(rollout(mode=Mode.OFF)) is None
        assert decide(Toggles(), TRIPS[0]) is None
        assert part(rollout("GB/rides")) is None

    def test_shadow_compares_and_never_leads(self) -> None:
        """Only the sample."""
        assert part(rollout(mode=Mode.SHADOW, sample=0, live=10_000)) is None
        assert part(rollout(mode=Mode.SHADOW, noise=10_000, version=7, deadline_ms=900)) == Decision(
            scope="DE/rides",
            candidate="go",
            mode=Mode.SHADOW,
            leads=False,
            guarded=True,
            compared=True,
            noise=True,
            deadline_ms=900,
            bucket=bucket("salt-DE/rides", TRIPS[0]),
            rollout_version=7,
        )

    @pytest.mark.parametrize("sample", [0, 10_000])
    def test_live_leads_guarded_and_always_compares_what_it_leads(self, sample: int) -> None:
        """What it does not lead is compared as the sample says."""
        led = part(rollout(mode=Mode.LIVE, live=10_000, sample=sample))
        assert led is not None
        assert (led.leads, led.guarded, led.compared) == (True, True, True)
        other = part(rollout(mode=Mode.LIVE, live=0, sample=sample))
        assert (other is not None) is bool(sample)
        assert other is None or (other.leads, other.compared) == (False, True)

    @pytest.mark.parametrize("sample", [0, 10_000])
    def test_full_leads_unguarded(self, sample: int) -> None:
        """All; and compares the sample."""
        led = part(rollout(mode=Mode.FULL, live=0, sample=sample))
        assert led is not None
        assert (led.leads, led.guarded, led.compared) == (True, False, bool(sample))

    def test_noise_is_only_of_what_is_compared(self) -> None:
        """Otherwise nobody looks at it."""
        led = part(rollout(mode=Mode.FULL, sample=0, noise=10_000))
        assert led is not None
        assert not led.noise


class TestOverrides:
    @pytest.mark.parametrize(
        ("mode", "override", "leads", "compared"),
        [
            (Mode.SHADOW, Mode.OFF, False, False),
            (Mode.OFF, Mode.SHADOW, False, False),
            (Mode.OFF, Mode.LIVE, False, False),
            (Mode.SHADOW, Mode.SHADOW, False, True),
            (Mode.SHADOW, Mode.LIVE, True, True),
            (Mode.LIVE, Mode.LIVE, True, True),
            (Mode.LIVE, Mode.SHADOW, False, True),
            (Mode.FULL, Mode.SHADOW, False, True),
            (Mode.FULL, Mode.LIVE, True, True),
            (Mode.FULL, Mode.OFF, False, False),
        ],
    )
    def test_an_account_has_its_own_mode(self, mode: Mode, override: Mode, leads: bool, compared: bool) -> None:  # noqa: FBT001 - a table
        """All of its trips, whatever the shares; nobody else's. A rollout that is off is off for all."""
        of = rollout(mode=mode, live=0, sample=0, accounts={"vip": override})
        for trip_id in ("one", "two", "three"):
            decision = part(of, factories.trip(trip_id=trip_id, account="vip"))
            found = (decision.leads, decision.compared) if decision else (False, False)
            assert found == (leads, compared)
            assert decision is None or decision.mode is override
        others = (part(of, factories.trip(account=account)) for account in ("other", None))
        assert all(one is None or one.mode is mode for one in others)


@given(modes, shares, shares, shares, accounts)
def test_a_killed_candidate_has_no_part_in_anything(
    mode: Mode, live: int, sample: int, noise: int, account: str | None
) -> None:
    """Whatever the rollout and its overrides say; turned off again, all is as before."""
    of = rollout(mode=mode, live=live, sample=sample, noise=noise, accounts={"a": Mode.LIVE, "b": Mode.OFF})
    trip = factories.trip(account=account)
    assert part(of, trip, kill_switch=switch(on=True)) is None
    assert part(of, trip, kill_switch=switch(on=False)) == part(of, trip)


@given(modes, shares, shares, shares, accounts)
def test_what_holds_for_every_part(mode: Mode, live: int, sample: int, noise: int, account: str | None) -> None:
    """Who leads unguarded is in mode full; what is neither led nor compared has no part; noise needs a comparison."""
    of = rollout(mode=mode, live=live, sample=sample, noise=noise, accounts={"a": Mode.LIVE, "b": Mode.SHADOW})
    decision = part(of, factories.trip(account=account))
    if decision is None:
        return
    assert decision.leads or decision.compared
    assert decision.compared or not decision.guarded
    assert decision.compared or not decision.noise
    assert decision.guarded is (decision.mode is not Mode.FULL)
    assert 0 <= decision.bucket < 10_000
