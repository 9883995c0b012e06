"""A Kafka cluster inside this process: librdkafka's own mock, spoken to over TCP by the ordinary client.

It is what the embedded mode, the demonstration and the tests run on. Its limits: everything is in memory and gone with
this process; a partition keeps the newest 5 MB or 100,000 messages and silently drops older ones (so send with
``publish(read_by=…)``); topics come into being by themselves, with 4 partitions; there is no administration; a
group of the classic protocol takes 3 seconds to form, one of the ``consumer`` protocol none.
"""

from types import TracebackType
from typing import Self

from confluent_kafka import Producer

from tripinvoice.adapters.kafka_producer import LOGGER


class MockCluster:
    """The cluster; it lives while the context does. ``bootstrap`` is the address for clients of any process."""

    def __init__(self, *, brokers: int = 1) -> None:
        self._brokers = brokers
        self._producer: Producer | None = None
        self.bootstrap = ""

    def __enter__(self) -> Self:
        """Start it."""
        # Level 4: without it librdkafka announces on every start that this is a mock.
        config = {"test.mock.num.brokers": self._brokers, "log_level": 4}
        self._producer = Producer(config, logger=LOGGER)
        brokers = self._producer.list_topics(timeout=10).brokers.values()
        self.bootstrap = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
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
