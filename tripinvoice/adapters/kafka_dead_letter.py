"""How a dead letter says what it is: headers behind the message's own, with the names that Kafka Connect uses.

Its key, value, time and own headers are the message's. Connect's names: KIP-298.
"""

import re
from collections.abc import Sequence
from importlib.metadata import version

from tripinvoice.adapters.kafka_producer import Headers, Record
from tripinvoice.ports import DeadLetter, FeedMessage, Refusal, TopicPlace

CONNECT = "__connect.errors."
OURS = "x-invoice-"
REASON_LENGTH = 1_000
"""Characters."""
LEFT_OUT = f"{OURS}value-left-out"
REPLAYED = f"{OURS}replayed"
CLASS_NAME = "starter.bridge.Bridge"
_DIGITS = re.compile(r"[0-9]{1,18}")


def letter_record(message: FeedMessage, refusal: Refusal, *, group: str, task: str) -> Record:
    """The letter for a refused message."""
    told = {
        f"{CONNECT}topic": message.topic,
        f"{CONNECT}partition": str(message.partition),
        f"{CONNECT}offset": str(message.offset),
        f"{CONNECT}connector.name": group,
        f"{CONNECT}task.id": task,
        f"{CONNECT}stage": refusal.stage,
        f"{CONNECT}class.name": CLASS_NAME,
        f"{CONNECT}exception.class.name": refusal.code,
        f"{CONNECT}exception.message": refusal.reason[:REASON_LENGTH],
        f"{OURS}reason": refusal.code,
        f"{OURS}attempts": str(refusal.attempts),
        f"{OURS}bridge-version": version("tripinvoice"),
    }
    return Record(
        key=message.key,
        value=message.value,
        headers=(*message.headers, *((name, text.encode(errors="replace")) for name, text in told.items())),
        sent_at=message.sent_at,
    )


def without_value(letter: Record) -> Record:
    """The letter for a topic that does not take the message's size: it tells where the message is."""
    left_out = (LEFT_OUT, str(len(letter.value or b"")).encode())
    return Record(key=letter.key, value=None, headers=(*letter.headers, left_out), sent_at=letter.sent_at)


def read_letter(message: FeedMessage, *, replayed: bool) -> DeadLetter:
    """What a letter says; somebody else's says less."""
    told = _texts(message.headers)
    return DeadLetter(
        message=message,
        origin=_origin(told),
        refusal=Refusal(
            code=told.get(f"{OURS}reason") or told.get(f"{CONNECT}exception.class.name") or "Unknown",
            reason=told.get(f"{CONNECT}exception.message", ""),
            stage=told.get(f"{CONNECT}stage", ""),
            attempts=_number(told.get(f"{OURS}attempts")) or 1,
        ),
        replayed=replayed,
        value_left_out=LEFT_OUT in told and message.value is None,
    )


def original_headers(headers: Headers) -> Headers:
    """The message's own headers."""
    return tuple((name, value) for name, value in headers if not name.startswith((CONNECT, OURS)))


def replay_mark(message: FeedMessage) -> Record:
    """The note, beside the letter, that it was replayed. It is sent now, so it outlives the letter."""
    place = f"{message.partition}:{message.offset}"
    return Record(key=message.key, value=None, headers=((REPLAYED, place.encode()),), partition=message.partition)


def replayed_place(headers: Sequence[tuple[str, bytes | None]]) -> tuple[int, int] | None:
    """The place of the letter that this note is about; ``None`` when it is no note."""
    told = _texts(headers)
    place = told.get(REPLAYED)
    if place is None or f"{OURS}reason" in told:  # a producer may send any header, and its letter is still a letter
        return None
    partition, offset = (_number(part) for part in (*place.split(":", 1), "")[:2])
    return None if partition is None or offset is None else (partition, offset)


def _texts(headers: Sequence[tuple[str, bytes | None]]) -> dict[str, str]:
    """The last of a name wins, as Kafka's own readers have it."""
    return {name: (value or b"").decode(errors="replace") for name, value in headers}


def _origin(told: dict[str, str]) -> TopicPlace | None:
    topic = told.get(f"{CONNECT}topic")
    partition, offset = (_number(told.get(f"{CONNECT}{name}")) for name in ("partition", "offset"))
    if not topic or partition is None or offset is None:
        return None
    return TopicPlace(topic=topic, partition=partition, offset=offset)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _DIGITS.fullmatch(text) else None
