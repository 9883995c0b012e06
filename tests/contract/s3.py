"""Buckets on the session's S3 server, one for each place."""

import base64
import hashlib
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import urllib3
from minio import Minio

from tests.servers import minio, shared
from tripinvoice.adapters.clock import SystemClock
from tripinvoice.adapters.documents_s3 import S3DocumentStore
from tripinvoice.adapters.s3_buckets import S3Buckets
from tripinvoice.adapters.s3_place import S3Place
from tripinvoice.ports import DocumentStore


@cache
def server() -> minio.Minio:
    """The session's; asked once by each process."""
    return shared.s3()


def s3_place(bucket: str, **options: Any) -> S3Place:
    """A bucket there, with what tests vary."""
    given = {
        "endpoint": server().address,
        "secure": False,
        "access_key": server().user,
        "secret_key": server().password,
        **options,
    }
    return S3Place(bucket=bucket, **given)


def bucket_of(place: Path) -> str:
    """The name that this place has as a bucket, in every process."""
    return f"place-{hashlib.sha256(bytes(place)).hexdigest()[:20]}"


@contextmanager
def s3_documents(place: Path) -> Iterator[DocumentStore]:
    """The store of a place, whose bucket is made when it is first opened."""
    made = s3_place(bucket_of(place))
    apply(made)
    with closing(S3DocumentStore(made, SystemClock())) as documents:
        yield documents


def apply(place: S3Place, country: str = "GB", year: int = 2026) -> None:
    """Have the bucket."""
    with closing(S3Buckets(place)) as buckets:
        buckets.apply(country, year)


def client(place: S3Place) -> Minio:
    """Somebody else than the store, who may do everything."""
    trusted = urllib3.PoolManager(ca_certs=str(place.ca)) if place.ca else None
    return Minio(place.endpoint, place.access_key, place.secret_key, secure=place.secure, http_client=trusted)


def base64_of(digest: bytes) -> str:
    """As checksums are written."""
    return base64.b64encode(digest).decode()


def until_refused(url: str) -> int:
    """The status with which the server refuses a link at last."""
    while True:
        try:
            urllib.request.urlopen(url, timeout=30).close()  # noqa: S310 - the store's
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        time.sleep(0.1)
