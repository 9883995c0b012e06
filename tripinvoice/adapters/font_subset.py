"""A few letters of a large font stay small.

WeasyPrint keeps the number of each glyph, so what it takes from a font of 65,000 glyphs has as many places, most of
them empty: 160 kB for one Japanese name. The glyphs of such fonts (CFF, keyed by CID) bear their numbers themselves,
so the places are left out, and a font that is nothing but its outlines (``CIDFontType0C``) is read by those numbers.
"""

from typing import Any

from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset
from weasyprint.text.fonts import get_hb_object_data

_OUTLINES = b"CFF "
_ENTRY = 16  # bytes in an OpenType font's list of tables, after a head of 12: tag, check sum, offset, length

_keep_numbers = Font._harfbuzz_subset  # noqa: SLF001 (nothing public says how fonts are cut down)


def install() -> None:
    """Have WeasyPrint cut such fonts down so; they need :func:`name_outlines` before the file is written."""
    Font._harfbuzz_subset = _subset  # noqa: SLF001


def _subset(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:  # noqa: FBT001 (as WeasyPrint calls it)
    if "CFF " not in font.tables:
        _keep_numbers(font, to_unicode, hinting)
        return
    wanted = ffi.gc(
        harfbuzz_subset.hb_subset_input_create_or_fail(),
        harfbuzz_subset.hb_subset_input_destroy,
    )
    numbers = ffi.new(f"hb_codepoint_t[{len(to_unicode)}]", sorted(to_unicode))
    glyphs = harfbuzz_subset.hb_subset_input_glyph_set(wanted)
    harfbuzz.hb_set_add_sorted_array(glyphs, numbers, len(to_unicode))
    flags = harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
    if not hinting:
        flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
    harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
    _without_layout(wanted)
    face = ffi.gc(harfbuzz_subset.hb_subset_or_fail(font.hb_face, wanted), harfbuzz.hb_face_destroy)
    font.file_content = get_hb_object_data(face)


def _without_layout(wanted: Any) -> None:
    """What has been used by now: else HarfBuzz would keep every glyph that one of ours may be exchanged for."""
    tags = ffi.new("hb_codepoint_t[2]", sorted(harfbuzz.hb_tag_from_string(table, -1) for table in (b"GPOS", b"GSUB")))
    dropped = harfbuzz_subset.hb_subset_input_set(wanted, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG)
    harfbuzz.hb_set_add_sorted_array(dropped, tags, len(tags))


def name_outlines(pdf: Any) -> None:
    """In a PDF that is about to be written, leave of each such font its outlines, which know their numbers."""
    for item in pdf.objects:
        extra = getattr(item, "extra", {})
        if extra.get("Subtype") == "/OpenType":
            item.stream = [_table(item.stream[0], _OUTLINES)]
            extra["Subtype"] = "/CIDFontType0C"
        elif isinstance(item, dict) and item.get("Subtype") == "/CIDFontType0":
            item.pop("CIDToGIDMap", None)  # ISO 32000, table 117: only where the font does not say it itself


def _table(font: bytes, tag: bytes) -> bytes:
    """One table of an OpenType font."""
    tables = int.from_bytes(font[4:6])
    entries = (font[at : at + _ENTRY] for at in range(12, 12 + tables * _ENTRY, _ENTRY))
    found = next(entry for entry in entries if entry[:4] == tag)
    offset, length = int.from_bytes(found[8:12]), int.from_bytes(found[12:16])
    return font[offset : offset + length]
