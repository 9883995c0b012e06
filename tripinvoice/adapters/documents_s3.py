"""Documents in S3 or a compatible store: created, never overwritten, and believed only by the hash of their bytes.

A put is one request with ``If-None-Match: *`` (:mod:`~tripinvoice.adapters.s3_client` says how). When something is
there already, its checksum is compared, which the store itself computed when it took the bytes; without one, the object
is read and hashed. The hash in the metadata is for people and tools, and proves nothing: whoever puts other bytes can
put it, too.

A store that knows no conditional put (501) is asked with HEAD first. Then two writers at the same moment may both
write; they write the same bytes, because the key is their hash.
"""

import base64
import hashlib
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from minio import Minio
from minio.datatypes import Object
from minio.error import S3Error
from minio.retention import Retention
from minio.sse import Sse, SseKMS, SseS3

from tripinvoice.adapters import object_keys
from tripinvoice.adapters.content_disposition import attachment
from tripinvoice.adapters.s3_client import S3Client
from tripinvoice.adapters.s3_errors import code_of, explained
from tripinvoice.adapters.s3_place import S3Place
from tripinvoice.errors import DocumentError
from tripinvoice.ports import Clock, ObjectRef, Shelf

_PIECE = 64 * 1024
_SMALLEST_PART = 5 * 1024 * 1024  # the client cuts what is larger than a part, and parts cannot be created only
_LONGEST_LINK = timedelta(days=7)  # SigV4 has no longer ones


