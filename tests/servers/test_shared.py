"""One server of a kind per session, whoever asks first; and nothing of it is left, whatever the session dies of."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.servers import programs, shared
from tests.servers.fixtures import or_missing
from tests.servers.minio import Minio
from tests.servers.process import Lifeline
from tests.servers.programs import MissingServerError
from tests.servers.server import ServerError

pytestmark = pytest.mark.xdist_group("servers")
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
ASK = "from tests.servers import shared; print(shared.s3().pid)"
SLOW_TEST = """
import json, time
from pathlib import Path

def test_slow(s3_server):
    found = {"pid": s3_server.pid, "session": str(s3_server.folder.parent)}
    Path("found.tmp").write_text(json.dumps(found))
    Path("found.tmp").rename("found.json")
    time.sleep(60)
"""


def python(*arguments: str, folder: Path = ROOT, session: str | None = None) -> "subprocess.Popen[str]":
    """Start it in the session of this folder, or in none."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("TRIPINVOICE_TEST_")}
    own = {"PYTHONPATH": str(ROOT)} | ({"TRIPINVOICE_TEST_SERVERS": session} if session else {})
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=others | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not psutil.pid_exists(pid)


def read_when_there(file: Path) -> str:
    deadline = time.monotonic() + 2 * PATIENCE
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return file.read_text()


def test_child_processes_find_the_server_of_the_session(s3_server: Minio) -> None:
    if not s3_server.ours:
        pytest.skip("this server is not the session's")
    children = [python("-c", ASK, session=str(s3_server.folder.parent)) for _ in range(2)]
    assert [str(s3_server.pid)] * 2 == [child.communicate()[0].strip() for child in children]


def test_processes_that_ask_at_once_get_one_server(tmp_path: Path) -> None:
    or_missing(programs.minio)
    lifeline = Lifeline(tmp_path / "minio.lifeline")
    lifeline.hold()
    children = [python("-c", ASK, session=str(tmp_path)) for _ in range(3)]
    pids = {child.communicate()[0].strip() for child in children}
    lifeline.release()
    assert len(pids) == 1
    assert gone(int(pids.pop()))


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_session_that_is_killed_leaves_no_server(tmp_path: Path, workers: str) -> None:
    """A kill -9 of pytest itself: nothing of ours runs then, with workers of its own or without."""
    or_missing(programs.minio)
    (tmp_path / "test_slow.py").write_text(SLOW_TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    session = python("-m", "pytest", "-p", "tests.servers.fixtures", "-n", workers, folder=tmp_path)
    try:
        found = json.loads(read_when_there(tmp_path / "found.json"))
        assert psutil.pid_exists(found["pid"])
    finally:
        session.kill()
        session.communicate()
    assert gone(found["pid"])
    shutil.rmtree(found["session"])  # nobody was left to do it


def test_a_server_that_the_environment_names_is_used_and_left_alone(
    s3_server: Minio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIPINVOICE_TEST_S3", f"http://{s3_server.user}:{s3_server.password}@{s3_server.address}")
    named = shared.s3()
    assert s3_server.environment() == named.environment()
    with pytest.raises(ServerError, match="started by others"):
        named.stop()
    assert named.alive


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingServerError, match="kafka is missing: install Java 17 and Maven"):
        programs.kafka()
    with pytest.raises(MissingServerError, match="minio is missing: install Go"):
        programs.minio()
    assert [] == [made for made in programs.cache().iterdir() if made.is_dir()]


def test_the_command_runs_them_until_it_is_stopped(tmp_path: Path) -> None:
    """For a person, or for a script that reads the file of variables."""
    or_missing(programs.minio)
    variables = tmp_path / "servers.env"
    arguments = ["minio", "temporal", "--data", str(tmp_path / "data"), "--env-file", str(variables)]
    command = python("-m", "tests.servers", *arguments)
    written = read_when_there(variables).splitlines()
    assert [
        "TEMPORAL_ADDRESS",
        "TRIPINVOICE_DOCUMENTS",
        "TRIPINVOICE_S3_ACCESS_KEY",
        "TRIPINVOICE_S3_SECRET_KEY",
    ] == sorted(line.partition("=")[0] for line in written)
    command.send_signal(signal.SIGINT)
    said = command.communicate()[0]
    assert command.returncode == 0
    assert [] == [line for line in written if f"export {line}" not in said]
    assert [False, False] == [Minio(tmp_path / "data" / name).alive for name in ("minio", "temporal")]
