"""How statements are sent to Cassandra, what may be sent twice, and what the driver's errors mean."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cassandra import (
    AuthenticationFailed,
    ConsistencyLevel,
    InvalidRequest,
    OperationTimedOut,
    ReadFailure,
    ReadTimeout,
    Unauthorized,
    Unavailable,
    WriteTimeout,
    WriteType,
)
from cassandra.cluster import NoHostAvailable
from cassandra.connection import ConnectionBusy, ConnectionShutdown
from cassandra.policies import FallthroughRetryPolicy, RetryPolicy
from cassandra.protocol import ErrorMessage, IsBootstrappingErrorMessage, OverloadedErrorMessage, ServerError

from tripinvoice.adapters.cassandra import CONDITIONAL, READ, SCAN, SERIAL_READ, WRITE
from tripinvoice.adapters.cassandra_errors import explain, explained
from tripinvoice.adapters.cassandra_place import CassandraPlace
from tripinvoice.adapters.cassandra_policies import Profile, TwiceAtMost, profiles
from tripinvoice.errors import ConfigurationError, StoreUnavailableError

PLACE = CassandraPlace.at("cassandra://one,two:9142/invoices")
_CAS: Any = WriteTimeout("m", consistency=1, write_type=WriteType.CAS)
UNANSWERED: list[Any] = [
    _CAS,
    ReadTimeout("m", consistency=1),
    Unavailable("m", consistency=1),
    ReadFailure("m", consistency=1),
    OperationTimedOut(),
    NoHostAvailable("m", {}),
    NoHostAvailable("m", ["host"]),
    NoHostAvailable("m", {"host": ConnectionRefusedError()}),
    ConnectionShutdown("m"),
    ConnectionBusy("m"),
    ErrorMessage(0x1700, "CAS_WRITE_UNKNOWN", None),
    OverloadedErrorMessage(0x1001, "m", None),
    IsBootstrappingErrorMessage(0x1002, "m", None),
    ServerError(0x0000, "m", None),
]


@pytest.mark.parametrize("error", UNANSWERED, ids=repr)
def test_what_was_not_answered_may_be_asked_again(error: Any) -> None:
    """Transient, whatever the driver calls it; nothing of the server's text is repeated."""
    with pytest.raises(StoreUnavailableError, match="TRIPINVOICE_STORE") as caught, explained():
        raise error
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (AuthenticationFailed("secret"), "TRIPINVOICE_CASSANDRA_USERNAME and TRIPINVOICE_CASSANDRA_PASSWORD"),
        (NoHostAvailable("m", {"a": OSError(), "b": AuthenticationFailed("secret")}), "TRIPINVOICE_CASSANDRA_USERNAME"),
        (Unauthorized("secret"), "grant it SELECT and MODIFY"),
        (InvalidRequest("Keyspace 'secret' does not exist"), "run `tripinvoice schema apply`"),
    ],
)
def test_what_a_person_must_mend_names_the_setting(error: Any, part: str) -> None:
    """Trying again would not help."""
    known = explain(error)
    assert isinstance(known, ConfigurationError)
    assert (True, False) == (part in known.message, "secret" in known.message)


def test_a_mistake_of_ours_passes_as_it_is() -> None:
    """It is not to be tried again, nor a matter of settings."""
    with pytest.raises(InvalidRequest), explained():
        raise InvalidRequest("Undefined column name")


def _decisions(policy: Any, *, idempotent: bool, tried_before: int) -> list[tuple[int, Any]]:
    """What the policy says to each kind of failure, asked as the driver asks."""
    query = SimpleNamespace(is_idempotent=idempotent)
    times = {"required_responses": 2, "received_responses": 1, "retry_num": tried_before}
    return [
        policy.on_read_timeout(query, consistency=6, data_retrieved=False, **times),
        policy.on_write_timeout(query, consistency=6, write_type="SIMPLE", **times),
        policy.on_unavailable(query, consistency=6, required_replicas=2, alive_replicas=1, retry_num=tried_before),
        policy.on_request_error(query, 6, error=OSError(), retry_num=tried_before),
    ]


def test_what_may_be_sent_twice_is_sent_twice_at_most() -> None:
    """The driver's own policy sends what failed to one host after the other, also what is not idempotent."""
    again, elsewhere, never = (RetryPolicy.RETRY, 6), (RetryPolicy.RETRY_NEXT_HOST, 6), (RetryPolicy.RETHROW, None)
    policy = TwiceAtMost()
    assert [again, again, elsewhere, elsewhere] == _decisions(policy, idempotent=True, tried_before=0)
    assert [never] * 4 == _decisions(policy, idempotent=True, tried_before=1)
    assert [never] * 4 == _decisions(policy, idempotent=False, tried_before=0)