class S3DocumentStore:
    """Objects in the buckets of a place. Safe for threads; each process opens its own.

    Every method raises ``StoreUnavailableError`` when the store is away or busy, ``ConfigurationError`` when it refuses
    what the settings ask for.
    """

    def __init__(self, place: S3Place, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._client = S3Client(place)
        self._encryption = _encryption(place.encryption)
        self._conditional = True  # until the store has shown that it knows no conditional puts

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def put(self, content: bytes, media_type: str, shelf: Shelf) -> ObjectRef:
        """Store durably; the same bytes on the same shelf again give the same reference.

        Raises ``ConflictError`` when an object of that name is there with other bytes, and ``DocumentError`` for a
        media type that is not kept.
        """
        ref = object_keys.reference(content, media_type, shelf)
        with self._explained(ref):
            if not self._create(ref, content):
                self._check_existing(ref)
        return ref

    def get(self, ref: ObjectRef) -> bytes:
        """Read back and verify. Raises ``NotFoundError``, or ``ConflictError`` when the bytes are no longer those."""
        return b"".join(self.stream(ref))

    def stream(self, ref: ObjectRef) -> Iterator[bytes]:
        """The bytes in pieces, no more of them than the reference says. A wrong hash is told after the last piece."""
        object_keys.check_reference(ref)
        digest, size = hashlib.sha256(), 0
        with self._explained(ref):
            response = self._client.plain.get_object(self._bucket(ref), ref.key)
            try:
                for piece in response.stream(_PIECE, decode_content=False):
                    digest.update(piece)
                    size += len(piece)
                    if size > ref.size:
                        break
                    yield piece
            finally:
                response.close()  # one that was read to its end has given its connection back already
        object_keys.check_digest(ref, digest.hexdigest(), size)

    def link(self, ref: ObjectRef, filename: str, valid: timedelta) -> str:
        """A presigned URL. Whether the object is there is not asked. Raises ``DocumentError`` for a wrong time."""
        object_keys.check_reference(ref)
        if not timedelta(seconds=1) <= valid <= _LONGEST_LINK:
            raise DocumentError("valid: a link is valid from one second to seven days", field="valid")
        headers = {
            "response-content-disposition": attachment(filename),
            "response-content-type": ref.media_type,
        }
        with self._explained(ref):
            return self._client.plain.get_presigned_url(
                "GET", self._bucket(ref), ref.key, expires=valid, response_headers={**headers}
            )

    def location(self, ref: ObjectRef) -> str:
        """``s3://bucket/key``, as S3 tools take it."""
        object_keys.check_reference(ref)
        return f"s3://{self._bucket(ref)}/{ref.key}"

    def count(self, media_type: str) -> int:
        """How many objects of this media type are stored, by listing a thousand a request."""
        ending = f".{object_keys.extension(media_type)}"
        with explained(self._place, self._place.bucket):
            return sum(
                (entry.object_name or "").endswith(ending)
                for bucket in self._buckets()
                for entry in self._client.plain.list_objects(bucket, recursive=True)
            )

    def _buckets(self) -> list[str]:
        if not self._place.placeholders:
            return [self._place.bucket]
        return [bucket.name for bucket in self._client.plain.list_buckets() if self._place.is_bucket(bucket.name)]

    def _bucket(self, ref: ObjectRef) -> str:
        return self._place.bucket_of(ref.shelf)

    def _explained(self, ref: ObjectRef) -> AbstractContextManager[None]:
        return explained(self._place, self._bucket(ref), ref.key)

    # --- putting -----------------------------------------------------------------------------------------------

    def _create(self, ref: ObjectRef, content: bytes) -> bool:
        """Put what must not be there yet; whether it was not."""
        if self._conditional:
            try:
                self._send(self._client.creating, ref, content, {"x-amz-checksum-sha256": _base64(ref.sha256)})
            except S3Error as error:
                if code_of(error) == "PreconditionFailed":
                    return False
                if error.response.status != HTTPStatus.NOT_IMPLEMENTED:
                    raise
            else:
                return True
        return self._create_unless_found(ref, content)

    def _create_unless_found(self, ref: ObjectRef, content: bytes) -> bool:
        """The same where the store cannot do it in one step."""
        if self._stat(ref):
            return False
        self._send(self._client.plain, ref, content, {})
        self._conditional = False  # only now: what it did not know may as well have been the encryption
        return True

    def _send(self, client: Minio, ref: ObjectRef, content: bytes, checksum: dict[str, str]) -> None:
        """One request with everything that is to be known of the object."""
        client.put_object(
            self._bucket(ref),
            ref.key,
            io.BytesIO(content),
            len(content),
            content_type=ref.media_type,
            metadata={"sha256": ref.sha256, **checksum},
            sse=self._encryption,
            part_size=max(len(content), _SMALLEST_PART),
            retention=self._retention(ref),
        )

    def _check_existing(self, ref: ObjectRef) -> None:
        """Raise ``ConflictError`` unless what is there has the very bytes of its name."""
        found = self._stat(ref)
        checksum = (found.metadata or {}).get("x-amz-checksum-sha256", "") if found else ""
        if found and checksum and "-" not in checksum:  # of parts, which somebody else has put
            object_keys.check_digest(ref, base64.b64decode(checksum).hex(), found.size or 0)
        else:
            for _ in self.stream(ref):
                pass

    def _stat(self, ref: ObjectRef) -> Object | None:
        try:
            return self._client.plain.stat_object(
                self._bucket(ref), ref.key, extra_headers={"x-amz-checksum-mode": "ENABLED"}
            )
        except S3Error as error:
            if code_of(error) == "NoSuchKey":
                return None
            raise

    def _retention(self, ref: ObjectRef) -> Retention | None:
        """Until the legal period is over everywhere: it begins when the year of the document ends, in its own zone.

        A document may be made a year after its trip, and is of the year in which it is made.
        """
        if not self._place.retention_years:
            return None
        tomorrow = self._clock.now() + timedelta(days=1)
        year = max(tomorrow.year, ref.shelf.day.year) + self._place.retention_years
        return Retention(self._place.retention_mode, datetime(year + 1, 1, 2, tzinfo=UTC))


def _encryption(asked: str) -> Sse | None:
    match asked:
        case "":
            return None
        case "AES256":
            return SseS3()
        case _:
            return SseKMS(asked.removeprefix("aws:kms:"), {})


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
