"""The S3 client: the ``minio`` package over connections of ours, with bounded patience and the usual credentials.

**Create-only puts.** Release 7.2 of ``minio`` has no way to send ``If-None-Match: *``; given as metadata it silently
becomes ``x-amz-meta-if-none-match``, and objects are overwritten. Its private methods could be called or overridden,
but a private name that disappears would disappear silently, and with it the protection. A presigned URL could be put
to, but its signature covers no headers, and S3 refuses ``x-amz-…`` headers that are not signed. So the header is added
below the client, in the ``urllib3`` pool that its constructor officially takes: whatever the client sends passes there.
SigV4 demands signatures of ``Host`` and ``x-amz-…`` only, so headers added after signing are in order.
"""

import base64
import configparser
import hashlib
import re
from typing import Any

import urllib3
from minio import Minio
from minio.credentials.credentials import Credentials
from minio.credentials.providers import AWSConfigProvider, ChainedProvider, EnvAWSProvider, IamAwsProvider, Provider
from urllib3.util import Retry, Timeout

from tripinvoice.adapters.s3_place import S3Place, wrong_address
from tripinvoice.errors import ConfigurationError, StoreUnavailableError

_METADATA_SERVICE = Timeout(connect=1.0, read=2.0)  # of the machine we run on: it is near or not there
_BUCKETS_AT_ONCE = 64  # on AWS each bucket is a host of its own
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")

Response = urllib3.response.BaseHTTPResponse


class S3Client:
    """Two clients of one place: ``plain`` for everything, ``creating`` whose puts never overwrite."""

    def __init__(self, place: S3Place) -> None:
        if place.region and not _REGION.fullmatch(place.region):
            name = "TRIPINVOICE_S3_REGION"
            raise ConfigurationError(f"{name}: is no region such as eu-central-1", field=name)
        options = _pool_options(place)
        self._pools = _Pool(**options), _CreateOnlyPool(**options)
        credentials = _Credentials(place)
        self.plain, self.creating = (_client(place, credentials, pool) for pool in self._pools)

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools:
            pool.clear()


def _client(place: S3Place, credentials: Provider, pool: urllib3.PoolManager) -> Minio:
    try:
        return Minio(
            place.endpoint,
            secure=place.secure,
            region=place.region or None,
            credentials=credentials,
            http_client=pool,
        )
    except ValueError:
        raise wrong_address("the host is no S3 endpoint; on AWS it is s3.REGION.amazonaws.com") from None


class _Pool(urllib3.PoolManager):
    """Connections that say of each body what its MD5 is, which object lock demands.

    Over TLS the client does so itself, over plain HTTP it does not.
    """

    def urlopen(self, method: str, url: str, redirect: bool = True, **request: Any) -> Response:  # type: ignore[override]  # noqa: FBT001, FBT002 - urllib3's
        """Send the request with what is added."""
        headers = urllib3.HTTPHeaderDict(request.pop("headers", None))
        self._add(method, headers, request.get("body"))
        return super().urlopen(method, url, redirect, headers=headers, **request)

    def _add(self, method: str, headers: urllib3.HTTPHeaderDict, body: bytes | None) -> None:
        if method == "PUT" and body is not None:
            headers["Content-MD5"] = _md5(body)


class _CreateOnlyPool(_Pool):
    """The same, and every PUT says that nothing may be there yet."""

    def _add(self, method: str, headers: urllib3.HTTPHeaderDict, body: bytes | None) -> None:
        super()._add(method, headers, body)
        if method == "PUT":
            headers["If-None-Match"] = "*"


def _md5(content: bytes) -> str:
    """As the header ``Content-MD5`` has it: against damage on the way, not against forgery."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def _pool_options(place: S3Place) -> dict[str, Any]:
    """Few retries, and quick ones: Temporal has the patience. What the last one answers is told by its own code."""
    retries = Retry(
        total=2,
        read=1,
        redirect=0,
        other=0,
        backoff_factor=0.2,
        status_forcelist=[429, 500, 502, 503, 504],
        respect_retry_after_header=False,  # no thread waits for minutes: the error carries it to Temporal
        raise_on_status=False,
        raise_on_redirect=False,
    )
    return {
        "num_pools": _BUCKETS_AT_ONCE,
        "maxsize": place.connections,
        "timeout": Timeout(connect=place.connect_seconds, read=place.read_seconds),
        "retries": retries,
        **({"cert_reqs": "CERT_REQUIRED", "ca_certs": str(place.ca) if place.ca else None} if place.secure else {}),
    }


class _Credentials(Provider):
    """The settings' keys, or else the AWS environment, profile file, web identity, container or instance role."""

    def __init__(self, place: S3Place) -> None:
        self._own = Credentials(place.access_key, place.secret_key) if place.access_key else None
        metadata = urllib3.PoolManager(timeout=_METADATA_SERVICE, retries=Retry(total=1, redirect=0))
        self._chain = ChainedProvider([EnvAWSProvider(), AWSConfigProvider(), IamAwsProvider(http_client=metadata)])
        self._found = False

    def retrieve(self) -> Credentials:
        """The keys of now. A role that could be asked once is asked again later; else nothing is set up."""
        if self._own:
            return self._own
        try:
            credentials = self._chain.retrieve()
        except (ValueError, KeyError, OSError, configparser.Error, urllib3.exceptions.HTTPError):
            raise self._missing() from None
        self._found = True
        return credentials

    def _missing(self) -> Exception:
        if self._found:
            return StoreUnavailableError("document store: the instance's role gives no new credentials at the moment")
        name = "TRIPINVOICE_S3_ACCESS_KEY"
        return ConfigurationError(
            f"{name}: is empty, and there are no AWS_… variables, AWS profile or instance role either; set one of them",
            field=name,
        )
