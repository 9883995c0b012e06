"""The numbering protocol in every order in which two processes can take their steps, with crashes and lost answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.adapters.ledger_model import LOST, Process, State, Step, Store, Table, alone, every_state
from tripinvoice.adapters.cassandra_numbering import Answer, Bucket, Numbering, Series, Spot, locate
from tripinvoice.errors import ConflictError, StoreUnavailableError
from tripinvoice.invoice import Contract, DocumentKey, Kind
from tripinvoice.numbering import Claim, NumberTaken

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
SERIES = Series(name="S", period="2026")
DOCUMENTS = {trip: DocumentKey(trip_id=trip, contract=Contract.TRANSPORT, kind=Kind.INVOICE) for trip in "abcde"}
# Those that are claimed later have the earlier times: a clock that runs backwards.
CLAIMS = {
    trip: Claim(document=key, series="S", period="2026", claimed_at=NOON - timedelta(minutes=i), workflow_id="w")
    for i, (trip, key) in enumerate(DOCUMENTS.items())
}


def taking(*wishes: str, of: type[Numbering] = Numbering, size: int = 2) -> Process:
    """A process that asks for numbers of these trips, one call a word."""

    def process(table: Table) -> Mapping[DocumentKey, Answer]:
        numbering = of(table, SERIES, size)
        taken: dict[DocumentKey, Answer] = {}
        for wish in wishes:
            taken |= numbering.take([CLAIMS[trip] for trip in wish])
        return taken

    return process


def finding(trip: str) -> Process:
    """A process that looks for one trip's number."""
    return lambda table: locate(table, DOCUMENTS[trip], SERIES)


def explore(*processes: Process, losses: int = 0) -> tuple[int, int]:
    """Check every state that they can reach; how many there are, and in how many of them all are done."""
    checked = set()
    states = ended = 0
    for state in every_state(processes, losses=losses):
        states += 1
        ended += len(state.ends) == len(processes)
        what = state.store.key(), repr(state.ends)
        if what not in checked:
            checked.add(what)
            check(state)
    return states, ended


def check(state: State) -> None:
    """What holds in every state, and after somebody has come later and asked for everything."""
    _check_ledger(state.store)
    _check_search(state.store)
    later = state.store.copy()
    asked = alone(taking("abcde"), later)
    for step in later.on_the_way:  # what was given up arrives at last
        later.do(step)
    _check_ledger(later)
    told = [end for end in state.ends if not isinstance(end, StoreUnavailableError)]
    ledger = {row.document: row for row in later.ledger.values()}
    assert all(ledger | answers == ledger for answers in (*told, asked))


def _check_ledger(store: Store) -> None:
    rows = sorted(store.ledger.values(), key=lambda row: row.no)
    assert [*range(1, len(rows) + 1)] == [row.no for row in rows]
    assert len({row.document for row in rows}) == len(rows)
    assert all(before.issued_at <= after.issued_at for before, after in pairwise(rows))
    assert not store.overwritten


def _check_search(store: Store) -> None:
    there = {row.document: _spot_of(store, row.no) for row in store.ledger.values()}
    for trip, document in DOCUMENTS.items():
        assert there.get(document) == alone(finding(trip), store.copy())


def _spot_of(store: Store, no: int) -> Spot:
    (index,) = [bucket.index for bucket in store.buckets.values() if bucket.first_no <= no <= bucket.end_no]
    return Spot(series=SERIES, bucket=index, no=no)


RACES: dict[str, tuple[int, tuple[Process, ...]]] = {
    "the same two": (1, (taking("ab"), taking("ab"))),
    "one of two": (1, (taking("ab"), taking("a"))),
    "one after the other": (0, (taking("a", "b"), taking("b", "a"))),
    "more than a bucket": (0, (taking("abc"), taking("c"))),
    "more than a bucket, and a loss": (1, (taking("ab", size=1), taking("b", size=1))),
    "two buckets": (0, (taking("abc"), taking("cde"))),
    "buckets of one": (0, (taking("ab", size=1), taking("ba", size=1))),
    "sizes that differ": (0, (taking("abc", size=2), taking("cb", size=3))),
    "three answers lost": (3, (taking("abc"),)),
    "three processes": (0, (taking("a"), taking("ab"), taking("b"))),
}


@pytest.mark.parametrize("name", list(RACES))
def test_whatever_the_order_there_is_no_gap_and_no_double(name: str) -> None:
    """1..N, one number for a document, the same for all who ask, dates that rise; a search finds what is there."""
    losses, processes = RACES[name]
    states, ended = explore(*processes, losses=losses)
    assert states > 500
    assert ended > 10


def test_who_searches_meanwhile_finds_what_was_there_when_he_began() -> None:
    """The index may not know it yet, and the bucket that he reads may be full by then; he never finds another's."""
    seen = set()
    for state in every_state([taking("abc", "d"), _finding_with_what_was_there("a")]):
        for end in state.ends:
            if isinstance(end, tuple):
                before, found = end
                there = Spot(series=SERIES, bucket=0, no=1)
                seen.add((before, found == there))
                assert found in ({there} if before else {there, None})
    assert {(True, True), (False, True), (False, False)} == seen


def _finding_with_what_was_there(trip: str) -> Process:
    def process(table: Table) -> tuple[bool, Spot | None]:
        before = table.is_there(DOCUMENTS[trip])
        return before, locate(table, DOCUMENTS[trip], SERIES)

    return process


# --- what the explorer must catch ----------------------------------------------------------------------------------


