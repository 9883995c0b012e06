"""A country folder of a test's own, beside the packaged base."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tripinvoice.render import catalogs, document, wording

CACHES = (
    catalogs.catalog,
    catalogs.base_languages,
    catalogs._read,
    document._document,
    document._environment,
    wording.wording_of,
)

Country = Callable[..., Path]


@pytest.fixture
def country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Country]:
    """Call it with catalogs, as ``country(de_DE="primary = true")``: makes ``testland``, with the base's page."""
    original = Path(str(files("templates")))
    copied = tmp_path / "templates"
    shutil.copytree(original, copied, ignore=shutil.ignore_patterns("fonts"))
    (copied / "fonts").symlink_to(original / "fonts")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "templates")

    def made(**written: str) -> Path:
        folder = copied / "testland"
        folder.mkdir()
        (folder / "document.html.j2").write_text('{% extends "base/document.html.j2" %}', encoding="utf-8")
        for locale, text in written.items():
            (folder / f"{locale}.toml").write_text(text, encoding="utf-8")
        return folder

    _forget()
    yield made
    sys.modules.pop("templates", None)
    _forget()


def _forget() -> None:
    for known in CACHES:
        known.cache_clear()
