"""Mustang: whether a file is what Factur-X and ZUGFeRD ask for: the PDF, its metadata and the XML that it carries."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.judges.verdict import JudgeError, Verdict, Verdicts
from tests.servers import jvm, programs

_SECONDS = 900
_PROGRAM = Path(__file__).with_name("Mustang.java")
_RULE = re.compile(r"\[ID ([\w.-]+)\]")
_FAULTS = ("error", "exception", "fatal")


def mustang(paths: Sequence[Path]) -> Verdicts:
    """What it says about each file, a PDF or an XML: rules of EN 16931 by id, else in its own words.

    Its notices about XRechnung are left out: a Factur-X of profile EN 16931 need not be one.
    """
    programs.java_compiler()
    files = [str(path.resolve()) for path in paths]
    command = jvm.command(programs.mustang(), "1g", (), str(_PROGRAM), *files)
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    *reports, rest = done.stdout.decode().split("\f")
    if done.returncode or rest.strip() or len(reports) != len(paths):
        raise JudgeError(f"Mustang ended with {done.returncode}: {done.stderr[-2000:].decode()}")
    return {path: _verdict(report) for path, report in zip(paths, reports, strict=True)}


def _verdict(report: str) -> Verdict:
    root = ET.fromstring(report.strip().encode())  # noqa: S314 (written by Mustang itself)
    problems = tuple(_named(fault) for kind in _FAULTS for fault in root.iter(kind))
    summary = root.find("summary")
    status = None if summary is None else summary.get("status")
    return Verdict(problems if problems or status == "valid" else (f"it says {status}",))


def _named(fault: ET.Element) -> str:
    said = "".join(fault.itertext()).strip()
    rule = _RULE.search(said)
    return rule[1] if rule else said
