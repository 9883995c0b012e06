"""Fetching pauses seldom: after a second without room, until half of the room is there again."""

from tripinvoice.adapters.kafka_brake import PAUSE_AFTER, RESUME_AFTER, Room


def rests(room: Room, *polls: tuple[float, int]) -> list[bool]:
    """Whether fetching rests, after each poll at a time with a limit."""
    found = []
    for now, limit in polls:
        room.judge(limit, now)
        found.append(room.resting)
    return found


def test_a_moment_without_room_is_none() -> None:
    """A full house for less than the time is what a busy bridge looks like."""
    assert rests(Room(0.0), (0.0, 64), (0.5, 0), (0.9, 1), (1.8, 0), (1.85, 3)) == [False] * 5


def test_it_rests_until_half_is_free() -> None:
    """One free place is not worth throwing away what was fetched; half of them is."""
    polls = [(0.0, 64), (PAUSE_AFTER / 2, 0), (PAUSE_AFTER, 0), (1.1, 1), (1.2, 31), (1.3, 32), (1.4, 0)]
    assert rests(Room(0.0), *polls) == [False, False, True, True, True, False, False]


def test_what_is_stuck_does_not_keep_the_rest_out() -> None:
    """Where more than half never comes back, any room will do after a while."""
    room = Room(0.0)
    assert rests(room, (0.0, 64), (1.0, 0), (2.0, 10), (1.0 + RESUME_AFTER - 0.1, 10)) == [False, True, True, True]
    assert rests(room, (1.0 + RESUME_AFTER, 0), (1.1 + RESUME_AFTER, 10)) == [True, False]


def test_it_rests_again_only_after_the_time() -> None:
    """Going on begins a new count."""
    room = Room(0.0)
    assert rests(room, (0.0, 4), (1.0, 0), (5.0, 4), (5.5, 0), (5.9, 0), (6.0, 0)) == [
        False,
        True,
        False,
        False,
        False,
        True,
    ]
