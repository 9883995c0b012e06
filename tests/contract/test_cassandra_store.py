"""What is Cassandra's own: crashes between its steps, what was tampered with, schemas, and a server that is silent."""

import json
import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.contract import cassandra
from tests.contract.standing import NOON
from tests.contract.stores import claim, document, record
from tests.servers.cassandra import Cassandra
from tests.servers.fixtures import or_missing
from tripinvoice.adapters.cassandra import WRITE, Keyspace
from tripinvoice.adapters.cassandra_ledger_table import CassandraLedgerTable
from tripinvoice.adapters.cassandra_migration import Schema, opened
from tripinvoice.adapters.cassandra_numbering import Bucket
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.cassandra_steps import newest
from tripinvoice.adapters.ledger_cassandra import CassandraNumberLedger
from tripinvoice.adapters.records_cassandra import CassandraInvoiceRecords, shard_of
from tripinvoice.errors import ConfigurationError, ConflictError, StoreUnavailableError
from tripinvoice.numbering import NumberTaken, SeriesAudit

pytestmark = pytest.mark.xdist_group("cassandra")


@pytest.fixture
def keyspace(cassandra_server: Cassandra, tmp_path: Path) -> Iterator[Keyspace]:
    assert cassandra_server
    with cassandra.keyspace_of(tmp_path) as made:
        yield made


@pytest.fixture
def ledger(keyspace: Keyspace) -> CassandraNumberLedger:
    return CassandraNumberLedger(keyspace, bucket_size=3)


@pytest.fixture
def records(keyspace: Keyspace) -> CassandraInvoiceRecords:
    return CassandraInvoiceRecords(keyspace)


def write(keyspace: Keyspace, cql: str, *values: object) -> None:
    """What somebody does who does not ask us."""
    keyspace.run(WRITE(cql), *values)


# --- the ledger ----------------------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process dies here; nothing of ours may catch it."""


class CrashingTable(CassandraLedgerTable):
    """Dies now and then: before an append, after it, in the middle of publishing, and around a change of bucket."""

    def __init__(self, keyspace: Keyspace, chance: random.Random) -> None:
        super().__init__(keyspace)
        self._chance = chance

    def append(self, bucket: Bucket, rows: Any) -> bool:
        self._maybe()
        done = super().append(bucket, rows)
        self._maybe()
        if self._chance.random() < 0.05:
            raise StoreUnavailableError("the answer was lost")
        return done

    def publish(self, bucket: Bucket) -> None:
        for number in bucket.numbers.items():
            self._maybe(0.04)
            super().publish(replace(bucket, numbers=dict([number])))

    def open(self, bucket: Bucket) -> None:
        self._maybe()
        super().open(bucket)
        self._maybe()

    def _maybe(self, share: float = 0.08) -> None:
        if self._chance.random() < share:
            raise Crash


