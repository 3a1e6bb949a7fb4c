"""Does a font that draws a 5 say that it is a 3? Every reader believes a PDF's ToUnicode map, PDFium too.

Many embedded fonts still know by themselves what they draw: by their own Unicode table, by their glyphs'
names, or by names in the PDF's /Differences. Where that and ToUnicode give two different decimal digits for
a code, or only one of them gives a digit, the digits of all pages that use the font are in doubt. Of 137
embedded fonts from thirteen producers 90 keep such knowledge; the others cannot be checked so.
"""

from __future__ import annotations

import io
import struct
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from indexes.types import Page, PageWarning, WarningKind
from ingestion.pdf.fonts import FONT_ERRORS, load_font
from ingestion.pdf.objects import OBJECT_ERRORS, array, dictionary, entry

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

MOST_GLYPHS = 65_536
_FORM_DEPTH = 4
_FONT_FILE_ERRORS = (*FONT_ERRORS, AssertionError, EOFError, NotImplementedError, struct.error)


def check_digit_fonts(pages: Sequence[Page], data: bytes, password: str | None) -> list[Page]:
    """The pages, with DIGIT_DISAGREEMENT on those with digits that use a font whose digits are in doubt.

    `data`: the bytes of the PDF that the pages were read from.
    """
    checked: dict[int, tuple[DictionaryObject, str]] = {}
    found = list(pages)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            reader.decrypt(password or "")
        for index, (page, source) in enumerate(zip(pages, reader.pages, strict=False)):
            if any(c.isdecimal() for c in page.text):
                details = (_detail(font, checked) for font in _fonts(source, _FORM_DEPTH))
                warnings = [
                    PageWarning(WarningKind.DIGIT_DISAGREEMENT, d) for d in dict.fromkeys(details) if d
                ]
                found[index] = replace(page, warnings=(*page.warnings, *warnings))
    except OBJECT_ERRORS:
        return found  # what is broken here was broken for the main reader, which has said so
    return found


def _fonts(holder: DictionaryObject, depth: int) -> Iterator[DictionaryObject]:
    """Fonts of a page or form and of the forms it draws."""
    resources = entry(holder, "/Resources")
    for name in dictionary(resources, "/Font"):
        font = entry(dictionary(resources, "/Font"), name)
        if isinstance(font, DictionaryObject):
            yield font
    for name in dictionary(resources, "/XObject") if depth else ():
        form = entry(dictionary(resources, "/XObject"), name)
        if isinstance(form, DictionaryObject) and form.get("/Subtype") == "/Form":
            yield from _fonts(form, depth - 1)


def _detail(font: DictionaryObject, checked: dict[int, tuple[DictionaryObject, str]]) -> str:
    """What is wrong with a font's digits, empty when nothing is; each font is looked at once."""
    if id(font) not in checked:  # the entry holds the font, so that no other gets its id
        wrong = _conflict(font) if "/ToUnicode" in font else None
        detail = f"a font draws “{wrong[0]}” and says “{wrong[1]}”" if wrong else ""
        checked[id(font)] = font, detail
    return checked[id(font)][1]


def _conflict(font: DictionaryObject) -> tuple[str, str] | None:
    """What the font draws and what ToUnicode says for the first code where these are not the same digit."""
    try:
        face = load_font(font)
        drawn = _drawn(font)
        width = 2 if "/DescendantFonts" in font else 1
        for code, characters in drawn.items():
            (said, *_) = face.decode(code.to_bytes(width, "big"))
            text = said.text
            digits = {_digit(c) for c in characters}
            if text.strip("\ufffd") and digits | {_digit(text)} != {None} and _digit(text) not in digits:
                return characters[0], text
    except _FONT_FILE_ERRORS:
        return None
    return None


def _digit(text: str) -> int | None:
    return unicodedata.decimal(text, None) if len(text) == 1 else None


def _drawn(font: DictionaryObject) -> dict[int, list[str]]:
    """For each code the characters that its glyph stands for, as the font itself or /Differences has it."""
    composite = "/DescendantFonts" in font
    drawn = {} if composite else _differences(font)
    holder = next(iter(array(font, "/DescendantFonts")), None) if composite else font
    program = entry(dictionary(holder, "/FontDescriptor"), "/FontFile2")
    if program is None or (composite and entry(font, "/Encoding") != "/Identity-H"):
        return drawn
    from fontTools.ttLib import TTFont

    with TTFont(io.BytesIO(program.get_data()), lazy=True) as file:
        glyphs = _characters(file)
        for code, glyph in _codes(holder, file, composite=composite):
            if glyph in glyphs and code not in drawn:
                drawn[code] = glyphs[glyph]
    return drawn


def _differences(font: DictionaryObject) -> dict[int, list[str]]:
    from fontTools.agl import toUnicode

    drawn: dict[int, list[str]] = {}
    code = 0
    for item in array(entry(font, "/Encoding"), "/Differences"):
        if isinstance(item, int):
            code = int(item)
        else:
            character = toUnicode(str(item).lstrip("/"))
            if len(character) == 1 and 0 <= code < 256:
                drawn[code] = [character]
            code += 1
    return drawn


def _characters(file: TTFont) -> dict[int, list[str]]:
    """What the Unicode tables of a TrueType file, or else its glyph names, say of its glyphs by number."""
    from fontTools.agl import toUnicode

    found: dict[int, list[str]] = {}
    if "cmap" in file:
        for table in file["cmap"].tables:
            if table.isUnicode() and not table.isSymbol():
                for code, name in table.cmap.items():
                    found.setdefault(file.getGlyphID(name), []).append(chr(code))
    if "post" in file and file["post"].formatType == 2:
        for glyph, name in enumerate(file.getGlyphOrder()):
            character = toUnicode(name)
            if len(character) == 1:
                found.setdefault(glyph, []).append(character)
    return found


def _codes(holder: Any, file: TTFont, *, composite: bool) -> Iterator[tuple[int, int]]:
    """Codes and their glyph numbers."""
    if composite:
        mapping = entry(holder, "/CIDToGIDMap")
        table = mapping.get_data() if hasattr(mapping, "get_data") else None
        for code in range(min(file["maxp"].numGlyphs if table is None else len(table) // 2, MOST_GLYPHS)):
            yield code, code if table is None else int.from_bytes(table[2 * code : 2 * code + 2], "big")
        return
    by_code: dict[int, str] = {}
    for table in file["cmap"].tables if "cmap" in file else ():
        symbols: Mapping[int, str] = table.cmap if table.isSymbol() or table.platformID == 1 else {}
        by_code |= {code & 0xFF: name for code, name in symbols.items() if code < 256 or code >> 8 == 0xF0}
    for code, name in by_code.items():
        yield code, file.getGlyphID(name)
