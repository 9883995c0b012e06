"""What a document may fetch, looked at inside a process like those that render."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tripinvoice.adapters.font_config import font_environment

URLS = (
    "file:///etc/passwd",
    "http://127.0.0.1:9/logo.png",
    "https://example.com/logo.png",
    "ftp://example.com/logo.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "asset:../pyproject.png",
    "asset:fonts/../../secret.png",
    "asset:/etc/logo.png",
    "asset:base/en.toml",
    "asset:germany/missing.png",
)

# A PNG of one grey pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="

FETCH = """
import json, sys
from tests.factories import invoice
from tripinvoice.adapters.render_child import PackagedAssets, Press
from tripinvoice.errors import DocumentError
press, results = Press(), {}
for url in sys.argv[1:]:
    results[url] = result = {}
    try:
        result["fetched"] = len(PackagedAssets().fetch(url).read())
    except (ValueError, OSError) as error:
        result["refused"] = type(error).__name__
    try:
        document = f'<html lang="en"><title>t</title><img src="{url}" alt=""/><p>text</p></html>'
        result["printed"] = press.pdf_of_html(document, invoice(), identifier=b"1")[:5].decode()
    except DocumentError as error:
        result["error"] = error.message
    result["kept"] = url in press._images
print(json.dumps(results))
"""


ROOT = Path(__file__).parents[2]


def _fetch(urls: Sequence[str], home: Path, packages: Path = ROOT) -> dict[str, dict[str, object]]:
    """What became of each URL; ``packages`` is where ``templates`` is taken from."""
    environment = {
        "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT), *sys.path]),
        **font_environment(home),
    }
    command = [sys.executable, "-P", "-c", FETCH, *urls]
    done = subprocess.run(command, env=os.environ | environment, cwd=home, capture_output=True, check=True, text=True)
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What became of each forbidden URL."""
    return _fetch(URLS, tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize("url", URLS)
def test_a_document_fetches_nothing_from_outside(url: str, results: dict[str, dict[str, object]]) -> None:
    """Files, networks, data, and what is beside the package: refused, and the document is not made without it."""
    result = results[url]
    assert "refused" in result
    assert "printed" not in result
    assert "something outside the package" in str(result["error"])
    assert url not in str(result["error"])
    assert result["kept"] is False


def test_a_packaged_image_is_printed_and_kept(tmp_path: Path) -> None:
    """A country's logo is fetched once per process, whatever the number of documents."""
    copied = shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (copied / "germany" / "logo.png").write_bytes(base64.b64decode(PIXEL))
    url = "asset:germany/logo.png"
    expected = {"fetched": len(base64.b64decode(PIXEL)), "printed": "%PDF-", "kept": True}
    assert _fetch([url], tmp_path, packages=tmp_path)[url] == expected
