"""How a server in Java is run: what makes a small one start soon on two cores."""

from collections.abc import Sequence
from pathlib import Path

from tests.servers import programs

# The quick compiler alone, and the collector without threads of its own: half the start-up time on a busy machine.
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+PerfDisableSharedMem", "-Djava.awt.headless=true")


def command(jars: Path, heap: str, options: Sequence[str], main: str, *arguments: str) -> list[str]:
    """Run the class ``main`` of all jars of a folder."""
    return command_of([f"{jars}/*"], heap, options, main, *arguments)


def command_of(jars: Sequence[str], heap: str, options: Sequence[str], main: str, *arguments: str) -> list[str]:
    """Run the class ``main`` of these jars."""
    return [programs.java(), *_QUICK, f"-Xms{heap}", f"-Xmx{heap}", *options, "-cp", ":".join(jars), main, *arguments]
