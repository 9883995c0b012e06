"""A country of the tests' own, printed in a process like those that render."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from shutil import copytree

from tests.factories import invoice
from tripinvoice.adapters.font_config import font_environment
from tripinvoice.canonical import dump
from tripinvoice.invoice import Draft

_PRINT = """
import json, sys
from pathlib import Path
from tripinvoice.adapters.render_child import Press
press = Press()
for name, content in json.load(sys.stdin).items():
    Path(name).write_bytes(press.pdf(content.encode()))
"""


def printed(drafts: Mapping[str, Draft], home: Path, catalogs: Mapping[str, str]) -> dict[str, Path]:
    """The PDFs of these documents, by name.

    ``catalogs`` are those of the template ``testland``, by locale; the packaged countries are there, too.
    """
    packaged = Path(str(files("templates")))
    copied = copytree(packaged, home / "templates", ignore=lambda *_: ["fonts"])
    (copied / "fonts").symlink_to(packaged / "fonts")
    country = copied / "testland"
    country.mkdir()
    (country / "document.html.j2").write_text('{% extends "base/document.html.j2" %}', encoding="utf-8")
    for locale, text in catalogs.items():
        (country / f"{locale}.toml").write_text(text, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-P", "-c", _PRINT],
        input=json.dumps({f"{name}.pdf": dump(invoice(of)).decode() for name, of in drafts.items()}),
        env=os.environ | font_environment(home) | {"PYTHONPATH": os.pathsep.join([str(home), *sys.path])},
        cwd=home,
        capture_output=True,
        check=True,
        text=True,
    )
    return {name: home / f"{name}.pdf" for name in drafts}
