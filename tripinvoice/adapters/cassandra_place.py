"""Where Cassandra is and how to speak to it: what the settings say, checked."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from tripinvoice.errors import ConfigurationError

PORT = 9042

Serial = Literal["SERIAL", "LOCAL_SERIAL"]
Quorum = Literal["LOCAL_QUORUM", "QUORUM", "EACH_QUORUM"]


@dataclass(frozen=True, kw_only=True)
class CassandraPlace:
    """One keyspace of one cluster.

    ``serial`` is how far conditional writes look, ``commit`` who must have a write before it counts; all processes on
    a keyspace must agree on them (docs/data-centres.md). ``patience`` is in seconds: how long one plain statement may
    take; a conditional one gets ``conditional_patience``, more than the server gives it.
    """

    hosts: Sequence[str]
    port: int = PORT
    keyspace: str
    username: str = ""
    password: str = ""
    local_dc: str = ""
    replication: str = "1"
    serial: Serial = "LOCAL_SERIAL"
    commit: Quorum = "LOCAL_QUORUM"
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    patience: float = 10.0
    conditional_patience: float = 15.0

    @classmethod
    def at(cls, url: str) -> Self:
        """From ``cassandra://host,host:9042/keyspace``. Raises ``ConfigurationError``."""
        parts = urlsplit(url)
        hosts, _, port = parts.netloc.partition(":")
        keyspace = parts.path.strip("/")
        if not (
            all(hosts.split(","))
            and (not port or port.isdecimal())
            and (keyspace.isascii() and keyspace.isidentifier() and keyspace == keyspace.lower())
        ):
            raise ConfigurationError(
                "TRIPINVOICE_STORE: takes cassandra://host,host:9042/keyspace, with one port after the last host and a "
                "keyspace of small letters, digits and _; user and password have settings of their own",
                field="TRIPINVOICE_STORE",
            )
        return cls(hosts=tuple(hosts.split(",")), port=int(port or PORT), keyspace=keyspace)

    def but(self, **changes: object) -> Self:
        """The same with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def plain_write(self) -> Quorum:
        """Who must have a plain write: never fewer than every later :attr:`plain_read` is sure to meet."""
        return "QUORUM" if (self.serial, self.commit) == ("SERIAL", "LOCAL_QUORUM") else self.commit

    @property
    def plain_read(self) -> Quorum:
        """Whom a plain read asks, so that it meets every plain write, from whatever data centre that was made.

        ``LOCAL_QUORUM`` will do when writes wait for this data centre's own quorum: because there is only one that
        writes, or because they wait for each one's.
        """
        one_writes = (self.serial, self.commit) == ("LOCAL_SERIAL", "LOCAL_QUORUM")
        return "LOCAL_QUORUM" if one_writes or self.commit == "EACH_QUORUM" else "QUORUM"

    def strategy(self) -> str:
        """The replication of the keyspace, as CQL has it. Raises ``ConfigurationError``."""
        if self.replication.isdecimal() and int(self.replication) > 0:
            if self.local_dc:
                return _network({self.local_dc: self.replication})
            return f"{{'class': 'SimpleStrategy', 'replication_factor': {int(self.replication)}}}"
        copies = dict(part.strip().partition("=")[::2] for part in self.replication.split(","))
        if not all(name and "'" not in name and number.isdecimal() for name, number in copies.items()):
            raise ConfigurationError(
                "TRIPINVOICE_CASSANDRA_REPLICATION: takes a number of copies (3), or copies by data centre (eu=3,us=3)",
                field="TRIPINVOICE_CASSANDRA_REPLICATION",
            )
        return _network(copies)

    def tls_context(self) -> ssl.SSLContext | None:
        """For the driver; ``None`` without TLS. Raises ``ConfigurationError`` when a file cannot be used."""
        if not self.tls:
            return None
        with _readable("TRIPINVOICE_CASSANDRA_CA"):
            context = ssl.create_default_context(cafile=self.ca)
        if self.certificate is not None:
            with _readable("TRIPINVOICE_CASSANDRA_CERTIFICATE, TRIPINVOICE_CASSANDRA_KEY"):
                context.load_cert_chain(self.certificate, self.key)
        return context


def _network(copies: dict[str, str]) -> str:
    centres = ", ".join(f"'{name}': {int(number)}" for name, number in copies.items())
    return f"{{'class': 'NetworkTopologyStrategy', {centres}}}"


@contextmanager
def _readable(settings: str) -> Iterator[None]:
    """Errors of a file that a setting names, in our words."""
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"{settings}: cannot be read as PEM ({type(error).__name__}); check the path and its permissions",
            field=settings.partition(",")[0],
        ) from None
