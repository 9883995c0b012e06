"""What fontconfig is told: our fonts and no other, so that a document looks the same on every machine."""

from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import NamedTemporaryFile
from xml.sax.saxutils import escape

from tripinvoice.render.glyphs import font_folders

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <reset-dirs/>
  {folders}
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def font_environment(home: Path) -> dict[str, str]:
    """The variables of a process that prints; what they name is written to ``home``.

    The cache is there, too: never one that an older version of the fonts left. Another process that has the same home
    may be reading the file: it is replaced, so that nobody sees a half of it.
    """
    file = home / "fonts.conf"
    folders = "\n  ".join(map(_folder, font_folders()))
    with NamedTemporaryFile("w", dir=home, encoding="utf-8", delete=False) as part:
        part.write(_CONFIGURATION.format(folders=folders))
    Path(part.name).replace(file)
    return {"FONTCONFIG_FILE": str(file), "XDG_CACHE_HOME": str(home)}


def _folder(folder: Traversable) -> str:
    return f"<dir>{escape(str(folder))}</dir>"
