"""The store of :mod:`tripinvoice.adapters.cassandra_numbering` in memory, and every order in which it may be used.

A process is a function of a table. It is run again and again from its beginning: the answers that it had are played
back to it, and the first call that has none yet is its next step. So a state is the store and what each process was
answered, and all states can be visited, each once. A process that is never scheduled again is one that has crashed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tripinvoice.adapters.cassandra_numbering import Bucket, Series, Spot
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import Claim, NumberTaken

CONDITIONAL = frozenset({"append", "open", "close", "claim", "move"})


class Lost:
    """No answer came."""

    def __repr__(self) -> str:
        return "lost"


LOST = Lost()


class Step(BaseException):
    """What a process does next."""

    def __init__(self, name: str, *arguments: Any) -> None:
        super().__init__(name)
        self.name = name
        self.arguments = arguments


@dataclass
class Store:
    """What is written. ``on_the_way`` are writes that nobody waits for any more and that may still arrive."""

    buckets: dict[tuple[Series, int], Bucket] = field(default_factory=dict)
    ledger: dict[tuple[Series, int], NumberTaken] = field(default_factory=dict)
    index: dict[DocumentKey, Spot] = field(default_factory=dict)
    claims: dict[DocumentKey, Claim] = field(default_factory=dict)
    hints: dict[Series, int] = field(default_factory=dict)
    on_the_way: tuple[Step, ...] = ()
    overwritten: bool = False

    def copy(self) -> "Store":
        return replace(
            self,
            buckets={**self.buckets},
            ledger={**self.ledger},
            index={**self.index},
            claims={**self.claims},
            hints={**self.hints},
        )

    def key(self) -> tuple[Any, ...]:
        """The same for the same content."""
        spots = frozenset((key, bucket.next_no, bucket.is_closed) for key, bucket in self.buckets.items())
        rows = frozenset((key, row.document) for key, row in self.ledger.items())
        waiting = tuple(id(step) for step in self.on_the_way)
        derived = frozenset(self.index.items()), frozenset(self.hints.items())
        return spots, rows, *derived, frozenset(self.claims.items()), waiting

    def do(self, step: Step) -> Any:
        """Take the step, as one."""
        return getattr(self, f"_{step.name}")(*step.arguments)

    def _bucket(self, series: Series, index: int) -> Bucket | None:
        return self.buckets.get((series, index))

    def _since(self, bucket: Bucket) -> Sequence[NumberTaken]:
        now = self.buckets[bucket.series, bucket.index]
        return [self.ledger[bucket.series, no] for no in range(bucket.next_no, now.next_no)]

    def _append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        now = self.buckets[bucket.series, bucket.index]
        if now.next_no != bucket.next_no or now.is_closed:
            return False
        for row in rows:
            self.overwritten |= (bucket.series, row.no) in self.ledger
            self.ledger[bucket.series, row.no] = row
        self.buckets[bucket.series, bucket.index] = now.after(rows)
        return True

    def _close(self, bucket: Bucket) -> bool:
        now = self.buckets[bucket.series, bucket.index]
        if now.next_no != bucket.next_no:
            return False
        self.buckets[bucket.series, bucket.index] = replace(now, is_closed=True)
        return True

    def _claim(self, wish: Claim) -> Claim:
        return self.claims.setdefault(wish.document, wish)

    def _move(self, stored: Claim, wish: Claim) -> bool:
        now = self.claims[wish.document]
        if (now.series, now.period) != (stored.series, stored.period):
            return False
        self.claims[wish.document] = wish
        return True

    def _open(self, bucket: Bucket) -> None:
        self.buckets.setdefault((bucket.series, bucket.index), bucket)

    def _publish(self, document: DocumentKey, spot: Spot) -> None:
        self.index[document] = spot

    def _look_up(self, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        return {document: self.index[document] for document in documents if document in self.index}

    def _last_hint(self, series: Series) -> int:
        return self.hints.get(series, 0)

    def _hint(self, series: Series, index: int) -> None:
        self.hints[series] = index

    def _is_there(self, document: DocumentKey) -> bool:
        return any(row.document == document for row in self.ledger.values())

    def _rows(self, spots: Sequence[Spot]) -> Sequence[NumberTaken]:
        return [self.ledger[spot.series, spot.no] for spot in spots]


class Table:
    """A ``LedgerTable`` and ``ClaimTable`` each of whose calls is a step; ``take`` answers it."""

    def __init__(self, take: Callable[[Step], Any]) -> None:
        self._take = take

    def bucket(self, series: Series, index: int) -> Bucket | None:
        return self._do("bucket", series, index)  # type: ignore[no-any-return]

    def since(self, bucket: Bucket) -> Sequence[NumberTaken]:
        return self._do("since", bucket)  # type: ignore[no-any-return]

    def append(self, bucket: Bucket, rows: Sequence[NumberTaken]) -> bool:
        return self._do("append", bucket, rows)  # type: ignore[no-any-return]

    def close(self, bucket: Bucket) -> bool:
        return self._do("close", bucket)  # type: ignore[no-any-return]

    def claim(self, wish: Claim) -> Claim:
        """The claim of its document: this one, unless there was one."""
        return self._do("claim", wish)  # type: ignore[no-any-return]

    def move(self, stored: Claim, wish: Claim) -> bool:
        return self._do("move", stored, wish)  # type: ignore[no-any-return]

    def open(self, bucket: Bucket) -> None:
        self._do("open", bucket)

    def publish(self, bucket: Bucket) -> None:
        """Row by row: it may stop anywhere."""
        for document in bucket.numbers:
            self._do("publish", document, bucket.spot(document))

    def look_up(self, documents: Sequence[DocumentKey]) -> Mapping[DocumentKey, Spot]:
        return self._do("look_up", documents) if documents else {}

    def last_hint(self, series: Series) -> int:
        return self._do("last_hint", series)  # type: ignore[no-any-return]

    def hint(self, series: Series, index: int) -> None:
        self._do("hint", series, index)

    def rows(self, spots: Sequence[Spot]) -> Sequence[NumberTaken]:
        return self._do("rows", spots) if spots else []

    def is_there(self, document: DocumentKey) -> bool:
        """Whether the document has a number: what no process can see, and a test may."""
        return self._do("is_there", document)  # type: ignore[no-any-return]

    def _do(self, name: str, *arguments: Any) -> Any:
        answer = self._take(Step(name, *arguments))
        if answer is LOST:
            raise StoreUnavailableError("no answer came")
        return answer


Process = Callable[[Table], Any]


def alone(process: Process, store: Store) -> Any:
    """Run a process to its end with nobody beside it; what it gives."""
    return process(Table(store.do))


@dataclass(frozen=True)
class Run:
    """A process and what it was answered so far."""

    process: Process
    answers: tuple[Any, ...] = ()
    trace: tuple[str, ...] = ()

    def next(self) -> tuple[Step | None, Any]:
        """Its next step; ``None`` and what it gives at its end. ``StoreUnavailableError`` is an end, too."""
        answers = iter(self.answers)

        def play_back(step: Step) -> Any:
            for answer in answers:
                return answer
            raise step

        try:
            return None, self.process(Table(play_back))
        except Step as step:
            return step, None
        except StoreUnavailableError as error:
            return None, error

    def answered(self, answer: Any) -> "Run":
        return replace(self, answers=(*self.answers, answer), trace=(*self.trace, repr(answer)))


@dataclass(frozen=True)
class State:
    """Somewhere on the way; ``ends`` is what the processes that are done gave."""

    store: Store
    runs: tuple[Run, ...]
    losses: int
    ends: tuple[Any, ...] = ()


def every_state(processes: Sequence[Process], *, losses: int = 0, store: Store | None = None) -> Iterator[State]:
    """Every state that these processes can reach from a store, in whatever order they take their steps.

    As many times as ``losses`` says, a conditional write stays unanswered: it was not done, or it was, or it will be at
    any time later.
    """
    waiting = [State(store=store or Store(), runs=tuple(Run(process) for process in processes), losses=losses)]
    seen = set()
    known: dict[tuple[int, tuple[str, ...]], tuple[Step | None, Any]] = {}  # so that each is played back once
    while waiting:
        state = waiting.pop()
        key = state.store.key(), state.losses, tuple(run.trace for run in state.runs)
        if key in seen:
            continue
        seen.add(key)
        places = [(number, run.trace) for number, run in enumerate(state.runs)]
        for place, run in zip(places, state.runs, strict=True):
            if place not in known:
                known[place] = run.next()
        nexts = [known[place] for place in places]
        yield replace(state, ends=tuple(end for step, end in nexts if step is None))
        for number, (step, _) in enumerate(nexts):
            if step is not None:
                waiting += _outcomes(state, number, step)
        waiting += _arrivals(state)


def _outcomes(state: State, number: int, step: Step) -> Iterator[State]:
    done = state.store.copy()
    yield _with(state, number, done, done.do(step))
    if step.name in CONDITIONAL and state.losses:
        less = replace(state, losses=state.losses - 1)
        late = state.store.copy()
        late.on_the_way += (step,)
        for store in (state.store, done, late):
            yield _with(less, number, store, LOST)


def _with(state: State, number: int, store: Store, answer: Any) -> State:
    runs = list(state.runs)
    runs[number] = runs[number].answered(answer)
    return replace(state, store=store, runs=tuple(runs))


def _arrivals(state: State) -> Iterator[State]:
    for number, step in enumerate(state.store.on_the_way):
        store = state.store.copy()
        store.on_the_way = (*store.on_the_way[:number], *store.on_the_way[number + 1 :])
        store.do(step)
        yield replace(state, store=store)
