"""CPU seconds by role: what the processes of a contender, and the processes that those started, have used so far."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

import psutil

RENDERING = "rendering"
STARTER = "starter"
_RENDER_MODULE = "render_child"

Seconds = Mapping[str, float]


def cpu_seconds(processes: Mapping[str, int]) -> Seconds:
    """CPU seconds since their start, by role; ``processes`` are process ids by role.

    Render processes, whoever's children they are, are a role of their own; so is this process, without its children.
    """
    used: defaultdict[str, float] = defaultdict(float)
    for role, pid in processes.items():
        for process in _family(pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                used[RENDERING if _RENDER_MODULE in " ".join(process.cmdline()) else role] += _seconds(process)
    own = psutil.Process().cpu_times()
    used[STARTER] = own.user + own.system
    return used


def difference(before: Seconds, after: Seconds) -> dict[str, float]:
    """CPU seconds between two looks."""
    return {role: after[role] - before.get(role, 0.0) for role in after}


def _family(pid: int) -> Iterator[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        yield process
        yield from process.children(recursive=True)


def _seconds(process: psutil.Process) -> float:
    """Its own time and that of its ended children; those that live are asked themselves."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)
