"""MinIO: an S3 server with one folder for its disk."""

import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from tests.servers import programs
from tests.servers.process import Lifeline
from tests.servers.server import Server

BUCKET = "invoices"


class Minio(Server):
    """An S3 server; ``user`` and ``password`` are its access key and its secret key."""

    name = "minio"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9000}
    user = "tripinvoice"
    password = "tripinvoice-secret"  # noqa: S105 - of a server on the loopback address, for as long as a test takes

    def __init__(
        self,
        folder: Path,
        lifeline: Lifeline | None = None,
        *,
        secured: bool = False,
        usual: bool = False,
        elsewhere: str | None = None,
    ) -> None:
        """``elsewhere`` is a URL, http, with user and password."""
        url = urlsplit(elsewhere or "")
        super().__init__(
            folder, lifeline, secured=secured, usual=usual, elsewhere=url.netloc.rpartition("@")[2] or None
        )
        if not self.ours:
            self.user, self.password = unquote(url.username or ""), unquote(url.password or "")

    @property
    def url(self) -> str:
        """The endpoint for S3 clients."""
        return f"{'https' if self.secured else 'http'}://{self.address}"

    def environment(self) -> dict[str, str]:
        """The application's settings."""
        return {
            "TRIPINVOICE_DOCUMENTS": f"s3+{self.url}/{BUCKET}",
            "TRIPINVOICE_S3_ACCESS_KEY": self.user,
            "TRIPINVOICE_S3_SECRET_KEY": self.password,
            **({"TRIPINVOICE_S3_CA": str(self.authority.certificate)} if self.secured else {}),
        }

    def _prepare(self) -> tuple[Sequence[str], dict[str, str]]:
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        variables = {
            "HOME": str(self.folder),  # where it would keep certificates
            "MINIO_ROOT_USER": self.user,
            "MINIO_ROOT_PASSWORD": self.password,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",  # it would ask the network for news
        }
        command = [str(programs.minio()), "server", str(data), "--address", self.address]
        return [*command, "--certs-dir", str(self._certificates())], variables

    def _certificates(self) -> Path:
        """The folder in which MinIO looks for them, by its own names; without any it speaks HTTP."""
        folder = self.folder / "certificates"
        folder.mkdir(exist_ok=True)
        if self.secured:
            signed = self.authority.sign("server")
            (folder / "public.crt").write_bytes(signed.certificate.read_bytes())
            (folder / "private.key").write_bytes(signed.key.read_bytes())
        return folder

    def _ask(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.authority.certificate)) if self.secured else None
        with urllib.request.urlopen(f"{self.url}/minio/health/cluster", timeout=5, context=trusted):  # noqa: S310 - ours
            pass
