"""What holds for all tests."""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

# How long one example takes says how busy the machine is; the tests themselves have a time limit.
settings.register_profile("tripinvoice", deadline=None)
settings.load_profile("tripinvoice")

pytest_plugins = ["tests.servers.fixtures", "tests.judges.fixtures"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End an asynchronous test that takes too long by cancelling it, a little before the plugin's timeout would.

    The plugin raises out of the event loop, which all tests share: the test would stay in it half done, its servers
    running, and the session might never end.
    """
    if config.getoption("loadgroup", default=False):
        _name_groups(items)
    usual = float(config.getini("timeout"))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            marked = item.get_closest_marker("timeout")
            item.obj = _bounded(item.obj, 0.8 * (marked.args[0] if marked else usual))


def _name_groups(items: list[pytest.Item]) -> None:
    """Let tests of a group run in one process, as ``xdist_group`` asks.

    xdist 3.8 writes the group into an attribute that pytest 9.2 no longer reads, and then spreads the tests silently.
    """
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        if groups:
            item._id = NodeId.parse(f"{item.nodeid}@{'_'.join(groups)}")


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*args: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **named)

    return bounded
