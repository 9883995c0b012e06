"""The archive: evidence, drafts and invoices as compressed canonical JSON in the document store.

Compression is Zstandard (RFC 8878). Level and library version may change the compressed bytes but never what they
unpack to; a reference to an archived object is the hash of the compressed bytes that were stored.
"""

import sys
from typing import TypeVar

from tripinvoice import canonical
from tripinvoice.errors import ConflictError
from tripinvoice.ports import DocumentStore, ObjectRef, Shelf

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEDIA_TYPE = "application/zstd"
LEVEL = 9
MAX_UNPACKED = 64 * 1024 * 1024  # bytes; a whole trip's answers are a few hundred kilobytes at most


T = TypeVar("T")


def keep(value: object, documents: DocumentStore, shelf: Shelf) -> ObjectRef:
    """Archive a domain value; the same value on the same shelf is the same object."""
    return documents.put(pack(canonical.dump(value)), MEDIA_TYPE, shelf)


def recall(ref: ObjectRef, documents: DocumentStore, of: type[T]) -> T:
    """Read an archived value back. Raises ``NotFoundError``, or ``ConflictError`` when it is no such value."""
    return canonical.load(unpack(documents.get(ref)), of)


def pack(content: bytes) -> bytes:
    """Compress, with a checksum in the frame."""
    options: dict[int, int] = {
        zstd.CompressionParameter.compression_level: LEVEL,
        zstd.CompressionParameter.checksum_flag: 1,
    }
    return zstd.compress(content, options=options)


def unpack(content: bytes) -> bytes:
    """Decompress. Raises :class:`ConflictError` if the frame is damaged or larger than any evidence can be."""
    decompressor = zstd.ZstdDecompressor()
    try:
        unpacked = decompressor.decompress(content, max_length=MAX_UNPACKED)
    except zstd.ZstdError:
        raise ConflictError("archived object: its compressed frame is damaged; restore it from a backup") from None
    if not decompressor.eof:
        raise ConflictError(
            f"archived object: truncated, or larger than {MAX_UNPACKED} bytes when unpacked; restore it from a backup"
        )
    return unpacked
