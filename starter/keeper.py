"""Keeps one command: runs it, says its process id, and leaves nothing of it behind.

``starter.embedded`` runs this file as a script. Standard input brings one line of JSON that says what to run, and then
stays open for as long as the command may live. The system closes it when the process at its other end is gone,
whatever it died of, so this works where no handler of that process could: after a ``kill -9``. Standard output gets
two lines of JSON: ``{"pid": …}`` at once and ``{"code": …}`` (negative: the signal) at the end.

The command leads a process group. Asked to end, it gets SIGTERM and its grace time; when it has ended, by itself or
not, what is left of its group gets SIGKILL. Only the standard library is used, so that it starts in milliseconds.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with_keeper() -> None:
    """Between fork and exec: ask Linux to kill the command should this process itself be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _start(order: dict[str, Any]) -> "subprocess.Popen[bytes]":
    with open(order["log"], "ab") as log:  # noqa: PTH123 - pathlib would double the start-up time
        return subprocess.Popen(  # noqa: S603 - our own parent says what to run
            order["arguments"],
            cwd=order["folder"],
            env=order["environment"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_keeper if sys.platform == "linux" else None,  # noqa: PLW1509 - there is one thread
        )


def _end_when_released(pid: int, grace: float) -> None:
    """Wait for the end of standard input, then end the command. Its id cannot be another's: nobody has reaped it."""
    while os.read(0, 1 << 16):  # not through sys.stdin: Python cannot end while a thread waits in its buffer
        pass
    os.kill(pid, signal.SIGTERM if grace else signal.SIGKILL)
    time.sleep(grace)
    os.killpg(pid, signal.SIGKILL)


def _say(**words: int) -> None:
    try:
        print(json.dumps(words), flush=True)  # noqa: T201 - the answer to the parent
    except BrokenPipeError:  # it is gone, and this process's work is the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def main() -> None:
    """Keep the command that standard input names."""
    order = json.loads(sys.stdin.buffer.readline())
    command = _start(order)
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):  # not before: the command would inherit it
        signal.signal(ignored, signal.SIG_IGN)
    _say(pid=command.pid)
    threading.Thread(target=_end_when_released, args=(command.pid, order["grace"]), daemon=True).start()
    os.waitid(os.P_PID, command.pid, os.WEXITED | os.WNOWAIT)  # it stays unreaped, so its group's id stays its own
    os.killpg(command.pid, signal.SIGKILL)
    _say(code=command.wait())


if __name__ == "__main__":
    main()
