"""Certificates for servers that ask for TLS: an authority of our own, and what it signs. Made by ``openssl``."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.servers import programs

_DAYS = "30"
_CONFIGURATION = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signed]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = IP:127.0.0.1, DNS:localhost
"""


@dataclass(frozen=True)
class Signed:
    """PEM files: a certificate, its key, and both in one file, as servers in Java take them."""

    certificate: Path
    key: Path
    both: Path


@dataclass(frozen=True)
class Authority:
    """An authority; clients trust what is in ``certificate``, a PEM file."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The authority of this folder; it is made where it does not exist."""
        authority = cls(folder / "authority.pem", folder / "authority.key")
        if not authority.certificate.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _make(authority.certificate, authority.key, "authority")
        return authority

    def sign(self, name: str) -> Signed:
        """A certificate for a server on the loopback address, or for a client, beside the authority's own."""
        certificate = self.certificate.with_name(f"{name}.pem")
        signed = Signed(certificate, certificate.with_suffix(".key"), certificate.with_name(f"{name}-with-key.pem"))
        if not signed.both.exists():
            _make(signed.certificate, signed.key, "signed", "-CA", str(self.certificate), "-CAkey", str(self.key))
            signed.both.write_text(signed.key.read_text() + signed.certificate.read_text())
        return signed


def _make(certificate: Path, key: Path, extensions: str, *by: str) -> None:
    configuration = certificate.with_suffix(".cnf")
    configuration.write_text(_CONFIGURATION.format(name=certificate.stem))
    command = [programs.openssl(), "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-days", _DAYS, *by]
    command += ["-config", str(configuration), "-extensions", extensions, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
