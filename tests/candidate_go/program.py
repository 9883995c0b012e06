"""The candidate's program: built by this machine's Go, and asked as ``--lines`` answers."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.servers.missing import missing_server
from tripinvoice import canonical, contract
from tripinvoice.assemble import assemble
from tripinvoice.errors import TripInvoiceError
from tripinvoice.money_systems import Sources

MODULE = Path(__file__).parents[2] / "examples" / "candidate-go"
INSTALL = "install Go 1.26 or newer"


def run_go(*arguments: str) -> str:
    """What a command of Go says about the module; the test is skipped, or fails, where there is no such Go."""
    go = shutil.which("go")
    if go is None:
        missing_server("Go", INSTALL)
    done = subprocess.run([go, *arguments], cwd=MODULE, capture_output=True, text=True, check=False)
    if "requires go >=" in done.stderr:
        missing_server("a newer Go", INSTALL)
    assert done.returncode == 0, f"go {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def ask(program: Path, many: Iterable[Sources]) -> list[Any]:
    """What the candidate answers about each."""
    return ask_plain(program, [{"schema": contract.REQUEST, "evidence": canonical.plain(of)} for of in many])


def ask_plain(program: Path, requests: Sequence[object]) -> list[Any]:
    """What it answers to requests that may be anything."""
    lines = "".join(f"{json.dumps(request)}\n" for request in requests)
    done = subprocess.run([program, "--lines"], input=lines.encode(), capture_output=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests)
    return answers


def expected(of: Sources) -> Any:
    """What :func:`tripinvoice.assemble.assemble` says about it, as the contract has it; of an error type and field."""
    try:
        drafts = [canonical.plain(draft) for draft in assemble(of)]
    except TripInvoiceError as error:
        return {"error": {"type": error.code, "field": error.field}}
    return {"schema": contract.RESPONSE, "archived": None, "drafts": drafts}


def disagreements(program: Path, many: Sequence[Sources]) -> dict[str, Any]:
    """Where the two do not say the same: the trip, and what each says."""
    found = {}
    for no, (of, answer) in enumerate(zip(many, ask(program, many), strict=True)):
        if "error" in answer:
            assert answer["error"].pop("message")
        if answer != (wanted := expected(of)):
            found[f"{no}: {of.trip.trip_id}"] = {"python": wanted, "go": answer}
    return found
