"""The topic of refused trip events, for the operator: reading joins no group and changes nothing.

What was replayed is noted in the topic itself, by a record beside the letter: it lasts as long as the letter does, and
needs no other store. A crash between sending and noting means that the message is sent twice, which its workflow's id
makes harmless.
"""

from collections.abc import Iterator

from confluent_kafka import KafkaError

from tripinvoice.adapters.kafka_dead_letter import original_headers, read_letter, replay_mark, replayed_place
from tripinvoice.adapters.kafka_producer import ClientConfig, DeliveringProducer, Record, unavailable
from tripinvoice.adapters.kafka_topic import read_place, read_topic
from tripinvoice.errors import NotFoundError
from tripinvoice.ports import DeadLetter, FeedMessage, TopicPlace


class KafkaDeadLetters:
    """The dead letters of one topic. ``client`` is how the brokers are reached, in librdkafka's words."""

    def __init__(self, bootstrap: str, topic: str, *, client: ClientConfig | None = None) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._client = client
        self._producer: DeliveringProducer | None = None

    def letters(self) -> Iterator[DeadLetter]:
        """All letters up to now, each partition in order; none when there is no such topic yet.

        The topic is read twice, so that values need not be kept: first for the notes. Raises ``StoreUnavailableError``.
        """
        replayed = self._replayed()
        for message in self._read():
            if replayed_place(message.headers) is None:
                yield read_letter(message, replayed=(message.partition, message.offset) in replayed)

    def letter(self, partition: int, offset: int) -> DeadLetter:
        """The letter at this place. Raises ``NotFoundError`` when there is none."""
        message = read_place(self._bootstrap, self._topic, partition, offset, client=self._client)
        if replayed_place(message.headers) is not None:
            raise NotFoundError(f"{partition}:{offset}: notes that a letter was replayed, and is none", field="offset")
        return read_letter(message, replayed=(partition, offset) in self._replayed())

    def replay(self, letter: DeadLetter) -> None:
        """Send the message to where it came from, as it was, and note that; return when both have arrived.

        Raises ``NotFoundError`` when its origin, or the value that was left out, is no longer there.
        """
        place = f"{letter.message.partition}:{letter.message.offset}"
        origin = letter.origin
        if origin is None:
            raise NotFoundError(f"{place}: its headers do not say where it came from; send it by hand", field="origin")
        message = self._original(origin) if letter.value_left_out else letter.message
        record = Record(
            key=message.key,
            value=message.value,
            headers=original_headers(message.headers),
            partition=origin.partition,
            sent_at=message.sent_at,
        )
        self._send(origin.topic, record, place)
        self._send(self._topic, replay_mark(letter.message), place)

    def close(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            self._producer.close()

    def _original(self, origin: TopicPlace) -> FeedMessage:
        return read_place(self._bootstrap, origin.topic, origin.partition, origin.offset, client=self._client)

    def _send(self, topic: str, record: Record, place: str) -> None:
        if self._producer is None:
            self._producer = DeliveringProducer(self._bootstrap, client=self._client)
        (error,) = self._producer.deliver(topic, [record])
        if error is None:
            return
        if error.code() in {KafkaError._UNKNOWN_PARTITION, KafkaError._UNKNOWN_TOPIC}:  # noqa: SLF001
            raise NotFoundError(
                f"{place}: topic {topic} has no partition {record.partition} any more; send it by hand", field="origin"
            )
        raise unavailable(f"topic {topic}", error)

    def _replayed(self) -> set[tuple[int, int]]:
        places = (replayed_place(message.headers) for message in self._read())
        return {place for place in places if place is not None}

    def _read(self) -> Iterator[FeedMessage]:
        try:
            yield from read_topic(self._bootstrap, self._topic, client=self._client)
        except NotFoundError:
            return  # nothing was ever refused
