"""What is done to the processes while trips are in flight; another fault is a function and a line more."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.chaos.delivery import Delivery
from tests.chaos.stage import QUEUES, Act
from tests.chaos.verdict import Stores, offsets_ahead
from tests.servers.server import Server

Do = Callable[["Scene"], None]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A fault's surroundings: ``pause`` is how long a server is stopped, in seconds."""

    act: Act
    stores: Stores
    chance: random.Random
    pause: float


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``do`` is done in the middle; ``before``, before any trip is sent."""

    do: Do
    before: Do = lambda _: None
    delivery: Delivery = field(default_factory=Delivery)
    one_series: bool = False


def _nothing(_: Scene) -> None:
    return


def _together(*steps: Do) -> Do:
    def do(scene: Scene) -> None:
        for step in steps:
            step(scene)
            time.sleep(scene.chance.uniform(0.5, 2))

    return do


def _kill_worker(queue: str) -> Do:
    return lambda scene: scene.act.workers[queue].kill()


def _kill_bridge(scene: Scene) -> None:
    """While it is gone nothing that it committed may wait for its start: nobody would start it any more."""
    bridge = scene.act.bridges[0]
    bridge.hold()
    bridge.kill()
    ahead = offsets_ahead(scene.act, scene.stores)
    bridge.release()
    if ahead:
        raise AssertionError(f"{ahead} trips lie below a committed offset, and have no workflow")


def _kill_render_child(scene: Scene) -> None:
    """In the middle of a document: a render process exists once the first document came."""
    deadline = time.monotonic() + 60
    while not scene.act.workers["render"].kill_child("render_child"):
        if time.monotonic() > deadline:
            raise TimeoutError("there is no render process to kill")
        time.sleep(0.05)


def _restart(server: str) -> Do:
    def do(scene: Scene) -> None:
        found: Server = getattr(scene.act.servers, server)
        found.kill()
        time.sleep(scene.chance.uniform(0, 2))
        found.restart()

    return do


def _pause(server: str) -> Do:
    def do(scene: Scene) -> None:
        found: Server = getattr(scene.act.servers, server)
        found.pause()
        try:
            time.sleep(scene.pause)
        finally:
            found.resume()

    return do


def _rebalance(scene: Scene) -> None:
    """A second bridge comes, the first goes in order and comes back, then the second is killed and comes back."""
    first = scene.act.bridges[0]
    second = scene.act.add_bridge()
    time.sleep(scene.chance.uniform(4, 6))
    first.stop()
    first.start()
    time.sleep(scene.chance.uniform(2, 4))
    second.kill()


def _more_store_workers(scene: Scene) -> None:
    for no in (2, 3):
        scene.act.add_worker("store", f"store-{no}")


def _kill_store_workers(scene: Scene) -> None:
    for name in ("store-2", "store-3", "store-2"):
        time.sleep(scene.chance.uniform(0.5, 3))
        scene.act.workers[name].kill()


FAULTS: Mapping[str, Fault] = {
    "none": Fault(do=_nothing),
    **{f"kill -9 worker: {queue}": Fault(do=_kill_worker(queue)) for queue in QUEUES},
    "kill -9 render process": Fault(do=_kill_render_child),
    "kill -9 bridge": Fault(do=_kill_bridge),
    "restart Kafka": Fault(do=_restart("kafka")),
    "restart Cassandra": Fault(do=_restart("cassandra")),
    "restart S3": Fault(do=_restart("minio")),
    "restart Temporal": Fault(do=_restart("temporal")),
    "pause Kafka": Fault(do=_pause("kafka")),
    "pause Cassandra": Fault(do=_pause("cassandra")),
    "pause S3": Fault(do=_pause("minio")),
    "pause Temporal": Fault(do=_pause("temporal")),
    "events twice and in any order": Fault(do=_nothing, delivery=Delivery(twice=0.5, shuffled=True)),
    "rebalance: two bridges": Fault(do=_rebalance),
    "three store workers, one series": Fault(do=_kill_store_workers, before=_more_store_workers, one_series=True),
}

SHORT: Mapping[str, Fault] = {
    "kill -9 everything of ours": Fault(
        do=_together(*(_kill_worker(queue) for queue in QUEUES), _kill_render_child, _kill_bridge),
        delivery=Delivery(twice=0.3, shuffled=True),
    ),
    "restart every server": Fault(
        do=_together(*(_restart(name) for name in ("kafka", "cassandra", "minio", "temporal")))
    ),
    "pause every server": Fault(do=_together(*(_pause(name) for name in ("kafka", "cassandra", "minio", "temporal")))),
    "two bridges, three store workers, one series": Fault(
        do=_together(_rebalance, _kill_store_workers), before=_more_store_workers, one_series=True
    ),
}
"""What continuous integration has time for: the same faults, several to an act."""
