"""Keys of stored documents: ``<kind>/<aa>/<sha256>.<extension>``, the same in every document store.

A key says nothing but what sort of object it is and the hash of its bytes, so it holds no personal data, cannot be
guessed from a trip, and a folder copied into a bucket keeps every reference valid.
"""

import hashlib
import re

from tripinvoice.errors import ConflictError, DocumentError
from tripinvoice.ports import ObjectRef

# Media type → folder, extension. A released line never changes: keys are kept for ten years.
_KINDS = {
    "application/json": ("json", "json"),
    "application/pdf": ("pdf", "pdf"),
    "application/vnd.apache.parquet": ("parquet", "parquet"),
    "application/xml": ("xml", "xml"),
    "application/zstd": ("sources", "zst"),
    "text/csv": ("csv", "csv"),
    "text/html": ("html", "html"),
}
_SHA256 = re.compile(r"[0-9a-f]{64}")


def kind(media_type: str) -> tuple[str, str]:
    """Folder and extension of a media type. Raises ``DocumentError`` for one that no store keeps."""
    try:
        return _KINDS[media_type]
    except KeyError:
        raise DocumentError(
            f"media_type: is none of the {len(_KINDS)} that are stored; add it to the document store's table",
            field="media_type",
        ) from None


def reference(content: bytes, media_type: str) -> ObjectRef:
    """The reference that these bytes have in every store."""
    digest = hashlib.sha256(content).hexdigest()
    return ObjectRef(key=_key(digest, media_type), sha256=digest, size=len(content), media_type=media_type)


def check_reference(ref: ObjectRef) -> None:
    """Refuse a reference whose key is not the one of its hash and media type: forged, or damaged on its way.

    Raises ``ConflictError``. What passes cannot point outside the store.
    """
    if not _SHA256.fullmatch(ref.sha256) or ref.key != _key(ref.sha256, ref.media_type):
        raise ConflictError(
            "key: does not belong to the sha256 and media type beside it; take the reference from the invoice's record",
            field="key",
        )


def check_content(ref: ObjectRef, content: bytes) -> None:
    """Refuse bytes that are not the referenced ones. Raises ``ConflictError``."""
    if len(content) != ref.size or hashlib.sha256(content).hexdigest() != ref.sha256:
        raise ConflictError(
            f"{ref.key}: the stored bytes are not those that were put; restore this object from a backup", field="key"
        )


def _key(digest: str, media_type: str) -> str:
    folder, extension = kind(media_type)
    return f"{folder}/{digest[:2]}/{digest}.{extension}"
