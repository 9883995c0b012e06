"""``tripinvoice schema``: the tables of a Cassandra store, made and looked at."""

import json
import os

import pytest

from starter.cli import run
from starter.cli.exits import Exit
from tests.servers.cassandra import Cassandra
from tripinvoice.adapters.cassandra_steps import steps

pytestmark = pytest.mark.xdist_group("cassandra")
ALL = [str(step) for step in steps()]


@pytest.fixture
def keyspace(cassandra_server: Cassandra, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a keyspace that is not there yet, and is what the settings say."""
    name = f"schema_{os.urandom(6).hex()}"
    monkeypatch.setenv("TRIPINVOICE_STORE", f"cassandra://{cassandra_server.address}/{name}")
    return name


def told(*arguments: str, capsys: pytest.CaptureFixture[str], code: Exit = Exit.OK) -> str:
    """What a command printed."""
    assert code == run(arguments)
    return capsys.readouterr().out


def test_a_keyspace_is_made_once_and_looked_at(keyspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before, after, and when it is done already."""
    before = told("schema", "status", capsys=capsys, code=Exit.FAILED)
    assert f"keyspace {keyspace} is not there; run `tripinvoice schema apply`\n" == before
    assert f"applied {', '.join(ALL)}\n" == told("schema", "apply", capsys=capsys)
    assert "up to date already\n" == told("schema", "apply", capsys=capsys)
    after = f"keyspace {keyspace} has schema {len(ALL)}, this program is of {len(ALL)}\n"
    assert after == told("schema", "status", capsys=capsys)


def test_programs_read_json(keyspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same as one object each."""
    facts = {"keyspace": keyspace, "newest": len(ALL)}
    before = json.loads(told("schema", "status", "--json", capsys=capsys, code=Exit.FAILED))
    assert {**facts, "exists": False, "version": 0, "missing": ALL, "fits": False} == before
    assert {"applied": ALL} == json.loads(told("schema", "apply", "--json", capsys=capsys))
    after = json.loads(told("schema", "status", "--json", capsys=capsys))
    assert {**facts, "exists": True, "version": len(ALL), "missing": [], "fits": True} == after


def test_a_dry_run_prints_cql_and_changes_nothing(keyspace: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints is what would run: keyspace first, then every table; nothing when nothing is missing."""
    printed = told("schema", "apply", "--dry-run", capsys=capsys)
    assert printed.startswith(f"CREATE KEYSPACE IF NOT EXISTS {keyspace} WITH replication = ")
    tables = "claim series_ledger number_by_document series record_by_trip record_by_number record_by_account"
    made = [
        printed.count(f"CREATE TABLE IF NOT EXISTS {table} (") for table in f"{tables} record_by_day answer".split()
    ]
    assert [1] * 9 == made
    assert "is not there" in told("schema", "status", capsys=capsys, code=Exit.FAILED)
    told("schema", "apply", capsys=capsys)
    assert "-- up to date already\n" == told("schema", "apply", "--dry-run", capsys=capsys)


def test_the_embedded_store_needs_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """And says so, with exit code 0: a deployment may always run it."""
    monkeypatch.setenv("TRIPINVOICE_STORE", "sqlite:")
    for arguments in (("schema", "apply"), ("schema", "apply", "--dry-run"), ("schema", "status")):
        assert "nothing to do\n" == told(*arguments, capsys=capsys).rpartition(": ")[2]
    assert {"applied": None} == json.loads(told("schema", "apply", "--json", capsys=capsys))


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("STORE", "cassandra://host:9042/", "TRIPINVOICE_STORE: takes cassandra://host,host:9042/keyspace"),
        ("CASSANDRA_REPLICATION", "eu=three", "TRIPINVOICE_CASSANDRA_REPLICATION: takes a number of copies"),
        ("CASSANDRA_LOCAL_DC", "atlantis", "TRIPINVOICE_CASSANDRA_LOCAL_DC: Cassandra has no such data centre"),
    ],
)
def test_a_wrong_setting_is_named(  # noqa: PLR0913, PLR0917 - a row of the table above
    keyspace: str,
    setting: str,
    value: str,
    part: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one line, with what it takes."""
    assert keyspace
    monkeypatch.setenv(f"TRIPINVOICE_{setting}", value)
    assert Exit.FAILED == run(["schema", "apply"])
    error = capsys.readouterr().err
    assert (1, True) == (error.count("\n"), part in error)
