"""Any adapter with an observer around its calls: all that a process measures and traces of the outside, in one place.

A port's methods are few, and each is one step for a store or a broker: its name is a fit word for a metric and a span.
Iterators are left as they are: their time is mostly that of whoever reads them.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar, cast

from tripinvoice.ports import Observer

Port = TypeVar("Port")


class Unobserved:
    """The observer of who has none."""

    def call(self, system: str, operation: str) -> AbstractContextManager[None]:  # noqa: ARG002 - the port's
        """Nobody looks."""
        return nullcontext()

    def trace_headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    def ledger_write(self, store: str, count: int, *, won: bool) -> None:
        """Nobody counts."""


def observed(adapter: Port, system: str, observer: Observer) -> Port:
    """The same adapter, its calls seen as ``system``'s; the adapter itself when nobody looks."""
    return adapter if isinstance(observer, Unobserved) else cast("Port", _Observed(adapter, system, observer))


class _Observed:
    def __init__(self, adapter: object, system: str, observer: Observer) -> None:
        self._adapter = adapter
        self._system = system
        self._observer = observer

    def __getattr__(self, name: str) -> Any:
        """A public method with the observer around it, made once; anything else as it is."""
        found = getattr(self._adapter, name)
        if name.startswith("_") or not inspect.ismethod(found) or inspect.isgeneratorfunction(found):
            return found
        watched = self._watched_coroutine(found) if inspect.iscoroutinefunction(found) else self._watched(found)
        self.__dict__[name] = watched
        return watched

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            with self._observer.call(self._system, method.__name__):
                return method(*arguments, **named)

        return call

    def _watched_coroutine(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        async def call(*arguments: Any, **named: Any) -> Any:
            with self._observer.call(self._system, method.__name__):
                return await method(*arguments, **named)

        return call
