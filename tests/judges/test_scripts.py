"""Documents in every script, from right to left, and of many pages are for archives and screen readers, too."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.test_long_documents import order
from tests.contract.test_text_layer import MIXED, SCRIPTS, named
from tests.contract.testland import printed
from tests.judges.fixtures import Judged, VeraPdf

CATALOGS = {"ar_SA": 'primary = true\nsecond = "en"\n', "ja_JP": "", "zh_Hant_TW": "", "hi_IN": "", "el_GR": ""}


@pytest.mark.timeout(300)
def test_every_script_and_direction_is_conformant(verapdf: VeraPdf, judged: Judged, tmp_path: Path) -> None:
    """PDF/A-3a asks for the text of every glyph, PDF/UA-1 for a table's heads on each page."""
    drafts = {name: named(text).draft for name, (text, _) in SCRIPTS.items()}
    drafts |= {f"mixed {name}": named(text).draft for name, text in MIXED.items()}
    drafts["hostile"] = named("Pizza 🍕 \u202e\ue000 e\u0301\u0316 👩\u200d🍳").draft
    drafts |= {
        locale: replace(of, template="testland", locale=locale, lines=of.lines * 20)
        for locale, name in zip(
            CATALOGS, ("arabic", "japanese", "traditional chinese", "devanagari", "greek"), strict=True
        )
        for of in [drafts[name]]
    }
    drafts["long"] = order(120)
    files = printed(drafts, tmp_path, CATALOGS)
    for flavour, verdicts in verapdf(list(files.values())).items():
        assert {name: verdicts[path].problems for name, path in files.items() if verdicts[path].problems} == {}
        judged(f"veraPDF {flavour}, scripts and directions: {len(files)}/{len(files)}")
