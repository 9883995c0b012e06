"""Where an S3 document store is, and what it does with objects: read from the settings' texts, checked before use."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from minio.helpers import check_bucket_name

from tripinvoice.errors import ConfigurationError
from tripinvoice.ports import Shelf

DOCUMENTS = "TRIPINVOICE_DOCUMENTS"
ENCRYPTION = "TRIPINVOICE_S3_ENCRYPTION"

_KMS_KEY = re.compile(r"[A-Za-z0-9:/_.-]+")
# What a placeholder may stand for, with an example that names are checked with.
_PLACEHOLDERS = {"{country}": ("[a-z]{2}", "gb"), "{year}": ("[0-9]{4}", "2026")}


@dataclass(frozen=True, kw_only=True)
class S3Place:
    """An endpoint, its buckets and what is asked of them.

    ``bucket`` may hold ``{country}`` (two small letters) and ``{year}``. Without ``access_key``, credentials come from
    the AWS environment. ``retention_years`` 0 sends no retention. ``connections`` are kept open: one a thread.
    The times bound a call to 21 seconds, which is less than any step's attempt.
    """

    endpoint: str
    bucket: str
    secure: bool = True
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = ""
    ca: Path | None = None
    retention_years: int = 0
    retention_mode: str = "COMPLIANCE"
    encryption: str = ""
    connections: int = 64
    connect_seconds: float = 3.0
    read_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what cannot work. Raises ``ConfigurationError`` naming the setting."""
        example = self.bucket
        for placeholder, (_, stands_for) in _PLACEHOLDERS.items():
            example = example.replace(placeholder, stands_for)
        try:
            check_bucket_name(example, strict=True, s3_check=True)
        except ValueError:
            raise wrong_address("the bucket's name must be 3 to 63 small letters, digits and hyphens") from None
        if self.access_key and not self.secret_key:
            raise _wrong("TRIPINVOICE_S3_SECRET_KEY", "is empty, but the access key is set; set both or none")
        if self.ca is not None and not self.ca.is_file():
            raise _wrong("TRIPINVOICE_S3_CA", "there is no such file; name a PEM file, or leave it empty")
        key = self.encryption.removeprefix("aws:kms:")
        if self.encryption not in {"", "AES256"} and (key == self.encryption or not _KMS_KEY.fullmatch(key)):
            raise _wrong(ENCRYPTION, "takes AES256 or aws:kms:KEY_ID, or nothing")

    def bucket_of(self, shelf: Shelf) -> str:
        """The bucket of a shelf's objects."""
        return self.bucket_named(shelf.country, shelf.day.year)

    def bucket_named(self, country: str, year: int) -> str:
        """The bucket of a country and year."""
        return self.bucket.replace("{country}", country.lower()).replace("{year}", f"{year:04}")

    def is_bucket(self, name: str) -> bool:
        """Whether a bucket of this name may hold documents."""
        pattern = re.escape(self.bucket)
        for placeholder, (stands_for, _) in _PLACEHOLDERS.items():
            pattern = pattern.replace(re.escape(placeholder), stands_for)
        return re.fullmatch(pattern, name) is not None

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What the bucket's name goes by: ``country``, ``year``, both or nothing."""
        return tuple(name.strip("{}") for name in _PLACEHOLDERS if name in self.bucket)


def address(url: str) -> tuple[str, str, bool]:
    """Endpoint, bucket and whether by TLS, of ``s3://host[:port]/bucket`` or ``s3+http://…``.

    Raises ``ConfigurationError``; its text repeats nothing of the URL, which may hold a password.
    """
    parts = urlsplit(url)
    bucket = parts.path.removeprefix("/").removesuffix("/")
    if parts.username or parts.password:
        raise wrong_address("credentials do not belong there, but in TRIPINVOICE_S3_ACCESS_KEY and …_SECRET_KEY")
    try:
        port = parts.port
    except ValueError:
        raise wrong_address("the port is no number up to 65535") from None
    if not parts.hostname or not bucket or "/" in bucket or parts.query or parts.fragment:
        raise wrong_address("a host and a bucket are needed, and nothing after them")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return (f"{host}:{port}" if port else host), bucket, parts.scheme == "s3"


def wrong_address(what: str) -> ConfigurationError:
    """The error for an address that cannot be."""
    return _wrong(DOCUMENTS, f"{what}; it is s3://host:port/bucket, see docs/document-store.md")


def _wrong(setting: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{setting}: {what}", field=setting)
