"""What a document may fetch, looked at inside a process like those that render."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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

FETCH = """
import json, sys
from tests.factories import invoice
from tripinvoice.adapters.render_child import AssetCache, PackagedAssets, Press
from tripinvoice.errors import DocumentError
press, cache, results = Press(), AssetCache(), {}
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
    cache[url] = 1
    result["kept"] = url in cache
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What became of each URL."""
    root = Path(__file__).parents[2]
    environment = {
        "FONTCONFIG_FILE": str(root / "templates" / "fonts" / "fonts.conf"),
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
        "PYTHONPATH": os.pathsep.join([str(root), *sys.path]),
    }
    command = [sys.executable, "-c", FETCH, *URLS]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, check=True, text=True)
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("url", URLS)
def test_a_document_fetches_nothing_from_outside(url: str, results: dict[str, dict[str, object]]) -> None:
    """Files, networks, data, and what is beside the package: refused, and the document is not made without it."""
    result = results[url]
    assert "refused" in result
    assert "printed" not in result
    assert "something outside the package" in str(result["error"])
    assert url not in str(result["error"])
    assert result["kept"] is url.startswith("asset:")
