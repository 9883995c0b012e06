"""Tests that share a server run in one process: a plugin that forgot it would start a server for each."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("groups")


@pytest.mark.parametrize("turn", range(6))
def test_a_group_stays_together(turn: int, request: pytest.FixtureRequest) -> None:
    """Each finds the name of the group in its id, which is what they are dealt out by."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith(f"[{turn}]@groups")
