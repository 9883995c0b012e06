"""What holds for all tests."""

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

pytest_plugins = ["tests.servers.fixtures"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End an asynchronous test that takes too long by cancelling it, a little before the plugin's timeout would.

    The plugin raises out of the event loop, which all tests share: the test would stay in it half done, its servers
    running, and the session might never end.
    """
    usual = float(config.getini("timeout"))
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            marked = item.get_closest_marker("timeout")
            item.obj = _bounded(item.obj, 0.8 * (marked.args[0] if marked else usual))


def _bounded(test: Callable[..., Awaitable[None]], seconds: float) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def bounded(*args: Any, **named: Any) -> None:
        async with asyncio.timeout(seconds):
            await test(*args, **named)

    return bounded
