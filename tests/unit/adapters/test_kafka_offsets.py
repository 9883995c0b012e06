"""The watermark never passes an unfinished message, whatever is received, finished, revoked and assigned when."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tripinvoice.adapters.kafka_offsets import Windows
from tripinvoice.ports import FeedMessage, PartitionState

KEY = ("trips", 0)


def message(offset: int, assignment: int) -> FeedMessage:
    """A message at this offset."""
    return FeedMessage(
        topic=KEY[0], partition=KEY[1], offset=offset, key=None, value=None, headers=(), assignment=assignment
    )


class OnePartition(RuleBasedStateMachine):
    """A partition with holes, read by owners that come and go, against the plain truth: a set of what is done."""

    def __init__(self) -> None:
        super().__init__()
        self.windows = Windows()
        self.existing: list[int] = []
        self.in_hand: list[FeedMessage] = []
        self.done: set[int] = set()
        self.committed = 0
        self.position = 0

    @initialize(offsets=st.sets(st.integers(0, 60), max_size=30))
    def assign_first(self, offsets: set[int]) -> None:
        """A topic whose offsets have holes, and a first owner."""
        self.existing = sorted(offsets)
        self.windows.assign([KEY])

    @rule(count=st.integers(1, 5))
    def receive(self, count: int) -> None:
        """The owner reads on."""
        for offset in [offset for offset in self.existing if offset >= self.position][:count]:
            assignment = self.windows.receive(KEY, offset, 0.0)
            assert assignment is not None
            self.in_hand.append(message(offset, assignment))
            self.position = offset + 1

    @precondition(lambda self: self.in_hand)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        """Any message in hand is finished, perhaps again, perhaps one of an assignment that is over."""
        finished = data.draw(st.sampled_from(self.in_hand))
        self.windows.finish(finished)
        self.done.add(finished.offset)

    @rule()
    def commit(self) -> None:
        """What is due is committed."""
        for key, offset in self.windows.due().items():
            self.windows.committed(key, offset)
            self.committed = offset
        assert self.windows.due() == {}

    @rule()
    def reassign(self) -> None:
        """The partition goes and comes back: reading goes on at what is committed."""
        self.windows.drop([KEY])
        assert self.windows.receive(KEY, 99, 0.0) is None
        self.windows.assign([KEY])
        self.position = self.committed

    @rule()
    def cut(self) -> None:
        """The position runs backwards without a rebalance."""
        self.position = self.committed

    @invariant()
    def passes_nothing_unfinished(self) -> None:
        """Everything before what may be committed is done."""
        for offset in self.windows.due().values():
            assert {existing for existing in self.existing if existing < offset} <= self.done

    def teardown(self) -> None:
        """In the end, when all that is left is read and done, everything is committed."""
        if not self.existing:
            return
        self.reassign()
        self.receive(len(self.existing))
        for unfinished in self.in_hand:
            self.windows.finish(unfinished)
        self.commit()
        assert self.committed in {0, self.existing[-1] + 1}
        assert self.windows.longer_than(0) == set()


TestOnePartition = OnePartition.TestCase


def test_what_waits_is_counted_by_partition() -> None:
    """The number of messages that wait is known for some partitions, and for the fullest one."""
    windows = Windows()
    windows.assign([("trips", 0), ("trips", 1)])
    for offset in range(3):
        windows.receive(("trips", 0), offset, 0.0)
    windows.receive(("trips", 1), 7, 0.0)
    assert windows.unfinished({("trips", 1)}) == 1
    assert windows.longer_than(2) == {("trips", 0)}
    assert windows.longer_than(3) == set()


def test_a_commit_that_failed_stays_due() -> None:
    """An offset is due until the broker has it; of a partition that is gone nothing is."""
    windows = Windows()
    windows.assign([KEY])
    assignment = windows.receive(KEY, 4, 0.0)
    assert assignment is not None
    windows.finish(message(4, assignment))
    assert windows.due() == {KEY: 5}
    assert windows.due() == {KEY: 5}
    windows.drop([KEY])
    windows.committed(KEY, 5)
    assert windows.due() == {}


def test_an_assignment_that_is_over_no_longer_counts() -> None:
    """A late accept moves nothing: at that offset there may be another message by now, or another owner."""
    windows = Windows()
    windows.assign([KEY])
    before = windows.receive(KEY, 4, 0.0)
    windows.assign([KEY])
    after = windows.receive(KEY, 4, 0.0)
    assert before is not None
    assert after is not None
    windows.finish(message(4, before))
    assert windows.due() == {}
    windows.finish(message(4, after))
    assert windows.due() == {KEY: 5}


def test_a_log_that_was_cut_begins_a_new_assignment() -> None:
    """An offset that comes again is a new message: it has to be finished itself, and then all is."""
    windows = Windows()
    windows.assign([KEY])
    first = [windows.receive(KEY, offset, 0.0) for offset in (4, 5)]
    again = windows.receive(KEY, 4, 0.0)
    assert again is not None
    assert again not in first
    windows.finish(message(5, first[1] or 0))
    windows.finish(message(4, again))
    assert (windows.due(), windows.longer_than(0)) == ({KEY: 5}, set())


def test_how_long_the_oldest_has_waited() -> None:
    """The first unfinished message of any partition counts, also when later ones are done."""
    windows = Windows()
    windows.assign([("trips", 0), ("trips", 1)])
    assert windows.oldest() is None
    first = windows.receive(("trips", 0), 4, 10.0)
    windows.receive(("trips", 0), 5, 11.0)
    windows.receive(("trips", 1), 9, 12.0)
    assert first is not None
    windows.finish(message(5, first))
    assert windows.oldest() == 10.0
    windows.finish(message(4, first))
    assert windows.oldest() == 12.0


def test_the_state_of_each_partition() -> None:
    """What waits, what is committed, and the lag where it is known."""
    windows = Windows()
    windows.assign([("trips", 1), ("trips", 0)])
    windows.receive(("trips", 0), 4, 0.0)
    windows.committed(("trips", 0), 4)
    assert windows.states({("trips", 0): 7, ("other", 0): 1}) == (
        PartitionState(topic="trips", partition=0, lag=7, committed=4, unfinished=1),
        PartitionState(topic="trips", partition=1, lag=None, committed=None, unfinished=0),
    )
