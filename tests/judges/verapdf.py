"""veraPDF: whether a file is PDF/A and PDF/UA, as the reference validator of the PDF Association sees it."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.judges.verdict import JudgeError, Verdict, Verdicts
from tests.servers import jvm, programs

_SECONDS = 900
_PROFILES = {"3a": "PDF/A-3A validation profile", "ua1": "PDF/UA-1 validation profile"}
FLAVOURS = tuple(_PROFILES)


def verapdf(paths: Sequence[Path], flavours: Sequence[str] = FLAVOURS) -> Mapping[str, Verdicts]:
    """By flavour, what it says about each file.

    It judges a file by what the file declares itself to be, so one that does not say so fails, too.
    """
    # 0: by what the file declares, all of it in one reading.
    options = ["-f", "0", "--format", "xml", "--maxfailuresdisplayed", "1", "--loglevel", "0"]
    main = "org.verapdf.apps.GreenfieldCliWrapper"
    command = jvm.command(programs.verapdf(), "1g", (), main, *options, *(str(path.resolve()) for path in paths))
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    try:
        report = ET.fromstring(done.stdout)  # noqa: S314 (written by veraPDF itself)
    except ET.ParseError:
        raise JudgeError(f"veraPDF ended with {done.returncode}: {done.stderr[-2000:].decode()}") from None
    jobs = {Path(job.findtext("item/name", "")): job for job in report.iterfind("jobs/job")}
    return {flavour: {path: _verdict(jobs.get(path.resolve()), flavour) for path in paths} for flavour in flavours}


def _verdict(job: ET.Element | None, flavour: str) -> Verdict:
    if job is None:
        return Verdict(("no verdict",))
    reports = {report.get("profileName"): report for report in job.iterfind("validationReport")}
    report = reports.get(_PROFILES[flavour])
    if report is None:
        said = job.findtext("taskException/exceptionMessage") or job.findtext("taskResult/exceptionMessage")
        return Verdict((said or f"does not declare itself {flavour}",))
    rules = [f"{rule.get('clause')}-{rule.get('testNumber')}" for rule in report.iterfind("details/rule")]
    if report.get("isCompliant") == "true":
        return Verdict()
    return Verdict(tuple(sorted(rules)) or (report.get("statement", "not compliant"),))