def test_racing_allocators_that_crash_leave_no_gap_and_no_double(keyspace: Keyspace) -> None:
    """Four ask for every document in an order of their own, and begin anew after each crash; buckets of five."""
    trips = [f"trip{number}" for number in range(60)]
    answers: list[dict[str, NumberTaken]] = [{} for _ in range(4)]
    crashes: list[int] = []

    def ask(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - chaos, not a secret
        while waiting := [trip for trip in trips if trip not in answers[number]]:
            crashing = CassandraNumberLedger(keyspace, bucket_size=5)
            crashing._table = CrashingTable(keyspace, chance)
            some = chance.sample(waiting, min(3, len(waiting)))
            try:
                taken = crashing.take([claim(trip, minutes=-number) for trip in some])
            except (Crash, StoreUnavailableError):
                crashes.append(number)
            else:
                answers[number] |= dict(zip(some, taken, strict=True))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = CassandraNumberLedger(keyspace)
    assert [answers[0]] * 4 == answers
    assert [SeriesAudit(series="GB-OP", period="2026", last_no=60, count=60, voided=0, holes=())] == [*whole.audit()]
    rows = list(whole.entries("GB-OP", "2026"))
    assert sorted(answers[0].values(), key=lambda row: row.no) == rows
    assert sorted(row.issued_at for row in rows) == [row.issued_at for row in rows]
    assert rows == [whole.find(row.document) for row in rows]
    assert len(crashes) > 20


def test_a_number_is_found_though_the_index_does_not_know_it(keyspace: Keyspace, ledger: CassandraNumberLedger) -> None:
    """Whoever took it died before the index was written: the ledger is looked at, and writing it again mends it."""
    taken = ledger.take([claim(trip) for trip in "abcde"])
    for trip in "de":  # of the last bucket: those before it were made whole when it was opened
        write(keyspace, "DELETE FROM number_by_document WHERE document = ?", str(document(trip)))
    fresh = CassandraNumberLedger(keyspace)
    assert list(taken) == [fresh.find(document(trip)) for trip in "abcde"]
    assert taken[4] == fresh.take([claim("e", minutes=9)])[0]
    fresh.reindex(taken[3])
    assert {document("d")} == set(CassandraLedgerTable(keyspace).look_up([document("d"), document("e")]))


def test_a_claim_without_a_number_is_honoured(keyspace: Keyspace, ledger: CassandraNumberLedger) -> None:
    """Whoever left it: its series, period and time count, not those of the one who asks now."""
    write(
        keyspace,
        "INSERT INTO claim (document, series, period, claimed_at, workflow_id) "
        "VALUES ('z/transport/invoice/1', 'FR-A', '2025', '2026-01-01T00:00:00.000000Z', 'w')",
    )
    assert ledger.find(document("z")) is None
    (number,) = ledger.take([claim("z", minutes=5)])
    assert ("FR-A-2025-000001", 1) == (number.number, number.issued_at.month)


def test_buckets_keep_their_size(keyspace: Keyspace) -> None:
    """A process with another size goes on where a bucket really ends, so the size may be changed at any time."""
    numbers = [
        CassandraNumberLedger(keyspace, bucket_size=size).take([claim(f"{size}-{i}") for i in range(4)])
        for size in (3, 2, 100, 1)
    ]
    assert [*range(1, 17)] == [number.no for some in numbers for number in some]


_ROW_BEYOND = """
    INSERT INTO series_ledger (series, period, bucket, no, document, issued_at)
    VALUES ('GB-OP', '2026', 1, 9, 'x/transport/invoice/1', '2026-03-29T12:00:00.000000Z')
"""


@pytest.mark.parametrize(
    ("change", "last_no", "count", "holes"),
    [
        ("DELETE FROM series_ledger WHERE {bucket} = 0 AND no = 2", 5, 4, (2,)),
        ("DELETE FROM series_ledger WHERE {bucket} = 1 AND no = 5", 5, 4, (5,)),
        ("DELETE FROM series_ledger WHERE {bucket} = 0", 5, 2, (1, 2, 3)),
        ("UPDATE series_ledger SET next_no = 8 WHERE {bucket} = 1", 7, 5, (6, 7)),
        ("UPDATE series_ledger SET next_no = 5 WHERE {bucket} = 1", 4, 5, ()),
        (_ROW_BEYOND, 5, 6, (6, 7, 8)),
    ],
)
def test_the_audit_sees_what_was_tampered_with(  # noqa: PLR0913, PLR0917 - a row of the table above
    keyspace: Keyspace,
    ledger: CassandraNumberLedger,
    change: str,
    last_no: int,
    count: int,
    holes: tuple[int, ...],
) -> None:
    """It looks at the rows, whatever the counter says; and the series gives no number where they disagree."""
    ledger.take([claim(trip) for trip in "abcde"])
    write(keyspace, change.replace("{bucket}", "series = 'GB-OP' AND period = '2026' AND bucket"))
    fresh = CassandraNumberLedger(keyspace)
    (audit,) = fresh.audit()
    assert (last_no, count, holes) == (audit.last_no, audit.count, audit.holes)
    if " = 0" not in change:
        with pytest.raises(ConflictError, match="GB-OP, period 2026: counter and rows"):
            fresh.take([claim("new")])


# --- records -------------------------------------------------------------------------------------------------------


def test_keys_that_lead_to_nothing_are_not_seen(keyspace: Keyspace, records: CassandraInvoiceRecords) -> None:
    """Whoever wrote them died before the record, or the record that came has another number, account or time."""
    saved = record("a", 1, account="x")
    records.save([saved])
    at = "2026-03-29T11:00:00.000000Z"
    for trip, number in (("a", "GB-OP-2026-000001"), ("a", "GB-OP-2026-000007"), ("never", "GB-OP-2026-000008")):
        place = NOON.date(), shard_of(trip), at, number, str(document(trip))
        write(
            keyspace,
            "INSERT INTO record_by_day (day, shard, issued_at, number, document) VALUES (?, ?, ?, ?, ?)",
            *place,
        )
        write(keyspace, "INSERT INTO record_by_account (account, month, issued_at, number, document) "
                        "VALUES ('x', '2026-03', ?, ?, ?)", *place[2:])  # fmt: skip
        write(keyspace, "INSERT INTO record_by_number (number, document) VALUES (?, ?)", number, str(document(trip)))
    assert [saved] == list(records.by_day(NOON.date())) == list(records.by_account("x", NOON.date()))
    assert [None, None] == [records.by_number(f"GB-OP-2026-00000{no}") for no in (7, 8)]
    records.save([record("b", 7)])  # nobody has it, whatever the key said
    assert "b" == records.by_number("GB-OP-2026-000007").document.trip_id  # type: ignore[union-attr]


def test_what_is_derived_is_mended_by_writing_it_again(keyspace: Keyspace, records: CassandraInvoiceRecords) -> None:
    """All three ways lead to the record again."""
    saved = record("a", 1, account="x")
    records.save([saved])
    for table in ("record_by_number", "record_by_account", "record_by_day"):
        write(keyspace, f"TRUNCATE {table}")
    assert (None, (), []) == (
        records.by_number(saved.number),
        records.by_account("x", NOON.date()),
        list(records.by_day(NOON.date())),
    )
    records.reindex(saved)
    assert saved == records.by_number(saved.number)
    assert [saved] == list(records.by_account("x", NOON.date())) == list(records.by_day(NOON.date()))


def test_a_record_whose_answer_was_lost_is_saved_once(
    keyspace: Keyspace, records: CassandraInvoiceRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What became of it is read: it is there, so all is well; if it is another one, that is a conflict."""
    apply_each = keyspace.apply_each

    def losing(work: Any) -> Iterator[StoreUnavailableError]:
        for _ in apply_each(work):
            yield StoreUnavailableError("lost")

    monkeypatch.setattr(keyspace, "apply_each", losing)
    records.save([record("a", 1)])
    assert [record("a", 1)] == list(records.by_trip("a"))
    with pytest.raises(ConflictError):
        records.save([record("a", 1, minor=1)])


def test_a_store_that_never_answers_a_save_is_unavailable(
    keyspace: Keyspace, records: CassandraInvoiceRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for ever: the step is tried again later."""
    monkeypatch.setattr(keyspace, "apply_each", lambda work: [StoreUnavailableError("lost") for _ in work])
    with pytest.raises(StoreUnavailableError, match="does not say whether"):
        records.save([record("a", 1)])


def test_two_who_save_different_records_of_a_document_are_told_apart(
    records: CassandraInvoiceRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes between our look and our write: the write does not happen, and the next look tells."""
    commit = CassandraInvoiceRecords._commit

    def overtaken(store: CassandraInvoiceRecords, new: Any) -> bool:
        commit(store, [record("a", 1, minor=7)])
        return commit(store, new)

    monkeypatch.setattr(CassandraInvoiceRecords, "_commit", overtaken)
    with pytest.raises(ConflictError, match="other content"):
        records.save([record("a", 1)])
    assert [record("a", 1, minor=7)] == list(records.by_trip("a"))


# --- schema and connection -----------------------------------------------------------------------------------------


def new_place(server: Cassandra) -> CassandraPlace:
    assert server
    return cassandra.cassandra_place(f"place_{os.urandom(8).hex()}")


def test_a_keyspace_that_is_not_ours_yet_is_refused(cassandra_server: Cassandra) -> None:
    """Missing, empty, or half-way: each time the remedy is the same."""
    place = new_place(cassandra_server)
    with pytest.raises(ConfigurationError, match="no such keyspace; run `tripinvoice schema apply`"):
        opened(place)
    Schema(place).apply()
    with Keyspace(place) as keyspace:
        write(keyspace, "DELETE FROM schema_version WHERE program = 'tripinvoice' AND version = ?", newest())
    with pytest.raises(ConfigurationError, match=f"schema {newest() - 1} and this program needs {newest()}"):
        opened(place)
    assert [newest()] == [step.version for step in Schema(place).apply()]  # its statements run twice without harm
    opened(place).close()


def test_a_keyspace_of_a_newer_version_is_refused(cassandra_server: Cassandra) -> None:
    """An old worker must not write by rules that it does not know, nor an old ``schema apply`` go back."""
    place = new_place(cassandra_server)
    Schema(place).apply()
    with Keyspace(place) as keyspace:
        write(keyspace, "INSERT INTO schema_version (program, version) VALUES ('tripinvoice', ?)", newest() + 1)
    for act in (lambda: opened(place), Schema(place).apply, Schema(place).plan):
        with pytest.raises(ConfigurationError, match="start the version that changed it"):
            act()
    assert Schema(place).status().is_newer


def test_who_holds_the_lock_is_waited_for(cassandra_server: Cassandra, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for ever, should he never let go."""
    place = new_place(cassandra_server)
    Schema(place).apply()
    with Keyspace(place) as keyspace:
        write(keyspace, "DELETE FROM schema_version WHERE program = 'tripinvoice' AND version = ?", newest())
        write(keyspace, "UPDATE schema_version SET locked_by = uuid() WHERE program = 'tripinvoice'")
        monkeypatch.setattr("tripinvoice.adapters.cassandra_migration._LOCK", 1)
        with pytest.raises(StoreUnavailableError, match="another process is changing the schema"):
            Schema(place).apply()
        write(keyspace, "UPDATE schema_version SET locked_by = NULL WHERE program = 'tripinvoice'")
        assert [newest()] == [step.version for step in Schema(place).apply()]


def test_a_closed_keyspace_says_so(keyspace: Keyspace) -> None:
    """Closing twice is harmless; a step that comes too late is told to come again elsewhere."""
    keyspace.close()
    keyspace.close()
    with pytest.raises(StoreUnavailableError, match="closed"):
        CassandraInvoiceRecords(keyspace).by_trip("a")


def test_a_fork_has_its_own_connections(keyspace: Keyspace) -> None:
    """A parent's are the parent's: the child connects anew, and both go on."""
    records = CassandraInvoiceRecords(keyspace)
    records.save([record("a", 1)])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            os.write(writer, json.dumps([len(records.by_trip("a"))]).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as said:
        assert [1] == json.load(said)
    assert [record("a", 1)] == list(records.by_trip("a"))


def test_nobody_there_is_unavailable() -> None:
    """The error says what to look at, and nothing of the driver's."""
    for url in ("cassandra://127.0.0.1:1/k", "cassandra://no-such-host.invalid/k"):
        with pytest.raises(StoreUnavailableError, match="TRIPINVOICE_STORE"):
            opened(CassandraPlace.at(url))


# --- servers of one's own ------------------------------------------------------------------------------------------


class Durable(Cassandra):
    """One that keeps what it has answered, though it is killed at once: there is no other node that has it."""

    def _configuration(self) -> dict[str, Any]:
        usual = {name: value for name, value in super()._configuration().items() if name != "commitlog_sync_period"}
        return {**usual, "commitlog_sync": "batch"}


@pytest.fixture
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cassandra]:
    """One that may be paused, killed, or asks for a password."""
    server = Durable(tmp_path / "cassandra", secured=getattr(request, "param", False))
    or_missing(server.start)
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.timeout(400)
def test_a_server_that_is_silent_or_gone_is_waited_for(own_server: Cassandra) -> None:
    """Unavailable while it is; then the same ledger goes on by itself, and nothing was numbered twice."""
    place = CassandraPlace.at(own_server.url).but(patience=2.0, conditional_patience=2.0)
    Schema(place.but(patience=30.0, conditional_patience=30.0)).apply()
    with opened(place) as keyspace:
        ledger = CassandraNumberLedger(keyspace)
        expected = [*ledger.take([claim("a")])]
        own_server.pause()
        for ask in (lambda: ledger.take([claim("b")]), lambda: ledger.find(document("a"))):
            with pytest.raises(StoreUnavailableError):
                ask()
        own_server.resume()
        expected += _persistently(lambda: ledger.take([claim("b")]))
        own_server.kill()
        with pytest.raises(StoreUnavailableError):
            ledger.take([claim("c")])
        own_server.restart()
        expected += _persistently(lambda: ledger.take([claim("c"), claim("a")]))[:1]
        assert expected == list(ledger.entries("GB-OP", "2026"))
        assert [1, 2, 3] == [row.no for row in expected]


def _persistently(ask: Callable[[], Any]) -> Any:
    """As a workflow does: until it answers. The test's own timeout ends it."""
    while True:
        with suppress(StoreUnavailableError):
            return ask()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("own_server", [True], indirect=True, ids=["secured"])
def test_a_secured_server_wants_tls_and_the_right_password(own_server: Cassandra) -> None:
    """Each of the settings, once wrong, is named."""
    right = CassandraPlace.at(own_server.url).but(
        username=own_server.user, password=own_server.password, tls=True, ca=own_server.authority.certificate
    )
    Schema(right).apply()
    with opened(right) as keyspace:
        assert [1] == [number.no for number in CassandraNumberLedger(keyspace).take([claim("a")])]
    for wrong in (right.but(password=own_server.user[1:]), right.but(username="nobody")):
        with pytest.raises(ConfigurationError, match="TRIPINVOICE_CASSANDRA_USERNAME"):
            opened(wrong)
    with pytest.raises(StoreUnavailableError, match="TRIPINVOICE_CASSANDRA_TLS"):
        opened(right.but(tls=False))
    with pytest.raises(StoreUnavailableError, match="TRIPINVOICE_CASSANDRA_TLS"):
        opened(right.but(ca=None))  # the system's authorities do not know it
