"""Stocks of numbers that end, and claims that move to the next period, in every order of steps of two processes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.adapters.ledger_model import Process, State, Store, Table, alone, every_state
from tripinvoice.adapters.cassandra_moves import ClaimTable, held
from tripinvoice.adapters.cassandra_numbering import Bucket, LedgerTable, Numbering, Series, locate
from tripinvoice.errors import ConflictError, NumbersExhaustedError, StoreUnavailableError
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.numbering import Claim, NumberTaken

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)
OLD, NEW = Series(name="S", period="2026-09"), Series(name="S", period="2026-11")
Held = Callable[[LedgerTable, ClaimTable, int, Claim, Claim], Claim]


def key(trip: str) -> DocumentKey:
    return DocumentKey(trip_id=trip, contract=Contract.GOODS, kind=Kind.INVOICE)


def wish(trip: str, series: Series = OLD, limit: int | None = 1) -> Claim:
    return Claim(
        document=key(trip), series=series.name, period=series.period, claimed_at=NOON, workflow_id="w", limit=limit
    )


def asking(*wishes: Claim, of: Held = held, size: int = 2) -> Process:
    """A process that asks for these numbers one after the other; gives what came of each."""

    def process(table: Table) -> Mapping[DocumentKey, object]:
        answers: dict[DocumentKey, object] = {}
        for one in wishes:
            claim = of(table, table, size, table.claim(one), one)
            answers |= Numbering(table, Series.of(claim), size).take([claim])
        return answers

    return process


def taking(*wishes: Claim, of: type[Numbering] = Numbering) -> Process:
    """A process with one memory that asks for these numbers, one call each; says what was there before the last."""

    def process(table: Table) -> tuple[bool, Any]:
        numbering = of(table, OLD, 2)
        before, answers = False, {}
        for one in wishes:
            before = table.is_there(one.document)
            answers = {**numbering.take([one])}
        return before, answers[wishes[-1].document]

    return process


def after(*wishes: Claim) -> Store:
    """A store in which these were numbered."""
    store = Store()
    alone(asking(*wishes), store)
    return store


# --- a stock that ends ---------------------------------------------------------------------------------------------


def explore_the_last_number(*processes: Process) -> set[tuple[bool, ...]]:
    """Who got a number when all were done, in every order; nobody beyond the limit, and no gap."""
    outcomes = set()
    for state in every_state(processes):
        numbers = sorted(row.no for row in state.store.ledger.values())
        assert [*range(1, len(numbers) + 1)] == numbers
        ends = [end for end in state.ends if isinstance(end, tuple)]
        for before, answer in ends:
            assert isinstance(answer, NumberTaken) or not before
        if len(ends) == len(processes):
            outcomes.add(tuple(isinstance(answer, NumberTaken) for _, answer in ends))
    return outcomes


def test_the_last_number_is_given_once() -> None:
    """Of two that want it one gets it, the other is refused."""
    assert explore_the_last_number(taking(wish("a")), taking(wish("b"))) == {(True, False), (False, True)}


def test_a_stock_is_not_the_same_for_everybody() -> None:
    """Who knows of the next range gets its numbers; who does not is refused, and costs the others nothing."""
    outcomes = explore_the_last_number(taking(wish("a")), taking(wish("b", limit=3)))
    assert outcomes == {(True, True), (False, True)}


def test_nobody_is_refused_from_memory() -> None:
    """Another process may have numbered the document since this one looked last."""
    outcomes = explore_the_last_number(taking(wish("a"), wish("b")), taking(wish("b", limit=2)))
    assert (True, True) in outcomes


class BelievesWhatItRemembers(Numbering):
    """Does not read the bucket again before it refuses."""

    def _with_room(self) -> Bucket:
        return self._seen or super()._with_room()


def test_refusing_from_memory_would_be_caught() -> None:
    """The explorer can fail."""
    with pytest.raises(AssertionError):
        explore_the_last_number(
            taking(wish("a"), wish("b"), of=BelievesWhatItRemembers),
            taking(wish("b", limit=2)),
        )


def test_of_one_call_those_are_numbered_that_fit() -> None:
    """Each is refused for itself; one without a limit goes on."""
    wishes = [wish("a", limit=3), wish("b", limit=1), wish("c", limit=2), wish("d", limit=2), wish("e", limit=None)]
    answers = Numbering(Table(Store().do), OLD, 10).take(wishes)
    numbers = [answer.no if isinstance(answer, NumberTaken) else type(answer) for answer in answers.values()]
    in_order = dict(zip([document.trip_id for document in answers], numbers, strict=True))
    refused = NumbersExhaustedError
    assert in_order == {"a": 1, "b": refused, "c": 2, "d": refused, "e": 3}


# --- a claim that moves --------------------------------------------------------------------------------------------


def explore_moves(store: Store, *processes: Process, losses: int = 0) -> set[str]:
    """In which period the document "d" got its number, in every order; never in two, and what was told holds."""
    periods = set()
    for state in every_state(processes, losses=losses, store=store):
        _check(state)
        later = state.store.copy()
        with_rest = alone(asking(wish("d", NEW, 9)), later)
        for step in later.on_the_way:
            later.do(step)
        _check(replace(state, store=later))
        periods |= {row.period for row in with_rest.values() if isinstance(row, NumberTaken)}
    return periods


def _check(state: State) -> None:
    rows = state.store.ledger.values()
    assert len({row.document for row in rows}) == len(rows)
    for series in (OLD, NEW):
        numbers = sorted(row.no for row in rows if row.period == series.period)
        assert [*range(1, len(numbers) + 1)] == numbers
    assert all(state.store.claims[row.document].period == row.period for row in rows)
    told = (row for end in state.ends if not isinstance(end, StoreUnavailableError) for row in end.values())
    assert all(row in rows for row in told if isinstance(row, NumberTaken))
    assert not state.store.overwritten


def test_a_claim_that_was_refused_moves_to_the_next_period() -> None:
    """Its old period gives no more numbers, whoever asks and whatever he knows of its stock."""
    store = after(wish("a"), wish("d"))
    assert (1, wish("d")) == (len(store.ledger), store.claims[key("d")])
    (number,) = alone(asking(wish("d", NEW, 9)), store).values()
    assert (NEW.period, 1) == (number.period, number.no)
    (late,) = alone(asking(wish("e", OLD, 9)), store).values()
    assert isinstance(late, StoreUnavailableError)
    assert "moves to the next period" in late.message
    (again,) = alone(asking(wish("e", NEW, 9)), store).values()
    assert (NEW.period, 2) == (again.period, again.no)


def test_nobody_gets_two_numbers_by_a_move() -> None:
    """One process still asks in the old period, having heard of more numbers there; the other moves the claim."""
    processes = asking(wish("d", OLD, 9)), asking(wish("d", NEW, 9))
    periods = explore_moves(after(wish("a"), wish("d")), *processes, losses=1)
    assert {OLD.period, NEW.period} == periods


def test_two_may_move_a_claim_at_once() -> None:
    """One of them does; the other is told to ask again."""
    assert {NEW.period} == explore_moves(
        after(wish("a"), wish("d")), asking(wish("d", NEW, 9)), asking(wish("d", NEW, 8)), losses=1
    )


def test_a_period_is_closed_over_a_change_of_bucket() -> None:
    """Others go on to the next bucket meanwhile."""
    processes = asking(wish("b", OLD, 9), wish("c", OLD, 9)), asking(wish("d", NEW, 9))
    assert {NEW.period} == explore_moves(after(wish("a"), wish("d")), *processes)


def without_closing(table: LedgerTable, claims: ClaimTable, _size: int, stored: Claim, one: Claim) -> Claim:
    """Searches and moves."""
    if stored.period == one.period or locate(table, one.document, Series.of(stored)):
        return stored if stored.period != one.period else one
    claims.move(stored, one)
    return one


def without_searching(table: LedgerTable, claims: ClaimTable, size: int, stored: Claim, one: Claim) -> Claim:
    """Closes and moves."""
    if stored.period != one.period:
        Numbering(table, Series.of(stored), size).close()
        claims.move(stored, one)
    return one


def searching_first(table: LedgerTable, claims: ClaimTable, size: int, stored: Claim, one: Claim) -> Claim:
    """Searches, closes and moves."""
    if stored.period != one.period and locate(table, one.document, Series.of(stored)):
        return stored
    return without_searching(table, claims, size, stored, one)


@pytest.mark.parametrize("fault", [without_closing, without_searching, searching_first])
def test_a_planted_fault_is_caught(fault: Held) -> None:
    """The explorer can fail: each step of a move, once left out, leads to a state that it refuses."""
    with pytest.raises((AssertionError, KeyError)):
        explore_moves(after(wish("a"), wish("d")), asking(wish("d", OLD, 9)), asking(wish("d", NEW, 9), of=fault))


# --- which claim holds ---------------------------------------------------------------------------------------------


def test_a_claim_without_a_limit_never_moves() -> None:
    """A retry after New Year stays in the old year."""
    stored = wish("a", OLD, None)
    assert stored == held(Table(Store().do), Table(Store().do), 2, stored, wish("a", NEW, None))


def test_the_same_period_has_the_stock_that_is_known_now() -> None:
    """The claim holds, with the limit of who asks again."""
    stored = wish("a", OLD, None)
    assert wish("a", OLD, 7) == held(Table(Store().do), Table(Store().do), 2, stored, wish("a", OLD, 7))


def test_what_has_a_number_keeps_it() -> None:
    """In whatever period, and without closing it."""
    store = after(wish("a"))
    assert wish("a") == alone(lambda table: held(table, table, 2, wish("a"), wish("a", NEW, 9)), store)
    assert not any(bucket.is_closed for bucket in store.buckets.values())


def test_a_claim_in_another_series_is_a_conflict() -> None:
    """Its stock is not known to who asks now."""
    store = after(wish("a"), wish("d"))
    other = replace(wish("d", NEW, 9), series="T")
    with pytest.raises(ConflictError, match="another series"):
        alone(lambda table: held(table, table, 2, wish("d"), other), store)


def test_a_claim_never_moves_back() -> None:
    """A clock that is behind must not close the period that is under way."""
    store = after(wish("a", NEW, 1), wish("d", NEW, 1))
    with pytest.raises(StoreUnavailableError, match="clocks"):
        alone(lambda table: held(table, table, 2, wish("d", NEW, 1), wish("d", OLD, 9)), store)
    assert not any(bucket.is_closed for bucket in store.buckets.values())


def test_who_always_loses_gives_up_closing() -> None:
    """Others number the series without end."""
    store = after(wish("a"))
    table = Table(lambda step: False if step.name == "close" else store.do(step))
    with pytest.raises(StoreUnavailableError, match="too many others"):
        Numbering(table, OLD, 2).close()
