"""Group commit: what arrives while a write is under way goes together into the next one.

One thread leads: it writes for all that wait, and when its own wish is done it hands the lead to the next that waits.
No thread works for the others for ever, and none is needed beside those that ask.
"""

import copy
import threading
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

from tripinvoice.adapters.cassandra_numbering import Answer
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.invoice import DocumentKey
from tripinvoice.numbering import Claim

Key = TypeVar("Key", bound=Hashable)
Answers = Mapping[DocumentKey, Answer]


class GroupCommit(Generic[Key]):
    """Calls ``commit(key, claims)`` for one thread at a time per key, with the claims of all that wait for that key."""

    def __init__(self, commit: Callable[[Key, Sequence[Claim]], Answers], limit: int) -> None:
        self._commit = commit
        self._limit = limit
        self._guard = threading.Lock()
        self._queues: dict[Key, deque[_Ticket]] = {}  # a key is here while somebody leads it

    def submit(self, key: Key, claims: Sequence[Claim]) -> Answers:
        """The answers to these claims, and perhaps to others that were committed with them."""
        mine = _Ticket(claims)
        with self._guard:
            leads = key not in self._queues
            self._queues.setdefault(key, deque()).append(mine)
        if leads or mine.is_asked_to_lead():
            self._lead(key)
        return mine.answer()

    def _lead(self, key: Key) -> None:
        """Commit once, with one's own claims among them: they are the first in the queue."""
        group = self._next_group(key)
        outcome: Answers | BaseException = StoreUnavailableError("the process is stopping; try again")
        try:
            outcome = self._commit(key, [claim for ticket in group for claim in ticket.claims])
        except Exception as error:  # noqa: BLE001 - it is raised by each thread that waits for it
            outcome = error
        finally:
            self._hand_over(key)
            for ticket in group:
                ticket.settle(outcome)

    def _next_group(self, key: Key) -> Sequence["_Ticket"]:
        with self._guard:
            queue = self._queues[key]
            group = [queue.popleft()]
            size = len(group[0].claims)
            while queue and size + len(queue[0].claims) <= self._limit:
                size += len(queue[0].claims)
                group.append(queue.popleft())
            return group

    def _hand_over(self, key: Key) -> None:
        with self._guard:
            queue = self._queues[key]
            if queue:
                queue[0].ask_to_lead()
            else:
                del self._queues[key]


class _Ticket:
    """One thread's wish in the queue."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self._called = threading.Event()
        self._outcome: Answers | BaseException | None = None

    def ask_to_lead(self) -> None:
        self._called.set()

    def settle(self, outcome: Answers | BaseException) -> None:
        self._outcome = outcome
        self._called.set()

    def is_asked_to_lead(self) -> bool:
        """Wait until it is settled, or its thread is to lead."""
        self._called.wait()
        return self._outcome is None

    def answer(self) -> Answers:
        if self._outcome is None:
            msg = "a ticket is settled by whoever leads it"
            raise RuntimeError(msg)
        if isinstance(self._outcome, BaseException):
            raise copy.copy(self._outcome)  # each thread has its own: a traceback grows as it is raised
        return self._outcome
