"""A Kafka cluster inside this process: librdkafka's own mock, spoken to over TCP by the ordinary client.

It is what the embedded mode, the demonstration and the tests run on. Its limits: everything is in memory and gone with
this process; a partition keeps the newest 5 MB or 100,000 messages and silently drops older ones (so send with
``publish(read_by=…)``); there is no administration. Use the group protocol ``consumer`` with it: a classic group takes
3 seconds to form and never takes in a second member. A ``consumer`` group in turn never notices a topic that did
not exist when it subscribed, so name the topics when the cluster starts.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from confluent_kafka import Producer

from tripinvoice.adapters.kafka_producer import LOGGER


class MockCluster:
    """The cluster; it lives while the context does. ``bootstrap`` is the address for clients of any process."""

    def __init__(self, *, brokers: int = 1, topics: Sequence[str] = ()) -> None:
        """``topics`` exist from the start: a group of the ``consumer`` protocol never sees one that comes later."""
        self._brokers = brokers
        self._topics = topics
        self._producer: Producer | None = None
        self.bootstrap = ""

    def __enter__(self) -> Self:
        """Start it."""
        # Level 4: without it librdkafka announces on every start that this is a mock.
        config = {"test.mock.num.brokers": self._brokers, "log_level": 4}
        self._producer = Producer(config, logger=LOGGER)
        brokers = self._producer.list_topics(timeout=10).brokers.values()
        self.bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
        for topic in self._topics:
            self._producer.list_topics(topic, timeout=10)  # asking for a topic is what makes it
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it; its messages are gone."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None
