"""An adapter with an observer around its calls does what it did before."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import pytest

from tripinvoice.adapters.observed import Unobserved, observed
from tripinvoice.errors import NotFoundError


class Notebook:
    """An observer that writes down what it sees."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self.calls: list[str] = []
        self.writes: list[tuple[str, int, bool]] = []
        self._headers = headers or {}

    def call(self, system: str, operation: str) -> AbstractContextManager[None]:
        return self._call(f"{system} {operation}")

    def trace_headers(self) -> Mapping[str, str]:
        return self._headers

    def ledger_write(self, store: str, count: int, *, won: bool) -> None:
        self.writes.append((store, count, won))

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.calls.append(f"{name}: {type(error).__name__}")
            raise
        self.calls.append(name)


class Shop:
    """Something with methods of every kind."""

    name = "shop"

    def sell(self, what: str, *, count: int = 1) -> str:
        """A thing, so many times."""
        return what * count

    async def deliver(self, what: str) -> str:
        return f"{what} delivered"

    def lack(self) -> None:
        raise NotFoundError("nothing")

    def list(self) -> Iterator[str]:
        yield "pear"


async def test_calls_are_seen_and_answered() -> None:
    """With their arguments; iterators and what is no method pass."""
    notebook = Notebook()
    shop = observed(Shop(), "shop", notebook)
    assert ("pearpear", "pear delivered") == (shop.sell("pear", count=2), await shop.deliver("pear"))
    assert (["pear"], "shop") == (list(shop.list()), shop.name)
    assert ["shop sell", "shop deliver"] == notebook.calls
    assert Shop.sell.__doc__ == shop.sell.__doc__


def test_an_error_is_seen_and_passes() -> None:
    notebook = Notebook()
    with pytest.raises(NotFoundError):
        observed(Shop(), "shop", notebook).lack()
    assert ["shop lack: NotFoundError"] == notebook.calls


def test_nobody_looks_and_nothing_is_in_between() -> None:
    """The default costs nothing."""
    shop = Shop()
    assert observed(shop, "shop", Unobserved()) is shop
    with Unobserved().call("shop", "sell"):
        assert {} == Unobserved().trace_headers()
    Unobserved().ledger_write("sqlite", 1, won=True)
