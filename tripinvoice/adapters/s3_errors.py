"""What an S3 store's refusals mean for us: who can mend it decides. Its own texts are never repeated, only its code.

A store that is away, busy or broken: ``StoreUnavailableError``. A key, permission, bucket, region or clock that is
wrong: ``ConfigurationError``, which names the setting. An object that is not there: ``NotFoundError``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from xml.etree.ElementTree import ParseError

import urllib3
from minio.error import InvalidResponseError, S3Error, ServerError

from tripinvoice.adapters.s3_place import DOCUMENTS, ENCRYPTION, S3Place
from tripinvoice.errors import ConfigurationError, NotFoundError, StoreUnavailableError, TripInvoiceError

# Code → setting and what is wrong with it. {bucket} is the bucket's name.
_SETTINGS = {
    "NoSuchBucket": (DOCUMENTS, "there is no bucket {bucket}; `tripinvoice bucket apply` creates it"),
    "InvalidAccessKeyId": ("TRIPINVOICE_S3_ACCESS_KEY", "the store does not know it; take one that it has issued"),
    "SignatureDoesNotMatch": ("TRIPINVOICE_S3_SECRET_KEY", "does not belong to the access key; set the pair anew"),
    "ExpiredToken": ("AWS_SESSION_TOKEN", "has expired; get new credentials"),
    "InvalidToken": ("AWS_SESSION_TOKEN", "is refused; get new credentials"),
    "AccessDenied": (
        "TRIPINVOICE_S3_ACCESS_KEY",
        "its owner may not do this in bucket {bucket}; docs/document-store.md lists the permissions",
    ),
    "PermanentRedirect": ("TRIPINVOICE_S3_REGION", "bucket {bucket} is in another region; set that one"),
    "AuthorizationHeaderMalformed": ("TRIPINVOICE_S3_REGION", "bucket {bucket} is in another region; set that one"),
    "RequestTimeTooSkewed": ("clock", "this machine's time is too far from the store's; set it by NTP"),
}
_PASSING = {
    "ConditionalRequestConflict",
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
}
_COLD = "InvalidObjectState"
_NOT_IMPLEMENTED = 501
_BUSY = 429
_BROKEN = 500
_SECONDS = re.compile(r"[0-9]{1,3}")
_CODE = re.compile(r"[A-Za-z0-9.:_-]{1,60}")


@contextmanager
def explained(place: S3Place, bucket: str, key: str = "") -> Iterator[None]:
    """The client's errors in our words; ``key`` is the object that was asked for."""
    try:
        yield
    except S3Error as error:
        raise _refused(error, place, bucket, key) from None
    except InvalidResponseError as error:
        raise _no_s3(int(error._code)) from None  # noqa: SLF001 - it has no other way to tell the status
    except ServerError as error:
        raise _no_s3(error.status_code) from None
    except urllib3.exceptions.HTTPError as error:
        raise _unreachable(error) from None
    except (ParseError, UnicodeDecodeError):
        raise _no_s3(0) from None


def code_of(error: S3Error) -> str:
    """Its code; servers and proxies write what they want."""
    code = error.code or ""
    return code if _CODE.fullmatch(code) else "unknown"


def _refused(error: S3Error, place: S3Place, bucket: str, key: str) -> TripInvoiceError:
    code, status = code_of(error), int(error.response.status)
    if code in _SETTINGS:
        setting, what = _SETTINGS[code]
        return _wrong(setting, what.format(bucket=bucket))
    if code == "NoSuchKey":
        return NotFoundError(
            f"{key}: is not in bucket {bucket}; check that {DOCUMENTS} names the store that it was put into",
            field="key",
        )
    if code == _COLD:
        return NotFoundError(f"{key}: is in cold storage; restore it with the store's tools, then resume", field="key")
    if code in _PASSING or status == _BUSY or (status >= _BROKEN and status != _NOT_IMPLEMENTED):
        return _busy(code, error.response.headers.get("Retry-After", ""))
    return _unwanted(error, code, place, bucket)


def _unwanted(error: S3Error, code: str, place: S3Place, bucket: str) -> ConfigurationError:
    """What is left is a request that this store or bucket does not take; the settings that shape it are few."""
    said = (error.message or "").lower()  # a hint only, and not repeated
    if place.retention_years and ("lock" in said or code == "InvalidBucketObjectLockConfiguration"):
        return _wrong(
            "TRIPINVOICE_S3_RETENTION_YEARS",
            f"bucket {bucket} has no object lock; `tripinvoice bucket apply` says how it gets one, or set 0",
        )
    if place.encryption and ("kms" in f"{said} {code.lower()}" or "encryption" in said):
        return _wrong(ENCRYPTION, f"the store cannot encrypt so ({code}); give it the key, or set another")
    return _wrong(DOCUMENTS, f"the store refuses with {code} (HTTP {error.response.status}), bucket {bucket}")


def _busy(code: str, wait: str) -> StoreUnavailableError:
    """``wait`` is its ``Retry-After``, of which only seconds are understood."""
    retry_after = timedelta(seconds=int(wait)) if _SECONDS.fullmatch(wait) else None
    return StoreUnavailableError(f"document store: it cannot do that now ({code}); try later", retry_after=retry_after)


def _no_s3(status: int) -> TripInvoiceError:
    """An answer without S3's XML: of a proxy or gateway, or of something else altogether."""
    if status == _BUSY or status >= _BROKEN:
        return _busy(f"HTTP {status}", "")
    return _wrong(DOCUMENTS, f"what answers there is no S3 store (HTTP {status or 200}); check host and port")


def _unreachable(error: urllib3.exceptions.HTTPError) -> TripInvoiceError:
    reason = getattr(error, "reason", None) or error
    said = str(reason)
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return _wrong("TRIPINVOICE_S3_CA", "the store's certificate is not trusted; name the authority's PEM file")
    if "WRONG_VERSION_NUMBER" in said:
        return _wrong(DOCUMENTS, "the store does not speak TLS there; s3+http:// is without")
    return StoreUnavailableError(f"document store: no answer ({type(reason).__name__}); check that it is up")


def _wrong(setting: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{setting}: {what}", field=setting)
