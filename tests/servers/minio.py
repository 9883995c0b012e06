"""MinIO: an S3 server with one folder for its disk."""

import urllib.request
from collections.abc import Mapping, Sequence
from typing import ClassVar

from tests.servers import programs
from tests.servers.server import Server

BUCKET = "invoices"


class Minio(Server):
    """An S3 server; ``user`` and ``password`` are its access key and its secret key."""

    name = "minio"
    usual_ports: ClassVar[Mapping[str, int]] = {"main": 9000}
    user = "tripinvoice"
    password = "tripinvoice-secret"  # noqa: S105 - of a server on the loopback address, for as long as a test takes

    @property
    def url(self) -> str:
        """The endpoint for S3 clients."""
        return f"http://{self.address}"

    def environment(self) -> dict[str, str]:
        """The application's settings."""
        return {
            "TRIPINVOICE_DOCUMENTS": f"s3+{self.url}/{BUCKET}",
            "TRIPINVOICE_S3_ACCESS_KEY": self.user,
            "TRIPINVOICE_S3_SECRET_KEY": self.password,
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
        return [str(programs.minio()), "server", str(data), "--address", self.address], variables

    def _answers(self) -> bool:
        with urllib.request.urlopen(f"{self.url}/minio/health/cluster", timeout=5) as response:  # noqa: S310 - http
            return bool(response.status == 200)
