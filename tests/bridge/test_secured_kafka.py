"""Every Kafka client of the application over TLS, with a user."""

import os

import pytest

from starter.bridge import BridgeSummary
from tests.bridge.test_bridge import Starts, bridge_until, done, events
from tests.contract.test_event_sink import RECORD
from tests.kafka import fresh
from tests.servers.kafka import Kafka
from tripinvoice.errors import StoreUnavailableError
from tripinvoice.settings import Settings
from tripinvoice.wiring import Wiring


@pytest.fixture
def secured(kafka_server: Kafka, monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """A Kafka that asks for TLS and a user; nothing of the tester's own settings."""
    if not kafka_server.secured:
        pytest.skip("the brokers of TRIPINVOICE_TEST_KAFKA have no listener that we know of with TLS and a user")
    for name in [name for name in os.environ if name.startswith("TRIPINVOICE_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    return kafka_server


def settings(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Settings:
    """As a process reads them, with topics of our own."""
    topics = {"TRIPINVOICE_TRIPS_TOPIC": fresh("trips"), "TRIPINVOICE_INVOICES_TOPIC": fresh("invoices")}
    for name, value in (variables | topics).items():
        monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
async def test_every_client_speaks_tls_as_a_user(
    secured: Kafka, monkeypatch: pytest.MonkeyPatch, mechanism: str
) -> None:
    """From the event to the dead letter and its replay, and the announcement of an invoice."""
    read = settings(monkeypatch, secured.secured_environment(mechanism))
    async with Wiring(read) as wiring:
        good, bad = events("secured")[0], (b"k", b"bad", ())
        assert wiring.publish([(good.key, good.value, good.headers), bad]) == 2
        summary = await bridge_until(wiring.trips, Starts(), done(2))
        assert summary == BridgeSummary(received=2, started=1, refused=1)
        (letter,) = wiring.dead_letters.letters()
        wiring.dead_letters.replay(letter)
        assert [message.value for message in wiring.read_topic(read.trips_topic)].count(b"bad") == 2
        wiring.events.announce([RECORD])
        assert len(list(wiring.read_topic(read.invoices_topic))) == 1


async def test_a_wrong_password_lets_nobody_in(secured: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listener does ask: so the test above has shown something."""
    variables = secured.secured_environment() | {"TRIPINVOICE_KAFKA_SASL_PASSWORD": "wrong"}
    read = settings(monkeypatch, variables)
    async with Wiring(read) as wiring:
        with pytest.raises(StoreUnavailableError, match="check the brokers"):
            list(wiring.read_topic(read.trips_topic))
