"""The header ``Content-Disposition`` of a download (RFC 6266), with a name that every file system takes."""

import re
import unicodedata
from urllib.parse import quote

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|%;]')  # by some file system, or by some browser in a header
_LONGEST = 60  # characters, which are 240 bytes at most: file systems take 255
_LONGEST_EXTENSION = 8


def attachment(filename: str) -> str:
    """``attachment`` under this name, twice: as ASCII for old clients, and as it is (RFC 5987)."""
    name = _safe(filename)
    plain = "".join(c if c.isascii() else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _safe(filename: str) -> str:
    """No folders, no control, format or direction characters, neither hidden nor too long."""
    shown = "".join(c for c in filename if not unicodedata.category(c).startswith("C"))
    name = _FORBIDDEN.sub("_", shown).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _LONGEST_EXTENSION:
        return name[:_LONGEST] or "document"
    return f"{stem[: _LONGEST - len(extension)]}{dot}{extension}"
