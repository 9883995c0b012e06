"""From settings to how Kafka's clients reach the brokers: encryption and authentication, in librdkafka's words.

All clients of the application get the same. What does not fit together is told here, by the variable's name: librdkafka
would try to connect for ever.
"""

import os

from tripinvoice.errors import ConfigurationError
from tripinvoice.settings import PREFIX, Settings

_SASL_ONLY = ("kafka_sasl_username", "kafka_sasl_password")
_TLS_ONLY = ("kafka_ca", "kafka_certificate", "kafka_key", "kafka_key_password")


def client_settings(settings: Settings) -> dict[str, str]:
    """Settings of librdkafka for every client. Raises ``ConfigurationError``."""
    protocol = settings.kafka_security_protocol
    if protocol != "plaintext" and settings.kafka_is_embedded:
        raise _wrong("kafka_security_protocol", f"the embedded cluster knows plaintext only; set {PREFIX}KAFKA as well")
    sasl, tls = protocol.startswith("sasl_"), protocol.endswith("ssl")
    if not sasl:
        _refuse_ignored(settings, _SASL_ONLY, "sasl_ssl")
    if not tls:
        _refuse_ignored(settings, _TLS_ONLY, "ssl or sasl_ssl")
    if protocol == "plaintext":
        return {}
    return {"security.protocol": protocol} | (_sasl(settings) if sasl else {}) | (_tls(settings) if tls else {})


def _refuse_ignored(settings: Settings, names: tuple[str, ...], takes: str) -> None:
    """A secret that is set and not used would mean: somebody believes that the connection is safe, and it is not."""
    for name in names:
        if _text(settings, name):
            protocol = settings.kafka_security_protocol
            raise _wrong(name, f"is set, but {PREFIX}KAFKA_SECURITY_PROTOCOL is {protocol}; set that to {takes}")


def _sasl(settings: Settings) -> dict[str, str]:
    for name in _SASL_ONLY:
        if not _text(settings, name):
            raise _wrong(
                name, f"is missing; {PREFIX}KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol} needs it"
            )
    return {
        "sasl.mechanism": settings.kafka_sasl_mechanism,
        "sasl.username": settings.kafka_sasl_username,
        "sasl.password": _text(settings, "kafka_sasl_password"),
    }


def _tls(settings: Settings) -> dict[str, str]:
    if bool(settings.kafka_certificate) != bool(settings.kafka_key):
        missing = "kafka_key" if settings.kafka_certificate else "kafka_certificate"
        raise _wrong(missing, "is missing; a client certificate needs its key, and a key its certificate")
    files = {
        "ssl.ca.location": "kafka_ca",
        "ssl.certificate.location": "kafka_certificate",
        "ssl.key.location": "kafka_key",
    }
    config = {key: _file(settings, name) for key, name in files.items() if _text(settings, name)}
    if password := _text(settings, "kafka_key_password"):
        config["ssl.key.password"] = password
    return config


def _file(settings: Settings, name: str) -> str:
    path = _text(settings, name)
    if not os.access(path, os.R_OK):
        raise _wrong(name, "names a file that cannot be read; check the path and who may read it")
    return path


def _text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return value if isinstance(value, str) else str(value.get_secret_value())


def _wrong(name: str, what: str) -> ConfigurationError:
    variable = f"{PREFIX}{name.upper()}"
    return ConfigurationError(f"{variable}: {what}; see docs/settings.md", field=variable)
