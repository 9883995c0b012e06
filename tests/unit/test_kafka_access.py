"""Settings become what librdkafka takes, or one line that names the variable to mend."""

from pathlib import Path
from typing import Any

import certifi
import pytest
from confluent_kafka import Producer

from tripinvoice.errors import ConfigurationError
from tripinvoice.kafka_access import client_settings
from tripinvoice.settings import Settings

KAFKA = "kafka://broker:9092"
USER: dict[str, Any] = {"kafka_sasl_username": "bridge", "kafka_sasl_password": "s3cret"}


def access(**settings: Any) -> dict[str, str]:
    """Of these settings, and nothing of the environment's."""
    return client_settings(Settings(_env_file=None, **{"kafka": KAFKA, **settings}))


def test_nothing_is_set_where_nothing_is_needed() -> None:
    """Plain text is Kafka's default, and ours."""
    assert access() == {}


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_user_over_tls(mechanism: str) -> None:
    """The mechanism, the user and who signs the brokers' certificates; librdkafka takes it."""
    made = access(
        kafka_security_protocol="sasl_ssl",
        kafka_sasl_mechanism=mechanism,
        kafka_ca=certifi.where(),
        **USER,
    )
    assert made == {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": mechanism,
        "sasl.username": "bridge",
        "sasl.password": "s3cret",
        "ssl.ca.location": certifi.where(),
    }
    Producer({"bootstrap.servers": "localhost:1", **made}).close()


def test_a_certificate_of_our_own(tmp_path: Path) -> None:
    """Mutual TLS; the brokers' authority is the system's."""
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    certificate.touch()
    key.touch()
    made = access(
        kafka_security_protocol="ssl",
        kafka_certificate=str(certificate),
        kafka_key=str(key),
        kafka_key_password="s3cret",  # noqa: S106
    )
    assert made == {
        "security.protocol": "ssl",
        "ssl.certificate.location": str(certificate),
        "ssl.key.location": str(key),
        "ssl.key.password": "s3cret",
    }


def test_a_user_without_tls() -> None:
    """For networks that encrypt by themselves."""
    assert access(kafka_security_protocol="sasl_plaintext", **USER) == {
        "security.protocol": "sasl_plaintext",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "bridge",
        "sasl.password": "s3cret",
    }


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        (USER, "TRIPINVOICE_KAFKA_SASL_USERNAME: is set"),
        ({"kafka_sasl_password": "s3cret"}, "TRIPINVOICE_KAFKA_SASL_PASSWORD: is set"),
        ({"kafka_ca": "ca.pem"}, "TRIPINVOICE_KAFKA_CA: is set"),
        ({"kafka_security_protocol": "ssl", **USER}, "TRIPINVOICE_KAFKA_SASL_USERNAME: is set"),
        ({"kafka_security_protocol": "sasl_plaintext", "kafka_key": "k", **USER}, "TRIPINVOICE_KAFKA_KEY: is set"),
        ({"kafka_security_protocol": "sasl_ssl"}, "TRIPINVOICE_KAFKA_SASL_USERNAME: is missing"),
        (
            {"kafka_security_protocol": "sasl_ssl", "kafka_sasl_username": "bridge"},
            "TRIPINVOICE_KAFKA_SASL_PASSWORD: is missing",
        ),
        ({"kafka_security_protocol": "ssl", "kafka_ca": "/nowhere/ca.pem"}, "TRIPINVOICE_KAFKA_CA: names a file"),
        ({"kafka_security_protocol": "ssl", "kafka_certificate": "c"}, "TRIPINVOICE_KAFKA_KEY: is missing"),
        ({"kafka_security_protocol": "ssl", "kafka_key": "k"}, "TRIPINVOICE_KAFKA_CERTIFICATE: is missing"),
        ({"kafka_security_protocol": "ssl", "kafka": "embedded:"}, "TRIPINVOICE_KAFKA_SECURITY_PROTOCOL: the embedded"),
    ],
)
def test_what_does_not_fit_together_is_told(settings: dict[str, Any], names: str) -> None:
    """By the variable to mend, and never with what a secret is."""
    with pytest.raises(ConfigurationError) as told:
        access(**settings)
    assert told.value.message.startswith(names)
    assert told.value.field == names.partition(":")[0]
    assert "s3cret" not in told.value.message
    assert "/nowhere" not in told.value.message
