"""Buckets for documents: made with versions, and with object lock where objects are retained; and looked at.

What else a bucket has (policies, lifecycle, replication, default encryption) belongs to the tools of the platform.
"""

from dataclasses import dataclass

from minio.commonconfig import ENABLED
from minio.error import S3Error
from minio.versioningconfig import VersioningConfig

from tripinvoice.adapters.s3_client import S3Client
from tripinvoice.adapters.s3_errors import code_of, explained
from tripinvoice.adapters.s3_place import S3Place

_NO_LOCK = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "NotImplemented"}


@dataclass(frozen=True, kw_only=True)
class BucketFound:
    """A bucket as it is now. ``locked``: its objects can be retained; ``retained``: they shall be."""

    name: str
    created: bool
    versioned: bool
    locked: bool
    retained: bool

    @property
    def sufficient(self) -> bool:
        """Whether documents can be put into it as the settings say."""
        return self.locked or not self.retained


class S3Buckets:
    """The buckets of a place. Methods raise ``StoreUnavailableError`` and ``ConfigurationError``."""

    def __init__(self, place: S3Place) -> None:
        self.placeholders = place.placeholders
        self._place = place
        self._client = S3Client(place)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def apply(self, country: str, year: int) -> BucketFound:
        """Make the bucket of this country and year if it is missing. One that is there is not changed."""
        name = self._place.bucket_named(country, year)
        with explained(self._place, name):
            created = not self._client.plain.bucket_exists(name) and self._make(name)
            return self._look(name, created=created)

    def present(self) -> list[BucketFound]:
        """The buckets that there are, by name; a missing one is an error only when the name has no placeholders."""
        with explained(self._place, self._place.bucket):
            return [self._look(name, created=False) for name in self._names()]

    def _names(self) -> list[str]:
        if not self.placeholders:
            return [self._place.bucket]
        found = (bucket.name for bucket in self._client.plain.list_buckets())
        return sorted(name for name in found if self._place.is_bucket(name))

    def _make(self, name: str) -> bool:
        """Whether it was us who made it. Object lock cannot be without versions, versions can be without lock."""
        try:
            self._client.plain.make_bucket(name, object_lock=self._place.retention_years > 0)
        except S3Error as error:
            if code_of(error) == "BucketAlreadyOwnedByYou":  # somebody else made it at the same moment
                return False
            raise
        if not self._place.retention_years:
            self._client.plain.set_bucket_versioning(name, VersioningConfig(ENABLED))
        return True

    def _look(self, name: str, *, created: bool) -> BucketFound:
        return BucketFound(
            name=name,
            created=created,
            versioned=self._client.plain.get_bucket_versioning(name).status == ENABLED,
            locked=self._locked(name),
            retained=self._place.retention_years > 0,
        )

    def _locked(self, name: str) -> bool:
        try:
            self._client.plain.get_object_lock_config(name)
        except S3Error as error:
            if code_of(error) in _NO_LOCK:
                return False
            raise
        return True
