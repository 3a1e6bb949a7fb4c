"""The outlines of embedded fonts: which glyph a code shows, and where its ink is."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from ingestion.pdf.fonts import FontFace
from ingestion.pdf.objects import array, dictionary, entry, stream_data


def outline_errors() -> tuple[type[Exception], ...]:
    """What a damaged or cut font program makes fontTools raise."""
    from fontTools.ttLib import TTLibError

    return (
        TTLibError, PyPdfError, KeyError, IndexError, ValueError, TypeError, AttributeError, AssertionError,
        struct.error, EOFError, OverflowError, NotImplementedError, ZeroDivisionError,
    )  # fmt: skip


def ink(font: FontFace, key: int, character: str) -> tuple[float, float] | None:
    """Where the ink of a glyph begins and ends along the line, in ems from its origin; None when the file
    does not tell, or there is none."""
    if key not in font.inks:
        font.inks[key] = _ink(font, key, character)
    return font.inks[key]


def _ink(font: FontFace, key: int, character: str) -> tuple[float, float] | None:
    from fontTools.pens.boundsPen import BoundsPen

    try:
        found = outline(font, key, character)
        if found is None or font.program is None:
            return None
        glyphs, name = found
        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        kind, program = font.program
        em = program["head"].unitsPerEm if kind == "truetype" else 1 / _matrix(program)
    except outline_errors():
        return None
    return None if pen.bounds is None else (pen.bounds[0] / em, pen.bounds[2] / em)


def _matrix(program: Any) -> float:
    """The width of a glyph unit of a CFF font, in ems."""
    matrix = getattr(program[program.fontNames[0]], "FontMatrix", None)
    return float(matrix[0]) if matrix else 0.001


def outline(font: FontFace, key: int, character: str) -> tuple[Any, str] | None:
    """The glyph set of the embedded font and the name of the glyph that a code shows."""
    resource = font.resource
    descendants = array(resource, "/DescendantFonts")
    holder = descendants[0] if descendants and isinstance(descendants[0], DictionaryObject) else resource
    descriptor = dictionary(holder, "/FontDescriptor")
    if font.program is None:
        font.program = _program(descriptor)
    kind, program = font.program
    if kind == "truetype":
        if descendants:
            return program.getGlyphSet(), program.getGlyphName(_glyph_index(holder, key))
        name = _simple_name(program, key, character[:1])
        return (program.getGlyphSet(), name) if name is not None else None
    if kind == "cff":
        top = program[program.fontNames[0]]
        if descendants:
            name = f"cid{key:05d}" if hasattr(top, "ROS") else top.getGlyphOrder()[key]
        else:
            name = _named(resource, key) or (top.Encoding[key] if isinstance(top.Encoding, list) else None)
        return (top.CharStrings, name) if name is not None and name in top.CharStrings else None
    return None


def _program(descriptor: DictionaryObject) -> tuple[str, Any]:
    from fontTools.cffLib import CFFFontSet
    from fontTools.ttLib import TTFont

    file = entry(descriptor, "/FontFile2")
    if isinstance(file, StreamObject):
        return "truetype", TTFont(BytesIO(stream_data(file)), lazy=True)
    file = entry(descriptor, "/FontFile3")
    if isinstance(file, StreamObject):
        data = stream_data(file)
        if file.get("/Subtype") == "/OpenType":
            return "truetype", TTFont(BytesIO(data), lazy=True)
        program = CFFFontSet()
        program.decompile(BytesIO(data), None)
        return "cff", program
    return "", None


def _glyph_index(holder: DictionaryObject, cid: int) -> int:
    table = entry(holder, "/CIDToGIDMap")
    if not isinstance(table, StreamObject):
        return cid
    data = stream_data(table)
    return int.from_bytes(data[2 * cid : 2 * cid + 2], "big")


def _simple_name(program: Any, code: int, character: str) -> str | None:
    for table in program["cmap"].tables:
        symbolic = table.platformID != 3 or table.platEncID == 0
        candidates = (0xF000 + code, code) if symbolic else tuple(map(ord, character))
        for candidate in candidates:
            if candidate in table.cmap:
                return str(table.cmap[candidate])
    return None


def _named(resource: DictionaryObject, code: int) -> str | None:
    """The glyph name that /Differences gives a code."""
    at = 0
    for item in array(dictionary(resource, "/Encoding"), "/Differences"):
        if isinstance(item, int):
            at = int(item)
            continue
        if at == code:
            return str(item).removeprefix("/")
        at += 1
    return None
