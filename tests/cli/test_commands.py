"""What every command has in common: help, --json, exit codes, one-line errors, and a quick start."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import psutil
import pytest
import typer.main

from starter.cli import app, run
from starter.cli.compare import TripOrCommand
from starter.cli.examples import EXAMPLES
from starter.cli.exits import MEANINGS, Exit
from starter.cli.output import safe
from tests.cli.commands import commands

COMMANDS = commands()
GROUP = cast(TripOrCommand, typer.main.get_group(app).commands["compare"])
PROGRAM = (sys.executable, "-P", "-m", "starter.cli")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_takes_json(name: str) -> None:
    """Programs need not read tables."""
    assert "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_help_teaches_with_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What the command does, its options, and commands to copy."""
    assert run([*name.split(), "--help"]) == Exit.OK
    shown = " ".join(capsys.readouterr().out.split())
    assert "Examples" in shown
    assert " ".join(f"$ {EXAMPLES[name][0]}".split()) in shown


@pytest.mark.parametrize(("name", "example"), [(name, e) for name, examples in EXAMPLES.items() for e in examples])
def test_every_example_is_a_valid_command(
    name: str, example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its words are parsed with the command's real options."""
    monkeypatch.chdir(tmp_path)
    for file in ("trips.csv", "history.json"):
        (tmp_path / file).touch()
    words = shlex.split(example.partition(" | ")[0])
    words = words[words.index("tripinvoice") + 1 :]
    path = name.split()
    if path[0] == "compare":  # its first word may be a trip
        words = ["compare", *GROUP.named(words[1:], ["--help"])]
    assert words[: len(path)] == path
    COMMANDS[name].make_context(name, words[len(path) :])


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, in the help of the program itself."""
    assert run(["--help"]) == Exit.OK
    shown = " ".join(capsys.readouterr().out.split())
    assert [m for code, m in MEANINGS.items() if f"{int(code)} {m}" not in shown] == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["frobnicate"], "no such command 'frobnicate'; see `tripinvoice --help`"),
        (["show"], "missing argument 'TRIP_OR_NUMBER'; see `tripinvoice show --help`"),
        (["show", "--frob", "x"], "no such option: --frob"),
        (["parked", "--limit", "0"], "'--limit'"),
        (["worker", "--queues", "kitchen"], "'--queues'"),
        (["replay"], "either TRIP_ID, or --query, or --file"),
        (["resume", "t"], "'--reason'"),
        (["resume", "t", "--reason", "x" * 301], "in 1 to 300 characters"),
        (["resume", "t", "--reason", " "], "in 1 to 300 characters"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names what was wrong and where to read on."""
    assert run(arguments) == Exit.USAGE
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert part in told.err


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "TEMPORAL_ADDRESS": "localhost:1", "TEMPORAL_CONFIG_FILE": os.devnull, **more}


def test_no_server_is_one_line_and_debug_shows_where(tmp_path: Path) -> None:
    """An operator reads what to do; a developer asks for the traceback."""
    environment = _environment(TRIPINVOICE_DATA=str(tmp_path))
    quiet = subprocess.run([*PROGRAM, "parked"], env=environment, capture_output=True, text=True, check=False)
    assert (quiet.returncode, quiet.stdout) == (1, "")
    assert quiet.stderr == (
        "tripinvoice: no Temporal server at localhost:1: start one with `temporal server start-dev` "
        "or set TEMPORAL_ADDRESS\n"
    )
    debug = subprocess.run(
        [*PROGRAM, "--debug", "parked"], env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" in debug.stderr
    assert debug.stderr.endswith(quiet.stderr)


def test_a_broken_temporal_configuration_is_told() -> None:
    """A profile that does not exist is not a crash."""
    environment = _environment(TEMPORAL_PROFILE="nowhere")
    told = subprocess.run([*PROGRAM, "parked"], env=environment, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "TEMPORAL_*" in told.stderr


def test_a_pipe_that_closes_is_no_complaint() -> None:
    """``tripinvoice … | head`` must not end in a traceback."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        told = subprocess.run([*PROGRAM, "doctor", "--embedded", "--json"], stdout=closed, stderr=-1, check=False)
    assert (told.returncode, told.stderr) == (1, b"")


def test_colours_are_for_terminals() -> None:
    """Piped output has no escape sequences, even where TERM promises colours."""
    told = subprocess.run(
        [*PROGRAM, "show", "--help"], env=_environment(TERM="xterm-256color"), capture_output=True, check=True
    )
    assert b"\x1b" not in told.stdout


def test_help_loads_nothing_heavy() -> None:
    """Half a second is the limit; what would take it is not loaded."""
    code = "import sys; from starter.cli import run; run(['--help']); print(sorted(sys.modules))"
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    heavy = ("temporalio", "pydantic", "weasyprint", "confluent_kafka", "aiohttp", "jinja2", "tripinvoice.wiring")
    assert [name for name in heavy if f"'{name}'" in told.stdout] == []


def test_worker_takes_over_the_process() -> None:
    """So that signals reach it: the same process id runs ``-m worker`` with the chosen queue."""
    process = subprocess.Popen(
        [*PROGRAM, "worker", "--queues", "store"],
        env=_environment(TEMPORAL_ADDRESS="192.0.2.1:7233"),  # RFC 5737: answers nobody, so it waits
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while "worker" not in (words := psutil.Process(process.pid).cmdline()) or "starter.cli" in words:
            assert time.monotonic() < deadline, words
            time.sleep(0.05)
        assert words[1:] == ["-P", "-m", "worker", "--queues", "store"]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_outside_text_is_made_harmless() -> None:
    """Escape, bell and direction override become visible marks; markup stays text."""
    assert safe("a\x1b[31m\a\u202eb [bold]").plain == "a\ufffd[31m\ufffd\ufffdb [bold]"
