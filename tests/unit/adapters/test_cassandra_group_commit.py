"""Group commit: what arrives while a write is under way goes together into the next one."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.contract.standing import NOON
from tests.contract.stores import claim, document
from tripinvoice.adapters.cassandra_group_commit import GroupCommit
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import Claim, NumberTaken

THREADS = 16


class Writer:
    """Gives the next numbers; its first write waits until all others wait for it."""

    def __init__(self) -> None:
        self.groups: list[int] = []
        self.error: BaseException | None = None
        self.all_wait = threading.Event()

    def commit(self, key: str, claims: Sequence[Claim]) -> Mapping[DocumentKey, NumberTaken]:
        first = sum(self.groups) + 1
        self.groups.append(len(claims))
        if first == 1:
            self.all_wait.wait(30)
        elif self.error is not None:
            raise self.error
        return {
            one.document: NumberTaken(document=one.document, series=key, period="2026", no=no, issued_at=NOON)
            for no, one in enumerate(claims, first)
        }


def all_at_once(groups: GroupCommit[str], writer: Writer) -> list[NumberTaken | BaseException]:
    """What 16 threads were answered, each for a document of its own."""
    answers: list[NumberTaken | BaseException] = []

    def ask(number: int) -> None:
        try:
            answers.append(groups.submit("S", [claim(f"trip{number}")])[document(f"trip{number}")])
        except (StoreUnavailableError, KeyboardInterrupt) as error:
            answers.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    while not writer.groups or len(groups._queues["S"]) + writer.groups[0] < THREADS:
        threading.Event().wait(0.001)
    writer.all_wait.set()
    for thread in threads:
        thread.join()
    return answers


def test_what_waits_is_written_together() -> None:
    """One write for the first, one for all that came meanwhile; each is told its own number."""
    writer = Writer()
    answers = all_at_once(GroupCommit(writer.commit, 500), writer)
    assert [*range(1, THREADS + 1)] == sorted(answer.no for answer in answers if isinstance(answer, NumberTaken))
    assert [1, THREADS - 1] == writer.groups


def test_a_group_has_a_limit() -> None:
    """The rest goes into the next one."""
    writer = Writer()
    answers = all_at_once(GroupCommit(writer.commit, 6), writer)
    assert THREADS == len({answer.no for answer in answers if isinstance(answer, NumberTaken)})
    assert [1, 6, 6, 3] == writer.groups


def test_an_error_is_that_of_all_in_the_group() -> None:
    """Each thread raises one of its own; the queue is free afterwards."""
    writer = Writer()
    writer.error = StoreUnavailableError("no answer")
    groups = GroupCommit(writer.commit, 500)
    answers = all_at_once(groups, writer)
    errors = [answer for answer in answers if isinstance(answer, StoreUnavailableError)]
    assert (THREADS - 1, 1) == (len({id(error) for error in errors}), len({error.message for error in errors}))
    assert {} == groups._queues
    writer.error = None
    [late] = groups.submit("S", [claim("late")]).values()
    assert isinstance(late, NumberTaken)
    assert late.no == 17


def test_who_is_interrupted_while_leading_leaves_the_others_an_error() -> None:
    """They would wait for ever."""
    writer = Writer()
    writer.error = KeyboardInterrupt()
    answers = all_at_once(GroupCommit(writer.commit, 500), writer)
    kinds = Counter(type(answer) for answer in answers)
    assert {NumberTaken: 1, KeyboardInterrupt: 1, StoreUnavailableError: THREADS - 2} == kinds


def test_series_do_not_wait_for_each_other() -> None:
    """While one is written, another one is, too."""
    written: list[str] = []

    def commit(key: str, claims: Sequence[Claim]) -> Mapping[DocumentKey, NumberTaken]:
        if key == "S":
            other = threading.Thread(target=groups.submit, args=("T", claims))
            other.start()
            other.join(30)
        written.append(key)
        return {}

    groups = GroupCommit(commit, 500)
    groups.submit("S", [claim("a")])
    assert ["T", "S"] == written


@pytest.mark.parametrize("size", [1, 700])
def test_a_wish_is_never_split(size: int) -> None:
    """Whoever asks for more than the limit is a group alone."""
    writer = Writer()
    writer.all_wait.set()
    taken = GroupCommit(writer.commit, 500).submit("S", [claim(f"t{number}") for number in range(size)])
    assert (size, [size]) == (len(taken), writer.groups)
