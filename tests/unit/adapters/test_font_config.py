"""What fontconfig is told."""

import xml.etree.ElementTree as ET
from pathlib import Path

from tripinvoice.adapters.font_config import font_environment
from tripinvoice.render.glyphs import font_files


def test_our_fonts_and_no_other(tmp_path: Path) -> None:
    """Every font file lies in a folder that the file names, and there is nothing else in them that is a font."""
    environment = font_environment(tmp_path)
    configuration = ET.parse(environment["FONTCONFIG_FILE"])  # noqa: S314 (we wrote it)
    assert configuration.getroot()[0].tag == "reset-dirs"
    folders = [Path(element.text or "") for element in configuration.iter("dir")]
    found = {file.name for folder in folders for file in folder.iterdir() if file.suffix in {".ttf", ".otf", ".ttc"}}
    assert found == set(font_files())
    assert environment["XDG_CACHE_HOME"] == str(tmp_path)


def test_the_same_home_can_be_made_ready_again(tmp_path: Path) -> None:
    """Processes that share it start at different times; nothing is left behind but the file."""
    first = Path(font_environment(tmp_path)["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
    second = Path(font_environment(tmp_path)["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
    assert first == second
    assert [file.name for file in tmp_path.iterdir()] == ["fonts.conf"]
