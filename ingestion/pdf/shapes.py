"""Which way a bracket or a comparison sign points on the page, from its outline in the embedded font.

The text of a mirrored glyph may name its shape or the character that was typed: producers differ, and "<"
read as ">" turns a dose limit round. The outline says what stands there.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from ingestion.pdf.fonts import FontFace
from ingestion.pdf.objects import array, dictionary, entry, stream_data

_OPENING = frozenset("([{<«≤‹≪")  # the side that bulges or points is the left one
_SQUARE = frozenset("[]")
_EDGE = 0.2  # of the width


def names_its_shape(font: FontFace, key: int, character: str) -> bool | None:
    """Whether the glyph of a mirrored character looks as its text says; None when that cannot be told."""
    known = font.shapes.get(key)
    if known is None and key not in font.shapes:
        known = font.shapes[key] = _points_left(font, key, character)
    return None if known is None else known == (character in _OPENING)


def _points_left(font: FontFace, key: int, character: str) -> bool | None:
    from fontTools.ttLib import TTLibError  # type: ignore[import-untyped]

    try:
        found = _outline(font, key, character)
        return None if found is None else _direction(found, character)
    except (
        TTLibError, PyPdfError, KeyError, IndexError, ValueError, TypeError, AttributeError, AssertionError,
        struct.error, EOFError, OverflowError, NotImplementedError, ZeroDivisionError,
    ):  # fmt: skip
        return None


def _direction(found: tuple[Any, str], character: str) -> bool | None:
    from fontTools.pens.recordingPen import DecomposingRecordingPen  # type: ignore[import-untyped]
    from fontTools.pens.statisticsPen import StatisticsPen  # type: ignore[import-untyped]

    glyphs, name = found
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    contours: list[list[tuple[float, float]]] = []
    for operator, arguments in pen.value:
        if operator == "moveTo":
            contours.append([])
        contours[-1].extend(point for point in arguments if point is not None)
    points = max(contours, key=lambda c: max(p[1] for p in c) - min(p[1] for p in c))  # without the bar of ≤
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    if x1 <= x0 or y1 <= y0:
        return None
    if character in _SQUARE:
        statistics = StatisticsPen(glyphs)
        glyphs[name].draw(statistics)
        return bool(statistics.meanX < (x0 + x1) / 2)
    middle = (y0 + y1) / 2
    left = [abs(y - middle) for x, y in points if x < x0 + _EDGE * (x1 - x0)]
    right = [abs(y - middle) for x, y in points if x > x1 - _EDGE * (x1 - x0)]
    if not left or not right:
        return None
    difference = sum(right) / len(right) - sum(left) / len(left)
    return None if abs(difference) < 0.1 * (y1 - y0) else difference > 0


def _outline(font: FontFace, key: int, character: str) -> tuple[Any, str] | None:
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
        name = _simple_name(program, key, character)
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
    from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]
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
        candidates = (
            (0xF000 + code, code) if table.platformID != 3 or table.platEncID == 0 else (ord(character),)
        )
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
