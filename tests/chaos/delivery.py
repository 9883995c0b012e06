"""Trip events on their way: the producer of an upstream that never gives up, and may say things twice."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import Producer

from starter.samples.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How the events are sent. ``twice``: the share that is sent again; ``shuffled``: in no order, on any partition."""

    twice: float = 0.0
    shuffled: bool = False


class Upstream:
    """Sends events in a thread of its own, however long the brokers are away."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        config = {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "delivery.timeout.ms": 300_000,
            "linger.ms": 5,
            "log_level": 0,
        }
        self._producer = Producer(config)
        self._topic = topic
        self._threads: list[threading.Thread] = []
        self._failed: list[str] = []
        self.sent = 0

    def send(self, trips: Sequence[Scenario], delivery: Delivery, chance: random.Random, *, seconds: float = 0) -> None:
        """Begin to send these, spread over so many seconds."""
        repeated = [trip for trip in trips if chance.random() < delivery.twice]
        events = [*trips, *repeated]
        if delivery.shuffled:
            chance.shuffle(events)
        # A partition that is not the key's: a producer that was configured otherwise, or more partitions since.
        places = [chance.randrange(6) if delivery.shuffled else -1 for _ in events]
        thread = threading.Thread(target=self._send, args=(events, places, seconds / max(1, len(events))), daemon=True)
        self._threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """Wait until all have arrived. Raises ``RuntimeError`` when one has not."""
        for thread in self._threads:
            thread.join()
        left = self._producer.flush(300)
        if left or self._failed:
            raise RuntimeError(f"{left} events were not delivered; {self._failed[:3]}")

    def _send(self, events: Sequence[Scenario], places: Sequence[int], pause: float) -> None:
        for event, place in zip(events, places, strict=True):
            self._producer.produce(
                self._topic,
                event.event,
                event.trip_id,
                place,
                headers=list(event.headers),
                on_delivery=self._delivered,
            )
            self._producer.poll(0)
            self.sent += 1
            time.sleep(pause)

    def _delivered(self, error: object, _: object) -> None:
        if error is not None:
            self._failed.append(str(error))
