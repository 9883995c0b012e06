"""Keys of stored documents: ``<country>/<line>/<yyyy>/<mm>/<dd>/<aa>/<sha256>.<extension>``, the same in every store.

The shelf comes first, so that retention, residency and lists go by country and day; ``aa``, the hash's first two
digits, cuts a day into 256 parts that can be listed side by side. The rest is the hash of the bytes: a key holds no
personal data, cannot be guessed from a trip, and a folder copied into a bucket keeps every reference valid.
"""

import hashlib
import re

from tripinvoice.errors import ConflictError, DocumentError
from tripinvoice.ports import ObjectRef, Shelf

# Media type → extension. A released line never changes: keys are kept for ten years.
_EXTENSIONS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "application/vnd.apache.parquet": "parquet",
    "application/xml": "xml",
    "application/zstd": "zst",
    "text/csv": "csv",
    "text/html": "html",
}
_SHELF = re.compile(r"[A-Z]{2}/[a-z][a-z_]{0,30}/[0-9]{4}/[0-9]{2}/[0-9]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def extension(media_type: str) -> str:
    """How keys of a media type end. Raises ``DocumentError`` for one that no store keeps."""
    try:
        return _EXTENSIONS[media_type]
    except KeyError:
        raise DocumentError(
            f"media_type: is none of the {len(_EXTENSIONS)} that are stored; add it to the document store's table",
            field="media_type",
        ) from None


def reference(content: bytes, media_type: str, shelf: Shelf) -> ObjectRef:
    """The reference that these bytes have in every store."""
    digest = hashlib.sha256(content).hexdigest()
    key = _key(str(shelf), digest, media_type)
    return ObjectRef(key=key, sha256=digest, size=len(content), media_type=media_type)


def check_reference(ref: ObjectRef) -> None:
    """Refuse a reference whose key is not one of its hash and media type: forged, or damaged on its way.

    Raises ``ConflictError``. What passes cannot point outside the store.
    """
    shelf = ref.key.rsplit("/", 2)[0]
    well_formed = _SHELF.fullmatch(shelf) and _SHA256.fullmatch(ref.sha256)
    if not well_formed or ref.key != _key(shelf, ref.sha256, ref.media_type):
        raise ConflictError(
            "key: does not belong to the sha256 and media type beside it; take the reference from the invoice's record",
            field="key",
        )


def check_content(ref: ObjectRef, content: bytes) -> None:
    """Refuse bytes that are not the referenced ones. Raises ``ConflictError``."""
    check_digest(ref, hashlib.sha256(content).hexdigest(), len(content))


def check_digest(ref: ObjectRef, sha256: str, size: int) -> None:
    """Refuse a hash and size that are not the referenced ones. Raises ``ConflictError``."""
    if size != ref.size or sha256 != ref.sha256:
        raise ConflictError(
            f"{ref.key}: the stored bytes are not those that were put; restore this object from a backup", field="key"
        )


def _key(shelf: str, digest: str, media_type: str) -> str:
    return f"{shelf}/{digest[:2]}/{digest}.{extension(media_type)}"
