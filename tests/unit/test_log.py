"""What is written to the log, and what is not."""

import logging

from tripinvoice.log import Sparing


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def said(logger: str, message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord(logger, logging.ERROR, __file__, 1, message, arguments, None)


def test_a_driver_says_the_same_thing_once_in_a_while() -> None:
    """Then with how often it was left out."""
    clock = Clock()
    sparing = Sparing(clock)
    lines = [said("tripinvoice.kafka", f"FAIL [rdkafka#consumer-{no}]: refused") for no in range(3)]
    assert [True, False, False] == [sparing.filter(line) for line in lines]
    clock.now = 30.0
    later = said("tripinvoice.kafka", "FAIL [rdkafka#consumer-1]: refused")
    assert sparing.filter(later)
    assert later.__dict__["left_out"] == 2


def test_other_things_of_a_driver_are_said() -> None:
    """Another logger, another message, another host."""
    sparing = Sparing(Clock())
    lines = [
        said("cassandra.cluster", "Error reconnecting to %s", "a"),
        said("cassandra.pool", "Error reconnecting to %s", "a"),
        said("cassandra.cluster", "Host %s is up", "a"),
        said("cassandra.cluster", "Host %s is up", "b"),
        said("cassandra.cluster", "Host %s is up", "b"),
    ]
    assert [True, True, True, True, False] == [sparing.filter(line) for line in lines]


def test_what_we_say_ourselves_is_never_left_out() -> None:
    """However often."""
    sparing = Sparing(Clock())
    assert all(sparing.filter(said("tripinvoice.worker", "the same")) for _ in range(5))