class AsksTheIndexOnce(Numbering):
    """Does not ask again after the bucket has changed: step "redo b" is missing."""

    def _already_numbered(self, bucket: Bucket, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        here = {document: bucket.spot(document) for document in documents if document in bucket.numbers}
        if not hasattr(self, "asked"):
            self.asked = True
            return {**here, **self._table.look_up([one for one in documents if one not in here])}
        return here


class AsksTheIndexFirst(Numbering):
    """Looks into the index before it reads the bucket."""

    def take(self, claims: Sequence[Claim]) -> Mapping[DocumentKey, Answer]:
        self.known = self._table.look_up([claim.document for claim in claims])
        return super().take(claims)

    def _already_numbered(self, bucket: Bucket, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        here = {document: bucket.spot(document) for document in documents if document in bucket.numbers}
        return {**{document: spot for document, spot in self.known.items() if document in documents}, **here}


class OpensBeforeItPublishes(Numbering):
    """Opens the next bucket while documents of the full one are in no index yet."""

    def _opened_after(self, full: Bucket | None) -> Bucket:
        if full is not None:
            self._table.open(self._empty_after(full))
        made = super()._opened_after(full)
        if full is not None:
            self._table.publish(full)
        return made


class BelievesInItsBucket(Numbering):
    """After an answer that was lost, goes on as if nothing had been written."""

    def _current(self) -> Bucket | None:
        self._is_current = True
        return super()._current()

    def _append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        try:
            return super()._append(bucket, rows)
        except StoreUnavailableError:
            self._seen = bucket.after(rows)
            raise


class ForgetsTheDate(Numbering):
    """Begins each bucket without the last date of the one before."""

    def _empty_after(self, full: Bucket | None) -> Bucket:
        return replace(super()._empty_after(full), last_issued_at=None)


FAULTS: dict[str, tuple[type[Numbering], int, tuple[str, ...]]] = {
    "asks the index once": (AsksTheIndexOnce, 0, ("ab", "a")),
    "asks the index first": (AsksTheIndexFirst, 0, ("ab", "a")),
    "opens before it publishes": (OpensBeforeItPublishes, 0, ("abc", "a")),
    "believes in its bucket": (BelievesInItsBucket, 1, ("ab",)),
    "forgets the date": (ForgetsTheDate, 0, ("abc",)),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_planted_fault_is_caught(name: str) -> None:
    """The explorer can fail: each rule of the protocol, once left out, leads to a state that it refuses."""
    fault, losses, wishes = FAULTS[name]
    with pytest.raises((AssertionError, KeyError)):
        explore(*(taking(wish, of=fault) for wish in wishes), losses=losses)


# --- what else the protocol says -----------------------------------------------------------------------------------


def test_a_series_whose_bucket_is_gone_gives_no_number() -> None:
    """The registry knows of a later one: somebody has deleted what was written."""
    store = Store()
    alone(taking("abc"), store)
    del store.buckets[SERIES, 1]
    with pytest.raises(ConflictError, match="bucket 1 is gone"):
        alone(taking("d"), store)


def test_an_index_that_cannot_be_written_does_not_hold_up_numbers() -> None:
    """They are given; the index is made whole before the next bucket."""
    store = Store()
    taken = Table(_refusing("publish", store))
    numbers = Numbering(taken, SERIES, 2).take([CLAIMS["a"], CLAIMS["b"]]).values()
    assert [1, 2] == [row.no for row in numbers if isinstance(row, NumberTaken)]
    assert {} == store.index
    with pytest.raises(StoreUnavailableError):
        Numbering(taken, SERIES, 2).take([CLAIMS["c"]])
    alone(taking("c"), store)
    assert {DOCUMENTS[trip] for trip in "abc"} == set(store.index)


@pytest.mark.parametrize("name", ["append", "open"])
def test_who_gets_no_answer_for_long_gives_up(name: str) -> None:
    """A transient error: the same question later finds what was done."""
    with pytest.raises(StoreUnavailableError):
        Numbering(Table(_refusing(name, Store())), SERIES, 2).take([CLAIMS["a"]])


def _refusing(name: str, store: Store) -> Callable[[Step], Any]:
    return lambda step: LOST if step.name == name else store.do(step)


def test_who_always_loses_gives_up() -> None:
    """Others number the series without end."""
    store = Store()

    def overtake(step: Step) -> Any:
        if step.name == "append":
            bucket = store.buckets[SERIES, step.arguments[0].index]
            other = replace(DOCUMENTS["e"], revision=bucket.next_no)
            row = NumberTaken(document=other, series="S", period="2026", no=bucket.next_no, issued_at=NOON)
            store.do(Step("append", bucket, [row]))
        return store.do(step)

    with pytest.raises(StoreUnavailableError, match="too many others"):
        Numbering(Table(overtake), SERIES, 1000).take([CLAIMS["a"]])


def test_many_are_appended_in_pieces() -> None:
    """One conditional write has an end."""
    steps: list[Step] = []
    store = Store()

    def note(step: Step) -> Any:
        steps.append(step)
        return store.do(step)

    many = [replace(CLAIMS["a"], document=replace(DOCUMENTS["a"], revision=number)) for number in range(1201)]
    taken = Numbering(Table(note), SERIES, 1100).take(many)
    assert [*range(1, 1202)] == [row.no for row in taken.values() if isinstance(row, NumberTaken)]
    assert [500, 500, 100, 101] == [len(step.arguments[1]) for step in steps if step.name == "append"]
