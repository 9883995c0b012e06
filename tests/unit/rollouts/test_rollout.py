"""Rollouts, scopes, and which rollout a trip belongs to."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tripinvoice.errors import ConfigurationError
from tripinvoice.rollouts.rollout import ANY, KillSwitch, Mode, Rollout, Scope, Toggles
from tripinvoice.trip import LineOfBusiness

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)


def rollout(scope: str = "DE/rides", mode: Mode = Mode.SHADOW, **more: Any) -> Rollout:
    """A rollout of this scope; its salt is its own."""
    usual: dict[str, Any] = {
        "scope": Scope.parse(scope),
        "candidate": "go",
        "mode": mode,
        "salt": f"salt-{scope}",
        "changed_at": AT,
        "changed_by": "op",
        "reason": "try",
    }
    return Rollout(**(usual | more))


class TestScope:
    @pytest.mark.parametrize(
        ("text", "country", "line"),
        [
            ("DE/rides", "DE", "rides"),
            ("DE", "DE", ANY),
            ("DE/", "DE", ANY),
            ("*/delivery", ANY, "delivery"),
            ("*", ANY, ANY),
        ],
    )
    def test_reading(self, text: str, country: str, line: str) -> None:
        """What is left out is any; what is written is read back."""
        scope = Scope.parse(text)
        assert (scope.country, scope.line_of_business) == (country, line)
        assert Scope.parse(str(scope)) == scope

    @pytest.mark.parametrize("text", ["", "/rides", "de", "D", "DEU", "D1", "ÄÖ", "DE/boats", "DE/rides/x", "DE rides"])
    def test_what_is_none(self, text: str) -> None:
        """The message says what it takes."""
        with pytest.raises(ConfigurationError, match=r"^scope: takes .* such as DE/rides") as caught:
            Scope.parse(text)
        assert caught.value.field == "scope"

    @given(st.sampled_from(["DE", ANY, "GB"]), st.sampled_from([*LineOfBusiness, ANY]))
    def test_it_covers_what_it_names(self, country: str, line: str) -> None:
        """A German ride."""
        covers = Scope(country=country, line_of_business=line).covers(factories.trip())
        assert covers is (country != "GB" and line != LineOfBusiness.DELIVERY)

    def test_rank(self) -> None:
        """The country weighs more than the line of business."""
        scopes = [Scope.parse(text) for text in ("*/*", "*/rides", "DE/*", "DE/rides")]
        assert [scope.rank for scope in scopes] == [0, 1, 2, 3]


class TestToggles:
    @pytest.mark.parametrize(
        ("scopes", "wins"),
        [
            (["*/*", "*/rides", "DE/*", "DE/rides"], "DE/rides"),
            (["*/*", "*/rides", "DE/*"], "DE/*"),
            (["*/rides", "*/*", "GB/rides"], "*/rides"),
            (["DE/delivery", "*/*"], "*/*"),
            (["GB/rides"], None),
            ([], None),
        ],
    )
    def test_the_most_specific_wins(self, scopes: list[str], wins: str | None) -> None:
        """In whatever order they are stored."""
        for order in (scopes, scopes[::-1]):
            found = Toggles(rollouts=[rollout(scope) for scope in order]).of(factories.trip())
            assert (found and str(found.scope)) == wins

    def test_the_rollout_of_a_scope(self) -> None:
        """Of this very one, not of one that covers it."""
        toggles = Toggles(rollouts=[rollout("DE/*"), rollout("DE/rides")])
        assert toggles.at(Scope.parse("DE/rides")) == toggles.rollouts[1]
        assert toggles.at(Scope.parse("*/rides")) is None

    def test_the_kill_switch(self) -> None:
        """Off until somebody turned it on."""
        assert not Toggles().killed
        for on in (True, False):
            assert Toggles(kill_switch=KillSwitch(on=on, changed_at=AT, changed_by="op", reason="x")).killed is on


class TestRefused:
    @pytest.mark.parametrize("name", ["live", "sample", "noise"])
    @pytest.mark.parametrize("share", [-1, 10_001])
    def test_shares_that_are_none(self, name: str, share: int) -> None:
        """Basis points."""
        changes: dict[str, Any] = {name: share}
        with pytest.raises(ConfigurationError, match=rf"^{name}: takes 0 to 10000 basis points") as caught:
            rollout(**changes)
        assert caught.value.field == name

    @pytest.mark.parametrize("deadline", [0, 30_001])
    def test_a_deadline_that_is_none(self, deadline: int) -> None:
        """In milliseconds."""
        with pytest.raises(ConfigurationError, match=r"^deadline_ms: takes 1 to 30000"):
            rollout(deadline_ms=deadline)

    @pytest.mark.parametrize("accounts", [{"a": Mode.FULL}, {"": Mode.LIVE}])
    def test_overrides_that_cannot_be(self, accounts: dict[str, Mode]) -> None:
        """Full is for all; nobody has the empty account key."""
        with pytest.raises(ConfigurationError, match=r"^accounts: "):
            rollout(accounts=accounts)

    @pytest.mark.parametrize("share", [0, 10_000])
    def test_the_bounds_are_shares(self, share: int) -> None:
        """Nothing and everything; so are the bounds of the deadline."""
        assert rollout(live=share, sample=share, noise=share, deadline_ms=30_000).live == share
        assert rollout(deadline_ms=1, accounts={"a": Mode.OFF}).deadline_ms == 1