def test_a_conditional_statement_is_sent_once() -> None:
    """No retry, no speculation; more time than the server takes; its own serial consistency."""
    by_kind = profiles(PLACE.but(serial="SERIAL", commit="EACH_QUORUM"))
    conditional = by_kind[Profile.CONDITIONAL]
    assert isinstance(conditional.retry_policy, FallthroughRetryPolicy)
    assert not by_kind[Profile.CONDITIONAL].speculative_execution_policy.new_plan(None, None).next_execution(None) > 0
    assert (ConsistencyLevel.EACH_QUORUM, ConsistencyLevel.SERIAL) == (
        conditional.consistency_level,
        conditional.serial_consistency_level,
    )
    assert ConsistencyLevel.SERIAL == by_kind[Profile.SERIAL_READ].consistency_level
    assert conditional.request_timeout > by_kind[Profile.READ].request_timeout
    assert [False, True, True, True, True] == [
        kind("SELECT 1").is_idempotent for kind in (CONDITIONAL, READ, WRITE, SERIAL_READ, SCAN)
    ]


@pytest.mark.parametrize(
    ("serial", "commit", "write", "read"),
    [
        ("LOCAL_SERIAL", "LOCAL_QUORUM", "LOCAL_QUORUM", "LOCAL_QUORUM"),
        ("LOCAL_SERIAL", "QUORUM", "QUORUM", "QUORUM"),
        ("LOCAL_SERIAL", "EACH_QUORUM", "EACH_QUORUM", "LOCAL_QUORUM"),
        ("SERIAL", "LOCAL_QUORUM", "QUORUM", "QUORUM"),
        ("SERIAL", "QUORUM", "QUORUM", "QUORUM"),
        ("SERIAL", "EACH_QUORUM", "EACH_QUORUM", "LOCAL_QUORUM"),
    ],
)
def test_every_plain_read_meets_every_plain_write(serial: Any, commit: Any, write: str, read: str) -> None:
    """From whatever data centre: the index that keeps documents from a second number depends on it."""
    place = PLACE.but(serial=serial, commit=commit)
    assert (write, read) == (place.plain_write, place.plain_read)


def test_an_address_is_taken_apart() -> None:
    """Several hosts, one port; the usual one when none is given."""
    assert (("one", "two"), 9142, "invoices") == (PLACE.hosts, PLACE.port, PLACE.keyspace)
    assert 9042 == CassandraPlace.at("cassandra://one/k").port


_NO_ADDRESS = (
    "cassandra:// cassandra://h cassandra://h/ cassandra:///k cassandra://h,/k cassandra://h:x/k cassandra://h/a;b "
    "cassandra://u:secret@h/k cassandra://h/Upper cassandra://h:1,g:2/k"
)


@pytest.mark.parametrize("url", _NO_ADDRESS.split())
def test_an_address_that_is_none_is_refused(url: str) -> None:
    """Naming the setting and what it takes, not what was found there: it may hold a password."""
    with pytest.raises(ConfigurationError, match="TRIPINVOICE_STORE: takes") as caught:
        CassandraPlace.at(url)
    assert "secret" not in caught.value.message


@pytest.mark.parametrize(
    ("replication", "local_dc", "expected"),
    [
        ("3", "", "{'class': 'SimpleStrategy', 'replication_factor': 3}"),
        ("3", "eu", "{'class': 'NetworkTopologyStrategy', 'eu': 3}"),
        ("eu=3, us=2", "eu", "{'class': 'NetworkTopologyStrategy', 'eu': 3, 'us': 2}"),
    ],
)
def test_copies_go_by_data_centre(replication: str, local_dc: str, expected: str) -> None:
    """A mere number is enough while there is one data centre."""
    assert expected == PLACE.but(replication=replication, local_dc=local_dc).strategy()


@pytest.mark.parametrize("replication", ["", "0", "-1", "many", "eu", "eu=", "=3", "eu=x", "e'u=3"])
def test_copies_that_are_none_are_refused(replication: str) -> None:
    """Before they become CQL."""
    with pytest.raises(ConfigurationError, match="TRIPINVOICE_CASSANDRA_REPLICATION: takes"):
        PLACE.but(replication=replication).strategy()


def test_a_certificate_that_cannot_be_read_names_its_setting(tmp_path: Path) -> None:
    """Missing, or no PEM."""
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("nonsense")
    for changes, setting in (
        ({"ca": tmp_path / "none"}, "TRIPINVOICE_CASSANDRA_CA"),
        ({"ca": nonsense}, "TRIPINVOICE_CASSANDRA_CA"),
        ({"certificate": nonsense}, "TRIPINVOICE_CASSANDRA_CERTIFICATE"),
    ):
        with pytest.raises(ConfigurationError, match=setting):
            PLACE.but(tls=True, **changes).tls_context()
    assert PLACE.tls_context() is None


def test_every_statement_names_its_keyspace() -> None:
    """Each kind that the adapters use; a column that is called like a word of CQL is left alone."""
    cql = {
        "SELECT no FROM claim WHERE document = ?": "SELECT no FROM ks.claim WHERE document = ?",
        "INSERT INTO claim (a) VALUES (?) IF NOT EXISTS": "INSERT INTO ks.claim (a) VALUES (?) IF NOT EXISTS",
        "\n    UPDATE claim SET a = ? IF b = ?": "\n    UPDATE ks.claim SET a = ? IF b = ?",
        "DELETE FROM answer WHERE into_it = ?": "DELETE FROM ks.answer WHERE into_it = ?",
    }
    assert list(cql.values()) == [READ(text).within("ks") for text in cql]
